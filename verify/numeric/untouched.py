"""Evaluating what a user brings: nothing of a module's is changed, whatever happens.

A module is evaluated with stand-ins for all that it holds: parameters, buffers, other tensors,
lists, tuples, dictionaries and sets. What it changes is theirs; afterwards, also after an error, it holds its own again.
What a plain function or object keeps for itself is not seen.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import random
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.parameter import is_lazy

SILENCED = ("_backward_hooks", "_backward_pre_hooks")
"""Hooks that would run in every product with a Hessian, which is no training step."""

TENSORS = ("_parameters",)
"""What only an evaluation can change; a product needs no stand-ins for it."""


@contextlib.contextmanager
def untouched(*functions: object, parameters: bool = True) -> Iterator[None]:
    """Let the modules that callables reach work on stand-ins, and give them their own again.

    Args:
        functions: modules, or callables that are bound to modules, enclose or name them.
        parameters: whether parameters get stand-ins too; without them they may be read only.

    Raises:
        ValueError: if a module is lazy and has no values yet.
    """
    kept = [(module, dict(vars(module))) for module in modules_in(*functions)]
    shared: dict[int, Any] = {}
    try:
        for module, own in kept:
            _require_values(module)
            for name, value in own.items():
                if name in SILENCED:
                    vars(module)[name] = type(value)()
                elif parameters or name not in TENSORS:
                    vars(module)[name] = _stand_in(value, shared)
        yield
    finally:
        for module, own in kept:
            vars(module).clear()
            vars(module).update(own)


@contextlib.contextmanager
def plainly(device: torch.device) -> Iterator[None]:
    """Compute eagerly in the tensors' own type, with attention that has second derivatives.

    The random states of PyTorch, NumPy and Python are afterwards what they were.
    """
    states = random_states()
    kind = "cuda" if device.type == "cuda" else "cpu"
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(torch.inference_mode(False))
            stack.enter_context(torch.autocast(kind, enabled=False))
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            if "torch._dynamo" in sys.modules:  # else nothing can be compiled
                stack.enter_context(torch.compiler.set_stance("force_eager"))
            yield
    finally:
        torch.set_rng_state(states[0])
        if states[1]:
            torch.cuda.set_rng_state_all(states[1])
        random.setstate(states[2])
        np.random.set_state(states[3])  # noqa: NPY002 - a user's module may draw from it


RandomStates = tuple[Tensor, list[Tensor], tuple[Any, ...], Any]
"""Of PyTorch on the CPU and on every GPU, of Python and of NumPy."""


def random_states() -> RandomStates:
    """The states of all the generators that are global."""
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return torch.get_rng_state(), gpus, random.getstate(), np.random.get_state()  # noqa: NPY002


def same_states(one: RandomStates, other: RandomStates) -> bool:
    """Whether nothing was drawn in between."""
    pairs = zip((one[0], *one[1]), (other[0], *other[1]), strict=False)
    numpy_same = all(np.array_equal(a, b) for a, b in zip(one[3], other[3], strict=True))
    return all(torch.equal(a, b) for a, b in pairs) and one[2] == other[2] and numpy_same


def original(function: Any) -> Any:
    """What to evaluate for a callable: a copy of a scripted module, which has no stand-ins."""
    return copy.deepcopy(function) if isinstance(function, torch.jit.ScriptModule) else function


def modules_in(*functions: object) -> list[nn.Module]:
    """The modules that callables reach: what they are, are bound to, enclose, or name."""
    found: list[nn.Module] = []
    seen: set[int] = set()
    waiting: list[object] = list(functions)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, (Tensor, type, types.ModuleType)):
            continue
        seen.add(id(thing))
        if isinstance(thing, torch.jit.ScriptModule):
            continue
        if isinstance(thing, nn.Module):
            found.append(thing)
        waiting += _reached(thing)
    return found


def _reached(thing: object) -> list[object]:
    """What lies one step behind an object."""
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, types.FunctionType):
        cells = [_content(cell) for cell in thing.__closure__ or ()]
        named = [thing.__globals__.get(name) for name in _names(thing.__code__)]
        near = [
            x for x in named if getattr(x, "__globals__", thing.__globals__) is thing.__globals__
        ]
        return [*cells, *near, *(thing.__defaults__ or ()), *vars(thing).values()]
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, (list, tuple, set)):
        return list(thing)
    return list(vars(thing).values()) if hasattr(thing, "__dict__") else []


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not bound yet
        return None


def _names(code: types.CodeType) -> set[str]:
    """The global names that a function's code and the functions inside it use."""
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _stand_in(value: Any, shared: dict[int, Any]) -> Any:
    """An equal value that may be changed; what is held twice has one stand-in."""
    if id(value) in shared:
        return shared[id(value)]
    new = value
    if isinstance(value, Tensor):
        new = value.detach().clone()
        if isinstance(value, nn.Parameter):
            new = nn.Parameter(new, value.requires_grad)
    elif isinstance(value, dict):
        new = copy.copy(value)
        for key, item in value.items():
            new[key] = _stand_in(item, shared)
    elif isinstance(value, list):
        new = copy.copy(value)
        new[:] = [_stand_in(item, shared) for item in value]
    elif type(value) is tuple:
        new = tuple(_stand_in(item, shared) for item in value)
    elif isinstance(value, torch.Generator):
        new = value.clone_state()
    elif isinstance(value, set):
        new = copy.copy(value)
    elif isinstance(
        value, (np.ndarray, np.random.Generator, random.Random, torch.jit.ScriptModule)
    ):
        new = copy.deepcopy(value)
    shared[id(value)] = new
    return new


def _require_values(module: nn.Module) -> None:
    for name, tensor in (*module._parameters.items(), *module._buffers.items()):
        if tensor is not None and is_lazy(tensor):
            raise ValueError(
                f"{type(module).__name__} is lazy: its `{name}` has no values before its first call. Call it once with an input of the right shape, and then measure it."
            )
