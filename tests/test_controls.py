"""Controls of a refutation, and cases told by their fields: each on toys whose answer is known."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, NamedTuple

import msgspec
import pytest
import sympy as sp
import torch
from flint import fmpq_mat
from hypothesis import Phase, given, settings

from verify.claims.check import Context
from verify.claims.controls import ByConstruction, controls
from verify.claims.counterexample import counterexample
from verify.claims.describe import HIDDEN, describe, exact
from verify.claims.evidence import Outcome
from verify.claims.statement import Hypothesis, Reading, Statement, Verdict
from verify.claims.strategies import heads, tensors  # it says how a head is told
from verify.numeric.activations import TANH
from verify.numeric.heads import Head

CTX = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})

STATEMENT = Statement(
    id="toy",
    label="Toy",
    title="",
    source="",
    quoted="",
    unseen="",
    hypotheses=(Hypothesis(id="even", text=""), Hypothesis(id="positive", text="")),
    readings=(
        Reading(
            id="small", text="n < 5", hypotheses=("even", "positive"), predicted=Verdict.REFUTED
        ),
    ),
    parts=(),
)


def refute(n, reading, ctx):
    """Every even positive number is below 5; false."""
    hypotheses = {"even": (str(n % 2), n % 2 == 0), "positive": (str(n), n > 0)}
    return counterexample(STATEMENT, reading, (("n", str(n)),), hypotheses, (str(n), n < 5), "")


def always(n, reading, ctx):
    """The same with its conclusion declared refuted everywhere."""
    hypotheses = {"even": (str(n % 2), n % 2 == 0), "positive": (str(n), n > 0)}
    return counterexample(STATEMENT, reading, (), hypotheses, (str(n), False), "")


def test_a_refutation_that_can_fail_is_found_so():
    found = controls(refute, "small", {"even": 7, "positive": -8}, 2, CTX)
    assert found.outcome is Outcome.AS_STATED
    assert [row[0] for row in found.tables[0].rows] == ["even", "positive", "none: the mild point"]
    # A refutation that does not apply proves no conclusion.
    assert found.tables[0].rows[-1][1] == "not refuted: 2"


@pytest.mark.parametrize(
    ("run", "violations", "mild", "named"),
    [
        (always, {"even": 7, "positive": -8}, 2, "the mild point"),  # refutes everything
        (refute, {"even": 7, "positive": -8}, 6, "the mild point"),  # the point is no mild one
        (refute, {"even": 7, "positive": -8}, 3, "the mild point"),  # a hypothesis fails there
        (refute, {"even": -7, "positive": -8}, 2, "even"),  # violates both
        (refute, {"even": 8, "positive": -8}, 2, "even"),  # violates neither
    ],
)
def test_what_cannot_fail_is_a_surprise(run, violations, mild, named):
    found = controls(run, "small", violations, mild, CTX)
    assert found.outcome is Outcome.SURPRISE
    assert found.summary == f"Not as made: {named}."


def test_a_refutation_that_counts_all_the_same_is_found():
    def careless(n, reading, ctx):
        """Refutes whether the number is positive or not, and says that it is not."""
        found = refute(n, reading, ctx)
        return msgspec.structs.replace(found, outcome=Outcome.AS_STATED) if n < 0 else found

    found = controls(careless, "small", {"even": 7, "positive": -8}, 2, CTX)
    assert found.outcome is Outcome.SURPRISE
    assert found.summary == "Not as made: positive."


def test_by_construction_is_printed_as_such():
    found = controls(refute, "small", {"even": ByConstruction("n is 2 m"), "positive": -8}, 2, CTX)
    assert found.outcome is Outcome.AS_STATED
    assert found.tables[0].rows[0] == ("even", "by construction: n is 2 m")
    assert "mild point" in found.summary


def test_points_that_were_not_tried_are_not_told_of():
    argued = ByConstruction("no point is otherwise")
    found = controls(refute, "small", {"even": argued, "positive": argued}, argued, CTX)
    assert found.summary == "Each hypothesis holds by construction."


class Inner(NamedTuple):
    """A record in a field."""

    x: Annotated[sp.Expr, "$x$"]


@dataclass(frozen=True)
class Case:
    """One field of every kind."""

    j: Annotated[torch.Tensor, "$J_*$"]
    m: fmpq_mat
    tau: Annotated[float, r"$\tau$"]
    inner: Inner
    orbit: tuple[sp.Expr, ...]
    head: Head
    seed: Annotated[int, HIDDEN]
    pair: tuple[Fraction, int]


def test_a_case_is_told_by_its_fields():
    w = torch.tensor([[0.5, -1.0]], dtype=torch.float64)
    head = Head([w, torch.ones(1, 1).double()], None, TANH)
    case = Case(
        w,
        fmpq_mat([[1, 2]]),
        0.25,
        Inner(sp.Symbol("x") ** 2),
        (sp.Symbol("x"), sp.S.Half),
        head,
        7,
        (Fraction(1, 3), 4),
    )
    assert describe(case) == (
        ("$J_*$", "[[1/2, -1]]"),
        ("m", "[[1, 2]]"),
        (r"$\tau$", "0.25"),
        ("$x$", "$x^{2}$"),
        ("orbit", r"$(x, \frac{1}{2})$"),
        ("activation", "tanh"),
        ("$W_1$", "[[1/2, -1]]"),
        ("$b_1$", "[0]"),
        ("$W_2$", "[[1]]"),
        ("$b_2$", "[0]"),
        ("pair", "[1/3, 4]"),
    )
    assert describe(Fraction(2, 3)) == (("case", "2/3"),)


def test_a_witness_is_told_exactly():
    third = torch.tensor([[1 / 3, 0.125]], dtype=torch.float64)
    assert exact(third) == f"[[{Fraction(1 / 3)}, 1/8]]"


def drawn(strategy):
    """Sixty values, the same ones every time."""
    found = []

    @settings(max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategy)
    def keep(value):
        found.append(value)

    keep()
    return found


@pytest.mark.parametrize("shape", [(3, 2), (20, 20)])
def test_what_is_drawn_has_both_signs_fractions_and_its_bound(shape):
    """One by one, and from a seed."""
    entries = torch.cat([t.flatten() for t in drawn(tensors(shape, bound=1))])
    assert (entries.min(), entries.max()) == (-1, 1)
    assert (entries == 0).any()
    assert set((8 * entries).tolist()) == set(range(-8, 9))
    assert all((t != 0).all() for t in drawn(tensors(shape, bound=1, nonzero=True)))


def test_heads_that_are_drawn_have_biases_and_every_depth():
    found = drawn(heads([TANH], depths=(1, 3), widths=(1, 2)))
    assert {head.depth for head in found} == {1, 2, 3}
    assert {width for head in found for width in head.widths} == {1, 2}
    assert any(bias.any() for head in found for bias in head.biases)
    assert any(weight.any() for head in found for weight in head.weights)
