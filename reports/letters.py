"""Mathematics as one types it into a source file, with the letters and signs of Unicode."""

from __future__ import annotations

import re

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
_SUPER, _SUB = (str.maketrans("0123456789-", digits) for digits in ("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "₀₁₂₃₄₅₆₇₈₉₋"))
_TYPED = re.compile(
    rf"(?<![A-Za-z.])(?P<greek>{'|'.join(sorted(_GREEK, key=len, reverse=True))})(?P<index>\d*)(?![A-Za-z])"
    r"|(?<![A-Za-z])(?P<operator>hess|grad) (?=[A-Za-z(])"
    r"|\^(?P<power>\d+)|(?<=[A-Za-z])_(?P<below>\d+)(?!\w)"
    r"|(?:(?<![\w.])|(?<=[ (]x))(?P<size>\d+(?:\.\d+)?)e(?P<ten>[+-]\d+)(?!\w)"
    r"|(?P<times>(?<=\w) x (?=\d)|(?<=\w) x(?=\d+\.\d)|(?<=\d)x(?=\d)|(?<=\d)x(?![\w(])|(?<=[ (])x(?=1e[+-]\d))"
    r"|(?P<sign>\^T(?!\w)|<=|>=|!=|\|->|->|(?<=\w)''(?=\())"
)


def lettered(text: str) -> str:
    """Text in which it is so: ``rho^T M <= eps0`` is ``ρᵀ M ≤ ϵ₀``, ``8x8`` is ``8×8``, and ``2e-7`` is ``2 · 10⁻⁷``."""

    def letter(typed: re.Match[str]) -> str:
        if typed["greek"]:
            return _GREEK[typed["greek"]] + typed["index"].translate(_SUB)
        if typed["operator"]:
            return "∇²" if typed["operator"] == "hess" else "∇"
        if typed["size"]:
            size = "" if float(typed["size"]) == 1 else f"{typed['size']} · "
            return f"{size}10{str(int(typed['ten'])).translate(_SUPER)}"
        if typed["times"]:
            return " × " if typed["times"].startswith(" ") else "×"
        if typed["power"]:
            return typed["power"].translate(_SUPER)
        return typed["below"].translate(_SUB) if typed["below"] else _SIGNS[typed["sign"]]

    return _TYPED.sub(letter, text)
