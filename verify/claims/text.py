"""Small words: numbers with their nouns, and text that can be shown anywhere."""

from __future__ import annotations

import re

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
