"""Claims on random cases: one harness for checking a true one and for attacking a false one.

A claim has a ratio, the error seen at a case over the error allowed there: at most 1 passes. It
raises `Vacuous` where the claim's hypotheses do not hold. Hypothesis draws and shrinks the cases.
A false variant is the same claim with one ingredient changed, and must be refuted.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Generic, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, reject, seed, settings, target
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from verify.claims.check import MINIMUM_CASES, Arithmetic, Context
from verify.claims.describe import Pairs, describe
from verify.claims.draws import given
from verify.claims.evidence import Evaluated, Finding, Outcome, Witness
from verify.claims.text import count

Case = TypeVar("Case")


class Vacuous(Exception):
    """The hypotheses of the claim do not hold at this case."""


def exactly(holds: bool) -> float:
    """The ratio of an exact claim: no error is allowed."""
    return 0.0 if holds else math.inf


class _Falsified(Exception):
    """The claim's ratio exceeded 1."""


class _ShrunkEnough(BaseException):
    """Ends shrinking; a BaseException, because Hypothesis takes any other for a new failure."""


SHRINKS = 60
"""Cases tried at most to make a failing case smaller."""

HUNT = 2000
"""Cases drawn at least, in every profile, to refute a false claim that has no supplied case."""


TIGHT = 1 - 1e-6
"""Least ratio at which a bound counts as attained."""


ROUNDS = 10
"""How often as many cases are drawn, until every feature was shown."""


def plain(case: object) -> Mapping[str, bool]:
    """Nothing that cases must show."""
    return {}


@dataclass(frozen=True)
class Claim(Generic[Case]):
    """A claim about every case that a strategy draws. Data: its functions are module-level.

    Attributes:
        text: the claim in words.
        cases: makes the strategy that draws the cases.
        normalised_error: error over allowed error at a case; may take keyword arguments with defaults, which
            `mutant` changes.
        describe: a case as (name, value) pairs; by its fields, unless it must be told otherwise.
        arithmetic: what the ratio is computed in.
        supplied: cases at which a false variant is tried if the search does not refute it.
        attained: cases at which the bound is attained, so that one that is too large is noticed.
        features: what the cases must show, by name, as a function of a case, the same names at each; a
            run in which no case shows one of them is vacuous.
        case_divisor: among how many the profile's cases are divided, where one of them takes long.
        free: whether the tensors of a case may have any real entries, which an attack then moves.
    """

    text: str
    cases: Callable[[], SearchStrategy[Case]]
    normalised_error: Callable[..., float]
    describe: Callable[[Case], Pairs] = describe
    arithmetic: Arithmetic = Arithmetic.FLOAT64
    supplied: tuple[Case, ...] = ()
    attained: tuple[Case, ...] = ()
    features: Callable[[Case], Mapping[str, bool]] = plain
    case_divisor: int = 1
    free: bool = False

    def mutant(self, text: str, supplied: tuple[Case, ...] = (), **changed: object) -> Claim[Case]:
        """The same claim with arguments of its ratio changed."""
        ratio = functools.partial(self.normalised_error, **changed)
        return replace(self, text=text, normalised_error=ratio, supplied=supplied)

    def ratio(self, case: Case) -> float:
        """Error over allowed error at a case; it may be NaN, which fails.

        Raises:
            Vacuous: if the claim's hypotheses do not hold there.
            TypeError: if it is a truth value, which is at most 1 whether the claim holds or not, or no number.
            ValueError: if it is negative.
        """
        value: object = self.normalised_error(case)
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(
                f"A ratio of error to allowed error must be a number; got {value!r}, a {type(value).__name__}."
            )
        if value < 0:
            raise ValueError(
                f"A ratio of error to allowed error must not be negative; got {value}."
            )
        return float(value)

    @property
    def name(self) -> str:
        """Names the claim's stream of random cases."""
        function: Callable[..., float] = self.normalised_error
        while isinstance(function, functools.partial):
            function = function.func
        return f"{function.__module__}.{function.__qualname__}: {self.text}"


exact_claim = functools.partial(Claim, arithmetic=Arithmetic.EXACT)
"""A claim in exact arithmetic; its ratio is made by `exactly`."""


class Search(Generic[Case]):
    """What a search saw.

    Attributes:
        cases: non-vacuous cases that ran before the first failure (all of them if none failed).
        vacuous: cases whose hypotheses did not hold.
        worst: the largest ratio seen among them.
        failure: the shrunk failing case, if the claim failed.
        failure_ratio: the ratio at that case.
        shown: how many of the cases showed each feature.
    """

    def __init__(self) -> None:
        self.shown: Counter[str] = Counter()
        self.cases = 0
        self.vacuous = 0
        self.worst = 0.0
        self.failure: Case | None = None
        self.failure_ratio = math.nan

    def show(self, claim: Claim[Case], case: Case) -> None:
        """Count what a case shows.

        Raises:
            ValueError: if it names other features than the cases before it, or none, where its claim has
                some: one that goes unnamed where it is absent would never count as lacking.
        """
        features = claim.features(case)
        names = self.shown if self.cases > 1 else features
        if features.keys() != names.keys() or not (features or claim.features is plain):
            raise ValueError(
                f"Every case must name every feature; got {sorted(features)} after {sorted(self.shown)}."
            )
        self.shown.update({name: int(there) for name, there in features.items()})


def search(claim: Claim[Case], ctx: Context, most: int) -> Search[Case]:
    """Draw cases with an explicit seed until the claim fails or so many have run.

    Hypothesis varies what it drew, so that a run may leave a feature out; then as many more are
    drawn, up to `ROUNDS` times.
    """
    seen: Search[Case] = Search()
    shrinks = 0
    phases = [Phase.generate, Phase.shrink] + ([Phase.target] if ctx.profile == "deep" else [])

    @settings(
        database=None,
        deadline=None,
        derandomize=False,
        max_examples=most,
        phases=phases,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(claim.cases())
    def run(case: Case) -> None:
        nonlocal shrinks
        shrinking = seen.failure is not None
        shrinks += shrinking
        if shrinks > SHRINKS:
            raise _ShrunkEnough
        try:
            value = claim.ratio(case)
        except Vacuous:
            seen.vacuous += not shrinking
            reject()
        # NaN compares false with everything, so it counts as a failure, not as a pass.
        fails = not value <= 1.0
        if not shrinking:
            seen.cases += 1
            seen.worst = max(seen.worst, value)
            seen.show(claim, case)
        if fails:
            seen.failure, seen.failure_ratio = case, value
            raise _Falsified
        if ctx.profile == "deep" and value > 0:
            target(math.log10(value), label="log10 of error / allowed")

    for number in range(ROUNDS):
        draws = ctx.seed_for(f"{claim.name}, again {number}" if number else claim.name)
        with contextlib.suppress(_Falsified, _ShrunkEnough, Unsatisfiable):
            seed(draws)(run)()
        if seen.failure is not None or all(seen.shown.values()):
            break
    return seen


def holds(claim: Claim[Case], ctx: Context) -> Finding:
    """Check a claim on random cases; a failure is a surprise, shown shrunk."""
    seen = search(claim, ctx, max(ctx.cases // claim.case_divisor, MINIMUM_CASES))
    if seen.failure is not None:
        return Finding(
            outcome=Outcome.SURPRISE,
            summary=f"Fails: error / allowed = {_told(seen.failure_ratio)} at the shrunk case.",
            cases=seen.cases,
            vacuous_cases=seen.vacuous,
            margin=_finite(seen.failure_ratio),
            witness=_witness(claim, seen.failure, seen.failure_ratio, "search"),
        )
    lacking = [name for name, times in seen.shown.items() if not times]
    loose = [r for r in map(claim.ratio, claim.attained) if not TIGHT <= r <= 1.0]
    if loose or lacking:
        return Finding(
            outcome=Outcome.SURPRISE if loose else Outcome.VACUOUS,
            summary=f"Where the bound must be attained, error / allowed = {_told(loose[0], 6)}."
            if loose
            else f"None of {count(seen.cases, 'case')} shows {' or '.join(lacking)}.",
            cases=seen.cases,
            vacuous_cases=seen.vacuous,
            margin=_finite(loose[0]) if loose else seen.worst,
        )
    worst = (
        f"largest error / allowed {_told(seen.worst, 2)}"
        if seen.worst
        else "no error in any of them"
    )
    if claim.attained:
        worst += f"; attained at {count(len(claim.attained), 'given case')} besides"
    worst += "".join(f"; {name}: {times}" for name, times in seen.shown.items())
    return Finding(
        outcome=Outcome.AS_STATED if seen.cases else Outcome.VACUOUS,
        summary=f"{count(seen.cases, 'case')}, {seen.vacuous} more vacuous; {worst}.",
        cases=seen.cases,
        vacuous_cases=seen.vacuous,
        margin=seen.worst,
    )


def refuted(claim: Claim[Case], ctx: Context) -> Finding:
    """Check that a false claim is caught: by search, or else at one of its supplied cases."""
    seen = search(claim, ctx, ctx.cases if claim.supplied else max(ctx.cases, HUNT))
    found, case, value = "search", seen.failure, seen.failure_ratio
    if case is None:
        found = "supplied"
        for example in claim.supplied:
            value = claim.ratio(example)
            if not value <= 1.0:
                case = example
                break
    if case is None:
        return Finding(
            outcome=Outcome.SURPRISE,
            summary=f"The false claim survived {count(seen.cases, 'case')} (largest error / allowed {_told(seen.worst, 2)}).",
            cases=seen.cases,
            vacuous_cases=seen.vacuous,
            margin=_finite(seen.worst),
        )
    if math.isnan(value):
        return Finding(
            outcome=Outcome.SURPRISE,
            summary="The ratio of the false claim is no number at a case, which refutes nothing.",
            cases=seen.cases,
            vacuous_cases=seen.vacuous,
        )
    how = f"by search, at case {seen.cases}" if found == "search" else "by supplied example"
    finite = math.isfinite(value)
    ratio = f"error / allowed = {_told(value)}" if finite else "an error where none is allowed"
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=f"Refuted {how}: {ratio}.",
        cases=seen.cases,
        vacuous_cases=seen.vacuous,
        witness=_witness(claim, case, value, found),
    )


def _told(ratio: float, digits: int = 3) -> str:
    """A ratio to some digits, by its distance from 1 where these would hide on which side it lies."""
    told = f"{ratio:.{digits}g}"
    if float(told) != 1 or ratio == 1:
        return told
    return f"1 {'+' if ratio > 1 else '-'} {abs(ratio - 1):.1g}"


def _witness(claim: Claim[Case], case: Case, value: float, found: str) -> Witness:
    text = (
        f"error / allowed = {_told(value, 6)}" if math.isfinite(value) else "any error refutes it"
    )
    return Witness(
        point=claim.describe(case),
        hypotheses=(),
        conclusion=Evaluated(id="claim", text=claim.text, value=text, holds=False),
        found=found,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
