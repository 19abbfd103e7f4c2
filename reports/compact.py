"""A page in fewer bytes: the same elements, attributes, texts and styles, as HTML lets them be written.

Attributes stand without quotes and elements without end tags where the standard allows it, line breaks go where the
page shows none, and classes have short names; a class that no rule names is left out.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import count, product
from string import ascii_lowercase

from reports.styles import rules

_BLOCK = (
    "p|div|section|article|header|main|nav|aside|figure|figcaption|blockquote|details|summary|h[1-4]|ul|ol|li|dl|dt|dd"
    "|table|caption|thead|tbody|tr|td|th"
)
_BREAKS = re.compile(rf"\n+(?=</?(?:{_BLOCK})\b)|(</?(?:{_BLOCK})\b[^>]*>)\n+")
_OPTIONAL = re.compile(
    r"</t[dh]>(?=<t[dh]\b|</tr>)|</tr>(?=<tr\b|</t(?:head|body)>)|</thead>(?=<tbody\b)|</tbody>(?=<tbody\b|</table>)"
    r"|</li>(?=<li\b|</[uo]l>)|</dt>(?=<d[dt]\b)|</dd>(?=<d[dt]\b|</d(?:iv|l)>)"
    r"|</p>(?=<(?:p|div|section|article|figure|details|h[1-4]|ul|ol|dl|table|pre)\b"
    r"|</(?:div|section|article|figure|details|li|td|dd|main|header|blockquote)>)"
)
_TAG = re.compile(r"<[a-z][^>]*>", re.IGNORECASE)
_TEXT = re.compile(r"(?<=>)[^<]+")
_CLASS = re.compile(r' class="([^"]*)"')
_QUOTED = re.compile(r'="([^\s"\'=<>`]+)"(/)?')
_ESCAPED = {"&#39;": "'", "&#x27;": "'", "&#34;": '"', "&quot;": '"', "&gt;": ">"}
"""What needs no escape outside tags."""
_NEEDLESS = re.compile("|".join(_ESCAPED))
_OWN = re.compile(r"d\d+")
"""The class of a drawing's style, which is short already."""
_NAMED = re.compile(r"\.([a-z][\w-]*)(?![^{}]*[;}])")
_OFTEN = (
    *("nowrap", "id", "scroll", "note", "outcome", "strength", "verdict", "meta", "wide", "mark"),
    *("formula", "none", "summary", "check", "fails", "origin", "closed", "long", "prime", "line"),
    *("tried", "c-holds", "assumed", "floating", "definition"),
)
_VERBATIM = re.compile(r"(<(style|pre|blockquote)\b.*?</\2>)", re.DOTALL)


@cache
def short_names() -> dict[str, str]:
    """A name of one or two letters for each class that a rule of the pages names."""
    # One letter for those that stand on a page most often.
    names = dict.fromkeys((*_OFTEN, *_NAMED.findall(rules())))
    letters = ("".join(name) for n in count(1) for name in product(ascii_lowercase, repeat=n))
    return dict(zip(names, letters, strict=False))


def compact(page: str) -> str:
    """Return a page as short as it can be written without a change to what is shown, said, copied or found."""
    names = short_names()

    def classes(given: re.Match[str]) -> str:
        kept = [
            names.get(one, one) for one in given[1].split() if one in names or _OWN.fullmatch(one)
        ]
        return f' class="{" ".join(kept)}"' if kept else ""

    def value(given: re.Match[str]) -> str:
        slash = " /" if given[2] else ""  # which would be a letter of the value
        return f"={given[1]}{slash}"

    def tag(given: re.Match[str]) -> str:
        return _QUOTED.sub(value, _CLASS.sub(classes, given[0]))

    def text(given: re.Match[str]) -> str:
        return _NEEDLESS.sub(lambda one: _ESCAPED[one[0]], given[0])

    pieces = _VERBATIM.split(page)
    # In threes: what stands between, what stays verbatim, and the name of the latter's element.
    pieces[::3] = [_OPTIONAL.sub("", _BREAKS.sub(r"\1", piece)) for piece in pieces[::3]]
    del pieces[2::3]
    html = "".join(pieces)
    head, style, body = html.partition("</style>")
    head = _NAMED.sub(lambda one: f".{names.get(one[1], one[1])}", head)
    return head + style + _TEXT.sub(text, _TAG.sub(tag, body))
