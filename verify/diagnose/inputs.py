"""What a diagnosis is made of, from files and names; nothing in a checkpoint or array file is run.

A head comes from `package:callable` or `file.py:callable`, which is the user's own code and is
called without arguments, and its state from a checkpoint that is read as tensors alone. Or it comes
from the checkpoint by itself: linear layers, BatchNorm and DINO's head are read from the names and
shapes of its tensors.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import pickle
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.diagnose.findings import DiagnosisError

HEADS = (
    "projection_head",
    "projector",
    "proj_head",
    "contrastive_head",
    "student_head",
    "head",
    "predictor",
    "fc",
    "mlp",
)
"""Names that heads go by, in the order in which they are looked for."""

WRAPPERS = ("module.", "_orig_mod.")
"""Prefixes of all names where PyTorch trained in parallel, or compiled; they are taken away."""

MOST = 10**9
"""Numbers in one tensor; the largest layers in use have a tenth of it."""

AVERAGED = re.compile(
    r"momentum|teacher|target|average|(?:^|[._])(?:ema|swa|avg|shadow|k)(?:[._]|$)", re.I
)
"""What an average of a network, or another that is not trained, goes by; read where no other is."""

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "linear": nn.Identity,
}
"""Activations of a head that is read from its tensors, which tell at most where they stand."""


def rows(path: Path, name: str) -> Tensor:
    """A tensor from an .npy or .pt file.

    Raises:
        DiagnosisError: if it cannot be read as one.
    """
    try:
        if path.suffix == ".npy":
            found = torch.from_numpy(np.load(path, allow_pickle=False))
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise DiagnosisError(f"There is no file {path}; give {name} its place.") from None
    except (
        OSError,
        EOFError,
        ValueError,
        TypeError,
        RuntimeError,
        MemoryError,
        pickle.UnpicklingError,
    ) as error:
        raise DiagnosisError(
            f"{path} cannot be read as an array ({_first(error)}); save it with numpy.save or torch.save."
        ) from None
    if not isinstance(found, Tensor):
        raise DiagnosisError(
            f"{path} holds {type(found).__name__}; {name} expects one tensor, saved with torch.save."
        )
    _not_vast(found, name, path)
    return found


def _not_vast(tensor: Tensor, name: str, path: Path) -> None:
    """Refuse what would fill the memory: a file of bytes may hold one number, repeated to any shape."""
    if tensor.numel() > MOST:
        raise DiagnosisError(
            f"{path} holds {tensor.numel()} numbers in {name}, and at most {MOST} are read; is it the right file?"
        )


def named(spec: str, what: str) -> Any:
    """What `package:callable` or `file.py:callable` names.

    Raises:
        DiagnosisError: if it cannot be imported, or is not there.
    """
    place, _, attribute = spec.rpartition(":")
    try:
        if place.endswith(".py"):
            loaded = importlib.util.spec_from_file_location(Path(place).stem, place)
            if loaded is None or loaded.loader is None:
                raise ImportError(f"{place} is no Python file")
            module = importlib.util.module_from_spec(loaded)
            loaded.loader.exec_module(module)
        else:
            if "" not in sys.path:
                sys.path.insert(0, "")  # as `python -m` finds modules of the working folder
            module = importlib.import_module(place)
    except (Exception, SystemExit) as error:  # whatever the user's own code does
        raise DiagnosisError(
            f"{what} {spec!r} cannot be imported ({type(error).__name__}: {_first(error)})."
        ) from error
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise DiagnosisError(
            f"{place} has no {attribute!r}; {what} expects package:callable."
        ) from None


def head(
    spec: str | None,
    checkpoint: Path | None,
    *,
    prefix: str | None = None,
    activation: str = "relu",
    notes: list[str] | None = None,
) -> nn.Module | Callable[[Tensor], Tensor]:
    """The head that a command line names.

    Args:
        spec: package:callable, file.py:callable, or None for one read from the checkpoint.
        checkpoint: a state dictionary, plain or within a training checkpoint.
        prefix: of the head's tensors in it; found if it is not given.
        activation: between the layers of a head read from its tensors.
        notes: is told what was read.

    Raises:
        DiagnosisError: if there is none, or state and head do not fit.
    """
    notes = [] if notes is None else notes
    if spec is None and checkpoint is None:
        raise DiagnosisError(
            "A diagnosis needs a head: give --head package:callable, --checkpoint, or both."
        )
    if spec is not None and ":" not in spec:
        if checkpoint is not None:
            raise DiagnosisError(
                f"--head {spec!r} must be package:callable where there is a --checkpoint."
            )
        checkpoint, spec = Path(spec), None
    if spec is None:
        assert checkpoint is not None
        state = state_of(checkpoint, notes)
        return from_state(state, checkpoint, prefix, activation, notes).eval()
    made = named(spec, "--head")
    if (
        not isinstance(made, nn.Module)
        and callable(made)
        and (isinstance(made, type) or checkpoint or _takes_nothing(made))
    ):
        try:
            made = made()
        except TypeError as error:
            raise DiagnosisError(
                f"{spec} must be callable without arguments ({_first(error)})."
            ) from error
        except Exception as error:
            raise DiagnosisError(
                f"{spec} could not be called ({type(error).__name__}: {_first(error)})."
            ) from error
    if checkpoint is None:
        return made.eval() if isinstance(made, nn.Module) else made
    if not isinstance(made, nn.Module):
        raise DiagnosisError(
            f"{spec} gave {type(made).__name__}; a checkpoint is loaded into a module."
        )
    state = state_of(checkpoint, notes)
    own = set(made.state_dict())
    chosen = _prefix_of(state, own, notes) if prefix is None else _unwrapped(prefix, state)
    part = {n.removeprefix(chosen): t for n, t in state.items() if n.startswith(chosen)}
    made = made.double() if _digits(part) == torch.float64 else made
    try:
        made.load_state_dict({n: t for n, t in part.items() if n in own or prefix is not None})
    except RuntimeError as error:
        lines = str(error).splitlines()
        raise DiagnosisError(
            f"{checkpoint} does not fit {spec}: {' '.join(line.strip() for line in lines[1:3])} Its tensors begin with {', '.join(_beginnings(state))}; choose with --prefix."
        ) from None
    return made.eval()


def _takes_nothing(made: Any) -> bool:
    """Whether a callable makes a head, rather than is one."""
    try:
        return not inspect.signature(made).parameters
    except (TypeError, ValueError):
        return False


def state_of(path: Path, notes: list[str]) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name, whatever trained it; read as data, no code is run.

    Of several groups of weights that of the network that trains is read, and the notes are told which.

    Raises:
        DiagnosisError: if it cannot be read so, or holds no tensors.
    """
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise DiagnosisError(f"There is no file {path}; give --checkpoint its place.") from None
    except pickle.UnpicklingError as error:
        named = next((x for x in str(error).splitlines() if "GLOBAL" in x), _first(error))
        raise DiagnosisError(
            f"{path} holds more than tensors, and nothing else is read from a file ({named.strip()}). Where it was made, save the weights alone: torch.save(module.state_dict(), file)."
        ) from None
    except (OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        raise DiagnosisError(
            f"{path} cannot be read as a checkpoint ({_first(error)}); copy or download it again."
        ) from None
    found = _tensors(content, notes)
    if not found:
        raise DiagnosisError(
            f"{path} holds no weights: expected tensors by name, as state_dict() gives them."
        )
    for name, tensor in found.items():
        _not_vast(tensor, name, path)
    return found


def _tensors(content: Any, notes: list[str]) -> dict[str, Tensor]:
    """The largest group of named tensors, at whatever depth, without the prefixes of wrappers.

    One that goes by the name of an average gives way to the largest other of at least half as many.
    """
    groups: list[tuple[str, dict[str, Tensor]]] = []
    waiting: list[tuple[str, Any]] = [("", content)]
    while waiting:
        path, thing = waiting.pop(0)  # the first of equal ones is the file's first
        if not isinstance(thing, dict):
            continue
        group = {n: t for n, t in thing.items() if isinstance(n, str) and isinstance(t, Tensor)}
        if group and all(isinstance(n, str) for n in thing):
            groups.append((path, group))
        waiting += [(f"{path}.{n}" if path else str(n), part) for n, part in thing.items()]
    if not groups:
        return {}
    groups = [g for g in groups if _preferred(g[1])] or groups
    most = max(len(group) for _, group in groups)
    large = [g for g in groups if 2 * len(g[1]) >= most]
    own = [g for g in large if not AVERAGED.search(g[0])] or large
    path, state = max(own, key=lambda g: len(g[1]))
    if path:
        others = [f"`{other}`" for other, _ in large if other != path]
        rest = f", not of {', '.join(others)}" if others else ""
        notes.append(f"The checkpoint's weights are those of `{path}`{rest}.")
    changed = True
    while changed:
        changed = False
        for prefix in WRAPPERS:
            if all(n.startswith(prefix) for n in state):
                state, changed = {n.removeprefix(prefix): t for n, t in state.items()}, True
    return state


def _unwrapped(prefix: str, state: Iterable[str]) -> str:
    """A prefix as a user reads it in the file, without the wrappers that the tensors' names have lost."""
    while not any(n.startswith(prefix) for n in state) and prefix.startswith(WRAPPERS):
        prefix = prefix.partition(".")[2]
    return prefix


def _preferred(group: dict[str, Tensor]) -> bool:
    """Whether the tensors are weights of a module, rather than an optimiser's."""
    return any(n.endswith(("weight", "weight_v", "bias")) for n in group)


def _beginnings(state: Iterable[str]) -> list[str]:
    return sorted({n.split(".")[0] for n in state})[:8]


def _prefix_of(state: dict[str, Tensor], own: set[str], notes: list[str]) -> str:
    """The prefix under which a module's own names are in a state dictionary; an average's last."""
    first = sorted(own)[0] if own else ""
    found = [n.removesuffix(first) for n in state if n == first or n.endswith(f".{first}")]
    fitting = [p for p in found if all(f"{p}{n}" in state for n in own)]
    return _nearest(fitting, notes) if fitting else ""


def _nearest(prefixes: list[str], notes: list[str]) -> str:
    """The first of the shortest prefixes, of the network that trains rather than its average; the notes are told."""
    chosen = min(prefixes, key=lambda p: (bool(AVERAGED.search(p)), len(p)))
    others = [f"`{p}`" for p in prefixes if p != chosen]
    if chosen:
        rest = f"; {', '.join(others)} would fit as well (--prefix)" if others else ""
        notes.append(f"The head's tensors are those that begin with `{chosen}`{rest}.")
    return chosen


class NormalisedLast(nn.Module):
    """DINO's head: an MLP, the direction of its output, and a linear map to the prototypes."""

    def __init__(self, mlp: nn.Sequential, prototypes: Tensor) -> None:
        super().__init__()
        self.mlp = mlp
        self.last_layer = nn.Linear(prototypes.shape[1], len(prototypes), bias=False)
        self.last_layer.weight = nn.Parameter(prototypes)

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, prototypes) for representations z (N, d)."""
        outputs: Tensor = self.last_layer(F.normalize(self.mlp(z), dim=-1))
        return outputs


def layers_of(head: nn.Module | Callable[..., Any]) -> str:
    """The layers of a head that was read from its tensors, in order."""
    modules = head.modules() if isinstance(head, nn.Module) else ()
    named = ", ".join(type(m).__name__ for m in modules if not list(m.children()))
    return f"DINO's head of {named}" if isinstance(head, NormalisedLast) else named


def from_state(
    state: dict[str, Tensor], path: Path, prefix: str | None, activation: str, notes: list[str]
) -> nn.Module:
    """A head from the names and shapes of its tensors: an MLP, or DINO's of any size.

    Where layers are numbered, an activation stands where a number is missing between two, and nowhere else;
    else they stand in the file's order, and one before each linear layer but the first.

    Raises:
        DiagnosisError: if no head is found, or the found one is of another kind.
    """
    chosen = _head_prefix(state, notes) if prefix is None else _unwrapped(prefix, state)
    if chosen is None or not any(n.startswith(chosen) for n in state):
        raise DiagnosisError(
            f"{path} has no head that goes by a known name ({', '.join(HEADS)}); its tensors begin with {', '.join(_beginnings(state))}. Choose with --prefix, or give --head package:callable."
        )
    part = {n.removeprefix(chosen): t for n, t in state.items() if n.startswith(chosen)}
    fine = _digits(part)
    part = {n: t.to(fine) for n, t in part.items()}
    last = {n: t for n, t in part.items() if n.startswith("last_layer.")}
    layers = {n: t for n, t in part.items() if not n.startswith("last_layer.")}
    names = list(dict.fromkeys(n.rpartition(".")[0] for n in layers))
    modules: list[nn.Module] = []
    kind = nn.GELU if last else ACTIVATIONS[activation]
    numbered = all(n.rpartition(".")[2].isdigit() for n in names)
    if numbered:
        names.sort(key=_order)
    numbers = [int(n.rpartition(".")[2]) for n in names] if numbered else []
    if numbers and numbers[0]:
        notes.append(
            f"The first layer with tensors is number {numbers[0]} of the head, counted from 0; what stands before it, such as an activation, they do not tell, and nothing was put there."
        )
    if (
        numbered
        and len(numbers) > 1
        and numbers[-1] - numbers[0] < len(numbers)
        and kind is not nn.Identity
    ):
        raise DiagnosisError(
            f"The layers of {chosen} in {path} are numbered without a place for an activation, so whether one stands between them is not told; give --activation linear if none does, else --head package:callable."
        )
    for at, name in enumerate(names):
        tensors = {
            n.rpartition(".")[2]: t for n, t in layers.items() if n.rpartition(".")[0] == name
        }
        if numbered and at and numbers[at] - numbers[at - 1] > 1:
            modules.append(kind())
        weight = tensors.get("weight")
        if weight is not None and weight.ndim == 2:
            linear = nn.Linear(weight.shape[1], len(weight), bias="bias" in tensors)
            if not numbered and any(isinstance(m, nn.Linear) for m in modules):
                modules.append(kind())
            modules.append(linear)
        elif "running_mean" in tensors:
            norm = nn.BatchNorm1d(len(tensors["running_mean"]), affine=weight is not None)
            modules.append(norm)
        else:
            raise DiagnosisError(
                f"{chosen}{name} in {path} is neither a linear layer nor BatchNorm; give the head's own module as --head package:callable."
            )
        try:
            modules[-1].to(fine).load_state_dict(tensors)
        except RuntimeError as error:
            raise DiagnosisError(
                f"{chosen}{name} in {path} cannot be read ({' '.join(str(error).split())}); give --head package:callable."
            ) from None
    mlp = nn.Sequential(*modules)
    if not last:
        return mlp
    direction = last.get(
        "last_layer.weight_v", last.get("last_layer.parametrizations.weight.original1")
    )
    size = last.get("last_layer.weight_g", last.get("last_layer.parametrizations.weight.original0"))
    weight = last.get("last_layer.weight")
    if weight is None and direction is not None and size is not None:
        weight = size * F.normalize(direction, dim=1)
    if weight is None:
        raise DiagnosisError(
            f"{chosen}last_layer in {path} has no weight; expected DINO's last layer."
        )
    return NormalisedLast(mlp, weight)


def _digits(tensors: dict[str, Tensor]) -> torch.dtype:
    """float64 where a tensor has that many digits, else float32."""
    return (
        torch.float64 if any(t.dtype == torch.float64 for t in tensors.values()) else torch.float32
    )


def _order(name: str) -> list[Any]:
    return [int(x) if x.isdigit() else x for x in re.split(r"[._]", name)]


def _head_prefix(state: dict[str, Tensor], notes: list[str]) -> str | None:
    """Where the head is: the first known name, of the network that trains rather than its average."""
    averaged: list[str] = []
    trained: list[list[str]] = []
    for head in HEADS:
        layer = rf"((?:.*\.)?{head}\.)(?:(?:layers|mlp)\.)?(?:\d+|last_layer)\."
        found = list(dict.fromkeys(m[1] for n in state if (m := re.match(layer, n))))
        if all(AVERAGED.search(p) for p in found):
            averaged += found
        else:
            trained.append(found)
    if not trained:
        return _nearest(averaged, notes) if averaged else None
    chosen = _nearest(trained[0], notes)
    if others := [f"`{p}`" for found in trained[1:] for p in found if not p.startswith(chosen)]:
        notes.append(f"The file has {', '.join(others)} as well, for --prefix to choose.")
    return chosen


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
