"""What a head does to representations: whitening, contraction of orbits, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor, nn

from verify.diagnose.findings import FEW, Answer, Strength
from verify.diagnose.forming import forming_error
from verify.diagnose.own import asymmetry, closed
from verify.numeric import EffectiveHessian, Loss
from verify.numeric.inertia import FORMING_SAFETY
from verify.ssl.measurements import percentile_interval
from verify.ssl.probes import ridge_scores

RESOLVED = 1e-10
"""Eigenvalues that count, over the largest modulus; those of order 512 are right to 512 eps of it."""

ALIKE = 1e-6
"""Relative difference up to which two condition numbers are one; of eigenvalues 1e-10 of the largest, rounding makes less."""

LARGEST = 1024
"""Order up to which condition numbers are taken."""

DRAWS = 400
"""Bootstrap draws of an interval."""


def condition(matrices: Tensor, rounding: float = 0.0) -> list[tuple[float, int]]:
    """Of each matrix (b, n, n) largest over smallest positive eigenvalue, and their number; (0, 0) where there is none.

    Those count that are beyond the rounding of the matrices, and of the eigenvalues.
    """
    found = []
    for values in torch.linalg.eigvalsh(matrices):
        positive = values[values > max(RESOLVED * float(values.abs().max()), rounding)]
        kappa = float(positive[-1] / positive[0]) if len(positive) else 0.0
        found.append((kappa, len(positive)))
    return found


def one_point(rows: Tensor) -> bool:
    """Whether rows (n, d) are one, to within rounding: as of `effective_ranks`, which has a spectrum besides."""
    rounding = 4 * math.sqrt(rows.shape[1]) * torch.finfo(rows.dtype).eps
    return bool(((rows - rows[0]).norm(dim=1) <= rounding * rows[0].norm()).all())


def _same(u: Tensor) -> Tensor:
    """No head."""
    return 1 * u


def whitening(
    hessian: EffectiveHessian,
    objective: Loss | Callable[[Tensor], Tensor],
    numbers: dict[str, float],
    rounding: float,
    eps: float,
) -> list[Answer]:
    """Condition of H_eff, which is right to `rounding`, on its positive eigenvectors, against that of the loss in the outputs."""
    u = hessian.output
    if hessian.n > LARGEST or u.numel() // hessian.blocks > LARGEST:
        return []
    alone = EffectiveHessian(_same, objective, u, separable=hessian.blocks > 1)
    unnoted: list[str] = []
    formed = forming_error(_same, _same, alone, objective, u, unnoted, eps).product
    if not closed(nn.Identity(), objective):
        formed = max(formed, FORMING_SAFETY * asymmetry(alone)[0])
    own = condition(alone.dense_blocks(None), formed)
    through = condition(hessian.dense_blocks(None), rounding)
    counts = [max(count for _, count in each) for each in (own, through)]
    alike = [(k, o, n) for (k, n), (o, m) in zip(through, own, strict=True) if n == m > 0]
    numbers |= {"positive of the loss": counts[0], "positive through the head": counts[1]}
    if alike:
        kappa = [median(pair[i] for pair in alike) for i in (0, 1)]
        numbers |= {"kappa through the head": kappa[0], "kappa of the loss": kappa[1]}
    question = "Does the head improve the loss's condition?"
    if not all(counts):
        where = "the loss" if not counts[0] else "H_eff"
        answer = f"There is nothing to whiten: {where} has no resolved positive eigenvalue here."
    elif not alike:
        answer = (
            f"The condition number is {through[0][0]:.3g} on {counts[1]} positive eigenvectors of H_eff, and {own[0][0]:.3g} on {counts[0]} of the loss alone; on spaces of different dimension they do not compare."
            if len(own) == 1
            else "H_eff has another number of positive eigenvectors than the loss alone in every row; on spaces of different dimension condition numbers do not compare."
        )
    else:
        change = median(k / o for k, o, _ in alike)
        of = {n for _, _, n in alike}
        on = f"the {min(of)} positive eigenvectors" if len(of) == 1 else "the positive eigenvectors"
        over = (
            f", in the median of the {len(alike)} of {len(own)} rows in which these are as many, and through the head over without it {change:.3g}"
            if len(own) > 1
            else ""
        )
        if abs(change - 1) <= ALIKE:
            answer = f"It leaves it as it is: the condition number on {on} is {kappa[1]:.3g} both through the head and without it{over}."
        else:
            word = "Yes" if change < 1 else "No"
            answer = f"{word}: the condition number on {on} is {kappa[0]:.3g} through the head and {kappa[1]:.3g} without it{over}."
    basis = f"eigenvalues above {RESOLVED:.0e} of the largest and above the forming error, condition numbers that differ by more than {ALIKE:.0e}"
    return [Answer(question, answer, Strength.VALUE, basis)]


def orbits(
    z1: Tensor,
    z2: Tensor,
    h1: Tensor,
    h2: Tensor,
    fresh: Callable[[Tensor], Tensor] | None,
    numbers: dict[str, float],
    generator: torch.Generator,
) -> list[Answer]:
    """Squared distance of two views over the spread, of h against z, with two controls."""

    def within(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        both = torch.cat([a, b])
        centred = (both - both.mean(0)).square().sum(1)
        return (a - b).square().sum(1), centred.reshape(2, -1).sum(0)

    def contraction(pairs: tuple[Tensor, ...], w: Tensor | slice) -> float:
        dz, sz, dh, sh = (p[w].mean() for p in pairs)
        return float((dh / sh) / (dz / sz))

    def untold(why: str) -> list[Answer]:
        answer, basis = f"This cannot be told: {why}.", "squared distances of two views"
        return [Answer("Does it contract orbits?", answer, Strength.VALUE, basis)]

    pairs = (*within(z1, z2), *within(h1, h2))
    one = numbers["z collapsed"] or numbers["h collapsed"]
    if one or not all(bool(part.any()) for part in (pairs[0], pairs[1], pairs[3])):
        return untold("views or outputs are all one point")
    n = len(z1)
    value = contraction(pairs, slice(None))
    drawn = torch.randint(n, (DRAWS, n), generator=generator).to(z1.device)
    samples = torch.tensor([contraction(pairs, w) for w in drawn])
    if not bool(samples.isfinite().all()):
        return untold(
            f"some of {DRAWS} bootstrap draws hold no sample whose views, or outputs, differ"
        )
    low, high = percentile_interval(samples)
    numbers["orbit contraction"] = value
    if n >= FEW:
        numbers |= {"orbit contraction, low": low, "orbit contraction, high": high}
    order = torch.randperm(n, generator=generator).to(z1.device)
    other = order.roll(1)  # no sample meets itself
    shuffled = contraction(
        (*within(z1[order], z2[other]), *within(h1[order], h2[other])), slice(None)
    )
    controls = f"of unrelated samples {shuffled:.2g}"
    numbers["orbit contraction, unrelated samples"] = shuffled
    if fresh is not None:
        with torch.no_grad():
            anew = fresh(torch.cat([z1, z2])).double().chunk(2)
        control = (*within(z1, z2), *within(anew[0], anew[1]))
        if bool(control[3].sum() > 0):
            numbers["orbit contraction, fresh head"] = contraction(control, slice(None))
            controls += (
                f", by a head of fresh weights {numbers['orbit contraction, fresh head']:.2g}"
            )
    if n < FEW:
        return untold(f"{n} samples are too few for an interval, which asks for {FEW}")
    word = "Yes" if high < 1 else "No, it expands them" if low > 1 else "Undecided"
    answer = (
        f"{word}: relative to the spread of all outputs, the squared distance of two views changes by a "
        f"factor of {value:.2g} from z to h ({low:.2g} to {high:.2g}); {controls}."
    )
    return [
        Answer(
            "Does it contract orbits?",
            answer,
            Strength.INTERVAL,
            f"nominally 95 %, {DRAWS} bootstrap draws over {n} samples, as if each were independent of the others",
        )
    ]


def costs(
    z: Tensor, h: Tensor, labels: Tensor, numbers: dict[str, float], generator: torch.Generator
) -> list[Answer]:
    """Accuracy of a linear probe of z and of h on the other half of the samples, of rows that are equal one each."""
    question = "What does the head cost?"
    same = z.unique(dim=0, return_inverse=True)[1].tolist()
    one_each = torch.tensor(list(dict(zip(same, range(len(z)), strict=True)).values()))
    labels = labels.unique(return_inverse=True)[1]
    classes = int(labels.max()) + 1
    order = one_each[torch.randperm(len(one_each), generator=generator)].to(z.device)
    seen, asked = order[: len(order) // 2], order[len(order) // 2 :]
    if classes < 2 or len(seen) < max(classes, FEW):
        few = f"{len(order)} samples that differ, of {classes} classes, are too few for a probe."
        return [Answer(question, f"This cannot be told: {few}", Strength.VALUE, "no probe")]
    right = {}
    for name, rows in (("z", z), ("h", h)):
        if one_point(rows[seen]):
            right[name] = (labels[asked] == labels[seen].mode().values).double().cpu()
            continue
        scores = ridge_scores(rows[seen], labels[seen], rows[asked], classes)
        right[name] = (scores.argmax(1) == labels[asked]).double().cpu()
    gap = right["z"] - right["h"]
    drawn = torch.randint(len(gap), (DRAWS, len(gap)), generator=generator)
    low, high = percentile_interval(100 * gap[drawn].mean(1))
    numbers |= {f"probe of {name}": float(found.mean()) for name, found in right.items()}
    numbers |= {"cost in points": float(100 * gap.mean()), "cost, low": low, "cost, high": high}
    word = (
        "It costs"
        if low > 0
        else "It costs nothing and helps by"
        if high < 0
        else "Undecided, it costs"
    )
    answer = (
        f"{word} {100 * abs(float(gap.mean())) if high < 0 else 100 * float(gap.mean()):.1f} points "
        f"({low:.1f} to {high:.1f} lost): a linear probe reads the class of {100 * float(right['z'].mean()):.1f} % of "
        f"the samples from z and of {100 * float(right['h'].mean()):.1f} % from h."
    )
    basis = f"nominally 95 %, {DRAWS} paired bootstrap draws over {len(gap)} samples with other representations than the probe has seen"
    return [Answer(question, answer, Strength.INTERVAL, basis)]
