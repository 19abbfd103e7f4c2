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
_STOP = re.compile(r"(?<!\.)\.(?=\s|\Z)")
_REQUIRE = re.compile(
    rf"From\s+{PREFIX}(?:\.(\w+))?\s+Require(?:\s+(?:Import|Export))?\s+([\w\s]+?)\s*\."
)
_NAME = re.compile(r"(?:Local\s+)?\w+\s+(\"(?:[^\"]|\"\")*\"|\w+'*)")
_TOKEN = re.compile(r"[\w']+|[^\w\s'()]+")
_TACTIC = re.compile(r"[-+*{}\s]*(?:(?:all|\d+):\s*)?(\w*)")
_OPEN = re.compile(r"\b(?:admit|give_up)\b")

_PROVED = ("Theorem", "Lemma", "Corollary", "Proposition", "Fact", "Remark")
_TYPES = ("Inductive", "CoInductive", "Record", "Structure", "Variant")
_DEFINED = ("Definition", "Fixpoint", "CoFixpoint", *_TYPES, "Notation")
_SECTION = ("Section", "End")
_DECLARED = ("Variable", "Variables", "Context", "Hypothesis", "Hypotheses", "Let")
_EXPORTED = ("Export", "Notation", "Reserved", "Arguments", "Canonical")
_HERE = ("From", "Import", "Open", "Close", "Implicit", "Set", "Unset")
_COMMANDS = {*_PROVED, *_DEFINED, *_SECTION, *_DECLARED, *_EXPORTED, *_HERE, "Ltac", "Proof"}
"""The words that a sentence outside of a proof may begin with: of each it is known what it does to what theorems mean."""

_FLAGS = ("Implicit Arguments", "Strict Implicit", "Printing Implicit Defensive")
"""What may be set and unset; no check of the kernel is among it."""


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
        """Every definition, notation and lemma of ours that a theorem's statement uses, in turn, as they stand."""
        known: dict[str, list[Sentence]] = {}
        order = list(self.closure(theorem.module))
        for module in order:
            for sentence in sentences(self.sources[module].text, module):
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


class _Command(NamedTuple):
    """What Coq is told in one sentence outside of proofs, or what ends a proof.

    Attributes:
        word: the one that it begins with, behind ``Local``.
        start, end: its place in the file.
        text: it, without comments, in one line.
        local: whether ``Local`` is before it.
        proving: whether it stands in a proof; then `word` is that of a command among its tactics.
    """

    word: str
    start: int
    end: int
    text: str
    local: bool
    proving: bool


@functools.lru_cache(maxsize=1024)
def _commands(text: str) -> tuple[_Command, ...]:
    """The commands of a file, in order; of proofs only what is no tactic."""
    hidden, plain = _without_comments(text, strings=True), _without_comments(text)
    found, end, proving = [], 0, False
    for stop in _STOP.finditer(hidden):
        start, end = (
            end + len(hidden[end : stop.end()]) - len(hidden[end : stop.end()].lstrip()),
            stop.end(),
        )
        told = " ".join(plain[start:end].split())
        local = not proving and told.startswith("Local ")
        word = _TACTIC.match(told)[1] if proving else told.split()[local]  # type: ignore[index]
        if not proving or word[:1].isupper():
            found.append(_Command(word.rstrip("."), start, end, told, local, proving))
        proving = told == "Proof." or (proving and word != "Qed")
    return tuple(found)


@functools.lru_cache(maxsize=1024)
def sentences(text: str, module: str) -> tuple[Sentence, ...]:
    """The definitions, notations and theorems of a file, in order."""
    found, declared = [], []
    for command in _commands(text):
        if command.word in (*_SECTION, *_DECLARED):
            declared.append(command)
        if command.word not in (*_PROVED, *_DEFINED) or command.proving:
            continue
        name = _NAME.match(text, command.start)
        start = text.index(command.word, command.start)
        found.append(
            Sentence(
                module,
                name[1].strip('"') if name else "",
                command.word,
                text[start : command.end],
                _comment_before(text, command.start),
                _context(declared, text[start : command.end]),
            )
        )
    return tuple(found)


@functools.lru_cache(maxsize=1024)
def preamble(text: str, *, exported: bool = False) -> tuple[str, ...]:
    """The imports, scopes, notations and structures of a file, which give names and symbols their meaning, in order.

    With `exported`, those that have it in the files that import this one.
    """
    return tuple(
        command.text
        for command in _commands(text)
        if not command.proving
        and (
            (command.word in _EXPORTED and not command.local)
            or " Export " in command.text
            or (command.word in (*_EXPORTED, *_HERE) and not exported)
        )
    )


def faults(text: str, module: str) -> list[str]:
    """What a file may not hold, one sentence each: what would make a theorem say or assume what is not shown with it."""
    depth, found = 0, []
    hidden = _without_comments(text, strings=True)

    def fault(place: int, what: str, why: str) -> None:
        found.append(f"{module}, line {hidden.count(chr(10), 0, place) + 1}: {what!r} {why}.")

    for left in _OPEN.finditer(hidden):
        fault(left.start(), left[0], "leaves a proof open")
    for command in _commands(text):
        word, told = command.word, command.text

        def wrong(why: str, command: _Command = command) -> None:
            fault(command.start, command.word, why)

        if command.proving:
            if word != "Qed":
                wrong("is in a proof, where only tactics may be, and Qed at its end")
            continue
        depth += (word == "Section") - (word == "End")
        if word not in _COMMANDS:
            wrong("is no command that a source may hold")
        elif word != "Proof" and hidden[: command.start].rpartition("\n")[2].strip():
            wrong("does not begin a line")
        elif word in _DECLARED and depth == 0:
            wrong("outside a section is an axiom, or a definition that is not shown")
        elif word in ("Set", "Unset") and told.rstrip(".").partition(" ")[2] not in _FLAGS:
            wrong(f"is of none of the flags {', '.join(_FLAGS)}")
        elif told.startswith(f"From {PREFIX}") and not _REQUIRE.fullmatch(told):
            wrong("requires what cannot be followed")
        elif word in ("Fixpoint", "CoFixpoint", *_TYPES) and _mutual(told):
            wrong("defines two things, of which only one would be shown")
    return found


def _mutual(told: str) -> bool:
    words = _TOKEN.findall(told)
    return words.count("with") > words.count("match")


def _requires(text: str) -> Iterator[str]:
    for match in filter(None, (_REQUIRE.fullmatch(one.text) for one in _commands(text))):
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


def _comment_before(text: str, start: int) -> str:
    above = text[:start].rstrip()
    if not above.endswith("*)"):
        return ""
    begin = above.rfind("(**")
    if begin < 0 or "*)" in above[begin:-2]:
        return ""
    return " ".join(above[begin + 3 : -2].split())


def _context(declared: list[_Command], statement: str) -> str:
    """The declarations of the sections that are open behind some commands, and the local definitions that it or they name."""
    stack: list[list[str]] = []
    for command in declared:
        if command.word == "Section":
            stack.append([])
        elif command.word == "End":
            stack[-1:] = []
        elif stack:
            stack[-1].append(command.text)
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
