"""Small words: numbers with their nouns; and the relations that a text states."""

from __future__ import annotations

import re

RELATION = re.compile(r"\\(?:leq|geq|neq|succeq|succ|preceq|prec|to)\b|[=<>,]")
"""What stands between two sides, outside of braces."""


def count(number: int, noun: str) -> str:
    """``1 case``, ``2 cases``, ``0 cases``; nouns ending in -is take their plural in -es."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-2]}es" if noun.endswith("is") else f"{number} {noun}s"


def sides(text: str) -> set[str]:
    """The sides of the relations in a text, of LaTeX between dollar signs."""
    found = set()
    for formula in text.split("$")[1::2]:
        start = depth = 0
        ends = {match.start(): match.end() for match in RELATION.finditer(formula)}
        for place, letter in enumerate(formula):
            depth += (letter == "{") - (letter == "}")
            if depth == 0 and place in ends:
                found.add(formula[start:place].strip())
                start = ends[place]
        found.add(formula[start:].strip())
    return found
