"""Intervals of the release's figures, and the answers that rest on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from verify.claims.evidence import Answer
from verify.experiments.released.rows import Estimate
from verify.ssl.measurements import Interval, paired_interval

SEEDS = "Student's t over the seeds, on logarithms"

DRAWN = "Student's t over the seeds"


def on_logarithms(values: Sequence[float]) -> Estimate:
    """Geometric mean of positive values, one for each seed, with Student's interval of the logarithms."""
    logarithms = [math.log(value) for value in values]
    low, high = paired_interval(logarithms)
    return Estimate(
        value=math.exp(fmean(logarithms)),
        each=tuple(values),
        interval=(math.exp(low), math.exp(high)),
        method=SEEDS,
    )


def over_seeds(values: Sequence[float], method: str = DRAWN) -> Estimate:
    """Mean of values, one for each seed, with Student's interval."""
    low, high = paired_interval(values)
    return Estimate(value=fmean(values), each=tuple(values), interval=(low, high), method=method)


def wilson(successes: float, trials: int) -> Interval:
    """Wilson's 95 % interval of a proportion."""
    z, share = 1.959964, successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    half /= 1 + z**2 / trials
    return Interval(centre - half, centre + half)


def answer(yes: bool, no: bool) -> Answer:
    """Yes or no if one of the two holds, undecided otherwise."""
    return Answer.YES if yes else Answer.NO if no else Answer.UNDECIDED
