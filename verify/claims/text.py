"""Small words: numbers with their nouns."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """``1 case``, ``2 cases``, ``0 cases``; nouns ending in -is take their plural in -es."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-2]}es" if noun.endswith("is") else f"{number} {noun}s"
