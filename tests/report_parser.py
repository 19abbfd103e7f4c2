"""A report as its reader has it, for the tests of the report."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from reports.mathml import prose

VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}


class Parsed(HTMLParser):
    """A page as a reader has it: tags in balance, ids, attributes, text and links under each id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.unbalanced: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.text: dict[str, str] = {"": ""}
        self.links: dict[str, set[str]] = {"": set()}
        self.feed(html)
        self.close()
        self.unbalanced += [tag for tag, _ in self.stack]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.stack.append((tag, dict(attrs).get("id") or ""))
        if tag == "a":
            for id in {"", *(id for _, id in self.stack)}:
                self.links.setdefault(id, set()).add(dict(attrs).get("href") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element's attributes."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, if it is this one."""
        if self.stack and self.stack[-1][0] == tag:
            self.stack.pop()
        else:
            self.unbalanced.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Add text to every open element that has an id."""
        if self.stack and self.stack[-1][0] == "style":
            return
        for id in {"", *(id for _, id in self.stack)}:
            self.text[id] = self.text.get(id, "") + data


def shown(text: str) -> str:
    """A text of the record as the parser finds it on the page, squeezed."""
    return squeezed(Parsed(f"<p>{prose(text)}</p>").text[""])


def squeezed(text: str) -> str:
    """A text without spaces and capitals."""
    return re.sub(r"\s+", "", text).casefold()
