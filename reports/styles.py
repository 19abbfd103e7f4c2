"""The styles of a page, and of the drawings on it without the library that draws them."""

from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup

_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'( id="|href="#|url\(#)([^")]*)([")])')
_STYLED = re.compile(r' style="([^"]*)"')
_ALIKE = re.compile(r'<use [^>]*( class="\w+")/>(?:<use [^>]*\1/>)+')


def rules() -> Markup:
    """The rules of every page, without their file's comments."""
    text = Path(__file__).with_name("assets").joinpath("style.css").read_text("utf-8")
    return Markup(re.sub(r"/\*.*?\*/\n?", "", text, flags=re.DOTALL))


def styles_once(page: str) -> str:
    """Give every style of the drawings on a page a class, whose rule stands once in the page's head.

    What a drawing refers to in itself has a short name, too, and marks of one style that follow each other are a
    group of that style.
    """
    classes: dict[str, str] = {}
    names: dict[str, str] = {}

    def named(style: re.Match[str]) -> str:
        return f' class="{classes.setdefault(style[1], f"d{len(classes)}")}"'

    def grouped(marks: re.Match[str]) -> str:
        return f"<g{marks[1]}>{marks[0].replace(marks[1], '')}</g>"

    def shortened(drawing: re.Match[str]) -> str:
        for id in _ID.findall(drawing[0]):
            names[id] = f"g{len(names) + 1}"
        own = _REFERENCE.sub(lambda one: f"{one[1]}{names.get(one[2], one[2])}{one[3]}", drawing[0])
        return _ALIKE.sub(grouped, _STYLED.sub(named, own))

    drawn = re.sub(r"<svg.*?</svg>", shortened, page, flags=re.DOTALL)
    written = "".join(f".{name}{{{style}}}\n" for style, name in classes.items())
    return drawn.replace("</style>", f"{written}</style>", 1)
