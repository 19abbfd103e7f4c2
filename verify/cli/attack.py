"""``python -m verify attack``: optimisers in the place of chance, against every inequality that is sampled.

Each claim's cases are made from a string of bytes, as Hypothesis makes them for a fuzzer, so that
whatever shapes and numbers the claim draws are a function of a vector: SciPy's differential evolution
maximises error / allowed error over it. Every number of a case is then a small rational that floating
point holds exactly. Where a case is nothing but tensors of free entries, it is polished by gradient
ascent, and what is found is rounded to rationals and evaluated again.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray
from scipy.optimize import differential_evolution, minimize

from verify.claims.check import Arithmetic, Check
from verify.claims.draws import given
from verify.claims.property import TIGHT, Claim, Vacuous, holds, refuted
from verify.cli.arguments import UsageError
from verify.engine.registry import Room

BUDGET = 60.0
"""Seconds for each claim."""

BYTES = 96
"""Length of the vector; what a case wants beyond it is drawn as its simplest value."""

POLISHED = 2.0**-20
"""What polished entries are rounded to: multiples of it, which floating point holds exactly."""


class _Enough(Exception):
    """The time is up, or the claim has fallen."""


class Best:
    """The largest ratio that was seen, its case, and how many cases that meet the hypotheses were tried."""

    def __init__(self) -> None:
        self.ratio = -math.inf
        self.case: Any = None
        self.tried = 0


def claims(rooms: Sequence[Room]) -> Iterator[tuple[Check, Claim[Any], bool]]:
    """The inequalities of rooms, and whether each is said to hold; exact claims have no ratio."""
    for room in rooms:
        for check in room.checks:
            run = check.run
            if not isinstance(run, functools.partial) or run.func not in (holds, refuted):
                continue
            (claim,) = run.args
            if claim.arithmetic is not Arithmetic.EXACT or claim.attained:
                yield check, claim, run.func is holds


def attack(rooms: Sequence[Room], *, budget: float, seed: int, say: Callable[[str], None]) -> int:
    """Attack every inequality of rooms; return 1 if a true one falls, a false one stands, or one is not tried.

    Raises:
        UsageError: if there is none.
    """
    wrong = 0
    if not (found := list(claims(rooms))):
        raise UsageError("These have no inequality that could be attacked; name others.")
    for check, claim, true in found:
        best = search(claim, time.monotonic() + budget, seed)
        if best.case is None:
            say(
                f"NOT TRIED: {check.id}: no case that was made meets its hypotheses; give it more time"
            )
            wrong += 1
            continue
        polished = "" if best.ratio > 1 else polish(claim, best)
        fell = bool(best.ratio > 1)  # polishing may have carried it over
        wrong += fell is true
        verdict = "FELL" if fell and true else "falls" if fell else "stands" if true else "STANDS"
        tight = f"1 - {1 - best.ratio:.1e}" if best.ratio > TIGHT - 1e-3 else f"{best.ratio:.4g}"
        ratio = f"{best.ratio:.6g}" if fell else tight
        say(f"{verdict}: {check.id}: error / allowed {ratio} after {best.tried} cases{polished}")
        say(f"    at {'; '.join(f'{n} = {v}' for n, v in claim.describe(best.case))}")
        for number, example in enumerate(claim.attained if true else (), start=1):
            say(f"    tight example {number}: {claim.ratio(example):.9g}")
    return 1 if wrong else 0


def search(claim: Claim[Any], until: float, seed: int) -> Best:
    """Maximise a claim's ratio over the cases that bytes make, until it is above 1 or time is up."""
    best = Best()

    def ratio(case: Any) -> None:
        try:
            value = claim.ratio(case)
        except Vacuous:
            return
        best.tried += 1
        value = math.inf if math.isnan(value) else value
        last[0] = value
        if value > best.ratio:
            best.ratio, best.case = value, case

    last = [-math.inf]
    wrapped = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))(
        given(claim.cases())(ratio)
    )
    fuzz = wrapped.hypothesis.fuzz_one_input  # type: ignore[attr-defined]

    def loss(x: NDArray[np.float64]) -> float:
        if time.monotonic() > until or best.ratio > 1:
            raise _Enough
        last[0] = -1.0
        fuzz(bytes(np.clip(x, 0, 255).astype(np.uint8)))
        return -min(last[0], 1e6)

    restart = 0
    try:
        while True:
            restart += 1
            differential_evolution(
                loss,
                [(0, 255)] * BYTES,
                integrality=np.ones(BYTES, dtype=bool),
                popsize=2,
                maxiter=200,
                tol=0.0,
                polish=False,
                rng=np.random.default_rng((seed, restart)),
            )
    except _Enough:
        return best


def polish(claim: Claim[Any], best: Best) -> str:
    """Climb from the best case by its gradient, if its entries are free; say how far."""
    if not claim.free:
        return ""
    start = _entries(best.case)

    def loss(x: NDArray[np.float64]) -> float:
        try:
            value = claim.ratio(_with_entries(best.case, x))
        except Vacuous:
            return 0.0
        return -value if math.isfinite(value) else 0.0

    found = minimize(loss, start, method="L-BFGS-B", options={"maxiter": 200})
    exact = np.round(found.x / POLISHED) * POLISHED
    value = -loss(exact)
    if value > best.ratio:
        best.ratio, best.case = value, _with_entries(best.case, exact)
    return f", polished to {value:.9g} in multiples of 2^-20"


def _entries(case: Any) -> NDArray[np.float64]:
    """The entries of all tensors of a case, in order."""
    if isinstance(case, torch.Tensor):
        return case.flatten().numpy()
    if isinstance(case, tuple):
        return np.concatenate([_entries(part) for part in case] or [np.zeros(0)])
    return np.zeros(0)


def _with_entries(case: Any, x: NDArray[np.float64]) -> Any:
    """The case with other entries."""
    rest = iter(x.tolist())

    def changed(part: Any) -> Any:
        if isinstance(part, torch.Tensor):
            values = [next(rest) for _ in range(part.numel())]
            return torch.tensor(values, dtype=part.dtype).reshape(part.shape)
        if isinstance(part, tuple):
            parts = [changed(one) for one in part]
            return part._make(parts) if hasattr(part, "_make") else tuple(parts)
        return part

    return changed(case)
