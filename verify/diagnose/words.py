"""The sentences of a diagnosis, each with the strength of what it rests on."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from verify.diagnose.findings import FEW, Answer, Extremes, Strength
from verify.diagnose.forming import lengths
from verify.numeric import EffectiveHessian, Head, Loss
from verify.numeric.effective_hessian import rounding_majorant
from verify.numeric.heads import Trace
from verify.numeric.inertia import cancellation, inertia

CRITICAL = 1e-9
"""A row's gradient over a curvature times a length, up to which a state counts as critical. The curvature is the steepest,
or where all are positive the least; the length that of the row, or to the rows' mean if that is less, or that over
which this curvature makes the row's share of the loss, whichever of these is more."""

COLLAPSED = 1e-12
"""Variance, of at most 1, up to which points of mean square 1, or directions, count as one."""

DEFECT = 1e-8
"""Of (hess L) u and rho, which are opposite, what they may differ by where that is told."""

LARGEST = 2048
"""Order up to which the loss's own inertia is counted."""

Numbers = dict[str, float]


def is_point(numbers: Numbers) -> bool:
    """Whether all outputs, of both views, are one point."""
    return (
        bool(numbers["h collapsed"]) or numbers["variance of h over its mean square"] <= COLLAPSED
    )


def is_direction(numbers: Numbers) -> bool:
    """Whether the directions of all outputs, of both views, are one."""
    return numbers["variance of directions of h"] <= COLLAPSED


def first_order(slope: Tensor, size: Tensor, effective: Extremes, loss: float) -> float:
    """The largest of the rows' first-order changes, which `CRITICAL` bounds; curvature counts from its forming error on.

    Where all curvature is positive it is the least that counts: a minimum is as far as that says.
    """
    curvature = max(abs(effective.smallest), abs(effective.largest), effective.rounding)
    if effective.negative == 0 == effective.zero:
        curvature = effective.smallest
    share = math.sqrt(abs(loss) / len(slope))
    root = math.sqrt(curvature)  # of each factor, since their product with a loss may overflow
    change = slope / (root * (root * size).clamp(min=share))
    return float(torch.where(slope > 0, change, 0).max())


def is_critical(numbers: Numbers) -> bool | None:
    """Whether the gradient by z vanishes, as `CRITICAL` says; None where its rounding hides that."""
    if numbers["first-order change"] > CRITICAL:
        return False
    return True if numbers["first-order change with rounding"] <= CRITICAL else None


def verdict(
    effective: Extremes, numbers: Numbers, held: Sequence[str], as_differentiated: bool = False
) -> str:
    """The state in one sentence, and in another of what the curvature is, if not of all that was given.

    Args:
        effective: extremes of H_eff.
        numbers: what was measured.
        held: what the loss holds constant of these outputs.
        as_differentiated: whether derivatives were seen to be others than those of the loss's values.
    """
    of = [] if numbers["samples of the batch"] == numbers["samples"] else [f"of {_batch(numbers)}"]
    if of and numbers["outputs of the batch are one point"] and not is_point(numbers):
        of[0] += ", whose outputs are one point"
    of += [f"with {' and '.join(held)} held constant"] if held else []
    rest = f" Loss, gradient and curvature are those {', '.join(of)}." if of else ""
    if as_differentiated:
        rest += " Gradient and curvature are as differentiated; the loss's values change otherwise."
    return _state(effective, numbers) + rest


def _batch(numbers: Numbers) -> str:
    few, every = numbers["samples of the batch"], numbers["samples"]
    return f"{few:.0f} of {every:.0f} samples" if few < every else f"{every:.0f} samples"


def _state(effective: Extremes, numbers: Numbers) -> str:
    state = (
        "Completely collapsed"
        if is_point(numbers)
        else "Collapsed to one direction"
        if is_direction(numbers)
        else "Not completely collapsed"
    )
    known = is_critical(numbers)
    if known is None and _degenerate(effective):
        return f"{state}, where neither gradient nor curvature is resolved."
    if not known:
        where = "it is not resolved whether the gradient is zero"
        if known is False:
            where = "the gradient is not zero"
        sign = "without resolved negative curvature"
        if repels(effective):
            sign = "with resolved negative curvature"
            if not effective.closed:
                sign = "with negative curvature in float64"
        return f"{state}, where {where}, {sign}."
    certified = "certified" if effective.closed else "by signs in float64"
    if repels(effective):
        strength = certified if effective.negative else "by its residual"
        return f"{state}, at a critical point that repels ({strength})."
    if effective.zero is None:
        return f"{state}, at a critical point where no negative curvature was found (by residuals)."
    if _degenerate(effective):
        out = ", so no way out to second order" if effective.closed else ""
        return f"{state}, at a degenerate critical point: there is no resolved curvature{out}."
    if effective.zero == 0:
        return f"{state}, at a critical point that attracts ({certified})."
    return f"{state}, at a critical point where no resolved curvature repels."


def repels(effective: Extremes) -> bool:
    """Whether a negative eigenvalue is certified, or resolved by its residual where none are counted."""
    if effective.negative is not None:
        return effective.negative > 0
    return effective.smallest + effective.residuals[0] < -effective.rounding


def _degenerate(effective: Extremes) -> bool:
    return effective.negative == 0 == effective.positive


def collapse(numbers: Numbers) -> Answer:
    """How collapsed."""
    many = "variance of directions of h, low" in numbers

    def of(name: str) -> str:
        at = f"variance of directions of {name}"
        ends = f" ({numbers[f'{at}, low']:.3g} to {numbers[f'{at}, high']:.3g})" if many else ""
        return (
            f"{name}: {numbers[at]:.3g}{ends}, "
            f"effective rank {numbers[f'effective rank of {name}, Roy and Vetterli']:.3g} by singular "
            f"values, {numbers[f'effective rank of {name}, RankMe']:.3g} as RankMe, "
            f"{numbers[f'effective rank of {name}, von Neumann']:.3g} by the covariance, "
            f"of {numbers[f'{name} dimensions']:.0f}"
        )

    word = (
        "Completely: all outputs are one point."
        if is_point(numbers)
        else "To one direction: the outputs differ in length alone."
        if is_direction(numbers)
        else "Not completely."
    )
    return Answer(
        "Has it collapsed?",
        f"{word} Variance of directions, of at most 1, of {of('h')}; of {of('z')}.",
        Strength.INTERVAL if many else Strength.VALUE,
        f"{'nominally 95 % by bootstrap over the samples, with all of their views, for the variances' if many else f'fewer than {FEW} samples have no interval'}; ranks are values in float64; one point, or direction, up to a variance of {COLLAPSED:.0e} of the mean square",
    )


def critical(numbers: Numbers) -> Answer:
    """Whether the state is critical."""
    word = {True: "Yes", False: "No", None: "That is not resolved"}[is_critical(numbers)]
    return Answer(
        "Is the state critical?",
        f"{word}: the loss of {_batch(numbers)} is {numbers['loss']:.6g}, |rho| = {numbers['|rho|']:.2g} and |J^T rho| = {numbers['|J^T rho|']:.2g}.",
        Strength.RESIDUAL,
        f"critical up to {CRITICAL:.0e} of a curvature times a length: of the steepest, or the least where all are positive, and the row's, or to the rows' mean if that is less, or that over which this curvature makes its share of the loss, whichever of these is more; not resolved where a gradient beyond that is within its own rounding (an estimate)",
    )


def stable(effective: Extremes, numbers: Numbers, lr: float | None) -> Answer:
    """Whether a perturbation of z grows."""
    before = {
        True: "",
        False: "The state moves, since it is not critical; ",
        None: "Whether the state is critical is not resolved; ",
    }[is_critical(numbers)]
    total = sum(n or 0 for n in (effective.negative, effective.zero, effective.positive))
    proved = f"eigenvalues of the float64 matrix are enclosed: {effective.negative} negative, {effective.zero} within its forming error of {effective.rounding:.1e} (an estimate), {effective.positive} positive"
    held = f"least eigenvalue {effective.smallest:.4g}, largest {effective.largest:.4g}"
    if lr is not None and lr * effective.largest > 2 and not repels(effective):
        held += f"; but that is of a small rate: descent of z itself at rate {lr:g} overshoots along the steepest direction, as rate times largest is {lr * effective.largest:.3g}, above 2"
    if effective.negative is None:
        negative = "it repels" if is_critical(numbers) else "H_eff has a negative eigenvalue"
        word = negative if repels(effective) else "no negative eigenvalue was found"
        residual = f"residuals {effective.residuals[0]:.1e} and {effective.residuals[1]:.1e}; the matrix was not formed, so eigenvalues beyond these are not excluded"
        return Answer(
            "Is it stable?", _sentence(f"{before}{word}: {held}."), Strength.RESIDUAL, residual
        )
    if effective.negative:
        does = "it repels" if is_critical(numbers) else "H_eff is negative"
        word = f"{does} along {effective.negative} of {total} directions"
    elif _degenerate(effective):
        word = "second order says nothing, since every eigenvalue is 0 to within rounding"
    elif effective.zero:
        word = f"nothing repels to second order; {effective.zero} of {total} directions are flat to within rounding"
    else:
        does = "it attracts" if is_critical(numbers) else "H_eff is positive"
        word = f"{does} along all {total} directions"
    flat = effective.zero and not effective.negative
    strength = Strength.CERTIFIED if effective.closed and not flat else Strength.VALUE
    return Answer("Is it stable?", _sentence(f"{before}{word}: {held}."), strength, proved)


def curvature(terms: Sequence[Extremes]) -> list[Answer]:
    """Where the curvature comes from."""
    g, m, _ = terms
    counts = "".join(
        f"; {t.term} has {t.negative} negative and {t.positive} positive"
        for t in (g, m)
        if t.negative is not None
    )
    return [
        Answer(
            "Where does the curvature come from?",
            f"The pullback G has eigenvalues from {g.smallest:.3g} to {g.largest:.3g}, the interaction term M "
            f"from {m.smallest:.3g} to {m.largest:.3g}{counts}.",
            Strength.RESIDUAL,
            f"residuals up to {max(*g.residuals, *m.residuals):.1e}",
        )
    ]


def escape(
    numbers: Numbers, few: Tensor, share: Tensor, views: int, effective: Extremes, separable: bool
) -> Answer:
    """Where the least eigenvalue's direction points, in words."""
    top = share.argsort(descending=True)[:3]
    named = ", ".join(
        f"{int(few[i])} ({100 * float(share[i]):.0f} %)" for i in top if share[i] > 0.005
    )
    many = int(numbers["directions of the least eigenvalue"])
    alike = f"it is any of {many} directions, of eigenvalues that rounding does not tell apart; together they lie on the samples"
    parts = [
        (alike if many > 1 else f"it lies on samples {named}")
        if not separable
        else f"the steepest found is a direction of sample {int(few[top[0]])} alone, since the samples are independent; others may have one as steep"
    ]
    if not separable:
        parts[0] += f", as if on {numbers['samples in the direction']:.1f} evenly"
    if views == 2:
        first = numbers["share of view 1"]
        parts.append(f"{100 * first:.0f} % on view 1 and {100 * (1 - first):.0f} % on view 2")
    if "share common to both views" in numbers:
        common = numbers["share common to both views"]
        kind = "common to both views" if common > 0.5 else "a difference of the views"
        parts.append(f"it is mostly {kind} ({100 * max(common, 1 - common):.0f} %)")
        parts.append(
            f"{100 * numbers['share common to all samples']:.0f} % of it moves all samples alike"
        )
    return Answer(
        "Where is the way out?",
        _sentence("; ".join(parts) + "."),
        Strength.RESIDUAL,
        f"entries of its eigenvectors{'; the matrix was not formed, so others may have it as well' if effective.negative is None else ''}",
    )


def time(numbers: Numbers, lr: float | None, held: Sequence[str]) -> list[Answer]:
    """How long the way out takes."""
    if lr is None or "steps to grow by e" not in numbers:
        return []
    steps = numbers["steps to grow by e"]
    stays = f", while {' and '.join(held)} stay as they are" if held else ""
    return [
        Answer(
            "How long does it take?",
            f"A deviation along it grows by a factor of e in {steps:.3g} steps and a thousandfold in {steps * math.log(1000):.3g}, if z itself descends on the loss of this batch at rate {lr:g}{stays}{'' if is_critical(numbers) else ', and while the curvature stays what it is here, though the state may move'}.",
            Strength.VALUE,
            "1 / log(1 + lr |lambda|); a network moves z through its weights, at another rate",
        )
    ]


def theorems(
    apply: Head | Callable[[Tensor], Tensor],
    objective: Loss | Callable[[Tensor], Tensor],
    z: Tensor,
    hessian: EffectiveHessian,
    terms: Sequence[Extremes],
    numbers: Numbers,
) -> list[Answer]:
    """Which theorems speak here, with their hypotheses checked."""
    found: list[Answer] = []
    question = "Which theorem speaks?"
    u = hessian.output if hessian.output.ndim == 2 else hessian.output.unsqueeze(0)
    counted = None
    if (
        isinstance(objective, Loss)
        and (u.shape[1] if objective.separable else u.numel()) <= LARGEST
    ):
        with contextlib.suppress(ValueError):  # not defined in float32, so no forming error
            counted = inertia(objective, u)
    if isinstance(objective, Loss) and numbers["scale invariant"]:
        rho, product = hessian.rho.reshape(u.shape), objective.jet(u).hessian_product(u)
        seen = lengths(rho) * lengths(u)  # no length is seen, of any row
        noise = (
            (cancellation(objective, u) * lengths(u).square()).clamp(min=CRITICAL).expand_as(seen)
        )
        row = int(torch.where(seen > noise, seen, 0).argmax())
        rho, product = rho[row], product[row]
        defect = float((product + rho).norm() / (product.norm() + rho.norm()))
        if float(seen[row]) > noise[row] and defect <= DEFECT:  # else rho is rounding
            found.append(
                Answer(
                    question,
                    "A fact of such losses: this one does not see lengths, so (hess L) u = -rho and u.(hess L) u = 0; since rho is not 0, hess L has a negative eigenvalue, whatever the head.",
                    Strength.THEOREM,
                    f"(hess L) u + rho is {defect:.1e} of its terms, of at most {DEFECT:.0e}, in the row where |rho||u| is largest, {float(seen[row]):.2g} with a rounding below {float(noise[row]):.1e} (an estimate)",
                )
            )
    _, m, effective = terms
    bends = m.negative or m.positive or max(-m.smallest, m.largest) + max(m.residuals) > m.rounding
    certified = int(repels(effective)) if effective.negative is None else effective.negative
    # More of H_eff than of hess L: then an eigenvalue of hess L that was not resolved is negative.
    if counted is not None and not bends and certified <= counted.negative:
        has = (
            f"hess L has {counted.negative} resolved negative eigenvalues, so by Sylvester's law of inertia H_eff has at most as many"
            if counted.negative
            else "hess L has no resolved negative eigenvalue, so by Sylvester's law of inertia H_eff has none"
        )
        found.append(
            Answer(
                question,
                f"Theorem 4.1's term M is 0 to within rounding, as wherever rho is 0 or the head is affine around these points, and so H_eff is J^T (hess L) J; {has} below minus twice its forming error, if what is not resolved of hess L is 0.",
                Strength.THEOREM,
                f"M has eigenvalues from {m.smallest:.1e} to {m.largest:.1e}, with a forming error of {m.rounding:.1e} (an estimate); inertia of hess L ({counted.positive}, {counted.zero}, "
                f"{counted.negative}) to within {counted.tolerance:.1e}",
            )
        )
    if (
        isinstance(apply, Head)
        and not apply.couples_batch
        and hessian.blocks > 1
        and isinstance(objective, Loss)
    ):
        found += _of_layers(apply, objective, z, hessian, terms, abs(numbers["loss"]), question)
    return found


def _of_layers(
    head: Head,
    objective: Loss,
    z: Tensor,
    hessian: EffectiveHessian,
    terms: Sequence[Extremes],
    least: float,
    question: str,
) -> list[Answer]:
    """The inertia bound of 4.1 and the threshold of 3.5, sample by sample; least, of what rho is held against, is the loss."""
    trace = head.trace(z)
    hidden = _bent(trace, hessian.rho)
    loss = objective.dense_hessian(hessian.output)
    values = torch.linalg.eigvalsh(loss)
    floor = 1e-12 * values.abs().amax(1, keepdim=True)
    positive = (values > floor).sum(1)
    lacking = hidden.shape[1] - int(torch.linalg.matrix_rank(head.weights[0]))
    size = hessian.output.norm(dim=1, keepdim=True)
    whole = (values.abs().amax(1, keepdim=True) * size.square()).clamp(min=least)
    moduli, unit = rounding_majorant(trace, z)
    # What rounding can make of D; infinite or no number at outputs of length 0, which nothing exceeds.
    noise = _bent(moduli, unit * hessian.rho.abs() + CRITICAL * whole / size)
    bounds = (hidden < -noise).sum(1) - positive - lacking
    found = []
    if bool((hidden.abs() > noise).any()):
        best = int(bounds.max())
        says = (
            f"if the eigenvalues of hess L within 1e-12 of its largest are 0, H_eff of {int((bounds > 0).sum())} of {len(z)} rows must have negative eigenvalues, up to {best}"
            if best > 0
            else f"it says nothing here: its bound is {best} at most"
        )
        found.append(
            Answer(
                question,
                f"Theorem 4.1, inertia: n_-(H_eff) >= n_-(D) - n_+(hess L) - (m_tot - rank W_1), with D the delta_j s''(a_j) of the hidden units; {says}.",
                Strength.THEOREM,
                "an MLP of layers that were read; signs counted in float64, of D beyond its rounding (an estimate)",
            )
        )
    if terms[0].negative == 0 == terms[0].zero:
        jacobian = torch.linalg.matrix_norm(trace.jacobian(), 2)
        size = values.abs().amax(1)
        least = torch.linalg.eigvalsh(hessian.pullback.dense())[:, 0]
        reach = jacobian * torch.sin(
            torch.asin((least / (size * jacobian.square())).clamp(max=1)) / 2
        )
        found.append(
            Answer(
                question,
                f"Corollary 3.5 as repaired: G is positive definite, and stays so for every change of the Jacobian below L sin(arcsin(lambda / (M L^2)) / 2) in norm, here {_at_most(float(reach.min()))} or more, while the loss Hessian stays the same.",
                Strength.THEOREM,
                "lambda of G certified positive; L and M are norms in float64",
            )
        )
    return found


def _bent(trace: Trace, rho: Tensor) -> Tensor:
    """delta_j s''(a_j) of all hidden units, row by row, for rho: (B, k)."""
    deltas = trace.adjoints(rho)[1:]
    bent = [d * bend for d, (_, _, bend) in zip(deltas, trace.jets, strict=True)]
    return torch.cat(bent, 1) if bent else rho.new_zeros(len(rho), 1)


def _at_most(x: float) -> str:
    """A positive number to three digits, none above it."""
    digits = f"{x:.3g}"
    return digits if float(digits) <= x else f"{x * (1 - 5e-3):.3g}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
