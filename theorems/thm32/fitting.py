"""One-hidden-layer networks fitted to the exact head along a curve, in the C^2 sense.

The hidden layer is random and stays as it is; the outgoing weights are the linear least-squares fit
to values, Jacobians and second derivatives of the exact head at points of the curve. The isotropy
error is measured at points between them, which the fit has not seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.thm32.heads import Parabola, Waves, local_parabola
from verify.claims.check import Context
from verify.claims.evidence import Finding, Plot, Series, Table, finding
from verify.numeric.activations import TANH
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head

WIDTHS = (20, 60, 200, 600, 2000)
POINTS = 160
"""Points of a curve that are fitted; as many between them are held out."""

SPREAD = 1.5
"""Standard deviation of the incoming weights, and a quarter of the range of the biases."""

CUTOFF = 1e-12
"""Singular values below this multiple of the largest count as 0 in the least squares: some thousand
roundings of the features."""

FALL = 1e-4
"""The held-out error at the largest width is to be below this multiple of that at the smallest: four
orders of magnitude, so that no chance of the random features decides; the errors themselves fall by
eight orders and more."""

LOSS = Waves(
    torch.tensor([1.0, 0.5], dtype=torch.float64),
    torch.tensor([[1.0, 0.0], [1.0, 1.5]], dtype=torch.float64),
    torch.tensor([0.3, -0.5], dtype=torch.float64),
    torch.tensor([0.0, -0.2], dtype=torch.float64),
)
"""sin(u1 + 0.3) + sin(u1 + 1.5 u2 - 0.5) / 2 - u2^2 / 10: bounded along u1, and not convex."""


def arc(t: Tensor) -> Tensor:
    """Three quarters of the unit circle, t from 0 to 1: (n,) -> (n, 2)."""
    return torch.stack([torch.cos(1.5 * math.pi * t), torch.sin(1.5 * math.pi * t)], dim=1)


def figure_eight(t: Tensor) -> Tensor:
    """(sin 2 pi t, sin 4 pi t), which meets itself at 0: (n,) -> (n, 2)."""
    return torch.stack([torch.sin(2 * math.pi * t), torch.sin(4 * math.pi * t)], dim=1)


CURVES: dict[str, Callable[[Tensor], Tensor]] = {"arc": arc, "figure-eight": figure_eight}


class Jet(NamedTuple):
    """A scalar function at n points: values (n,), gradients (n, 2), second derivatives (n, 3).

    The second derivatives are xx, sqrt(2) xy and yy, so that squares add up to |D^2|^2.
    """

    value: Tensor
    gradient: Tensor
    second: Tensor

    @property
    def rows(self) -> Tensor:
        """All of them in one column, (6 n,)."""
        return torch.cat([self.value, self.gradient.flatten(), self.second.flatten()])


def packed(matrices: Tensor) -> Tensor:
    """(.., 2, 2) -> (.., 3)."""
    xx, xy, yy = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    return torch.stack([xx, 2**0.5 * xy, yy], dim=-1)


def target(head: Parabola, z: Tensor) -> Jet:
    """The jet of s(z), h = u0 + s e, from phi(s) = y + (c / 2) |z - z0|^2 differentiated twice."""
    away = z - head.centre
    values = head.y + head.c * away.square().sum(1) / 2
    s = torch.stack([head.inverse(value) for value in values])
    places = [head.u0 + x * head.e for x in s]
    slope = torch.stack([head.slope(x) for x in s])
    bend = torch.stack([head.e @ LOSS.hessian(u) @ head.e for u in places])
    gradient = head.c * away / slope[:, None]
    squares = gradient[:, :, None] * gradient[:, None, :]
    identity = torch.eye(2, dtype=z.dtype)
    second = (head.c * identity - bend[:, None, None] * squares) / slope[:, None, None]
    return Jet(s, gradient, packed(second))


def features(w: Tensor, b: Tensor, z: Tensor) -> Tensor:
    """The jets of tanh(w_j.z + b_j) and of 1 as columns: (m, 2), (m,), (n, 2) -> (6 n, m + 1)."""
    value, slope, bend = TANH.jet(z @ w.T + b)
    squares = packed(w[:, :, None] * w[:, None, :])
    gradient = (slope[:, None, :] * w.T).reshape(-1, len(b))
    second = (bend[:, None, :] * squares.T).reshape(-1, len(b))
    ones = torch.cat([torch.ones(len(z), 1), torch.zeros(5 * len(z), 1)]).to(z.dtype)
    return torch.cat([torch.cat([value, gradient, second]), ones], dim=1)


def fitted(head: Parabola, wanted: Jet, width: int, z: Tensor, generator: torch.Generator) -> Head:
    """The network with random hidden units whose jet at z is closest to that of the exact head."""
    w = SPREAD * torch.randn(width, 2, generator=generator, dtype=z.dtype)
    b = 2 * SPREAD * (2 * torch.rand(width, generator=generator, dtype=z.dtype) - 1)
    solution = torch.linalg.lstsq(
        features(w, b, z), wanted.rows[:, None], rcond=CUTOFF, driver="gelsd"
    ).solution[:, 0]
    return Head([w, torch.outer(head.e, solution[:-1])], [b, head.u0 + solution[-1] * head.e], TANH)


def isotropy_errors(network: Head, c: float, z: Tensor) -> tuple[Tensor, Tensor]:
    """|H_eff / c - I| and |G| / c at each point: (n, 2) -> (n,), (n,)."""
    trace = network.trace(z)
    outputs = list(trace.output)
    rho = torch.stack([LOSS.gradient(u) for u in outputs])
    g = pullback(trace, torch.stack([LOSS.hessian(u) for u in outputs]))
    gap = (g + interaction(trace, rho)) / c - torch.eye(2, dtype=z.dtype)
    return torch.linalg.eigvalsh(gap).abs().amax(1), torch.linalg.eigvalsh(g).abs().amax(1) / c


class Measured(NamedTuple):
    """The largest error at fitted and at held-out points, and the largest |G| / c."""

    fitted: float
    held_out: float
    pullback: float


def measure(ctx: Context, name: str) -> list[Measured]:
    """Fit a network of each width along one curve."""
    z = CURVES[name](torch.linspace(0, 1, 2 * POINTS + 1, dtype=torch.float64))
    seen, unseen = z[::2], z[1::2]
    centre = torch.tensor([0.2, -0.1], dtype=z.dtype)
    head = local_parabola(LOSS, torch.zeros(2, dtype=z.dtype), centre, 2.0)
    wanted, found = target(head, seen), []
    for width in WIDTHS:
        seed = ctx.seed_for(f"thm32.fitting.{name}.{width}")
        network = fitted(head, wanted, width, seen, torch.Generator().manual_seed(seed))
        error, share = isotropy_errors(network, head.c, unseen)
        at_fitted = isotropy_errors(network, head.c, seen)[0]
        found.append(Measured(*(float(x.max()) for x in (at_fitted, error, share))))
    return found


def _best(rows: list[Measured]) -> int:
    """The width with the least held-out error."""
    return WIDTHS[min(range(len(rows)), key=lambda n: rows[n].held_out)]


def _falls_to(rows: list[Measured]) -> int:
    """How many widths, the first among them, the held-out error falls through one after the other."""
    errors = [row.held_out for row in rows]
    return next((n for n in range(1, len(errors)) if not errors[n] < errors[n - 1]), len(errors))


def _title(found: Mapping[str, list[Measured]]) -> str:
    """The last width up to which the error of every curve falls, if it falls at all."""
    falling = min(map(_falls_to, found.values()))
    if falling == 1:
        return "Wider networks are not always closer to isotropic between the fitted points"
    return f"Up to width {WIDTHS[falling - 1]} wider networks are closer to isotropic between the fitted points"


def networks(ctx: Context) -> Finding:
    """The isotropy error of networks of growing width along an arc and a figure-eight."""
    found = {name: measure(ctx, name) for name in CURVES}
    falls = {name: rows[-1].held_out / rows[0].held_out for name, rows in found.items()}
    margin = max(falls.values()) / FALL
    table = Table(
        title="Isotropy error of fitted networks",
        columns=(
            "curve",
            "width",
            "largest |H_eff / c - I|, fitted points",
            "held-out points",
            "largest |G| / c",
        ),
        rows=tuple(
            (name, str(width), f"{row.fitted:.1e}", f"{row.held_out:.1e}", f"{row.pullback:.1e}")
            for name, rows in found.items()
            for width, row in zip(WIDTHS, rows, strict=True)
        ),
        note=f"One random hidden layer of tanh units for each width; {POINTS + 1} points fitted in value, Jacobian and second derivative by least squares, {POINTS} between them held out. A measurement of these fits; the widest network has more weights than there are equations, {6 * (POINTS + 1)}.",
    )
    plot = Plot(
        title=_title(found),
        kind="line",
        series=tuple(
            Series(label=name, x=tuple(map(float, WIDTHS)), y=tuple(row.held_out for row in rows))
            for name, rows in found.items()
        ),
        xlabel="width",
        ylabel="largest |H_eff / c - I| at held-out points",
        xscale="log",
        yscale="log",
    )
    ends = " and ".join(
        f"from {rows[0].held_out:.1e} to {rows[-1].held_out:.1e} along the {name} (least at width {_best(rows)})"
        for name, rows in found.items()
    )
    return finding(
        margin <= 1,
        f"From width {WIDTHS[0]} to {WIDTHS[-1]} the isotropy error at held-out points falls {ends}.",
        cases=len(CURVES) * len(WIDTHS),
        margin=margin,
        tables=(table,),
        plots=(plot,),
    )
