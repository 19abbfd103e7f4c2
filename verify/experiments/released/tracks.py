"""E1 of the release: one run of 100 epochs for each of three starts.

Recorded are the mean std of the unit z, the largest eigenvalue of its covariance over 1e-7 (the
"condition number") and the mean of five estimates of the least eigenvalue.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from verify.experiments.e1.measure import shows
from verify.experiments.released.collapse import CLAMP, SETTINGS
from verify.experiments.released.intervals import answer, wilson
from verify.experiments.released.reader import Release
from verify.experiments.released.rows import About, Claim, Estimate, Part, Row
from verify.numeric.decimals import rounded_down

FOLDER = "cifar10/resnet18"

ABOUT = About("E1", SETTINGS[FOLDER])

RUNS = {
    "normal_swish": ("Swish, normal start", "0.339", "negative in 69 to 72 of 100"),
    "collapsed_swish": ("Swish, projector x 0.1", "0.609", "negative in 69 to 72 of 100"),
    "collapsed_relu": ("ReLU, projector x 0.1", "0.669", "negative in 1 of 100"),
}
"""By the end of the file's name: the run, its published Spearman correlation, and its signs."""

SWISH, RELU = ("normal_swish", "collapsed_swish"), "collapsed_relu"

PATTERNS = dict(zip(RUNS, ("peak", "peak", "static"), strict=True))
"""By run, the published pattern of its condition number."""

BLOCK, DRAWS = 10, 4000
"""Epochs of a block, and draws, of the bootstrap over epochs."""


def spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's correlation along the last axis; ties share their mean rank."""
    ranks = [rankdata(values, axis=-1) for values in (x, y)]
    centred = [r - r.mean(-1, keepdims=True) for r in ranks]
    product = (centred[0] * centred[1]).sum(-1)
    scale = np.sqrt((centred[0] ** 2).sum(-1) * (centred[1] ** 2).sum(-1))
    return np.divide(product, scale, out=np.zeros_like(product), where=scale > 0)


def correlation(x: np.ndarray, y: np.ndarray) -> Estimate:
    """Spearman's correlation of two series, with a bootstrap of blocks of neighbouring epochs."""
    epochs = len(x)
    generator = np.random.default_rng(0)
    starts = generator.integers(epochs, size=(DRAWS, -(-epochs // BLOCK)))
    drawn = (starts[..., None] + np.arange(BLOCK)).reshape(DRAWS, -1)[:, :epochs] % epochs
    low, high = np.quantile(spearman(x[drawn], y[drawn]), [0.025, 0.975]).tolist()
    return Estimate(
        value=float(spearman(x, y)),
        interval=(low, high),
        method=f"bootstrap of blocks of {BLOCK} epochs of one run",
    )


def track(release: Release) -> Part:
    """E1: std of z, its correlation with the condition number, and signs of the least eigenvalue."""
    rows: list[Row] = []
    series = {
        run: {
            name: release[f"{FOLDER}/hessian_tracker/raw_data_{run}/{name}"]
            for name in ("variances", "condition_numbers", "min_eigenvalues")
        }
        for run in RUNS
    }
    for run, of in series.items():
        rows += _rows(run, **of)
    return Part(rows=tuple(rows), claims=tuple(_claims(series)))


def _rows(
    run: str, variances: np.ndarray, condition_numbers: np.ndarray, min_eigenvalues: np.ndarray
) -> list[Row]:
    name, quoted, signs = RUNS[run]
    epochs = len(variances)
    whole = correlation(variances, condition_numbers)
    later = correlation(variances[1:], condition_numbers[1:])
    changes = correlation(np.diff(variances), np.diff(condition_numbers))
    negative, zero = int((min_eigenvalues < 0).sum()), int((min_eigenvalues == 0).sum())
    sizes = np.abs(min_eigenvalues)
    dimensions = 512
    least = dimensions * variances[0] ** 2
    return [
        ABOUT.row(
            f"std of the unit z, first epoch: {name}",
            as_published=Estimate(value=float(variances[0])),
            form=".4f",
            remark=f"at most 0.045 in {dimensions} dimensions; total variance at least {rounded_down(least, 3)} of 1",
        ),
        ABOUT.row(
            f"std of the unit z, last epoch: {name}",
            as_published=Estimate(value=float(variances[-1])),
            form=".4f",
            remark=f"{variances.min():.4f} to {variances.max():.4f} over the epochs",
        ),
        ABOUT.row(
            f"Spearman of that std and the condition number: {name}",
            published=quoted,
            as_published=Estimate(value=later.value, method="without the first epoch"),
            ours=later,
            form=".3f",
            remark=f"{whole.value:.3f} with the first epoch; the condition number is the largest eigenvalue over 1e-7",
        ),
        ABOUT.row(
            f"Spearman of their changes from epoch to epoch: {name}",
            ours=changes,
            form=".3f",
            remark="free of the trend of the whole run",
        ),
        ABOUT.row(
            f"share of epochs whose least eigenvalue is negative: {name}",
            published=signs,
            as_published=Estimate(
                value=negative / epochs,
                interval=wilson(negative, epochs),
                method="Wilson's for independent epochs",
            ),
            form=".2f",
            remark=(
                f"{negative} negative, {zero} exactly zero, {epochs - negative - zero} positive of "
                f"{epochs}; modulus {sizes.min():.1e} to {sizes.max():.1e}, median "
                f"{np.median(sizes):.1e}"
            ),
        ),
        ABOUT.row(
            f"largest eigenvalue of the covariance of the unit z, last epoch over first: {name}",
            ours=Estimate(value=float(condition_numbers[-1] / condition_numbers[0])),
            remark=f"the recorded condition number x 1e-7: {CLAMP * condition_numbers[0]:.3g} to {CLAMP * condition_numbers[-1]:.3g}",
        ),
    ]


def _claims(series: dict[str, dict[str, np.ndarray]]) -> list[Claim]:
    std = {run: of["variances"] for run, of in series.items()}
    starts = {run: values[0] for run, values in std.items()}
    collapsed = [(starts[run] / starts[SWISH[0]]) ** 2 for run in (SWISH[1], RELU)]
    found = {
        run: correlation(v[1:], series[run]["condition_numbers"][1:]) for run, v in std.items()
    }
    intervals = [e.interval or (0, 0) for e in found.values()]
    negative = {run: int((of["min_eigenvalues"] < 0).sum()) for run, of in series.items()}
    zero = int((series[RELU]["min_eigenvalues"] == 0).sum())
    first = {run: float(of["min_eigenvalues"][0]) for run, of in series.items()}
    half = {run: len(v) / 2 for run, v in std.items()}
    conditions = {run: of["condition_numbers"] for run, of in series.items()}
    shown = [shows(conditions[run], pattern) for run, pattern in PATTERNS.items()]
    peaks = {run: int(conditions[run].argmax()) for run in SWISH}
    return [
        ABOUT.claim(
            id="collapsed",
            text="The pseudo-collapsed start is collapsed in what is tracked, z.",
            criterion="Variance of the unit z in the first epoch over that of the normal start. Yes: below 1/10 for both runs. No: at least 1/2 for both. Undecided otherwise.",
            answer=answer(max(collapsed) < 0.1, min(collapsed) >= 0.5),
            value=f"std {starts[SWISH[1]]:.4f} (Swish) and {starts[RELU]:.4f} (ReLU), {starts[SWISH[0]]:.4f} from the normal start",
            remark=f"So these runs cannot show an escape of z: the Swish one ends at {std[SWISH[1]][-1]:.4f}.",
        ),
        ABOUT.claim(
            id="spearman",
            text="The variance of z and the condition number rise and fall together.",
            criterion=f"Spearman's correlation without the first epoch, as published. Yes: its interval, from a bootstrap of blocks of {BLOCK} epochs, lies above 0 in all three runs. No: below 0 in all three. Undecided otherwise.",
            answer=answer(min(i[0] for i in intervals) > 0, max(i[1] for i in intervals) < 0),
            value="; ".join(f"{RUNS[run][0]}: {e.text('.2f')}" for run, e in found.items()),
            remark="Of a standard deviation and the largest eigenvalue; one run each. By the criterion of E1 itself, which takes epochs for independent (0.197 of 100), yes.",
        ),
        ABOUT.claim(
            id="condition",
            text="The condition number follows the published patterns.",
            criterion="That of E1, of the three rows of five of which a run was released: a peak in the first fifth of the epochs, 1.5 times the last value at least, then a plateau (Swish); static, largest over smallest at most 1.2 and |Spearman with epoch| below 0.3 (ReLU). Yes: all three. No: none. Undecided otherwise.",
            answer=answer(all(shown), not any(shown)),
            value=f"{sum(shown)} of {len(shown)} rows: "
            + "; ".join(
                [
                    *(
                        f"{RUNS[run][0]}: largest in epoch {place + 1} of {len(conditions[run])}, {conditions[run][place] / conditions[run][-1]:.2f} times the last"
                        for run, place in peaks.items()
                    ),
                    f"{RUNS[RELU][0]}: largest over smallest {conditions[RELU].max() / conditions[RELU].min():.3f}, Spearman with epoch {spearman(conditions[RELU], np.arange(len(conditions[RELU]))):.2f}",
                ]
            ),
            remark="Of the largest eigenvalue over 1e-7; one run each. Asked after the figures were seen.",
        ),
        ABOUT.claim(
            id="signs",
            text="The estimated least eigenvalue is negative for Swish and not for ReLU.",
            criterion="Yes: in more than half of the epochs of both Swish runs and in fewer of the ReLU one. No: not so for any of the three. Undecided otherwise.",
            answer=answer(
                all(negative[run] > half[run] for run in SWISH) and negative[RELU] < half[RELU],
                all(negative[run] <= half[run] for run in SWISH) and negative[RELU] >= half[RELU],
            ),
            value="; ".join(
                f"{RUNS[run][0]}: {n} of {len(std[run])}" for run, n in negative.items()
            ),
            remark=f"Of the estimator, not of the eigenvalue: {zero} of the ReLU run's values are exactly zero, as of an iteration whose vector has underflowed; the one that is not is the first epoch's, {first[RELU]:.1e}, where the Swish runs have {first[SWISH[0]]:.1e} and {first[SWISH[1]]:.1e}, and that epoch is left out of the published figure.",
        ),
    ]
