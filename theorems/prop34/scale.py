"""3.4 at production size: a Swish head, perturbed copies, and the share of each term of the bound.

Cross-entropy L(u) = logsumexp(u) - u_y has the same Hessian for every label y, and its gradient tells
the labels apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.prop34.bounds import TERMS, Letters, star_terms
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Plot, Series, Table
from verify.numeric.activations import SWISH
from verify.numeric.autodiff import gradient_and_product
from verify.numeric.decimals import rounded_up
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head, Trace

WIDTHS = (512, 2048, 2048)
SIZES = (1e-1, 1e-2, 1e-4)
"""Relative size of the perturbation of the weights."""

LABELS = 3
"""Losses for each size, of which the table shows the one that comes closest to its bound."""

NORM_SAFETY = 1 + 1e-6
"""Factor on each computed spectral norm. An eigenvalue of a Gram matrix of order n has absolute
error of about n eps times its norm, so that a norm of order 2048 is right to 1e-9 relative to
the largest; the factor makes every norm an upper bound with a wide margin."""


RELATIVE = 1e-8
"""Relative error allowed to the change of H_eff: of two matrices that are known to 1e-13 or better, where
they differ by 1e-4 of their size."""


class Measured(NamedTuple):
    """One perturbed head and loss: the change of H_eff and the five terms of the bound, in order."""

    change: float
    terms: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The change over the full bound."""
        return self.change / sum(self.terms)

    @property
    def published(self) -> float:
        """2 L M eps + M eps^2."""
        return self.terms[0] + self.terms[1]


def _upper(matrix: Tensor) -> float:
    """An upper bound of the spectral norm, from the smaller Gram matrix."""
    gram = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    return float(torch.linalg.eigvalsh(gram)[-1].clamp(min=0).sqrt()) * NORM_SAFETY


def _seeded(ctx: Context) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor], Tensor]:
    generator = torch.Generator().manual_seed(ctx.seed_for("prop34.scale"))

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    shapes = [(rows, columns) for columns, rows in pairwise(WIDTHS)]
    weights, noise = (
        [normal(*shape) * (2 / shape[1]) ** 0.5 for shape in shapes] for _ in range(2)
    )
    biases, shifts = ([normal(shape[0]) * 0.1 for shape in shapes] for _ in range(2))
    return weights, noise, biases, shifts, normal(WIDTHS[0])


def second_derivative_bound(w1: Tensor, w1_norm: float, w2_norm: float, curvature: Tensor) -> float:
    """An upper bound of |D^2 h| for one hidden layer.

    It is sup |W2 (s'' * (W1 v)^2)| over unit v, and (w_j.v)^2 <= |w_j| |w_j.v|, so that it is at
    most |W2| max_j (|s''_j| |w_j|) |W1|.
    """
    return w2_norm * float((curvature.abs() * w1.norm(dim=1)).max()) * w1_norm


def _softmax_hessian(p: Tensor) -> Tensor:
    return torch.diag(p) - torch.outer(p, p)


def cross_entropy_lipschitz(largest: float, delta: Tensor) -> float:
    """A Lipschitz constant of cross-entropy's Hessian on the segment from u to u + Delta.

    The third derivative is D^3 L[w, v, v] = E[(w - E w)(v - E v)^2] under p, at most
    sqrt(2) |w| |H|, and |H| <= max p; on the segment no p_i grows by more than exp(2 |Delta|_max).

    Args:
        largest: max p at u.
        delta: (k,).
    """
    return 2**0.5 * largest * float(torch.exp(2 * delta.abs().max()))


def letters(traces: tuple[Trace, Trace], outer: tuple[float, float]) -> Letters:
    """What the bound depends on under cross-entropy, each bounded from above; R, which needs a label, is 0.

    The loss Hessian is H = diag(p) - p p^T, so that |H| <= max p.

    Args:
        traces: of the target and of the perturbed head, of two layers, at one point.
        outer: upper bounds of |W_2| and of its change.
    """
    (before, after), (w2, w2_change) = traces, outer
    p, delta = torch.softmax(before.output, dim=0), after.output - before.output
    jacobian, m = before.jacobian(), float(p.max())
    (w1, w1_moved), (bend, bend_moved) = (
        [of(trace) for trace in traces]
        for of in (lambda trace: trace.head.weights[0], lambda trace: trace.jets[0][2])
    )
    norm, norm_moved = _upper(w1), _upper(w1_moved)
    # D^2 h_phi - D^2 h = (W2' - W2)[s''_phi (w'v)^2] + W2[(s''_phi - s'')(w'v)^2]
    #                     + W2[s'' ((w'v)^2 - (wv)^2)], each bounded like `second_derivative_bound`.
    longest = float((bend.abs() * (w1_moved - w1).norm(dim=1)).max())
    e2 = (
        second_derivative_bound(w1_moved, norm_moved, w2_change, bend_moved)
        + second_derivative_bound(w1_moved, norm_moved, w2, bend_moved - bend)
        + w2 * longest * (norm + norm_moved)
    )
    return Letters(
        _upper(jacobian),
        m,
        _upper(after.jacobian() - jacobian),
        cross_entropy_lipschitz(m, delta),
        K2=second_derivative_bound(w1, norm, w2, bend),
        epsilon0=float(delta.norm()),
        epsilon2=e2,
    )


def _product(head: Head, label: int, z: Tensor, v: Tensor) -> Tensor:
    """H_eff v by automatic differentiation of the composition, (d,)."""

    def loss(z: Tensor) -> Tensor:
        u = head(z)
        return torch.logsumexp(u, dim=0) - u[label]

    return gradient_and_product(loss, z, "composition")[2](v.unsqueeze(0))[0]


def term_shares(ctx: Context) -> Finding:
    """The change of H_eff against the bound, cross-entropy loss, float64."""
    w, noise, b, shift, z = _seeded(ctx)
    head = Head(w, b, SWISH)
    trace = head.trace(z)
    n2, noise2 = _upper(w[1]), _upper(noise[1])
    p = torch.softmax(trace.output, dim=0)
    gauss_newton = pullback(trace, _softmax_hessian(p))
    probe = z / z.norm()
    gaps = []

    found: list[list[Measured]] = []
    for size, labels in zip(SIZES, _labels(ctx), strict=True):
        moved = Head(
            [x + size * y for x, y in zip(w, noise, strict=True)],
            [x + size * y for x, y in zip(b, shift, strict=True)],
            SWISH,
        )
        at = moved.trace(z)
        p_moved = torch.softmax(at.output, dim=0)
        bent = pullback(at, _softmax_hessian(p_moved)) - gauss_newton
        known = letters((trace, at), (n2, size * noise2))
        found.append([])
        for label in labels.tolist():
            unit = torch.zeros_like(p)
            unit[label] = 1
            rho = p - unit
            terms = star_terms(known._replace(R=float(rho.norm())))
            apart = bent + interaction(at, p_moved - unit) - interaction(trace, rho)
            oracle = _product(moved, label, z, probe) - _product(head, label, z, probe)
            gaps.append(float((apart @ probe - oracle).norm() / oracle.norm()))
            # A lower bound: the largest modulus of an eigenvalue, lowered by the same factor.
            change = float(torch.linalg.eigvalsh(apart).abs().max()) / NORM_SAFETY
            found[-1].append(Measured(change, terms))
    rows = [row for each in found for row in each]
    worst = max(row.ratio for row in rows)
    beyond = sum(row.change > row.published for row in rows)
    most = max(row.change / row.published for row in rows)
    shown = [max(each, key=lambda row: row.ratio) for each in found]
    return Finding(
        outcome=Outcome.AS_STATED if max(worst, max(gaps) / RELATIVE) <= 1 else Outcome.SURPRISE,
        summary=(
            f"At {'-'.join(map(str, WIDTHS))}, under {len(rows)} seeded losses, the change of H_eff is "
            f"at most {rounded_up(worst, 2)} of the full bound. It is at most {rounded_up(most, 2)} of the published bound, "
            f"which it exceeds in {beyond} of the {len(rows)}."
        ),
        cases=len(rows),
        margin=worst,
        residuals={
            f"weights moved by {size:g}: change over the published bound": row.change
            / row.published
            for size, row in zip(SIZES, shown, strict=True)
        },
        tables=(
            term_table(
                shown,
                SIZES,
                "The change of the effective Hessian, and the share of each term of the full bound",
                "change",
                f"Cross-entropy on a 512-2048-2048 Swish head with He weights, the worst of {LABELS} labels for each size. Norms in the bounds are upper bounds (for second derivatives, of products of norms), the change is a lower bound, so that an excess over the published bound would be real up to float64 rounding. The full bound is loose here: it holds for every direction and alignment.",
            ),
        ),
        plots=(_plot(shown),),
    )


def _labels(ctx: Context) -> Tensor:
    """Different labels for every size and loss: (sizes, `LABELS`)."""
    generator = torch.Generator().manual_seed(ctx.seed_for("prop34.labels"))
    return torch.randperm(WIDTHS[-1], generator=generator)[: len(SIZES) * LABELS].view(-1, LABELS)


def term_table(
    found: list[Measured], sizes: Sequence[float], title: str, change: str, note: str
) -> Table:
    """A row for each size: the change against both bounds, and the share of each term.

    Args:
        found: what was measured, one for each size.
        sizes: by how much the weights moved.
        title: of the table.
        change: what the change is called.
        note: under the table.
    """
    return Table(
        title=title,
        columns=("weights moved by", change, "full bound", "published bound", *TERMS),
        rows=tuple(
            (
                f"{size:g}",
                *(f"{x:.3g}" for x in (row.change, sum(row.terms), row.published)),
                *(f"{100 * term / sum(row.terms):.2g}%" for term in row.terms),
            )
            for size, row in zip(sizes, found, strict=True)
        ),
        note=note,
    )


def _plot(found: list[Measured]) -> Plot:
    curves = (
        ("change of the effective Hessian", [row.change for row in found]),
        ("full bound", [sum(row.terms) for row in found]),
        ("published bound", [row.published for row in found]),
    )
    return Plot(
        title="The effective Hessian of a perturbed head",
        kind="line",
        series=tuple(Series(label=name, x=SIZES, y=tuple(values)) for name, values in curves),
        xlabel="relative size of the perturbation of the weights",
        ylabel="spectral norm",
        xscale="log",
        yscale="log",
    )
