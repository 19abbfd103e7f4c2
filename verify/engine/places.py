"""Where the code of a check stands: file and line, found by reading and never by importing."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from verify.engine.provenance import DISTRIBUTION
from verify.identity.closure import locate

ADDRESS = "Source files"
"""The name of the URL in the distribution's metadata behind which a file's path may be written."""

_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_DOTTED = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)+")
_MEASURES = re.compile(r"normalised_error=(?:partial\()?([\w.]+)")
_THEOREM = re.compile(r"Said\(theorems=[\w.]*\('(\w+)\.([\w']+)'")


class Places:
    """Where checks stand; every file is read once."""

    def __init__(self) -> None:
        self._texts: dict[Path, str] = {}
        self._files: dict[str, Path | None] = {}

    def of(self, words: str, module: str) -> str:
        """Return ``theorems/thm31/derivation.py:41``: where that begins which a check runs of its own.

        That is a theorem of Coq, the first that says the sentence; what a claim measures; or the first
        function of the room among those that are run, and only where there is none another's.

        Args:
            words: what it runs, in canonical form.
            module: the module of its room.

        Returns:
            File and line, relative to the folder of the top package; empty if no file is known.
        """
        room = self._file(module)
        if room and (theorem := _THEOREM.search(words)):
            file, name = theorem.groups()
            return self._placed(
                module, room.parent / "kernel" / f"{file}.v", rf"[ \t]*\w+\s+{name}(?![\w'])"
            )
        names = _DOTTED.findall(code := _TEXT.sub("''", words))
        if measures := _MEASURES.search(code):
            names.insert(0, measures[1])
        own = [name for name in names if name.startswith(f"{module}.")]
        others = [name for name in names if not name.startswith("verify.claims.")]
        for name in (*own, *others, *names):
            found, _, word = name.rpartition(".")
            while found and self._file(found) is None:
                found, _, word = found.rpartition(".")
            if found and (path := self._file(found)):
                return self._placed(found, path, rf"(?:(?:def|class) {word}\b|{word}\s*[:=])")
        return ""

    def _file(self, module: str) -> Path | None:
        if module not in self._files:
            self._files[module] = locate(module)
        return self._files[module]

    def _placed(self, module: str, path: Path, begins: str) -> str:
        """A file, below the folder in which a module's top package lies, and the line that begins so."""
        top = self._file(module.partition(".")[0])
        if top is None or not path.is_file():
            return ""
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8")
        text = self._texts[path]
        line = re.search(rf"^{begins}", text, re.MULTILINE)
        where = path.relative_to(top.parent.parent).as_posix()
        return f"{where}:{text.count(chr(10), 0, line.start()) + 1}" if line else where


def address() -> str:
    """Return the address of the project's files, which ends in a slash; empty if its metadata name none."""
    try:
        urls = metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:  # a checkout that was not installed
        return ""
    for label, _, url in (str(entry).partition(", ") for entry in urls):
        if label == ADDRESS and url.startswith(("https://", "http://")):
            return f"{url.rstrip('/')}/"
    return ""
