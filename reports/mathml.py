r"""LaTeX to MathML when the report is built, so that a reader needs neither script nor network.

latex2mathml reads most of the LaTeX of this project, but it also lets through what it does not
know: an unknown command becomes an identifier, an `aligned` environment loses its alignment, a
missing argument leaves a fraction with one half. `formula` therefore checks the tree that comes
back, mends what MathML Core (the part that browsers implement) draws differently from TeX, and
refuses the rest with a sentence that names the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from html import escape, unescape
from itertools import zip_longest
from types import MappingProxyType
from xml.etree import ElementTree

from latex2mathml.converter import Converter
from markupsafe import Markup

from reports import ReportError
from reports.linear import linear
from reports.typed import DOLLAR, typeset

Element = ElementTree.Element


class Drawings(dict[str, str]):
    """What was drawn, by all that it was drawn from.

    Attributes:
        earlier: what an earlier run drew; it is taken from there as it is asked for.
    """

    earlier: Mapping[str, str] = MappingProxyType({})

    def of(self, source: str, draw: Callable[[], str]) -> str:
        """Return the drawing of a source, drawing it if that was not done before."""
        if source not in self:
            self[source] = self.earlier.get(source) or str(draw())
        return self[source]


FORMULAS = Drawings()
"""By display and LaTeX."""

_ENVIRONMENTS = {"matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "cases", "array", "align*"}

_CHILDREN = dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2)
_CHILDREN |= {"msubsup": 3, "munderover": 3}
_TOKENS = {"mi", "mn", "mo", "mtext"}
_ELEMENTS = _TOKENS | _CHILDREN.keys() | {"math", "mrow", "msqrt", "mstyle", "mpadded", "mphantom"}
_ELEMENTS |= {"mspace", "mtable", "mtr", "mtd"}

_ATTRIBUTES = {"display", "class", "stretchy", "fence", "form", "lspace", "rspace"}
_ATTRIBUTES |= {"minsize", "maxsize", "mathvariant", "movablelimits", "accent", "linethickness"}
_ATTRIBUTES |= {"displaystyle", "scriptlevel", "width", "height", "depth"}

_VARIANTS = {"normal": "", "italic": "", "bold": "bold", "bold-italic": "bold", "monospace": "mono"}
_LETTERLIKE = set("∞∅⊤⊥∀∃∂∇")  # operators by Unicode category, but set like letters
_OPENING = set("([{⟨|‖")
_PRIMES = set("′″‴⁗")
_SIGNS = set("+−±∓")
_BIG = set("∑∏⋃⋂⨁⨂")
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_ACCENTS = set("˙¨^~¯→")
_DOTS = set("˙¨")
_ASCENDERS = set("bdfhklt") | set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") | {"ℓ"}
_ABOVE_ASCENDER, _ABOVE_X = "0.8em", "0.58em"
_THIN = "0.167em"  # TeX's thin space
_LONG = 18  # token characters above which an inline formula may break after a relation
_WIDE = 40  # above which one may break before a sum as well
_BROAD = 60  # above which a piece of a formula is set smaller on paper
_SHORT = 4  # token characters up to which the start or end of a formula is not left alone

_RELATIONS = set("=≠<>≤≥≪≫≈≃≅≡∼∝∈∉⊂⊆⪯⪰≼≽≺≻→↦⇒⟹⇔⟺≔≜,;")
_ROWS = {"math", "mrow", "mtd", "msqrt", "mstyle"}
_BY_DEFAULT = {
    **{one: {"stretchy": "true", "fence": "true", "form": "prefix"} for one in "([{"},
    **{one: {"stretchy": "true", "fence": "true", "form": "postfix"} for one in ")]}"},
    **{one: {"lspace": "0", "rspace": "0"} for one in "+−±∓"},
}
"""What MathML Core's dictionary says of an operator, in the only form that it has here with that attribute."""
_BEFORE_SIGN = set("([{⟨") | _RELATIONS
_MARKS = ".,;:!?)]”-|"
_LETTERS = "alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega|ell"
_WORDS = "inf|sup|inter|intra|out|slope|tot"
_TWO_DOTS = re.compile(r"(?<!\.)\.\.(?!\.)")  # written between terms: an ellipsis
_NAMED = re.compile(
    r"(?P<kept>\\(?:text|math[a-z]+|operatorname|begin|end)\s*\{[^{}]*\})"
    rf"|(?<![\\A-Za-z])(?:(?P<letter>{_LETTERS})|(?P<word>{_WORDS}))(?![A-Za-z])"
)
"""What a letter or a word is called that SymPy prints as it was named."""
_INVERSE = re.compile(r"\\operatorname\{a(sin|cos|tan)\}")
_PRIMED_BELOW = re.compile(r"(_(?:\{[^{}]*\}|\\[A-Za-z]+|[^\s\\{}]))('{2,})(?![\s^]*\^)")  # h_*''
_TYPED_TEN = re.compile(r"(?<![\w.\\{])(\d+(?:\.\d+)?)e([+-]?)0*(\d+)(?!\w)")  # 1.1e-14
_APART = re.compile(
    r"(?<=\d) (?=%|· 10|×|\d{3}(?!\d))|(?<=\d ·) (?=10)|(?<=×) (?=\d)"
    r"|(?<= [=<>≤≥≠]) (?=\S)|(?<=[\w)|]) (?=[=<>≤≥≠] [\w−.]{1,6}(?![\w(|]))"
)
_NAME = re.compile(r"(?:(?<=\bCIFAR)|(?<=\bResNet)|(?<=\b[a-z]))-(?=\d|dim)")
_CODE = re.compile(r"`([^`]+)`")
_BAR = re.compile(r"(?<![^\s(])\|(?=[^\s|])")
"""A bar that opens a modulus; a line may break after any other."""
_FRACTION = re.compile(r"(?<=\d{6})/(?=\d{6})")


def prose(text: str, set_formula: Callable[[str], Markup] | None = None) -> Markup:
    r"""Return text as HTML, with LaTeX between dollar signs and code between backticks.

    ``\$`` is a dollar sign. Mathematics outside the dollar signs is set as `typeset` does.

    Args:
        text: what to set.
        set_formula: sets a formula; `formula` by default.

    Raises:
        ReportError: if a dollar sign has no partner or a formula cannot be shown.
    """
    pieces = DOLLAR.split(text)
    if len(pieces) % 2:
        pieces = DOLLAR.split(typeset(text))
    else:
        raise ReportError(
            f"Expected dollar signs in pairs around each formula, found an odd number in {text!r}; "
            r"write \$ for a dollar sign."
        )
    html = before = ""
    for i, piece in enumerate(pieces):
        if i % 2:
            before = str((set_formula or formula)(piece))
            if re.search(r"[(\[]$|(?<![^\s(])\|$", html) and before.startswith(
                "<math"
            ):  # nor after what opens
                first, closing, rest = before.partition("</math>")
                before = f'<span class="nowrap">{html[-1]}{first}{closing}</span>{rest}'
                html = html[:-1]
            continue
        mark = piece[: len(piece) - len(piece.lstrip(_MARKS))] if i else ""
        if mark and before.endswith("</math>"):  # no line break before the mark that follows
            parts, opening, last = before.rpartition("<math")
            before = f'{parts}<span class="nowrap">{opening}{last}{escape(mark)}</span>'
            piece = piece[len(mark) :]
        elif mark and before.endswith("</math></span>"):
            before = f"{before.removesuffix('</span>')}{escape(mark)}</span>"
            piece = piece[len(mark) :]
        text = str(escape(unbroken(piece.replace(r"\$", "$"))))
        html += before + _CODE.sub(r"<code>\1</code>", _FRACTION.sub("/<wbr>", text))
        before = ""
    return Markup(html)


def unbroken(text: str) -> str:
    """Text in which no line breaks in a number with its per cent, thousands, power of ten or sign of a product, nor in ``k = 2`` or ``CIFAR-10``, nor after the bar that opens a modulus."""
    text = _BAR.sub("|\N{WORD JOINER}", text)
    return _NAME.sub("\N{NON-BREAKING HYPHEN}", _APART.sub("\N{NO-BREAK SPACE}", text))


def prose_or_source(text: str) -> Markup:
    """Like `prose`, but what cannot be set is shown as its source: no message is ever withheld."""
    try:
        return prose(text)
    except Exception:
        return Markup(escape(text))


def formula(latex: str, display: str = "inline") -> Markup:
    """Return one LaTeX formula as MathML.

    Args:
        latex: the formula, without dollar signs.
        display: ``inline`` or ``block``; a long inline formula may break after its relations.

    Raises:
        ReportError: if the formula is malformed or uses what MathML Core does not draw.
    """
    return Markup(FORMULAS.of(f"{display} {latex}", lambda: _formula(latex, display)))


def _formula(latex: str, display: str) -> str:
    math = tree(latex, display)
    parts = _broken(math, display)
    for part in parts:
        part.set("aria-label", linear(part))  # browsers name a formula by this alone
        if _width(list(part)) > _BROAD:
            part.set("class", "broad")
        _thin(part)
    source = _source(latex)
    if re.sub(r"\s", "", source) != "".join(parts[0].itertext()):  # or it is its own source
        parts[0].set("alttext", source)  # to be copied, from the first part
    html = "".join(ElementTree.tostring(part, encoding="unicode") for part in parts)
    return html if len(parts) == 1 or display == "inline" else f'<p class="wide">{html}</p>'


def _thin(parent: Element) -> None:
    """Leave out what changes nothing: groups of one, groups in a row, and what an operator is anyway."""
    alone = parent.tag in _ROWS and len(parent) == 1
    children: list[Element] = []
    for child in list(parent):
        _thin(child)
        parent.remove(child)
        inner = list(child)
        loose = parent.tag in _ROWS and inner and "mo" not in (inner[0].tag, inner[-1].tag)
        if child.tag == "mrow" and not child.attrib and (len(inner) == 1 or loose or alone):
            children += inner
        else:
            children.append(child)
    parent.extend(children)
    if parent.tag == "mo":
        for name, value in _BY_DEFAULT.get(parent.text or "", {}).items():
            if parent.get(name) == value:
                del parent.attrib[name]
        if {"lspace", "rspace"} <= set(parent.attrib) and len(parent.text or "") > 1:
            parent.attrib.pop("form", None)  # the spaces are all that it is for
    if parent.tag == "mspace" and parent.get("width") == "0em":
        del parent.attrib["width"]
    if parent.tag == "mi" and len(parent.text or "") > 1:
        parent.attrib.pop("mathvariant", None)  # only a single letter is slanted by itself


def tree(latex: str, display: str = "inline") -> Element:
    """Return one LaTeX formula as an element ``math``, mended and found fit to be drawn.

    Args:
        latex: the formula, without dollar signs.
        display: ``inline`` or ``block``.

    Raises:
        ReportError: if the formula is malformed or uses what MathML Core does not draw.
    """
    for name in re.findall(r"\\begin\s*\{([^}]*)\}", latex):
        if name not in _ENVIRONMENTS:
            raise _error(
                latex,
                f"the environment {name!r} would lose its layout",
                f"use one of {', '.join(sorted(_ENVIRONMENTS))}",
            )
    try:
        math = Converter(display=display).convert_to_element(_source(latex))
    except Exception as error:  # latex2mathml raises whatever its parser trips over
        why = f"it does not parse ({type(error).__name__})"
        raise _error(latex, why, "balance its braces, delimiters and arguments") from error
    del math.attrib["xmlns"]  # HTML knows the element
    if display == "inline":
        del math.attrib["display"]  # the default
    for element in math.iter():
        element.text = unescape(element.text) if element.text else None
    for element in math.iter():
        _mend(element)
    for element in math.iter():
        problem = _problem(element)
        if problem:
            raise _error(latex, problem, "rewrite it in plain LaTeX")
    return math


def _source(latex: str) -> str:
    """A formula with what is typed in it, a name or a power of ten, as LaTeX has it."""

    def named(found: re.Match[str]) -> str:
        if found["kept"]:
            return found["kept"]
        return rf"\{found['letter']} " if found["letter"] else rf"\mathrm{{{found['word']}}}"

    latex = _PRIMED_BELOW.sub(r"\2\1", _INVERSE.sub(r"\\arc\1 ", _NAMED.sub(named, latex)))
    return _TYPED_TEN.sub(r"\1 \\cdot 10^{\2\3}", _TWO_DOTS.sub(r"\\ldots ", latex))


def _error(latex: str, why: str, remedy: str) -> ReportError:
    return ReportError(f"The formula {latex!r} cannot be shown: {why}; {remedy}.")


# --- what is refused ------------------------------------------------------------------------


def _problem(element: Element) -> str:
    """Say what is wrong with an element, if anything is."""
    tag, text = element.tag, element.text or ""
    unknown = sorted(element.attrib.keys() - _ATTRIBUTES)
    if tag not in _ELEMENTS:
        return f"browsers do not draw <{tag}>"
    if unknown:
        return f"<{tag}> would carry {', '.join(unknown)}, which this report does not allow"
    if tag in _CHILDREN and len(element) != _CHILDREN[tag]:
        return f"<{tag}> needs {_CHILDREN[tag]} arguments and has {len(element)}"
    if tag in _TOKENS:
        if len(element):
            return f"<{tag}> holds a whole formula where it may only hold characters"
        if not text and element.get("fence") != "true":  # \left. is an empty fence
            return "an operator name is empty or is more than letters"
        if "\\" in text:
            return f"the command {text} is unknown"
        if tag != "mo" and set("{}&$") & set(text):
            return f"{text!r} stands where a symbol was expected"
    return ""


# --- what is mended -------------------------------------------------------------------------


def _mend(element: Element) -> None:
    """Change an element so that MathML Core sets it as TeX would."""
    if element.tag == "mtable":
        for name in ("rowspacing", "columnspacing"):
            element.attrib.pop(name, None)
    if element.tag == "mtd":
        _to_class(element, element.attrib.pop("columnalign", "center"), {"center": ""})
    if element.tag in _TOKENS and element.get("mathvariant") in _VARIANTS:
        variant = element.attrib["mathvariant"]
        if variant != "normal":
            del element.attrib["mathvariant"]
        _to_class(element, variant, _VARIANTS)
    if element.tag in _LIMITS and len(element) and element[0].text in _BIG:
        element.tag = _LIMITS[element.tag]  # beside the operator in a line, above and below it else
    if element.tag == "mover" and len(element) == 2 and element[1].text in _ACCENTS:
        element.set("accent", "true")
        if element[1].text in _DOTS:
            _raise_dots(element)
    _join_upright_letters(element)
    _lower_primes(element)
    for child in [c for c in element if c.tag == "mspace"]:
        if child.get("linebreak") is None and not re.match(r"[\d.]+em$", child.get("width", "")):
            element.remove(child)  # negative space, which MathML Core does not have
    before: Element | None = None
    for child, after in zip_longest(list(element), list(element)[1:]):
        _mend_token(child, before, after)
        before = None if element.tag in _CHILDREN else child


def _raise_dots(accented: Element) -> None:
    """Lift dots off their letter, with which they run together in small type."""
    letter = accented[0]
    base = ElementTree.Element("mrow")
    base.append(letter)
    height = _ABOVE_ASCENDER if letter.text in _ASCENDERS else _ABOVE_X
    ElementTree.SubElement(base, "mspace", width="0em", height=height)
    accented[0] = base


def _to_class(element: Element, name: str, names: dict[str, str]) -> None:
    known = names.get(name, name)
    if known:
        element.set("class", known)


def _join_upright_letters(element: Element) -> None:
    r"""Make one word of the letters of ``\mathrm{eff}``, which arrive one by one."""
    previous = None
    for child in list(element):
        upright = child.tag == "mi" and child.get("mathvariant") == "normal"
        if upright and previous is not None:
            previous.text = f"{previous.text}{child.text}"
            element.remove(child)
        else:
            previous = child if upright else None


def _lower_primes(element: Element) -> None:
    """Set primes beside their letter, where they are legible, not as small superscripts."""
    if element.tag not in ("msup", "msubsup") or len(element) != _CHILDREN[element.tag]:
        return
    power = element[-1]
    prime = power[0] if power.tag == "mrow" and len(power) else power
    if prime.text not in _PRIMES:
        return
    if prime is not power:
        power.remove(prime)
    if prime is power or not len(power):
        element.remove(power)
        element.tag = "mrow" if element.tag == "msup" else "msub"
    letter = element[0]
    element.remove(letter)
    primed = ElementTree.Element("mrow")
    primed.extend([letter, prime])
    prime.set("class", "prime")
    element.insert(0, primed)


def _mend_token(token: Element, before: Element | None, after: Element | None) -> None:
    text = token.text or ""
    if token.tag not in ("mi", "mo") or len(token):
        return
    if text == "~" and token.tag == "mi":
        token.tag, token.text = "mo", "∼"
    elif text in _LETTERLIKE:
        token.tag = "mi"
        token.set("mathvariant", "normal")
    elif text in ("|", "‖") and token.get("fence") != "true":
        token.tag = "mo"
        sized = "true" if token.get("minsize") else "false"  # \Big| grows to its size
        token.attrib.update(stretchy=sized, lspace="0", rspace="0")
    elif text == "/":
        token.attrib.update(lspace="0", rspace="0")
    elif text in _SIGNS and (before is None or (before.text or "") in _BEFORE_SIGN):
        token.tag = "mo"
        token.attrib.update(form="prefix", lspace="0", rspace="0")
    elif text in ("⟨", "⟩"):
        token.tag = "mo"
        token.attrib.update(stretchy="false", form="prefix" if text == "⟨" else "postfix")
    elif len(text) == 1 and (unicodedata.category(text) == "Sm" or text == ":"):
        token.tag = "mo"
    elif len(text) > 1 and text[0].isalpha() and token.get("mathvariant") is None:
        # A function name: a thin space on each side, none before its argument's parenthesis.
        token.tag = "mo"
        bare = after is None or (after.text or "") in _OPENING
        left = "0" if before is None else _THIN
        token.attrib.update(form="prefix", lspace=left, rspace="0" if bare else _THIN)


def _broken(math: Element, display: str) -> list[Element]:
    """Split a long formula where TeX would break a line: after its outermost relations.

    One that is wide is split before its outermost sums too; any may break after a slash. What one pair
    of brackets encloses, such as a vector, is split inside them.
    """
    row = math[0]
    while len(row) == 1 and row[0].tag == "mrow":
        row = row[0]
    if _width(list(row)) <= (_LONG if display == "inline" else _WIDE):
        return [math]
    wide = display == "block" or _width(list(row)) > _WIDE
    lines: list[list[Element]] = [[]]
    depth = -1 if _bracketed(row) else 0
    for child in row:
        text = child.text or ""
        bracket = (
            text or (child.tag in _LIMITS and child[0].text) or ""
        )  # one may carry an exponent
        depth += (bracket in ("(", "[", "{", "⟨")) - (bracket in (")", "]", "}", "⟩"))
        outer = child.tag == "mo" and depth == 0
        relation = outer and text in _RELATIONS
        slash = text == "/" and depth == 0 and _width(lines[-1]) > _LONG
        sign = outer and text in _SIGNS and child.get("form") != "prefix"
        if sign and wide and _width(lines[-1]) > _SHORT:
            child.set("form", "infix")
            lines.append([])
        lines[-1].append(child)
        if relation:
            child.attrib.setdefault("form", "infix")
        if slash or (relation and _width(lines[-1]) > _SHORT):
            lines.append([])
    if len(lines) > 1 and _width(lines[-1]) <= _SHORT:
        end = lines.pop()
        lines[-1] += end
    if len(lines) == 1:
        return [math]
    attributes = {"displaystyle": "true"} if display == "block" else math.attrib
    parts = []
    for line in lines:
        part = ElementTree.Element("math", attributes)
        ElementTree.SubElement(part, "mrow").extend(line)
        parts.append(part)
    return parts


def _bracketed(row: Element) -> bool:
    """Whether one pair of brackets encloses a row."""
    depth, texts = 0, [child.text or "" for child in row]
    for k, text in enumerate(texts):
        depth += (text in ("(", "[")) - (text in (")", "]"))
        if depth <= 0:
            return texts[0] in ("(", "[") and k == len(texts) - 1 > 0
    return False


def _width(elements: list[Element]) -> int:
    """How many characters stand in these elements: a rough measure of their width."""
    return sum(len("".join(element.itertext())) for element in elements)
