"""Whether a program has second derivatives at a point: it draws nothing, and has no kink there.

Every operation that a callable runs is seen as it runs. One with a kink or a jump that `DECIDES` knows,
or whose result is no real number, decides something: on which side of 0 an entry is, which entry is the
largest; so does a number that Python is given, on which it may branch. Others (among them atan2 and hypot at 0,
a median without a dim, aminmax, div with a rounding mode, copysign, renorm, scatter_reduce, grid_sample, and numbers
that leave as lists or arrays) go unseen. Off the kinks these decisions
are the same on both sides of a point, a few roundings away along a random direction; on a kink they
are not, with probability 1. Where they differ, derivatives say whether it matters: gradient and a
product with the Hessian are compared at the point and on both of its sides. So the largest of
entries that are all cut off at 0 is no kink, nor is a maximum that is subtracted and added again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from verify.numeric.untouched import random_states, same_states

STEP = 64
"""Roundings of the largest entry by which the two sides lie away from the point."""

AGREE = 1024
"""Roundings within which two answers are one: sums may be taken in another order."""

JUMP = 0.5
"""Share of a type's digits beyond which values or derivatives jump: eps to this power of the largest entry."""

REPEATS = 16
"""Evaluations of what draws random numbers, before they count as without effect."""


def _signs(*offsets: Callable[..., Any]) -> Callable[..., list[Tensor]]:
    """On which side of each kink the entries of the first argument are."""

    def decide(out: Any, x: Tensor, *arguments: Any) -> list[Tensor]:
        kinks = [offset(*arguments) for offset in offsets]
        return [torch.sign(x - kink).to(torch.int8) for kink in kinks if kink is not None]

    return decide


def _at(kink: float) -> Callable[..., float]:
    return lambda *_: kink


def _argument(index: int, default: float | None = None, side: int = 1) -> Callable[..., Any]:
    """An argument by its place behind the first, times a side; None where there is none."""

    def find(*given: Any) -> Any:
        value = given[index] if len(given) > index else default
        return None if value is None else side * value

    return find


def _largest(out: Any, x: Tensor, dim: Any = (), keepdim: bool = False) -> list[Tensor]:
    """Which entries are the largest, or smallest."""
    wide = out
    if not keepdim:
        for axis in sorted(d % x.ndim for d in ([dim] if isinstance(dim, int) else dim)):
            wide = wide.unsqueeze(axis)
    return [x == wide]


def _norm(
    out: Any, x: Tensor, order: Any = 2, dim: Any = None, keepdim: bool = False, *_: Any
) -> list[Tensor]:
    # Near 0 too, where no entry of the norm itself vanishes, all that is normed changes sides.
    found = [torch.sign(x).to(torch.int8)]
    if order in (float("inf"), -float("inf")):
        found += _largest(out, x.abs(), () if dim is None else dim, keepdim)
    return found


def _deviation(out: Any, x: Tensor, dim: Any = None, *_: Any) -> list[Tensor]:
    """On which side of their mean the entries are: a deviation of 0 has no derivative."""
    mean = x.mean() if dim is None else x.mean(dim, keepdim=True)
    return [torch.sign(x - mean).to(torch.int8)]


def _root(out: Any, x: Tensor, exponent: Any = 0.5, *_: Any) -> list[Tensor]:
    """Of which order the entries are: a sum of squares that is rounding is of another one at its sides."""
    if isinstance(exponent, Tensor) or float(exponent).is_integer():
        return []
    return [torch.frexp(x).exponent // 8]


def _spectrum(index: int) -> Callable[..., list[Tensor]]:
    """Of which order singular values or eigenvalues and their gaps are, by their place among the results."""

    def decide(out: Any, *_: Any) -> list[Tensor]:
        return [torch.frexp(x).exponent // 4 for x in (out[index], out[index].diff())]

    return decide


def _band(
    out: Any, x: Tensor, target: Tensor, reduction: int = 1, width: float = 1.0
) -> list[Tensor]:
    return [torch.sign((x - target).abs() - width).to(torch.int8)]


DECIDES: dict[str, Callable[..., list[Tensor]]] = {
    **dict.fromkeys(
        (
            "relu",
            "abs",
            "sign",
            "sgn",
            "leaky_relu",
            "_prelu_kernel",
            "rrelu_with_noise",
            "elu",
            "celu",
            "selu",
        ),
        _signs(_at(0.0)),
    ),
    **dict.fromkeys(("hardswish", "hardsigmoid"), _signs(_at(-3.0), _at(3.0))),
    **dict.fromkeys(("hardtanh",), _signs(_argument(0, -1.0), _argument(1, 1.0))),
    **dict.fromkeys(
        ("hardshrink", "softshrink"), _signs(_argument(0, 0.5), _argument(0, 0.5, side=-1))
    ),
    **dict.fromkeys(("threshold",), _signs(_argument(0))),
    **dict.fromkeys(("clamp",), _signs(_argument(0), _argument(1))),
    **dict.fromkeys(
        ("clamp_min", "clamp_max", "maximum", "minimum", "fmax", "fmin"), _signs(_argument(0))
    ),
    **dict.fromkeys(("amax", "amin", "max", "min"), _largest),
    **dict.fromkeys(("linalg_vector_norm", "norm"), _norm),
    **dict.fromkeys(("std", "std_mean"), _deviation),
    **dict.fromkeys(("sqrt", "rsqrt", "pow"), _root),
    "_linalg_svd": _spectrum(1),
    "_linalg_eigh": _spectrum(0),
    "_local_scalar_dense": lambda out, *_: [torch.tensor(out, dtype=torch.float64)],
    **dict.fromkeys(("_cdist_forward", "_euclidean_dist"), lambda out, *_: [out == 0]),
    **dict.fromkeys(("smooth_l1_loss", "huber_loss"), _band),
    **dict.fromkeys(("floor", "ceil", "round", "trunc"), lambda out, *_: [out]),
    **dict.fromkeys(("frac", "fmod", "remainder"), lambda out, x, by=1.0: [torch.floor(x / by)]),
}
"""What the operations with a kink or a jump decide, by result and arguments: PyTorch passes these by place,
and leaves out at the end what is as by default. Those whose result is itself no real number, such as
comparisons, pooling with its indices or sorting, decide that."""


class Decisions(TorchDispatchMode):
    """Watches what a program decides, and whether it draws random numbers.

    Attributes:
        taken: operations and what they decided, in order.
        drew: whether an operation drew random numbers.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.taken: list[tuple[str, Tensor]] = []
        self.drew = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled in here, so the compiler, seconds of import, is not asked to keep out."""
        return False

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run an operation, and note what it decided."""
        before = args
        if func._schema.is_mutable and args and isinstance(args[0], Tensor):
            before = (args[0].clone(), *args[1:])  # an operation in place
        out = func(*args, **(kwargs or {}))
        if torch.Tag.nondeterministic_seeded in func.tags:
            self.drew = True
        if not (args and isinstance(args[0], Tensor) and args[0].is_floating_point()):
            return out
        name = func.overloadpacket.__name__.removesuffix("_")  # in place or not
        outputs = out if isinstance(out, (tuple, list)) else [out]
        found = [o for o in outputs if isinstance(o, Tensor) and not o.is_floating_point()]
        found = [o.clone() for o in found if not o.is_complex()]
        if not found and name in DECIDES:
            found = DECIDES[name](out, *before)
        self.taken += [(name, decided) for decided in found]
        return out


def require_smooth(
    function: Callable[[Tensor], Tensor], name: str, x: Tensor, value: Tensor, whole: object
) -> None:
    """Check that a callable gives the same answer again, and decides nothing at x.

    Args:
        function: what is evaluated, with gradients.
        name: what it is called in an error.
        x: the point, (d,) or (B, d).
        value: what it returned there.
        whole: the module whose parts are named in an error, if it is one.

    Raises:
        ValueError: if it answers differently, naming the module that does, or has a kink there.
    """
    here = _Run(function, x)
    answers = [here.value] + [function(x) for _ in range(REPEATS if here.drew else 1)]
    if any(_apart(answer, value) for answer in answers):
        raise ValueError(
            f"`{name}` answers differently each time: {_culprit(function, x, whole)}. A function of chance has no Hessian. Call .eval() on it, or fix what it draws."
        )
    x = x.detach()
    size = float(x.abs().max()) or 1.0
    direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype)
    step = STEP * torch.finfo(x.dtype).eps * size * direction.to(x.device)
    for side in (x + step, x - step):
        fault = _changed(here.taken, _Run(function, side).taken, len(x) if x.ndim == 2 else 0)
        if fault is not None and _jumps(function, x, step):
            operation, samples = fault
            operation = {"_local_scalar_dense": "item"}.get(operation, operation)
            where = f" of sample(s) {samples}" if samples else ""
            raise ValueError(
                f"`{name}` is undefined at kink: an argument of `{operation}`{where} is within rounding of a point where its derivatives jump. Move `z`{', or use float64' if x.dtype == torch.float32 else ''}."
            )


def _jumps(function: Callable[[Tensor], Tensor], x: Tensor, step: Tensor) -> bool:
    """Whether value, gradient or a product with the Hessian jumps between x and x + step or x - step.

    They are compared as they are, and over a step as long as x: relu(x_1) + x_2 has its kink at 0 beside x_2 = 1e9 too.
    A jump below the root of eps times the largest entry goes unseen: of 1 in a gradient of 1e4 in float32.
    What changes evenly is no jump: the second difference is taken, in which a step's square is left.
    """
    size = float(x.abs().max()) or 1.0
    roundings = torch.finfo(x.dtype).eps ** (JUMP - 1)

    def jet(x: Tensor) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(1)
        leaf = x.clone().requires_grad_()
        value = function(leaf)
        y, v = (torch.randn(t.shape, generator=generator, dtype=t.dtype) for t in (value, x))
        options = {"materialize_grads": True}
        (gradient,) = torch.autograd.grad(value, leaf, y.to(x.device), create_graph=True, **options)
        product = torch.zeros_like(x)
        if gradient.requires_grad:
            (product,) = torch.autograd.grad(gradient, leaf, v.to(x.device), **options)
        parts = [t.detach().flatten() for t in (value, gradient, product)]
        return torch.cat(parts), torch.cat([parts[0] / size, parts[1], parts[2] * size])

    try:
        with torch.enable_grad():
            here = jet(x)
            sides = [(jet(x + way / 2), jet(x + way)) for way in (step, -step)]
        return any(
            _apart(2 * half - whole, at, roundings)
            for halves, wholes in sides
            for at, half, whole in zip(here, halves, wholes, strict=True)
        )
    except (
        RuntimeError
    ):  # there is no second derivative, or no output of that shape, to be the same
        return True


class _Run:
    """One evaluation.

    Attributes:
        value: what came out.
        taken: the decisions, in order.
        drew: whether random numbers were drawn.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], x: Tensor) -> None:
        before = random_states()
        with torch.enable_grad(), Decisions() as seen:
            self.value = function(x.detach().clone().requires_grad_()).detach()
        self.taken = seen.taken
        self.drew = seen.drew or not same_states(before, random_states())


def _apart(found: Tensor, value: Tensor, roundings: float = AGREE) -> bool:
    """Whether two answers differ by more than so many roundings of the largest entry."""
    if found.shape != value.shape or not value.is_floating_point():
        return not torch.equal(found, value)
    allowed = roundings * torch.finfo(value.dtype).eps * value.abs().amax() if value.numel() else 0
    return not bool(((found - value).abs() <= allowed).all())


def _changed(
    here: list[tuple[str, Tensor]], there: list[tuple[str, Tensor]], batch: int
) -> tuple[str, list[int]] | None:
    """The first operation that decides otherwise, and on which samples."""
    for (name, decided), (other, then) in zip(here, there, strict=False):
        if name != other or decided.shape != then.shape:
            return name, []
        if not torch.equal(decided, then):
            if decided.ndim < 2 or len(decided) != batch:
                return name, []
            return name, (decided != then).flatten(1).any(1).nonzero().flatten().tolist()
    if len(here) != len(there):
        return "another branch of the program", []
    return None


def _culprit(function: Callable[[Tensor], Tensor], x: Tensor, whole: object) -> str:
    """The first module to finish that answers two calls differently, in words."""
    named = whole.named_modules() if isinstance(whole, nn.Module) else ()
    places = {id(module): f" `{place}`" for place, module in named if place}
    seen: list[tuple[nn.Module, Tensor]] = []

    def note(module: nn.Module, _: Any, out: Any) -> None:
        tensors = out if isinstance(out, (tuple, list)) else [out]
        seen.extend((module, t.detach().clone()) for t in tensors if isinstance(t, Tensor))

    runs = []
    handle = nn.modules.module.register_module_forward_hook(note)
    try:
        for _ in range(REPEATS):
            function(x)
            runs.append(seen.copy())
            seen.clear()
    finally:
        handle.remove()
    for steps in zip(*runs, strict=False):
        module, first = steps[0]
        if any(_apart(other, first) for _, other in steps[1:]):
            mode = "training" if module.training else "evaluation"
            return f"{type(module).__name__}{places.get(id(module), '')}, in {mode} mode"
    return "it draws random numbers, or keeps something from one call to the next"
