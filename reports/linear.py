"""An element of MathML as a line of text with the letters of Unicode, as one types it into a message."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree.ElementTree import Element

_RAISED = dict(zip("0123456789+−()inT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁱⁿᵀ", strict=True))
_LOWERED = dict(zip("0123456789+−()ijkmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₘₙₚₛₜ", strict=True))
_COMBINING = dict(zip("^~˙¨¯→", "\u0302\u0303\u0307\u0308\u0304\u20d7", strict=True))
_SPACED = set("=≠<>≤≥≪≫≈≃≅≡∼∝∈∉⊂⊆⪯⪰≼≽≺≻→↦⇒⟹⇔⟺≔≜+−±∓·×∘∪∩⊕⊗∣")
_PUNCTUATION = set(",;:")
_PRIMES = set("′″‴⁗")


def linear(element: Element) -> str:
    """Return an element, mended as `reports.mathml` does, in one line."""
    return " ".join(_told(element).split())


def _told(element: Element) -> str:
    told = _NODES.get(element.tag, _row)
    return told(element)


def _row(element: Element) -> str:
    """A token, or a row of elements with the spaces and brackets that keep them apart."""
    if not len(element):
        return _token(element)
    out = ""
    children = list(element)
    for child, after in [*pairwise(children), (children[-1], None)]:
        word, name = _told(child), _is_name(child)
        follows = _told(after) if after is not None else ""
        if child.tag == "mfrac" and (
            (out and not out.endswith((" ", "(", "[", "−", "+")))
            or follows[:1].isalnum()
            or (follows[:1] in "|√(" and follows)
        ):
            word = f"({word})"
        ends_in_word = re.search(r"[_^]\w+$", out) is not None
        if word[:1].isalnum() and (ends_in_word or (name and out[-1:] and out[-1] not in " ([|")):
            out += " "
        out += word
        if name and follows and not follows.startswith(("(", "[", " ", "_", ",")):
            out += " "
    return out


def _is_name(element: Element) -> bool:
    """Whether an element is the name of a function, such as ``rank`` or ``min`` with its index."""
    if element.tag in ("msub", "munder", "msup") and len(element):
        return _is_name(element[0])
    return element.tag == "mo" and len((element.text or "").strip()) > 1


def _token(element: Element) -> str:
    text = element.text or ""
    if element.tag == "mspace":
        return " " if float(element.get("width", "0em").removesuffix("em")) > 0.1 else ""
    if element.tag in ("mo", "mi") and element.get("form") != "prefix" and text in _SPACED:
        return f" {text} "
    if element.tag == "mo" and text in _PUNCTUATION:
        return f"{text} "
    return text


def _grouped(element: Element) -> str:
    """An element in brackets, if it is more than one symbol."""
    text = _told(element).strip()
    return text if not text or _is_one(element) or _bracketed(text) else f"({text})"


def _is_one(element: Element) -> bool:
    """Whether an element reads as one symbol."""
    if element.tag in ("mrow", "mstyle") and len(element):
        primed = len(element) == 2 and (element[1].text or "") in _PRIMES
        return _is_one(element[0]) and (len(element) == 1 or primed)
    return not len(element) or element.tag in ("msub", "msup", "msubsup", "msqrt")


def _bracketed(text: str) -> bool:
    """Whether one pair of brackets encloses a text."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return i == len(text) - 1
    return False


def _script(text: str, letters: dict[str, str], mark: str) -> str:
    text = text.strip()
    if text == "*":
        return text
    one = len(text) == 1 or not any(letter.isalpha() for letter in text)
    if text and one and all(letter in letters for letter in text):
        return "".join(letters[letter] for letter in text)
    return f"{mark}{text}" if text.isalnum() or len(text) == 1 else f"{mark}({text})"


def _below(element: Element) -> str:
    return _grouped(element[0]) + _script(_told(element[1]), _LOWERED, "_")


def _above(element: Element) -> str:
    return _grouped(element[0]) + _script(_told(element[1]), _RAISED, "^")


def _both(element: Element) -> str:
    lower, upper = _told(element[1]), _told(element[2])
    return _grouped(element[0]) + _script(lower, _LOWERED, "_") + _script(upper, _RAISED, "^")


def _limits(element: Element) -> str:
    """A sum or product with its limits, and a space before what follows."""
    below = _script(_told(element[1]), {}, "_")
    above = _script(_told(element[2]), {}, "^") if len(element) > 2 else ""
    return f"{_told(element[0])}{below}{above} "


def _accented(element: Element) -> str:
    mark = element[1].text or ""
    base = _told(element[0])
    return f"{base}{_COMBINING[mark]}" if mark in _COMBINING else f"{base}{_told(element[1])}"


def _fraction(element: Element) -> str:
    if element.get("linethickness") in ("0", "0px"):  # a binomial coefficient, which is no fraction
        return f"{_told(element[0]).strip()} choose {_told(element[1]).strip()}"
    return f"{_grouped(element[0])}/{_grouped(element[1])}"


def _root(element: Element) -> str:
    inside = "".join(map(_told, element)).strip()
    return f"√{inside}" if inside.isalnum() else f"√({inside})"


def _table(element: Element) -> str:
    return "; ".join(", ".join(_told(cell).strip() for cell in row) for row in element)


_NODES = {
    "msub": _below,
    "msup": _above,
    "msubsup": _both,
    "munder": _limits,
    "munderover": _limits,
    "mover": _accented,
    "mfrac": _fraction,
    "msqrt": _root,
    "mtable": _table,
}
