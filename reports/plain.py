r"""Formulas as plain text with the letters of Unicode: ``$\lambda_{\min}(H) \geq 0$`` is ``λ_min(H) ≥ 0``.

For the terminal and for README; the report gives the same to those who hear a formula instead of seeing it.
"""

from __future__ import annotations

import re
from functools import cache

from reports import ReportError
from reports.linear import linear
from reports.mathml import DOLLAR, tree


def plain(text: str) -> str:
    r"""Return text in which every formula between dollar signs is written in Unicode.

    What cannot be read as a formula stays as it is; ``\$`` is a dollar sign.
    """
    pieces = DOLLAR.split(text)
    if len(pieces) % 2 == 0:
        return text
    return "".join(
        spoken(piece) if i % 2 else piece.replace(r"\$", "$") for i, piece in enumerate(pieces)
    )


_GREEK = dict(
    zip(
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "eps",
            "epsilon",
            "theta",
            "kappa",
            "lambda",
            "mu",
            "rho",
            "sigma",
            "tau",
            "phi",
            "Gamma",
            "Delta",
            "Sigma",
        ],
        "αβγδϵϵθκλμρστφΓΔΣ",
        strict=True,
    )
)
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "|->": "↦", "->": "→", "^T": "ᵀ", "''": "″"}
_SUPER, _SUB = (str.maketrans("0123456789", digits) for digits in ("⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"))
_TYPED = re.compile(
    rf"(?<![A-Za-z])(?P<greek>{'|'.join(sorted(_GREEK, key=len, reverse=True))})(?P<index>\d*)(?![A-Za-z])"
    r"|(?<![A-Za-z])(?P<operator>hess|grad) (?=[A-Za-z(])"
    r"|\^(?P<power>\d+)|(?<=[A-Za-z])_(?P<below>\d+)(?!\w)"
    r"|(?P<sign>\^T(?!\w)|<=|>=|!=|\|->|->|(?<=\w)''(?=\())"
)


def lettered(text: str) -> str:
    """Mathematics as one types it into a source file, with the letters of Unicode: ``rho^T M <= eps0`` is ``ρᵀ M ≤ ϵ₀``."""

    def letter(typed: re.Match[str]) -> str:
        if typed["greek"]:
            return _GREEK[typed["greek"]] + typed["index"].translate(_SUB)
        if typed["operator"]:
            return "∇²" if typed["operator"] == "hess" else "∇"
        if typed["power"]:
            return typed["power"].translate(_SUPER)
        return typed["below"].translate(_SUB) if typed["below"] else _SIGNS[typed["sign"]]

    return _TYPED.sub(letter, text)


@cache
def spoken(latex: str) -> str:
    """Return one formula, without dollar signs, in Unicode; its source if it cannot be read."""
    try:
        return linear(tree(latex))
    except ReportError:
        return latex
