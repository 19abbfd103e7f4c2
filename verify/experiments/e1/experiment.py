"""E1: does the head's curvature turn negative, and does that free a network from collapse?

The published runs track the smallest eigenvalue of H_eff, the variance of z and the condition number
of its covariance. Here the eigenvalues are exact, sample by sample, for H_eff and for G alone, under
the published objective, whose own Hessian is indefinite, and under one whose Hessian is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from verify.claims.check import Arithmetic, Context
from verify.claims.evidence import Answer, Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.e1 import display, invariants
from verify.experiments.e1.display import (
    PUBLISHED_ROWS,
    PUBLISHED_SPEARMAN,
    SIGNIFICANT,
    SIGNIFICANT_PUBLISHED,
    escapes,
    in_words,
)
from verify.experiments.e1.measure import (
    CELLS,
    PIECEWISE,
    SMOOTH,
    STARTS,
    Cell,
    Track,
    Tracks,
    epochs,
    estimates_wrong,
    injected,
    negative,
    observe_tracks,
    rank_correlation,
    share,
    shows,
)
from verify.experiments.forms import Form
from verify.experiments.networks import Runs, runs_of, with_head
from verify.experiments.released.collapse import ENOUGH, PASSED
from verify.ssl.training import Config, Start

RATE = 0.05
"""The published learning rate."""

EXPERIMENT = Experiment(
    id="E1",
    title="Curvature and collapse",
    question="Does a smooth head inject negative curvature, and does that end a collapse?",
    published="CIFAR-10, ResNet-18, SimSiam without BatchNorm in the heads, 100 epochs, one run of each, no seed set. Spearman's correlation of the variance of $z$ and the condition number: normal Swish 0.339, pseudo-collapsed Swish 0.609, pseudo-collapsed ReLU 0.669. $\\lambda_{\\min}$ negative in 69 to 72 of 100 epochs for Swish, in 1 for ReLU. Swish escapes a collapse, ReLU does not. In the released arrays the standard deviation of $z$ rises from 0.0138 to 0.0288 for normal Swish, from 0.0154 to 0.0159 for pseudo-collapsed Swish, and stays at 0.0142 for ReLU.",
    effects=(
        Effect(
            id="spearman",
            text="The variance of z and the condition number rise and fall together.",
            published="0.339 (Swish), 0.609 (Swish, x0.1), 0.669 (ReLU, x0.1)",
            criterion="Spearman's correlation of the variance of z and the condition number as published, over the epochs. Yes: in the three runs at least what as many epochs exceed by chance with probability 1/20, two-sided (0.886 for 6, 0.738 for 8, 0.197 for 100). No: at most 0 in all three, after so many epochs that the largest published figure would count. Undecided otherwise.",
        ),
        Effect(
            id="spearman-honest",
            text="The variance of z and a condition number that is not clamped, of z itself, rise and fall together.",
            published="",
            criterion="Ours. As for the condition number as published, for z itself and the largest eigenvalue over the smallest one above the noise floor, from more samples than dimensions.",
        ),
        Effect(
            id="condition",
            text="The condition number follows the published patterns.",
            published="peak then plateau (Swish), drift (ReLU; linear x0.1), static (ReLU x0.1)",
            criterion="The condition number as published, over the epochs. Peak then plateau: the maximum lies in the first fifth and is at least 1.5 times the last value (in the released arrays 1.22 times for normal Swish, 2.38 for pseudo-collapsed Swish: by this the published normal Swish run has no peak). Static: largest over smallest at most 1.2 and |Spearman with epoch| below 0.3. Drift: |Spearman with epoch| at least 0.7. Yes: all five rows of the main table. No: none. Undecided otherwise.",
        ),
        Effect(
            id="signs",
            text="The published estimate of the least eigenvalue is negative for Swish and not for ReLU.",
            published="Swish in 69 to 72 of 100 epochs, ReLU in 1",
            criterion="As published, by the published estimator, but of 32 fixed images in evaluation mode: the epochs in which it is below 0, in the three published runs. Yes: more than half of both Swish runs' and fewer of the ReLU run's. No: not so for any of the three. Undecided otherwise. Asked, as of the released arrays, after the figures were seen.",
        ),
        Effect(
            id="negative",
            text="H_eff itself has a negative eigenvalue behind smooth heads, and none behind piecewise-linear ones.",
            published="",
            criterion="Ours, of exact eigenvalues, sample by sample, where the sign of an estimate on batches was published. SimSiam, normal and pseudo-collapsed. A head is negative if the smallest eigenvalue of H_eff is resolved below 0 in at least half of the states, 32 images times the epochs. Yes: Swish and GELU are, ReLU and linear are not. No: all are, or none is. Undecided otherwise.",
        ),
        Effect(
            id="injected",
            text="Smooth heads inject negative curvature while SimSiam trains.",
            published="Swish yes, ReLU no, from both starts",
            criterion="A state is injected if besides the smallest eigenvalue of H_eff lies below 0 and below that of G, by more than 10 % of its modulus and three residuals. Yes: at least half of the states of Swish and GELU from both starts, and fewer than half of ReLU and linear. No: fewer than half for every head and start. Undecided otherwise.",
        ),
        Effect(
            id="injected-mse",
            text="Smooth heads inject negative curvature under the mean squared error.",
            published="",
            criterion="Ours. As under SimSiam, for the mean squared error, whose Hessian is the identity.",
        ),
        Effect(
            id="estimator",
            text="The published estimator resolves the sign of the smallest eigenvalue.",
            published="",
            criterion="Ours. Over all epochs of all runs. Yes: the sign of the published estimate is that of the exact value in at least 19 of 20. No: wrong in at least 1 of 4. Undecided otherwise.",
        ),
        Effect(
            id="escapes",
            text="From the pseudo-collapsed start a Swish head escapes and a ReLU head does not.",
            published="Swish yes, by mechanism; ReLU no",
            criterion=f"For the variances of z and h: final value at least half of the normally started run's at the same epoch, yes; at most a tenth, no; between, undecided. Not applicable if the variances were at a tenth of that run's or more before the first step: the start was not collapsed (E2 asks in the first epoch, whose mean holds the fall). Yes: Swish yes and ReLU no, for both. No: the other way round, or alike. Undecided otherwise, and before {ENOUGH:g} of training time, learning rate times steps, {PASSED} (E2's released arrays). By construction no run decides it: the projector x 0.1 leaves z as it was, so that the start is collapsed in no form.",
        ),
        Effect(
            id="escapes-collapsed",
            text="From a collapsed z a Swish head escapes and a ReLU head does not.",
            published="",
            criterion="Ours. As from the pseudo-collapsed start, from one whose z itself is collapsed.",
        ),
    ),
)


def configure(config: Config) -> dict[Cell, Config]:
    """Every head, start and objective, without BatchNorm in either head.

    For the squared error the rate makes the same steps as with PyTorch's mean of it, which is 2 / k of
    half the squared distance in k dimensions.
    """
    rates = {"simsiam": RATE, "mse": RATE * 2 / config.output}
    return {
        cell: replace(
            with_head(config, cell.activation, False),
            objective=cell.objective,
            start=cell.start,
            optimiser=replace(config.optimiser, learning_rate=rates[cell.objective]),
        )
        for cell in CELLS
    }


def setup(form: Form) -> Runs[Cell]:
    """SimSiam from seed 0."""
    return runs_of(form, "E1", "tracks", configure, observe_tracks, seeds=(0,), cost=3.5)


def answers(tracks: Tracks, time: float) -> tuple[Measured, ...]:
    """Apply the criteria.

    Args:
        tracks: every run.
        time: learning rate times steps of a run under SimSiam.
    """
    shown = [
        shows(tracks[cell]["condition_published"][1:], row[1]) for cell, *row in PUBLISHED_ROWS
    ]
    smooth, piecewise = (
        _shares(tracks, "simsiam", heads, negative) for heads in (SMOOTH, PIECEWISE)
    )
    every = smooth + piecewise
    wrong, total = _wrong(tracks), epochs(tracks) * len(tracks)
    return (
        _spearman(tracks, "condition_published", "spearman"),
        _spearman(tracks, "condition", "spearman-honest"),
        report.decided(
            "condition",
            all(shown),
            not any(shown),
            f"{sum(shown)} of {len(shown)} rows of the main table",
        ),
        _signs(tracks),
        report.decided(
            "negative",
            min(smooth) >= 0.5 > max(piecewise),
            min(every) >= 0.5 or max(every) < 0.5,
            _split(smooth, piecewise),
        ),
        _injected(tracks, "simsiam", "injected"),
        _injected(tracks, "mse", "injected-mse"),
        report.decided(
            "estimator",
            wrong <= total / 20,
            wrong >= total / 4,
            f"wrong in {wrong} of {total} epochs",
        ),
        _escapes(tracks, Start.SHRUNK_PROJECTOR, "escapes", time),
        _escapes(tracks, Start.COLLAPSED, "escapes-collapsed", time),
    )


def _spearman(tracks: Tracks, condition: str, effect: str) -> Measured:
    found = {
        cell: rank_correlation(tracks[cell]["variance_z"][1:], tracks[cell][condition][1:])
        for cell in PUBLISHED_SPEARMAN
    }
    significant, largest = SIGNIFICANT[epochs(tracks)], max(PUBLISHED_SPEARMAN.values())
    enough = significant <= largest
    figures = ", ".join(f"{f:.2f} ({cell.head})" for cell, f in found.items())
    short = f"; {epochs(tracks)} epochs resolve nothing below {significant:g}, and the published figures are at most {largest:g}: more epochs decide, 100 as published resolve {SIGNIFICANT_PUBLISHED:g}"
    rises = all(f >= significant for f in found.values())
    return report.decided(
        effect,
        rises,
        enough and all(f <= 0 for f in found.values()),
        figures + short * (not enough and not rises),
    )


def _signs(tracks: Tracks) -> Measured:
    """Epochs in which the published estimate is below 0, in the published runs."""
    below = {cell: int((tracks[cell]["estimate"][1:] < 0).sum()) for cell in PUBLISHED_SPEARMAN}
    half = epochs(tracks) / 2
    so = [n > half if cell.activation == "swish" else n < half for cell, n in below.items()]
    figures = "; ".join(f"{cell.head}: {n} of {epochs(tracks)}" for cell, n in below.items())
    return report.decided("signs", all(so), not any(so), figures)


def _shares(
    tracks: Tracks, objective: str, heads: tuple[str, ...], kind: Callable[[Track], np.ndarray]
) -> list[float]:
    """Shares of the states of these heads from both published starts that are of a kind."""
    return [share(kind(tracks[Cell(objective, h, start)])) for h in heads for start in STARTS]


def _split(smooth: list[float], piecewise: list[float]) -> str:
    def span(shares: list[float]) -> str:
        low, high = (f"{100 * end(shares):.0f}" for end in (min, max))
        return f"{low} %" if low == high else f"{low} to {high} %"

    return f"Swish and GELU {span(smooth)} of the states, ReLU and linear {span(piecewise)}"


def _injected(tracks: Tracks, objective: str, effect: str) -> Measured:
    smooth, piecewise = (
        _shares(tracks, objective, heads, injected) for heads in (SMOOTH, PIECEWISE)
    )
    return report.decided(
        effect,
        min(smooth) >= 0.5 > max(piecewise),
        max(smooth + piecewise) < 0.5,
        _split(smooth, piecewise),
    )


def _wrong(tracks: Tracks) -> int:
    return sum(estimates_wrong(track) for track in tracks.values())


def _escapes(tracks: Tracks, start: Start, effect: str, time: float) -> Measured:
    swish, relu = (escapes(tracks, Cell("simsiam", head, start)) for head in ("swish", "relu"))
    both = {*swish, *relu}
    right = set(swish) == {Answer.YES} and set(relu) == {Answer.NO}
    late, wrong = time >= ENOUGH, swish == relu or Answer.YES not in swish
    answer = report.answer_by(late and right, late and wrong)
    for stronger in (Answer.UNDECIDED, Answer.NOT_APPLICABLE):
        answer = stronger if stronger in both else answer
    found = {"Swish": map(in_words, swish), "ReLU": map(in_words, relu)}
    return report.answered(
        effect, answer, "; ".join(f"{h}: z {z}, h {o}" for h, (z, o) in found.items())
    )


def run_tracks(form: Runs[Cell], ctx: Context) -> Finding:
    """Read the tracks of every run."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    kept = form.load(ctx)
    tracks: Tracks = kept[0]
    cosine, squared = (
        ", ".join(
            f"{100 * share(negative(tracks[Cell(objective, head, Start.NORMAL)])):.0f} % ({head})"
            for head in (*SMOOTH, *PIECEWISE)
        )
        for objective in ("simsiam", "mse")
    )
    normal = tracks[Cell("simsiam", "swish", Start.NORMAL)]
    z, h = (
        f"{normal[name][0]:.2g} to {normal[name][-1]:.2g}" for name in ("variance_z", "variance_h")
    )
    steps = form.config.epochs * (len(dataset.train_images) // form.config.batch)
    return report.shown(
        answers(tracks, RATE * steps),
        f"On {setting}: from the normal start under SimSiam H_eff is resolved negative in {cosine} of the states, under the mean squared error in {squared}. The published estimate of its sign is wrong in {_wrong(tracks)} of {epochs(tracks) * len(tracks)} epochs. In the normally started Swish run the variance of the directions of z goes from {z}, of h from {h}.",
        cases=sum(track["effective"][1:, :, 0].size for track in tracks.values()),
        tables=(
            display.settings(form, dataset),
            display.main_table(setting, tracks),
            display.curvature_table(setting, tracks),
            display.loss_table(setting, tracks),
            display.collapse_table(form, dataset, tracks),
            *report.timing_tables(setting, form.named(kept)),
        ),
        plots=[display.variance_plot(setting, tracks, of) for of in ("z", "h")],
        # A run from a collapsed start is not expected to be trained.
        probes=report.observed_probes(
            [{c: r[c] for c in r if c.start is Start.NORMAL} for r in kept], dataset
        ),
    )


CHECKS = (
    *report.measurements(
        "E1.tracks",
        "Curvature, variance and condition number while training",
        run_tracks,
        setup,
        arithmetic=Arithmetic.FLOAT64,
        cost=0.3,
        long=("escapes-collapsed",),  # escapes is not applicable, however long a run is
    ),
    *invariants.CHECKS,
)
