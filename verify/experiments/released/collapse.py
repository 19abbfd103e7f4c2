"""E2 and E7 of the release: the std of the unit projector output, and relative updates.

Arrays are (3 seeds, epochs), a mean over the steps of each epoch in training mode. Every run starts
from projector weights x 0.1; no normally started run was released.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from verify.experiments.released.intervals import answer, on_logarithms
from verify.experiments.released.reader import Release
from verify.experiments.released.rows import About, Claim, Estimate, Part, Row

SETTINGS = {
    "cifar10/resnet18": "CIFAR-10, ResNet-18",
    "cifar10/vit_tiny": "CIFAR-10, ViT-Tiny",
    "cifar100/resnet18": "CIFAR-100, ResNet-18",
}
"""Folders of the release, and what they hold."""

MAIN = "cifar10/resnet18"

RATES = {"base": 0.05, "large": 0.5, "small": 0.005}

NAME = re.compile(r"(linear|gelu|swish|relu)(?:_bn_(True|False)_lr_(base|large|small))?")

CLAMP = 1e-7
"""What the recorded condition number divides the largest eigenvalue by: the least one is zero."""

SPELLED = {"linear": "linear", "gelu": "GELU", "swish": "Swish", "relu": "ReLU"}

SMOOTH = ("gelu", "swish")


class Cell(NamedTuple):
    """One run: activation, BatchNorm in both heads, learning rate."""

    activation: str
    batchnorm: bool
    rate: float

    @property
    def label(self) -> str:
        """As tables call it."""
        normed = "BatchNorm" if self.batchnorm else "no BatchNorm"
        return f"{SPELLED[self.activation]}, {normed}, {self.rate:g}"


PUBLISHED = {
    Cell("linear", False, 0.05): "17.2",
    Cell("gelu", False, 0.05): "6.4",
    Cell("swish", False, 0.05): "4.4",
    Cell("swish", False, 0.005): "0.57",
    Cell("relu", False, 0.05): "0.11",
}
"""Published last over first std; those with BatchNorm together 0.4 to 1.1."""

Runs = dict[Cell, str]
"""Names of the runs of a setting, in the order of the file."""


def runs(release: Release, folder: str) -> Runs:
    """The runs of a setting; those of CIFAR-100 say neither BatchNorm nor rate: none, and 0.05."""
    prefix = f"{folder}/collapse_results"
    found = {name: NAME.fullmatch(name) for name in release.below(prefix)}
    return {
        Cell(m[1], m[2] == "True", RATES[m[3] or "base"]): f"{prefix}/{name}"
        for name, m in found.items()
        if m
    }


def ends(values: np.ndarray, start: int = 0) -> tuple[float, ...]:
    """Last epoch over a starting one of (seeds, epochs), for each seed."""
    return tuple((values[:, -1] / values[:, start]).tolist())


def published_growth(values: np.ndarray) -> Estimate:
    """Last over first of the mean over seeds, as published, with each seed's own."""
    mean = values.mean(0)
    return Estimate(value=float(mean[-1] / mean[0]), each=ends(values))


# --- E2 -------------------------------------------------------------------------------------


def escape(release: Release) -> Part:
    """E2: last over first std of the unit projector output."""
    rows: list[Row] = []
    claims: list[Claim] = []
    for folder, setting in SETTINGS.items():
        about = About("E2", setting)
        cells = runs(release, folder)
        stds = {cell: release[f"{name}/raw"] for cell, name in cells.items()}
        rows += [_growth(about, cell, stds[cell], folder == MAIN) for cell in cells]
        rows += [_after_fall(about, cell, stds[cell]) for cell in cells if not cell.batchnorm]
        claims += _growth_claims(about, stds)
        if folder == MAIN:
            conditions = {cell: release[f"{n}/cond_nums_raw"] for cell, n in cells.items()}
            rows += [_top(about, c, v) for c, v in conditions.items() if not c.batchnorm]
            rows += _equal_times(about, stds)
            rows.append(_least_condition(about, conditions))
            claims += _escape_claims(about, stds)
    return Part(rows=tuple(rows), claims=tuple(claims))


def _growth(about: About, cell: Cell, std: np.ndarray, main: bool) -> Row:
    quoted = PUBLISHED.get(cell, "0.4 to 1.1" if cell.batchnorm else "") if main else ""
    ours = on_logarithms(ends(std))
    return about.row(
        quantity=f"std of the unit projector output, last epoch over first: {cell.label}",
        published=quoted,
        as_published=published_growth(std),
        ours=ours,
        remark=f"{std[:, 0].mean():.2g} to {std[:, -1].mean():.2g}, at most 0.023 in 2048 dimensions; as a variance {ours.value**2:.2g}",
    )


def _after_fall(about: About, cell: Cell, std: np.ndarray) -> Row:
    later = std[:, 1:]
    return about.row(
        quantity=f"the same, last epoch over second: {cell.label}",
        ours=on_logarithms(ends(std, 1)),
        remark=f"without the fall within the first epoch, whose mean is the published start; from the second on largest over smallest {', '.join(f'{r:.4g}' for r in later.max(1) / later.min(1))}",
    )


def _top(about: About, cell: Cell, condition: np.ndarray) -> Row:
    top = CLAMP * condition
    return about.row(
        quantity=f"largest eigenvalue of its covariance, last epoch over first: {cell.label}",
        ours=on_logarithms(ends(condition)),
        remark=f"the recorded condition number x 1e-7: {top[:, 0].mean():.2g} to {top[:, -1].mean():.2g}",
    )


def at_equal_time(slow: np.ndarray, fast: np.ndarray) -> np.ndarray:
    """The mean std (seeds, epochs) of the last ten epochs over that at ten times the rate, of the epoch in the same time."""
    ratios: np.ndarray = slow[:, -10:].mean(1) / fast[:, slow.shape[1] // 10 - 1]
    return ratios


def _equal_times(about: About, stds: Mapping[Cell, np.ndarray]) -> list[Row]:
    """The std at a learning rate over that at ten times it, after equal learning rate x epochs."""
    found = []
    for slow, values in stds.items():
        fast = Cell(slow.activation, slow.batchnorm, round(10 * slow.rate, 3))
        if fast in stds:
            epochs = values.shape[1]
            then = epochs // 10
            ratios = at_equal_time(values, stds[fast])
            found.append(
                about.row(
                    quantity=f"the std of {slow.label}, epochs {epochs - 9} to {epochs}, over that at {fast.rate:g} in epoch {then}",
                    ours=on_logarithms(ratios.tolist()),
                    remark="the same training time, learning rate times steps",
                )
            )
    return found


def _least_condition(about: About, conditions: Mapping[Cell, np.ndarray]) -> Row:
    last = {cell: float(values[:, -1].mean()) for cell, values in conditions.items()}
    cell = min(last, key=lambda c: last[c])
    every = np.concatenate([values.ravel() for values in conditions.values()])
    return about.row(
        quantity=f"least recorded condition number of a last epoch: {cell.label}",
        published="0.22",
        as_published=Estimate(value=last[cell], each=tuple(conditions[cell][:, -1].tolist())),
        remark=f"no condition number can be below 1; {int((every < 1).sum())} of {every.size} recorded ones are, the least {every.min():.2g}",
    )


GREW = 1.1
"""Growth from the second epoch on that counts as one; chosen after the figures were seen."""

STEPS = 97
"""Of an epoch: 50,000 images in batches of 512, the last of which is dropped."""

ENOUGH = 185.0
"""Training time, learning rate times steps, by which every ResNet-18 run at 0.05 on CIFAR-10, without BatchNorm, that ends
above its first epoch's mean has passed it.

The latest is a linear head, in epoch 38: 38 x 97 x 0.05 = 184. That a run below it may still come was seen in two linear heads: one of
ResNet-18 ends at 0.21 after growing 1.31-fold from its second epoch on, one of ViT-Tiny at 0.90 after growing 3.2-fold.
"""

PASSED = "by which every ResNet-18 run at 0.05 on CIFAR-10, without BatchNorm, that ended above its first epoch's mean had passed it"
"""What the criteria say of that time."""

RISING = "that none still grows was asked after the linear head of ViT-Tiny, at 0.90 and rising, had been called a no"
"""What they say of the growth that a no excludes."""

GROWS = (
    f"Std of the unit projector output, last epoch over first, as published. Yes: above 1 in every seed. No: below 1 in every one, and less than {GREW:g} over the second epoch, after {ENOUGH:g} of training time, learning rate times steps, {PASSED}. Undecided otherwise; {RISING}.",
    f"Std of the unit projector output, last epoch over second, since within the first one every run without BatchNorm falls. Yes: at least {GREW:g} in every seed. No: less in every one, as late. Undecided otherwise. Chosen after the figures were seen.",
)
"""How growth from the first epoch, and from the second, is judged."""


def _grows(
    about: About, cell: Cell, std: np.ndarray, start: int, id: str, text: str, remark: str = ""
) -> Claim:
    ratios, bar = ends(std, start), (1, GREW)[start]
    late = cell.rate * STEPS * std.shape[1] >= ENOUGH
    still = late and max(ends(std, 1)) < GREW
    return about.claim(
        id=id,
        text=text,
        criterion=GROWS[start],
        answer=answer(
            min(ratios) >= bar if start else min(ratios) > bar, still and max(ratios) < bar
        ),
        value=_each(cell, std, start),
        remark=remark,
    )


def _each(cell: Cell, std: np.ndarray, start: int) -> str:
    return f"{cell.label}: {', '.join(f'{ratio:.3g}' for ratio in ends(std, start))}"


def _growth_claims(about: About, stds: Mapping[Cell, np.ndarray]) -> list[Claim]:
    """Which heads regrow without BatchNorm at the base rate, and what BatchNorm keeps."""
    plain = {cell.activation: cell for cell in stds if not cell.batchnorm and cell.rate == 0.05}
    claims = []
    for activation in (*SMOOTH, "linear"):
        if activation in plain:
            cell, name = plain[activation], SPELLED[activation]
            claims += [
                _grows(
                    about,
                    cell,
                    stds[cell],
                    0,
                    f"regrows-{activation}",
                    f"A {name} head regrows from the x 0.1 start.",
                    "Regrowing is not escaping: see there." if activation in SMOOTH else "",
                ),
                _grows(
                    about,
                    cell,
                    stds[cell],
                    1,
                    f"later-{activation}",
                    f"A {name} head regrows once it has fallen.",
                ),
            ]
    if "relu" in plain:
        claims.append(_relu(about, plain["relu"], stds[plain["relu"]]))
    normed = [cell for cell in stds if cell.batchnorm]
    if normed:
        claims.append(_kept(about, [stds[cell] for cell in normed]))
    return claims


def _relu(about: About, cell: Cell, std: np.ndarray) -> Claim:
    first, second = ends(std), ends(std, 1)
    return about.claim(
        id="relu",
        text="A ReLU head does not regrow.",
        criterion=f"Both of the ratios. Yes: below 1 over the first epoch, and less than {GREW:g} over the second, in every seed. No: in none. Undecided otherwise.",
        answer=answer(
            max(first) < 1 and max(second) < GREW,
            all(f >= 1 or s >= GREW for f, s in zip(first, second, strict=True)),
        ),
        value=f"{_each(cell, std, 0)}; over the second epoch {', '.join(f'{r:.4g}' for r in second)}",
        remark=f"Its total variance is then about {2048 * float((std[:, -1] ** 2).mean()):.1g}; the cosine in float32 resolves 6e-8.",
    )


def _kept(about: About, stds: Sequence[np.ndarray]) -> Claim:
    means = [published_growth(std).value for std in stds]
    every = [ratio for std in stds for ratio in ends(std)]
    kept = [0.35 <= mean < 1.15 for mean in means]
    return about.claim(
        id="batchnorm",
        text="With BatchNorm every run keeps its deviation.",
        criterion="Last epoch over first of the mean over seeds. Yes: between 0.4 and 1.1 (rounded) for every run. No: for none. Undecided otherwise.",
        answer=answer(all(kept), not any(kept)),
        value=f"{min(means):.2f} to {max(means):.2f}; by seed {min(every):.2f} to {max(every):.2f}",
    )


ESCAPED, COLLAPSED = 0.5, 0.1
"""Shares of the reference run's variance: from which a run has escaped, below which it began collapsed."""


def _escape_claims(about: About, stds: Mapping[Cell, np.ndarray]) -> list[Claim]:
    """Whether smooth heads escape, and whether they do so under small steps."""
    reference = Cell("swish", True, 0.05)
    claims = []
    for activation in SMOOTH:
        cell = Cell(activation, False, 0.05)
        share = (stds[cell] / stds[reference]) ** 2
        collapsed = bool((share[:, 0] < COLLAPSED).all())
        factors, nearest = (
            ", ".join(f"{1 / part**0.5:.1f}" for part in parts)
            for parts in (share[:, -1], share.max(1))
        )
        claims.append(
            about.claim(
                id=f"escapes-{activation}",
                text=f"A {SPELLED[activation]} head escapes from collapse.",
                criterion=f"Variance of the last epoch over that of the Swish run with BatchNorm at the same rate and seed, since no run without BatchNorm was released that is not collapsed from the first epoch on. Yes: at least 1/2 in every seed. Undecided otherwise; no was at most 1/10 in every one, until it was seen that runs of E2 from the usual start, without BatchNorm and never collapsed, end below that, too (CIFAR-10, medium and reduced). Its first epoch must be below 1/10: {'it is' if collapsed else 'it is not'}; that of those runs is, too.",
                answer=answer(collapsed and bool((share[:, -1] >= ESCAPED).all()), no=False),
                value=f"variance {', '.join(f'{s:.3f}' for s in share[:, -1])} of it; std {factors} times below it, {nearest} in the epoch in which they are nearest",
                remark="BatchNorm rescales every coordinate of the output: beside that, runs that were never collapsed look collapsed. No normally started run was released, so that these arrays can deny no escape.",
            )
        )
    slow = Cell("swish", False, 0.005)
    shares = at_equal_time(stds[slow], stds[Cell("swish", False, 0.05)])
    equal = "It has had a tenth of the training time."
    beside = f"in the last ten epochs {', '.join(f'{share:.2f}' for share in shares)} of the run at 0.05 in the same training time"
    small = "Under small steps, the stand-in for gradient flow, a Swish head regrows"
    flow = _grows(about, slow, stds[slow], 0, "flow", f"{small}.", equal)
    after = ", ".join(f"{ratio:.3g}" for ratio in ends(stds[slow], 1))
    return [
        *claims,
        msgspec.structs.replace(
            flow, value=f"{flow.value}; over the second epoch {after}; {beside}"
        ),
        _grows(about, slow, stds[slow], 1, "flow-later", f"{small} once it has fallen.", equal),
    ]


# --- E7 -------------------------------------------------------------------------------------

SEPARATED = 10.0
"""Ratio from which time scales are called separated: a third of the least published one."""


def updates(release: Release) -> Part:
    """E7: relative updates of the projector over those of the backbone."""
    about = About("E7", SETTINGS[MAIN])
    rows: list[Row] = []
    ratios: dict[Cell, np.ndarray] = {}
    for cell, name in runs(release, MAIN).items():
        head = release[f"{name}/proj_update_rel_raw"]
        backbone = release[f"{name}/backbone_update_rel_raw"]
        ratios[cell] = head / backbone
        rows.append(_separation(about, cell, head, backbone))
    return Part(rows=tuple(rows), claims=tuple(_update_claims(about, ratios)))


def geometric(ratios: np.ndarray) -> tuple[float, ...]:
    """Geometric mean over epochs of (seeds, epochs), for each seed."""
    return tuple(np.exp(np.log(ratios).mean(1)).tolist())


def _separation(about: About, cell: Cell, head: np.ndarray, backbone: np.ndarray) -> Row:
    ratios = head / backbone
    of_means, printed = (float(head.mean() / (backbone.mean() + add)) for add in (0, 1e-8))
    return about.row(
        quantity=f"relative update, projector over backbone: {cell.label}",
        published="within 0.4 to 2.7" if cell.batchnorm else "within 31 to 653",
        as_published=Estimate(
            value=float((head.mean(0) / backbone.mean(0)).mean()),
            each=tuple(ratios.mean(1).tolist()),
            method="mean over epochs of the ratio of the means over seeds, which gives the published ranges; in parentheses each seed's arithmetic mean over epochs",
        ),
        ours=_geometric_estimate(ratios),
        remark=f"{100 * float((ratios >= SEPARATED).mean()):.0f} % of epochs at {SEPARATED:g} or more; arithmetic mean over epochs and seeds {ratios.mean():.3g}; ratio of the means over epochs and seeds {of_means:.3g}, and as the plotting script prints it, with 1e-8 added to the backbone's, {printed:.3g}",
    )


def _geometric_estimate(ratios: np.ndarray) -> Estimate:
    found = on_logarithms(geometric(ratios))
    return Estimate(
        value=found.value,
        each=found.each,
        interval=found.interval,
        method=f"geometric mean over epochs; {found.method}",
    )


def _update_claims(about: About, ratios: Mapping[Cell, np.ndarray]) -> list[Claim]:
    plain = {cell: geometric(r) for cell, r in ratios.items() if not cell.batchnorm}
    normed = [value for cell, r in ratios.items() if cell.batchnorm for value in geometric(r)]
    every = [value for values in plain.values() for value in values]
    mean = {
        normed: [v for cell, r in ratios.items() if cell.batchnorm is normed for v in r.mean(1)]
        for normed in (False, True)
    }
    beside = [
        (with_it, without)
        for cell, r in ratios.items()
        if cell.batchnorm
        for with_it, without in zip(
            r.mean(1), ratios[cell._replace(batchnorm=False)].mean(1), strict=True
        )
    ]
    together = [b < a and 1 / SEPARATED <= b <= SEPARATED for b, a in beside]
    below = [cell.label for cell, values in plain.items() if max(values) < SEPARATED]
    return [
        about.claim(
            id="separates",
            text="Without BatchNorm the head is updated faster than the backbone by far.",
            criterion=f"As published: arithmetic mean over epochs of the ratio, projector over backbone. Yes: at least {SEPARATED:g} for every run and seed. No: less for every one. Undecided otherwise.",
            answer=answer(min(mean[False]) >= SEPARATED, max(mean[False]) < SEPARATED),
            value=f"{min(mean[False]):.3g} to {max(mean[False]):.3g} by run and seed",
            remark="Drawn up by the few epochs in which the ratio is largest.",
        ),
        about.claim(
            id="typical",
            text="Without BatchNorm the head is updated faster by far in a typical epoch.",
            criterion=f"Geometric mean over epochs of the ratio, projector over backbone. Yes: at least {SEPARATED:g} for every run and seed. No: less for every one. Undecided otherwise.",
            answer=answer(min(every) >= SEPARATED, max(every) < SEPARATED),
            value=f"{min(every):.2g} to {max(every):.2g}; below in every seed: {'; '.join(below)}",
            remark="All runs start from weights x 0.1, by which the ratio of a homogeneous projector is at first a hundred times as large; none with a normal start was released.",
        ),
        about.claim(
            id="batchnorm",
            text="BatchNorm brings the updates of head and backbone together, from the x 0.1 start.",
            criterion=f"As published: arithmetic mean over epochs of the ratio, projector over backbone. Yes: less than that of the same head, rate and seed without BatchNorm, and between {1 / SEPARATED:g} and {SEPARATED:g}, for every run. No: so for none. Undecided otherwise. It was the geometric mean within these bounds, with nothing beside it, until it was seen that three runs of eight without BatchNorm lie within them, too; the answer is the same.",
            answer=answer(all(together), not any(together)),
            value=f"{min(mean[True]):.2g} to {max(mean[True]):.2g}, beside {min(a for _, a in beside):.3g} to {max(a for _, a in beside):.3g} without it; {min(normed):.2g} to {max(normed):.2g} by the geometric mean",
            remark="Runs of ours from the usual start, of which none was released, lie within these bounds without BatchNorm, by the geometric mean.",
        ),
    ]
