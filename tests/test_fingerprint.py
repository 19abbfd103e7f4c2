"""Two runs that may find different things are spelled differently; what has no name is refused.

The cases are pairs of values that a careless spelling would confuse, and values whose plain
representation depends on the process.
"""

from __future__ import annotations

import enum
import functools
import itertools
import random
import subprocess
import sys
import types
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
import sympy as sp
import torch
from flint import fmpq, fmpq_mat, fmpz

from verify.engine.artefact import Artefact
from verify.identity.fingerprint import CanonicalFormError, canonical_form
from verify.numeric.activations import GELU, SWISH


class Colour(enum.Enum):
    """Two members."""

    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    """A named tuple."""

    a: int
    b: int


@dataclass(frozen=True)
class Point:
    """A frozen record that says nothing of itself."""

    x: object

    def __repr__(self) -> str:
        return "Point"

    def length(self):
        """A method."""


class Frozen(msgspec.Struct, frozen=True):
    """A frozen struct."""

    x: int


@dataclass
class Loose:
    """A record that may change."""

    x: int


def plain(x):
    """A function."""


def other(x):
    """Another."""


@functools.cache
def cached(x):
    """A decorated function."""


def decorate(function):
    """A decorator that hides what it was given."""

    @functools.wraps(function)
    def wrapper(x):
        return function(x)

    return wrapper


@decorate
def decorated(x):
    """What the module holds under this name is the wrapper."""


@st.composite
def drawn(draw):
    """A strategy."""
    return draw(st.integers())


class Bump(sp.Function):
    """A function that SymPy does not have."""


hidden = decorate(plain)
x = sp.Symbol("x")

DIFFERENT = [
    (1, 1.0, True, "1", b"1", None, Fraction(1), 1 + 0j),
    (0.0, -0.0, 1e-17),
    ((1, 2), [1, 2], {1, 2}, frozenset({1, 2}), Pair(1, 2), range(1, 2)),
    ((1, (2,)), ((1, 2),), (1, 2), ("1, 2",)),
    ({"a": 1}, {"b": 1}, {"a": 2}),
    (Colour.RED, Colour.BLUE),
    (plain, other, cached, decorated, drawn),
    (functools.partial(plain, 1), functools.partial(plain, 2), functools.partial(plain, x=1)),
    (Point(1), Point(2), Frozen(1), Frozen(2), Point(plain), Point(other)),
    (Point(1).length, Point(2).length),
    (GELU, SWISH, replace(GELU, kinks=(0.0,)), replace(GELU, jet=SWISH.jet)),
    (x, sp.Symbol("x", positive=True), sp.Symbol("y"), x + 1, sp.sin(x), sp.Function("x")),
    (sp.Rational(1, 3), sp.Float(1) / 3),
    (torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([[1.0]]), torch.tensor([1])),
    (np.ones(1), np.zeros(1), np.ones(1, np.float32)),
    (torch.float32, torch.float64),
    (fmpq(1, 3), fmpq(1, 2), fmpq_mat([[1]]), fmpq_mat([[fmpq(1, 2)]]), fmpz(1), Fraction(1, 3)),
]


@pytest.mark.parametrize("values", DIFFERENT)
def test_different_values_are_spelled_differently(values):
    for a, b in itertools.combinations(values, 2):
        assert canonical_form(a) != canonical_form(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (functools.partial(plain, x=1, y=2), functools.partial(plain, y=2, x=1)),
        (frozenset("abc"), frozenset("cba")),
        (Point(Colour.RED), Point(Colour.RED)),
        (sp.Dummy("t") + 1, sp.Dummy("t") + 1),
        (torch.ones(3), torch.ones(3)),
    ],
)
def test_equal_values_are_spelled_alike(a, b):
    assert canonical_form(a) == canonical_form(b)


@pytest.mark.parametrize(
    ("value", "phrase"),
    [
        (lambda x: x, "closure or lambda"),
        (functools.partial(plain, key=lambda x: x), "closure or lambda"),
        (Point((1, {"a": lambda x: x})), "closure or lambda"),
        (functools.partial(functools.partial(plain, random.Random(1))), "type random.Random"),
        (hidden, "does not hold as test_fingerprint.plain"),
        (Loose(1), "type test_fingerprint.Loose"),
        (iter(()), "type tuple_iterator"),
        (st.integers(), "type hypothesis"),
        (types.SimpleNamespace(a=1), "type types.SimpleNamespace"),
        (type("Made", (), {}), "does not hold as test_fingerprint.Made"),
        (object(), "type builtins.object"),
    ],
)
def test_what_has_no_name_is_refused(value, phrase):
    with pytest.raises(
        CanonicalFormError, match=phrase.replace("tuple_iterator", "builtins.tuple_it")
    ):
        canonical_form(value)


def test_the_modules_are_those_of_the_projects_functions_and_classes():
    run = functools.partial(plain, GELU, Point(sp.sin), Artefact("a", plain))
    words, modules = canonical_form(run)
    assert modules == {__name__, "verify.numeric.activations", "verify.engine.artefact"}
    assert "0x" not in words


def test_a_function_of_ours_inside_an_expression_counts():
    assert canonical_form(x + 1) == (sp.srepr(x + 1), frozenset())
    _, modules = canonical_form((Bump(x) + 1,))
    assert modules == {__name__}


@pytest.mark.slow
def test_the_words_are_the_same_in_another_process():
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_fingerprint as t\n"
        "for values in t.DIFFERENT:\n"
        "    for value in values: print(t.canonical_form(value)[0])\n"
        "print(t.canonical_form(frozenset('abcdef'))[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = [canonical_form(value)[0] for values in DIFFERENT for value in values]
    assert done.stdout.splitlines() == [*here, canonical_form(frozenset("abcdef"))[0]]
