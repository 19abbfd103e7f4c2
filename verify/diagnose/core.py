"""From a head, a loss and representations to a diagnosis.

Everything runs in float64, on a copy of a module; the modules that a function reaches are evaluated on
stand-ins and left as they were. Signs are those of the matrices that `verify.numeric.certificates` proves;
how far a matrix is from the Hessian is estimated from the same matrix in float32, as for the losses'
inertia, and with point and outputs some roundings away, and no sign is told below that. What all of these lose whole is not in this estimate, such as
the 1 - p of a saturated softmax in a loss of one's own; so only closed forms have certified signs. Where head or loss of one's own computes in
float32 of itself, its roundings are those of float32.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.diagnose import words
from verify.diagnose.effects import costs, one_point, orbits, whitening
from verify.diagnose.findings import FEW, Diagnosis, DiagnosisError, Extremes, spectrum
from verify.diagnose.forming import forming_error, lengths
from verify.diagnose.losses import bound, of_outputs
from verify.diagnose.own import asymmetry, coarsest, not_its_slope, unknown
from verify.numeric import (
    EffectiveHessian,
    Head,
    Invariance,
    Loss,
    SymmetricOperator,
    effective_ranks,
    enclose_spectrum,
    extreme_eigenpairs,
    head_of,
)
from verify.numeric.inertia import FORMING_SAFETY
from verify.numeric.untouched import plainly, untouched
from verify.ssl.measurements import percentile_interval

BATCH = 32
"""Samples at which curvature is taken, unless more or fewer are asked for."""

CERTIFIED_UP_TO = 512
"""Order up to which every eigenvalue of a matrix is enclosed."""

FACTORISED_UP_TO = 128
"""Order up to which the extremes are those of a factorisation, even where Lanczos costs less."""

DRAWS = 200
"""Bootstrap draws of the interval of a variance."""

SAME = 1e-12
"""Largest difference of the outputs of a module and of the layers read from it, over the largest output; its root, of their gradients."""

TURNED = 1e-2
"""Radians, the most that the forming error may turn the direction of an eigenvalue by; else it is one of several."""

LOST = "The {} not of the closed forms that are known. What its own code loses whole to rounding, such as the 1 - p of a saturated softmax, is not in the forming error; so no sign is called certified."
"""What is said of code of one's own."""

SAMPLE = 20_000
"""Rows that collapse is measured on; of more, so many are drawn."""


def diagnose(
    head: nn.Module | Head | Callable[[Tensor], Tensor],
    loss: str | Loss | Callable[[Tensor], Tensor],
    z: Tensor,
    *,
    views: Tensor | None = None,
    labels: Tensor | None = None,
    lr: float | None = None,
    batch: int = BATCH,
    options: dict[str, Any] | None = None,
    device: str | torch.device = "cpu",
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> Diagnosis:
    """Say how collapsed a head's outputs are, whether that is stable, and what the head does.

    Args:
        head: from representations (n, d) to outputs (n, k); in the mode that it is in.
        loss: a name of `OBJECTIVES` or `RELEASED`, a bound loss, or a callable from the outputs
            (views B, k), view 1 above view 2, to a scalar.
        z: representations of n samples, (n, d).
        views: those of second views of the same samples, (n, d).
        labels: (n,), classes, for what the head costs.
        lr: learning rate, for the time to escape.
        batch: samples of the batch whose mean the loss is.
        options: constants of a loss given by name, such as ``{"temperature": 0.2}``.
        device: where to compute.
        seed: of the samples drawn and of every interval.
        progress: is told each step before it begins.

    Raises:
        DiagnosisError: if it cannot be made; the message says what to do.
    """
    first, second, classes = _checked(z, views, labels, batch, lr)
    generator = torch.Generator().manual_seed(seed)
    place = _place(device)
    apply = _prepared(head, torch.float64, place)
    notes: list[str] = []
    rows = torch.randperm(len(first), generator=generator)
    if len(rows) > SAMPLE:
        notes.append(f"Collapse and effects are measured on {SAMPLE} of {len(rows)} rows, drawn.")
    rows = rows[:SAMPLE]
    count = 1 if second is None else 2
    progress("outputs")
    z1 = first[rows].to(place)
    z2 = None if second is None else second[rows].to(place)
    z = z1 if z2 is None else torch.cat([z1, z2])
    h = _outputs(apply, z)  # in one pass, as the Hessian's, since BatchNorm may couple the views
    h1, h2 = (h, None) if z2 is None else h.chunk(2)
    if isinstance(apply, nn.Module):
        apply = _read(apply, z, h)
    numbers, spectra = _collapse(z, h, count, generator)
    # The Hessian's batch.
    few = rows[: min(int(batch), len(rows))].sort().values
    point = torch.cat([first[few], *([] if second is None else [second[few]])]).to(place)
    progress("gradient")
    hessian, objective = _hessian(apply, loss, point, count, classes, few, options or {})
    numbers |= _criticality(hessian, objective)
    numbers |= {"samples": len(rows), "samples of the batch": len(few)}
    held: list[str] = []
    if isinstance(loss, str) and isinstance(objective, Loss):
        held = [name for name in of_outputs(objective) if name not in (options or {})]
    progress("curvature")
    single = _prepared(apply if isinstance(apply, Head) else head, torch.float32, place)
    lacking = unknown(apply, objective)
    formulas = not lacking
    apart: list[str] = []
    lowest = point.dtype if formulas else coarsest(apply, objective, point)
    eps = torch.finfo(lowest).eps
    rounding, slope = forming_error(apply, single, hessian, objective, point, notes, eps)
    if not formulas:
        named = f"{' and the '.join(lacking)} {'are' if len(lacking) > 1 else 'is'}"
        notes.append(LOST.format(named))
        # Before asymmetry counts as rounding, which a wrong backward pass would hide behind.
        apart = not_its_slope(apply, objective, hessian, point, rounding, eps)
        odd, whole = asymmetry(hessian)
        rounding = max(rounding, FORMING_SAFETY * odd)
        if odd > math.sqrt(eps) * whole:
            notes.append(
                f"Products with the Hessian are not symmetric, by {odd / whole:.1g} of their size: that is rounding, as where a softmax saturates, or head or loss has derivatives that are those of no function. It counts as forming error; told is the symmetric part."
            )
        notes += apart
    if lowest != point.dtype:
        notes.append(
            f"Head or loss computes in {str(lowest).removeprefix('torch.')} of itself: slopes and signs are told as far as that resolves them."
        )
    terms = []
    found: dict[str, Any] = {}
    for name, operator in (("G", hessian.pullback), ("M", hessian.interaction), ("H_eff", hessian)):
        terms.append(replace(_extremes(name, operator, rounding, found), closed=formulas))
    spectra["eigenvalues of H_eff"] = tuple(found.get("values", torch.zeros(0)).tolist())
    space = found["space"]  # of the least eigenvalue of H_eff, block and orthonormal vectors
    numbers |= {
        f"{t.term} {end}": getattr(t, end) for t in terms for end in ("smallest", "largest")
    }
    # What moving a row by its length times what the Hessian's rounding makes is the gradient's as well.
    own, size = lengths(hessian.gradient), _sizes(point)
    seen = torch.where(own > slope.maximum(rounding * size), own, 0)
    for word, steep in (("", seen), (" with rounding", own)):
        change = words.first_order(steep, size, terms[-1], numbers["loss"])
        numbers[f"first-order change{word}"] = change
    share, escape = _escape(hessian, space, count)
    numbers |= escape
    least = terms[-1].smallest
    if lr is not None and words.repels(terms[-1]):
        numbers["steps to grow by e"] = 1 / math.log1p(lr * -least)
    progress("theorems")
    answers = [
        words.collapse(numbers),
        words.critical(numbers),
        words.stable(terms[-1], numbers, lr),
        *words.curvature(terms),
    ]
    if words.repels(terms[-1]):
        answers.append(words.escape(numbers, few, share, count, terms[-1], hessian.blocks > 1))
        answers += words.time(numbers, lr, held)
    answers += words.theorems(apply, objective, point, hessian, terms, numbers)
    progress("effects of the head")
    answers += whitening(hessian, objective, numbers, rounding, eps)
    if h2 is not None and z2 is not None:
        fresh = _fresh(head, place, seed)
        answers += orbits(z1, z2, h1, h2, fresh, numbers, generator)
    if classes is not None:
        answers += costs(z1, h1, classes[rows].to(place), numbers, generator)
    norm = nn.modules.batchnorm._NormBase
    training = isinstance(head, nn.Module) and any(
        m.training and isinstance(m, norm) for m in head.modules()
    )
    order = rows[: len(few)].argsort()
    among = torch.cat([part[order] for part in h.chunk(count)])  # outputs of the batch among all
    near = math.sqrt(eps) * float(h.abs().max())
    if training or not torch.allclose(hessian.output.double(), among, rtol=0, atol=near):
        views_of = "" if second is None else ", with both views in one pass"
        how = "A sample's output depends on which others are passed with it."
        if training:
            how = "The head is in training mode: BatchNorm normalises by the batch."
        notes.append(
            f"{how} Loss, gradient and curvature are those of the batch of {len(few)} samples; collapse and what the head does, of {len(rows)}{views_of}."
        )
    if held:
        whose = (
            "those of the other view"
            if count == 2
            else "with one view themselves, so that a squared error or a cosine is at its best whatever the head"
        )
        notes.append(
            f"{loss}: what it holds constant as {' and '.join(held)} is taken from these outputs, {whose}; `options` gives it otherwise."
        )
    return Diagnosis(
        words.verdict(terms[-1], numbers, held, bool(apart)),
        tuple(answers),
        {name: float(value) for name, value in numbers.items()},
        tuple(terms),
        spectra,
        tuple(share.tolist()),
        tuple(few.tolist()),
        tuple(notes),
    )


# --- inputs ----------------------------------------------------------------------------------------


def _checked(
    z: Tensor, views: Tensor | None, labels: Tensor | None, batch: int, lr: float | None
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """The inputs in float64, on the CPU.

    Raises:
        DiagnosisError: if they do not fit together.
    """
    for name, rows in (("z", z), ("views", views)):
        if rows is None and name == "views":
            continue
        if not isinstance(rows, Tensor):
            raise DiagnosisError(
                f"`{name}` must be a tensor of representations (n, d); it was {type(rows).__name__}."
            )
        if rows.ndim != 2 or rows.numel() == 0 or len(rows) < 2:
            raise DiagnosisError(
                f"`{name}` must hold representations (n, d) of at least two samples; its shape was {tuple(rows.shape)}."
            )
        if not rows.dtype.is_floating_point:
            raise DiagnosisError(
                f"`{name}` must be real floating point; its type was {rows.dtype}. Convert it."
            )
        if not bool(rows.isfinite().all()):
            bad = int((~rows.isfinite()).any(1).sum())
            raise DiagnosisError(
                f"{bad} of {len(rows)} rows of `{name}` hold NaN or infinity. Look for the step at which the training diverged."
            )
    if views is not None and views.shape != z.shape:
        raise DiagnosisError(
            f"`views` must be second views of the same samples, of shape {tuple(z.shape)}; its shape was {tuple(views.shape)}."
        )
    if labels is not None:
        if (
            not isinstance(labels, Tensor)
            or labels.shape != z.shape[:1]
            or labels.is_floating_point()
        ):
            raise DiagnosisError(
                f"`labels` must be one whole number for each of the {len(z)} samples; it was {labels.dtype} of shape {tuple(labels.shape)}."
                if isinstance(labels, Tensor)
                else f"`labels` must be a tensor (n,); it was {type(labels).__name__}."
            )
        if int(labels.min()) < 0:
            raise DiagnosisError(f"`labels` must count from 0; one was {int(labels.min())}.")
    if not isinstance(batch, Integral) or int(batch) < 2:
        raise DiagnosisError(
            f"`batch` must be a whole number of at least 2 samples; it was {batch!r}."
        )
    if lr is not None and not (isinstance(lr, Real) and lr > 0 and math.isfinite(lr)):
        raise DiagnosisError(f"`lr` must be a positive learning rate, a number; it was {lr!r}.")
    plain = None if views is None else views.detach().cpu().double()
    return z.detach().cpu().double(), plain, None if labels is None else labels.cpu().long()


def _place(device: str | torch.device) -> torch.device:
    """The device, on which something can be put.

    Raises:
        DiagnosisError: if nothing can.
    """
    try:
        return torch.zeros(0, device=device).device
    except (RuntimeError, AssertionError, TypeError) as error:
        raise DiagnosisError(
            f"`device` must be one that PyTorch has here, such as 'cpu'; it was {device!r}: {_said(error)}."
        ) from error


def _prepared(
    head: nn.Module | Head | Callable[[Tensor], Tensor], dtype: torch.dtype, place: torch.device
) -> Head | Callable[[Tensor], Tensor]:
    """A copy of the head in a type.

    Raises:
        DiagnosisError: if it cannot be called or copied.
    """
    if isinstance(head, nn.Module):
        module = getattr(head, "_orig_mod", head)  # of torch.compile
        try:
            return copy.deepcopy(module).to(place, dtype)
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, TypeError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise DiagnosisError(
                f"{type(head).__name__} cannot be copied ({reason}). Give it freshly built, with its state loaded."
            ) from error
    if isinstance(head, Head):
        return _cast(head, dtype, place)
    if not callable(head):
        raise DiagnosisError(
            f"`head` must be a module or a function of representations; it was {type(head).__name__}."
        )
    return head


def _read(module: nn.Module, z: Tensor, h: Tensor) -> Head | nn.Module:
    """A module in closed form where it is made of layers that have one, and puts out and hands back what these do; else itself.

    Args:
        module: in float64.
        z: representations.
        h: what the module put out there.
    """
    w = torch.randn(h.shape, generator=torch.Generator().manual_seed(0)).to(h)

    def slope(function: Callable[[Tensor], Tensor]) -> Tensor:
        x = z.clone().requires_grad_()
        with torch.enable_grad():
            return torch.autograd.grad(function(x), x, w)[0]

    def alike(a: Tensor, b: Tensor, most: float) -> bool:
        return torch.allclose(a, b, rtol=0, atol=most * float(b.abs().max()))

    try:
        head = head_of(module)
        # What `head_of` has compared is eight points of its own, and no gradient, which hooks or `detach` may cut.
        with plainly(z.device), untouched(module):
            same = alike(head(z), h, SAME) and alike(slope(head), slope(module), math.sqrt(SAME))
    except (TypeError, ValueError, RuntimeError, StopIteration):
        return module
    return head if same else module


def _cast(head: Head, dtype: torch.dtype, place: torch.device) -> Head:
    """A head of the project in another type."""
    norms = [
        None
        if n is None
        else replace(n, weight=n.weight.to(place, dtype), bias=n.bias.to(place, dtype))
        for n in head.norms
    ]
    weights, biases = ([t.to(place, dtype) for t in ts] for ts in (head.weights, head.biases))
    return Head(weights, biases, head.activations, norms)


def _outputs(apply: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """h(z), checked.

    Raises:
        DiagnosisError: if the head fails there, or puts out something else than rows.
    """
    try:
        with plainly(z.device), untouched(apply), torch.no_grad():
            h = apply(z)
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # whatever the user's own code does
        raise DiagnosisError(
            f"The head failed at representations of shape {tuple(z.shape)}: {_said(error)}. It is called on {z.device} in {z.dtype}, with rows of {z.shape[1]} numbers; its own tensors must fit that."
        ) from error
    if not isinstance(h, Tensor) or h.ndim != 2 or len(h) != len(z):
        found = tuple(h.shape) if isinstance(h, Tensor) else type(h).__name__
        raise DiagnosisError(
            f"The head must map {tuple(z.shape)} to ({len(z)}, k); it gave {found}."
        )
    if not bool(h.isfinite().all()):
        raise DiagnosisError("The head's outputs hold NaN or infinity; look at its weights.")
    return h.detach().double()


# --- what is measured --------------------------------------------------------------------------------


def _collapse(
    z: Tensor, h: Tensor, views: int, generator: torch.Generator
) -> tuple[dict[str, float], dict[str, tuple[float, ...]]]:
    """Variances of directions, effective ranks and spectra of z and h, one view above the next."""
    numbers: dict[str, float] = {}
    spectra = {}
    for name, rows in (("z", z), ("h", h)):
        tiny = torch.finfo(rows.dtype).tiny
        rows = rows / rows.abs().max().clamp(min=tiny)  # neither overflows nor underflows
        ranks = effective_ranks(rows)
        directions = F.normalize(rows, dim=1, eps=math.sqrt(tiny))
        variance = float((directions - directions.mean(0)).square().sum(1).mean())
        centred = rows - rows.mean(0)
        spread = centred.norm() / rows.norm().clamp(min=tiny)
        numbers |= {
            f"variance of {name} over its mean square": float(spread.square()),
            f"variance of directions of {name}": variance,
            f"effective rank of {name}, Roy and Vetterli": ranks.roy_vetterli,
            f"effective rank of {name}, RankMe": ranks.rankme,
            f"effective rank of {name}, von Neumann": ranks.von_neumann,
            f"{name} collapsed": float(ranks.collapsed),
            f"{name} dimensions": rows.shape[1],
        }
        if len(rows) >= views * FEW:
            by_view = (directions - directions.mean(0)).reshape(views, -1, rows.shape[1])
            ends = zip(("low", "high"), _interval(by_view, generator), strict=True)
            numbers |= {f"variance of directions of {name}, {end}": x for end, x in ends}
        spectra[f"singular values of {name}"] = spectrum(torch.linalg.svdvals(centred).cpu())
        if ranks.collapsed:
            spectra[f"singular values of {name}"] = (0.0,)
    return numbers, spectra


def _interval(centred: Tensor, generator: torch.Generator) -> tuple[float, float]:
    """95 % of the total variance, of at most 1, of rows (views, n, k) over bootstrap draws of the n samples.

    What a draw loses on average is put back: 1 / n of the variance of the samples' means over their views.
    """
    n = centred.shape[1]
    drawn = torch.randint(n, (DRAWS, n), generator=generator)
    weights = torch.stack([row.bincount(minlength=n) for row in drawn]).to(centred) / n
    means = centred.mean(0)
    moved = (weights @ means).square().sum(1)
    total = weights @ centred.square().sum(2).mean(0) - moved
    between = weights @ means.square().sum(1) - moved
    return percentile_interval((total + between / (n - 1)).clamp(min=0, max=1).cpu())


def _hessian(
    apply: Head | Callable[[Tensor], Tensor],
    loss: str | Loss | Callable[[Tensor], Tensor],
    point: Tensor,
    views: int,
    labels: Tensor | None,
    few: Tensor,
    options: dict[str, Any],
) -> tuple[EffectiveHessian, Loss | Callable[[Tensor], Tensor]]:
    """The Hessian at the batch, in blocks where head and loss treat the samples one by one."""
    u = _outputs(apply, point)
    own = None if labels is None else labels[few].to(point.device)
    objective = bound(loss, u, views=views, labels=own, options=options)
    try:
        if isinstance(objective, Loss) and objective.separable and not isinstance(apply, Head):
            try:
                return EffectiveHessian(apply, objective, point, separable=True), objective
            except ValueError as error:
                if "`separable`" not in str(error):
                    raise
        return EffectiveHessian(apply, objective, point), objective
    except torch.OutOfMemoryError:
        raise
    except (ValueError, TypeError) as error:
        raise DiagnosisError(f"The curvature cannot be taken: {error}") from error
    except Exception as error:  # whatever the user's own code does
        raise DiagnosisError(
            f"The curvature cannot be taken: head or loss failed at outputs of shape {tuple(u.shape)}: {_said(error)}."
        ) from error


def _said(error: Exception) -> str:
    """The kind of an error, and the first line of what it says, without a full stop."""
    first = (str(error).splitlines() or [""])[0].rstrip(".")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _criticality(
    hessian: EffectiveHessian, objective: Loss | Callable[[Tensor], Tensor]
) -> dict[str, float]:
    """Value and gradients, with the size that they would have without cancellation."""
    u = hessian.output.double()
    u = u / u.abs().max().clamp(min=torch.finfo(u.dtype).tiny)
    apart = (u - u.mean(0)).norm() <= math.sqrt(words.COLLAPSED) * u.norm()
    return {
        "outputs of the batch are one point": float(apart),
        "loss": float(hessian.value),
        "|rho|": float(lengths(hessian.rho.reshape(1, -1))),
        "|J^T rho|": float(lengths(hessian.gradient.reshape(1, -1))),
        "|u|": float(lengths(hessian.output.reshape(1, -1))),
        "scale invariant": float(
            isinstance(objective, Loss) and objective.objective.invariance is Invariance.ROW
        ),
        "blocks": hessian.blocks,
        "order": hessian.n,
    }


def _sizes(point: Tensor) -> Tensor:
    """Lengths of rows (n, d), or to their mean where that is less, since heads may take an offset away; unless all are one."""
    size = lengths(point)
    return size if one_point(point) else size.minimum(lengths(point - point.mean(0)))


def _extremes(
    name: str, operator: SymmetricOperator, rounding: float, found: dict[str, Any]
) -> Extremes:
    """Extremes of one term, with proved counts where it is small; keeps H_eff's eigenvectors."""
    # A sign is decided by the residual, which is rounding only where the matrix is factorised.
    pairs = extreme_eigenpairs(operator, dense_up_to=FACTORISED_UP_TO)
    values = pairs.values.reshape(-1, 2)
    residuals = pairs.residuals.reshape(-1, 2)
    low, high = int(values[:, 0].argmin()), int(values[:, 1].argmax())
    counts: tuple[int, int, int] | None = None
    if operator.n <= CERTIFIED_UP_TO:
        counts, every = (0, 0, 0), []
        for block in operator.dense_blocks(None).cpu():
            enclosed = enclose_spectrum(block)
            below = int((enclosed.high < -rounding).sum())
            above = int((enclosed.low > rounding).sum())
            rest = len(block) - below - above
            counts = (counts[0] + below, counts[1] + rest, counts[2] + above)
            every.append((enclosed.low + enclosed.high) / 2)
        found["values"] = torch.cat(every).sort().values
    vectors = pairs.vectors.reshape(-1, 2, operator.n)[low, 0].unsqueeze(1)
    if name == "H_eff" and counts is not None:
        block, vectors = torch.linalg.eigh(operator.dense_blocks(None)[low])
        most = max(1, int((block < -rounding).sum()))
        vectors = vectors[:, : min(most, _alike(block, rounding / TURNED))]
    found["space"] = (low, vectors)
    known: tuple[int | None, int | None, int | None] = counts or (None, None, None)
    negative, zero, positive = known
    return Extremes(
        name,
        float(values[low, 0]),
        float(values[high, 1]),
        (float(residuals[low, 0]), float(residuals[high, 1])),
        negative,
        zero,
        positive,
        rounding,
        True,
    )


def _alike(values: Tensor, least: float) -> int:
    """How many of values in order come before the first gap of more than that."""
    gaps = torch.nonzero(values.diff() > least)
    return int(gaps[0]) + 1 if len(gaps) else len(values)


def _escape(
    hessian: EffectiveHessian, at: tuple[int, Tensor], views: int
) -> tuple[Tensor, dict[str, float]]:
    """How the directions of the least eigenvalue, one or more, lie on samples and views."""
    block, vectors = at
    whole, many = hessian.space[0], vectors.shape[1]
    if hessian.blocks > 1:
        share = torch.zeros(whole)
        share[block] = 1
    else:
        direction = vectors.cpu().reshape(*hessian.space, many) / math.sqrt(many)
        share = direction.square().sum((1, 2))
    samples = share.reshape(views, -1).sum(0)
    numbers = {
        "directions of the least eigenvalue": many,
        "samples in the direction": float(1 / samples.square().sum()),
        "share of view 1": float(share[: whole // views].sum()),
    }
    if views == 2 and hessian.blocks == 1:
        first, second = direction.chunk(2)
        numbers["share common to both views"] = float((first + second).square().sum() / 2)
        mean = direction.mean(0, keepdim=True)
        numbers["share common to all samples"] = float(len(direction) * mean.square().sum())
    return samples, numbers


def _fresh(
    head: nn.Module | Head | Callable[[Tensor], Tensor], place: torch.device, seed: int
) -> Callable[[Tensor], Tensor] | None:
    """A head of the same architecture with new weights, as a control; None where there is none."""
    if not isinstance(head, nn.Module):
        return None
    fresh = copy.deepcopy(getattr(head, "_orig_mod", head)).to(place, torch.float64)
    drawable = [m for m in fresh.modules() if m._parameters]
    if not drawable or any(not hasattr(m, "reset_parameters") for m in drawable):
        return None  # some of its weights would stay those that were trained
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        for parameter in fresh.parameters():
            parameter.fill_(math.nan)
        for module in drawable:
            module.reset_parameters()  # type: ignore[operator]
    # As where weights are made of others, by weight or spectral norm.
    return None if any(bool(p.isnan().any()) for p in fresh.parameters()) else fresh
