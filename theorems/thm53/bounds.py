"""The rank bound of 5.3, one function of its letters: derived, sampled, measured and printed from here."""

from __future__ import annotations

from typing import Any

import sympy as sp

from verify.claims.bounds import formula
from verify.claims.statement import Formula


def rank_bound(rank: Any, dimension: Any, overlap: Any = 0) -> Any:
    """Rank I - dim V + dim(ker I and V); without the last one the published bound."""
    return rank - dimension + overlap


def printed(*letters: str) -> str:
    """The bound in LaTeX, its terms in the order of the letters."""
    symbols = list(map(sp.Symbol, letters))
    bound = rank_bound(*symbols)
    return " + ".join(sp.latex(bound.coeff(x) * x) for x in symbols).replace("+ -", "-")


LETTERS = r"\operatorname{rank} I", r"\dim V", r"\dim(\ker I \cap V)"
FULL, PUBLISHED = printed(*LETTERS), printed(*LETTERS[:-1])
OF_Z = PUBLISHED.replace("I", "I_z")


def concludes(latex: str, *letters: str) -> tuple[Formula, ...]:
    """What the derivations of the bound in these letters end in, as the text prints it."""
    return (formula(rank_bound(*map(sp.Symbol, letters)), latex),)
