"""Small words: numbers with their nouns, text that can be shown anywhere, the relations that a text states."""

from __future__ import annotations

import re

RELATION = re.compile(r"\\(?:leq|geq|neq|succeq|succ|preceq|prec|to)\b|[=<>,]")
"""What stands between two sides, outside of braces."""

_RISES = {r"\leq": True, "<": True, r"\geq": False, ">": False}
"""Whether what stands behind a relation is the greater side."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text with what would move a terminal's cursor, or turn a line around, as escapes.

    Line feeds and tabs stay. Halves of surrogate pairs, which no file can hold, are escaped too.
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def count(number: int, noun: str) -> str:
    """``1 case``, ``2 cases``, ``0 cases``; nouns ending in -is take their plural in -es."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-2]}es" if noun.endswith("is") else f"{number} {noun}s"


def _split(formula: str) -> list[str]:
    """The sides of a chain of relations, and the relations between them."""
    found, start, depth = list[str](), 0, 0
    ends = {match.start(): match.end() for match in RELATION.finditer(formula)}
    for place, letter in enumerate(formula):
        depth += (letter == "{") - (letter == "}")
        if depth == 0 and place in ends:
            found += [formula[start:place].strip(), formula[place : ends[place]]]
            start = ends[place]
    return [*found, formula[start:].strip()]


def sides(text: str) -> set[str]:
    """The sides of the relations in a text, of LaTeX between dollar signs."""
    return {side for formula in text.split("$")[1::2] for side in _split(formula)[::2]}


def standing(side: str, text: str) -> set[str]:
    """Whether a text says that a side is at most another (``<``) or at least (``>``), but for what follows If, up to then."""
    found = set()
    for formula in re.sub(r"\bIf\b.*?\bthen\b", "", text).split("$")[1::2]:
        parts = ["", *_split(formula), ""]
        for before, here, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            if here == side:
                found |= {"<>"[_RISES[before]]} if before in _RISES else set()
                found |= {"><"[_RISES[after]]} if after in _RISES else set()
    return found
