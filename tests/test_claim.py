"""The property harness: it finds failures, shrinks them, counts vacuous cases, and repeats itself."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from verify.claims.check import CASES, MINIMUM_CASES, Context
from verify.claims.evidence import Outcome
from verify.claims.head_cases import largest_ratio
from verify.claims.property import SHRINKS, Claim, Vacuous, holds, refuted, search


@pytest.fixture
def ctx():
    return Context(seed=5, profile="smoke", device="cpu", cache="unused", rooms={})


def claim(strategy, ratio, supplied=()):
    return Claim("a claim", lambda: strategy, ratio, lambda n: (("n", str(n)),), supplied=supplied)


def test_a_true_claim_runs_every_case_and_reports_the_worst(ctx):
    found = holds(claim(st.integers(0, 10**6), lambda n: 0.5 * n / 10**6), ctx)
    assert found.outcome is Outcome.AS_STATED
    assert found.cases == CASES["smoke"]
    assert 0 < found.margin <= 0.5


def test_a_false_claim_is_found_and_shrunk(ctx):
    found = holds(claim(st.integers(0, 10**6), lambda n: n / 1000), ctx)
    assert found.outcome is Outcome.SURPRISE
    assert found.witness.point == (("n", "1001"),)


def test_nan_counts_as_a_failure(ctx):
    found = holds(claim(st.integers(0, 9), lambda n: math.nan), ctx)
    assert found.outcome is Outcome.SURPRISE
    assert found.margin is None


def test_a_negative_ratio_is_no_pass(ctx):
    with pytest.raises(ValueError, match="must not be negative"):
        holds(claim(st.integers(0, 9), lambda n: -0.5), ctx)


@pytest.mark.parametrize("truth", [bool, np.bool_, torch.tensor])
@pytest.mark.parametrize("large", [10**7, -1])
def test_a_truth_value_is_no_ratio(ctx, truth, large):
    wrong = claim(st.integers(0, 10**6), lambda n: truth(n > large))
    with pytest.raises(TypeError, match="must be a number"):
        holds(wrong, ctx)
    for judged in (holds, refuted):  # at a case that is given
        given = claim(st.integers(0, 9), lambda n: truth(True) if n == 10 else 0.5, supplied=(10,))
        with pytest.raises(TypeError, match="must be a number"):
            judged(replace(given, attained=(10,)), ctx)


def test_a_negative_allowance_is_no_allowance():
    gap = torch.tensor([0.0, 1.0])
    assert largest_ratio(gap, torch.tensor([0.0, 2.0])) == 0.5
    assert largest_ratio(gap, torch.tensor([1.0, 0.0])) == math.inf
    for allowed in ([1.0, -1.0], [1.0, math.inf], [math.nan, 1.0]):
        with pytest.raises(ValueError, match="finite and not negative"):
            largest_ratio(gap, torch.tensor(allowed))


def test_vacuous_cases_are_counted_apart(ctx):
    def ratio(n):
        if n % 2:
            raise Vacuous
        return 0.0

    found = holds(claim(st.integers(0, 10**6), ratio), ctx)
    assert found.cases >= 1
    assert found.vacuous_cases >= 1


def test_a_claim_that_is_always_vacuous_does_not_pass(ctx):
    def ratio(n):
        raise Vacuous

    found = holds(claim(st.integers(), ratio), ctx)
    assert found.outcome is Outcome.VACUOUS


def test_an_error_in_the_property_is_not_swallowed(ctx):
    def ratio(n):
        raise ZeroDivisionError("inside")

    with pytest.raises(ZeroDivisionError, match="inside"):
        holds(claim(st.integers(), ratio), ctx)


def test_a_mutant_that_survives_is_a_surprise(ctx):
    found = refuted(claim(st.integers(0, 9), lambda n: 0.0), ctx)
    assert found.outcome is Outcome.SURPRISE


def test_a_ratio_that_is_no_number_refutes_nothing(ctx):
    found = refuted(claim(st.integers(0, 9), lambda n: math.nan), ctx)
    assert found.outcome is Outcome.SURPRISE


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (1 + 2e-6, "error / allowed = 1 + 2e-06."),
        (1.25, "error / allowed = 1.25."),
        (math.inf, "an error where none is allowed."),
    ],
)
def test_a_false_claim_is_told_on_the_side_of_one_where_it_lies(ctx, ratio, told):
    found = refuted(claim(st.integers(0, 9), lambda n: ratio), ctx)
    assert found.summary == f"Refuted by search, at case 1: {told}"


@pytest.mark.parametrize(("ratio", "told"), [(1 - 2e-6, "1 - 2e-06"), (1.0, "1"), (0.5, "0.5")])
def test_a_true_claim_is_told_on_the_side_of_one_where_it_lies(ctx, ratio, told):
    found = holds(claim(st.integers(0, 9), lambda n: ratio), ctx)
    assert found.summary.endswith(f"; largest error / allowed {told}.")


def test_a_supplied_example_is_used_only_where_search_finds_none(ctx):
    def ratio(n):
        return float(n > 9) * 2

    by_example = refuted(claim(st.integers(0, 9), ratio, supplied=(3, 12)), ctx)
    assert by_example.witness.found == "supplied"
    assert by_example.witness.point == (("n", "12"),)
    by_search = refuted(claim(st.integers(0, 99), ratio, supplied=(12,)), ctx)
    assert by_search.witness.found == "search"


def test_the_same_seed_draws_the_same_cases(ctx):
    def drawn(seed):
        seen = []
        other = Context(seed=seed, profile="smoke", device="cpu", cache="unused", rooms={})
        search(
            claim(st.integers(0, 10**9), lambda n: float(seen.append(n) is None) * 0),
            other,
            other.cases,
        )
        return seen

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


def test_shrinking_ends(ctx):
    calls = []

    def ratio(ns):
        calls.append(1)
        return 2.0 if len(ns) > 3 else 0.0

    found = search(claim(st.lists(st.integers(), max_size=200), ratio), ctx, ctx.cases)
    assert found.failure is not None
    assert len(calls) <= found.cases + SHRINKS + 1


def test_a_mutant_changes_an_argument_of_the_ratio_and_its_stream_of_cases():
    def ratio(n, bound=10):
        return n / bound

    true = Claim("n <= 10", lambda: st.integers(0, 10), ratio, lambda n: (("n", str(n)),))
    false = true.mutant("n <= 5", bound=5)
    context = Context(seed=5, profile="smoke", device="cpu", cache="unused", rooms={})
    assert holds(true, context).outcome is Outcome.AS_STATED
    assert refuted(false, context).witness.point == (("n", "6"),)
    assert true.name != false.name


def test_cases_that_never_show_what_they_must_are_vacuous(ctx):
    true = claim(st.integers(0, 9), lambda n: 0.5)
    shown = replace(true, features=lambda n: {"large": n > 4})
    found = holds(shown, ctx)
    assert found.outcome is Outcome.AS_STATED
    assert "large: " in found.summary
    never = holds(replace(true, features=lambda n: {"large": n > 4, "negative": n < 0}), ctx)
    assert never.outcome is Outcome.VACUOUS
    assert never.summary.endswith("shows negative.")


@pytest.mark.parametrize(
    "features",
    [
        lambda n: {"never": True} if n < 0 else {},
        lambda n: {"large": True} if n > 4 else {},
        lambda n: {"small": n < 9} | ({"large": True} if n > 4 else {}),
        lambda n: {"large": True} if n > 4 else {"small": True},
    ],
)
def test_every_case_names_what_cases_must_show(ctx, features):
    some = replace(claim(st.integers(0, 9), lambda n: 0.5), features=features)
    with pytest.raises(ValueError, match="must name every feature"):
        holds(some, ctx)


def test_cases_are_drawn_again_until_every_feature_was_shown(ctx):
    drawn = []

    def late(n):
        drawn.append(n)
        return {"late": len(drawn) > ctx.cases}

    found = holds(replace(claim(st.integers(0, 10**9), lambda n: 0.5), features=late), ctx)
    assert found.outcome is Outcome.AS_STATED
    assert ctx.cases < found.cases <= 2 * ctx.cases


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (1 - 1e-7, Outcome.AS_STATED),
        (1 - 1e-5, Outcome.SURPRISE),
        (1 + 1e-9, Outcome.SURPRISE),
        (math.nan, Outcome.SURPRISE),
    ],
)
def test_a_bound_that_must_be_attained_is(ctx, at, outcome):
    true = claim(st.integers(0, 9), lambda n: at if n == 10 else 0.5)
    assert holds(replace(true, attained=(10,)), ctx).outcome is outcome


def test_a_profile_draws_its_own_number_of_cases(ctx):
    found = {name: msgspec.structs.replace(ctx, profile=name).cases for name in CASES}
    assert found == {"smoke": 60, "standard": 200, "deep": 2000}
    assert 50 <= MINIMUM_CASES <= found["smoke"]
