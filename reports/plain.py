r"""Formulas as plain text with the letters of Unicode: ``$\lambda_{\min}(H) \geq 0$`` is ``λ_min(H) ≥ 0``.

For the terminal and for README; the report gives the same to those who hear a formula instead of seeing it.
"""

from __future__ import annotations

from functools import cache

from reports import ReportError
from reports.linear import linear
from reports.mathml import tree
from reports.typed import DOLLAR, typeset


def plain(text: str) -> str:
    r"""Return text in which every formula between dollar signs is written in Unicode.

    What cannot be read as a formula stays as it is; ``\$`` is a dollar sign.
    """
    pieces = DOLLAR.split(typeset(text))
    if len(pieces) % 2 == 0:
        return text
    return "".join(
        spoken(piece) if i % 2 else piece.replace(r"\$", "$") for i, piece in enumerate(pieces)
    )


@cache
def spoken(latex: str) -> str:
    """Return one formula, without dollar signs, in Unicode; its source if it cannot be read."""
    try:
        return linear(tree(latex))
    except ReportError:
        return latex
