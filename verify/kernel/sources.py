"""The Coq sources: where they are, what they rest on, what they say, and what they may not hold.

A room's files are in ``theorems/<room>/kernel``, the shared ones in ``verify/kernel/library``. The module
of a file is ``Geometry.<room>.<name>``, or ``Geometry.<name>`` in the library.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PREFIX = "Geometry"
LIBRARY = Path(__file__).parent / "library"

_BETWEEN = re.compile(r"\(\*|\*\)|\"(?:[^\"]|\"\")*\"")
_REQUIRE = re.compile(
    rf"From\s+{PREFIX}(?:\.(\w+))?\s+Require(?:\s+(?:Import|Export))?\s+([\w\s]+?)\s*\."
)
_SENTENCE = re.compile(
    r"^[ \t]*((?:Local |Global |#\[[^\]]*\] ?|Program )*)(Theorem|Lemma|Corollary|Proposition|Fact|Remark|Definition|Fixpoint|CoFixpoint|Inductive|CoInductive|Record|Structure|Variant|Notation)\s+(\"(?:[^\"]|\"\")*\"|\w+'*)",
    re.MULTILINE,
)
_PROVED = ("Theorem", "Lemma", "Corollary", "Proposition", "Fact", "Remark")
_SECTION = re.compile(
    r"^[ \t]*(Section\s+(\w+)|End\s+(\w+)|(?:Variables?|Context|Hypothes[ie]s|Let)\b.*?)\.(?=\s|\Z)",
    re.MULTILINE | re.DOTALL,
)
_PREAMBLE = re.compile(
    r"^[ \t]*(?:(?:Local|Global)\s+)?(?:From|Require|Import|Export|(?:Open|Close)\s+Scope|Implicit\s+Types?|Notation|Infix)\b",
    re.MULTILINE,
)
_TOKEN = re.compile(r"[\w']+|[^\w\s'()]+")

_FORBIDDEN = {
    r"\b(?:Admitted|admit|give_up|Abort)\b": "leaves a proof open",
    r"(?:^|\.\s)\s*(?:(?:Local|Global|Polymorphic|Monomorphic)\s+|#\[[^\]]*\]\s*)*(?:Axioms?|Parameters?|Conjectures?)\b": "assumes what is not proved",
    r"\bbypass_check\b|\bUnset\s+(?:Guard|Positivity|Universe)\s+Checking\b|\btype_in_type\b": (
        "switches a check of the kernel off"
    ),
    r"\bDeclare\s+ML\s+Module\b": "loads code that is not Coq's own",
    r"\bRequire\s+(?:Import\s+|Export\s+)?[^.]*\bExtrOcaml": "loads extraction",
    r"\bRedirect\b|\bLoad\b|\bCd\b": "reads or writes files",
}
"""What no source may hold, by pattern, with what is wrong with it."""


class SourceError(Exception):
    """A source cannot be used; the message is a sentence."""


class Source(NamedTuple):
    """One file.

    Attributes:
        module: its full name.
        path: where it is.
        text: its content.
        requires: the modules of ours that it requires.
    """

    module: str
    path: Path
    text: str
    requires: tuple[str, ...]


class Sentence(NamedTuple):
    """A definition or a theorem of a file.

    Attributes:
        module, name: where it stands and what it is called; of a notation, its pattern.
        kind: the word it begins with.
        text: it, without proof.
        comment: the documentation above it.
        context: the section variables that it depends on, as written.
    """

    module: str
    name: str
    kind: str
    text: str
    comment: str
    context: str


class Library:
    """The sources below some folders, read once.

    Args:
        rooms: the folder whose subfolders are rooms; none for the shared files alone.
    """

    def __init__(self, rooms: Path | None = None, shared: Path = LIBRARY) -> None:
        folders: dict[str, Path] = {PREFIX: shared}
        if rooms is not None:
            for folder in sorted(rooms.glob("*/kernel")):
                folders[f"{PREFIX}.{folder.parent.name}"] = folder
        self.sources: dict[str, Source] = {}
        for prefix, folder in folders.items():
            for path in sorted(folder.glob("*.v")):
                module = f"{prefix}.{path.stem}"
                text = path.read_text(encoding="utf-8")
                self.sources[module] = Source(module, path, text, tuple(_requires(text)))

    def closure(self, module: str) -> dict[str, Source]:
        """A module and all it rests on, what is required first.

        Raises:
            SourceError: if a module is missing, or requires itself.
        """
        found: dict[str, Source] = {}

        def visit(name: str, below: tuple[str, ...]) -> None:
            if name in below:
                raise SourceError(f"{' requires '.join((*below, name))}: a circle.")
            if name in found:
                return
            if name not in self.sources:
                raise SourceError(
                    f"The Coq module {name} has no source file"
                    + (f"; {below[-1]} requires it." if below else ".")
                )
            for wanted in self.sources[name].requires:
                visit(wanted, (*below, name))
            found[name] = self.sources[name]

        visit(module, ())
        return found

    def digest(self, module: str) -> str:
        """SHA-256 of a module's text and of everything it rests on."""
        digest = hashlib.sha256()
        for name, source in self.closure(module).items():
            digest.update(f"{name} {hashlib.sha256(source.text.encode()).hexdigest()}\n".encode())
        return digest.hexdigest()

    def faults(self, module: str) -> list[str]:
        """What a module or what it rests on may not hold, one sentence each."""
        return [
            fault
            for source in self.closure(module).values()
            for fault in faults(source.text, source.module)
        ]

    def sentence(self, module: str, name: str) -> Sentence:
        """A theorem or definition of a module.

        Raises:
            SourceError: if there is none of this name.
        """
        for sentence in sentences(self.sources[module].text, module):
            if sentence.name == name:
                return sentence
        raise SourceError(f"The Coq module {module} has no {name}.")

    def vocabulary(self, theorem: Sentence) -> list[Sentence]:
        """Every definition and notation of ours that a theorem's statement uses, in turn, as they stand."""
        known: dict[str, list[Sentence]] = {}
        order = list(self.closure(theorem.module))
        for module in order:
            for sentence in sentences(self.sources[module].text, module):
                if sentence.kind not in _PROVED:
                    for token in _spoken(sentence):
                        known.setdefault(token, []).append(sentence)
        used: dict[tuple[str, str], Sentence] = {}
        waiting = [theorem]
        while waiting:
            sentence = waiting.pop()
            tokens = set(_TOKEN.findall(_bare(sentence.text) + " " + _bare(sentence.context)))
            for token in tokens:
                for candidate in known.get(token, ()):
                    key = (candidate.module, candidate.name)
                    if key not in used and key != (theorem.module, theorem.name):
                        used[key] = candidate
                        waiting.append(candidate)
        return sorted(used.values(), key=lambda s: (order.index(s.module), s.module, s.name))


@functools.lru_cache(maxsize=1024)
def sentences(text: str, module: str) -> tuple[Sentence, ...]:
    """The definitions, notations and theorems of a file, in order."""
    hidden = _without_comments(text)
    found = []
    for match in _SENTENCE.finditer(hidden):
        start, kind, name = match.start(2), match[2], match[3]
        end = _end(hidden, match.end())
        found.append(
            Sentence(
                module,
                name.strip('"'),
                kind,
                text[start:end],
                _comment_before(text, match.start()),
                _context(hidden, start, text[start:end]),
            )
        )
    return tuple(found)


@functools.lru_cache(maxsize=1024)
def preamble(text: str) -> tuple[str, ...]:
    """The imports, scopes and notations of a file, which give its names and symbols their meaning, in order."""
    hidden = _without_comments(text)
    return tuple(
        " ".join(hidden[match.start() : _end(hidden, match.end())].split())
        for match in _PREAMBLE.finditer(hidden)
    )


def faults(text: str, module: str) -> list[str]:
    """What a file may not hold, one sentence each."""
    hidden = _without_comments(text, strings=True)
    found = [
        f"{module}, line {hidden.count(chr(10), 0, match.end()) + 1}: {match[0].split()[-1]!r} {why}."
        for pattern, why in _FORBIDDEN.items()
        for match in re.finditer(pattern, hidden, re.MULTILINE)
    ]
    depth = 0
    for match in _SECTION.finditer(hidden):
        word = match[1].split()[0]
        if word == "Section":
            depth += 1
        elif word == "End":
            depth = max(0, depth - 1)
        elif depth == 0 and word in (
            "Variable",
            "Variables",
            "Hypothesis",
            "Hypotheses",
            "Context",
        ):
            line = hidden.count("\n", 0, match.start(1)) + 1
            found.append(f"{module}, line {line}: {word!r} outside a section is an axiom.")
    return found


def _requires(text: str) -> Iterator[str]:
    for match in _REQUIRE.finditer(_without_comments(text)):
        room = f".{match[1]}" if match[1] else ""
        for name in match[2].split():
            yield f"{PREFIX}{room}.{name}"


def _without_comments(text: str, *, strings: bool = False) -> str:
    """The text with its comments blanked out, so that places stay; with `strings`, strings too."""
    kept, depth, last = [], 0, 0
    for match in _BETWEEN.finditer(text):
        piece = text[last : match.start()]
        kept.append(_blank(piece) if depth else piece)
        if match[0] == "(*":
            depth += 1
            kept.append("  ")
        elif match[0] == "*)":
            depth = max(0, depth - 1)
            kept.append("  ")
        else:
            kept.append(_blank(match[0]) if depth or strings else match[0])
        last = match.end()
    kept.append(text[last:] if not depth else _blank(text[last:]))
    return "".join(kept)


def _blank(piece: str) -> str:
    return re.sub(r"[^\n]", " ", piece)


def _bare(text: str) -> str:
    return _without_comments(text)


def _end(hidden: str, start: int) -> int:
    """Where the sentence that begins before `start` ends: behind the full stop that ends it."""
    match = re.compile(r"\.(?=\s|$)").search(hidden, start)
    while match is not None and hidden[match.start() - 1] == ".":  # the dots of an ellipsis
        match = re.compile(r"\.(?=\s|$)").search(hidden, match.end())
    return len(hidden) if match is None else match.end()


def _comment_before(text: str, start: int) -> str:
    above = text[:start].rstrip()
    if not above.endswith("*)"):
        return ""
    begin = above.rfind("(**")
    if begin < 0 or "*)" in above[begin:-2]:
        return ""
    return " ".join(above[begin + 3 : -2].split())


def _context(hidden: str, start: int, statement: str) -> str:
    """The declarations of the sections that are open at a place, and the local definitions that it or they name."""
    stack: list[list[str]] = []
    for match in _SECTION.finditer(hidden, 0, start):
        word, *_ = match[1].split()
        if word == "Section":
            stack.append([])
        elif word == "End":
            stack[-1:] = []
        elif stack:
            stack[-1].append(f"{' '.join(match[1].split())}.")
    named, kept = set(_TOKEN.findall(statement)), []
    for line in reversed([line for level in stack for line in level]):
        word, name, *_ = tokens = _TOKEN.findall(line)
        if word != "Let" or name in named:
            kept.append(line)
            named.update(tokens)
    return "\n".join(reversed(kept))


def _spoken(sentence: Sentence) -> Iterator[str]:
    """The words by which a statement uses a definition: its name, or the symbols of a notation."""
    if sentence.kind != "Notation" or re.fullmatch(r"[\w']+", sentence.name):
        yield sentence.name
        if sentence.kind in ("Inductive", "Variant", "CoInductive", "Record", "Structure"):
            yield from re.findall(r"(?:\||\{|;)\s*(\w+)\s*[:({]", _bare(sentence.text))
        return
    for token in sentence.name.split():
        symbol = token.strip("'")
        if token.startswith("'") or re.fullmatch(r"\w", symbol):
            continue
        yield from _TOKEN.findall(symbol)
