"""The definitions of ours that quoted theorems use: where each stands, and which others it names."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from verify.claims.evidence import Evidence, Outcome, Quoted, Theorem
from verify.engine.record import RunRecord


class Vocabulary:
    """The theorems that a run's checks quote, and the definitions that these use.

    Attributes:
        theorems: by name.
        checked: the names of those whose evidence counts, and is as stated.
        spelled_out: the definitions that are all that a theorem's statement says, by name, with the first
            such theorem: ``refuted_law : ~ sentence_law`` says nothing to who does not see ``sentence_law``
            beside it.
        definitions: the others, by name.
    """

    def __init__(self, run: RunRecord) -> None:
        self.theorems: dict[str, Theorem] = {
            theorem.name: theorem
            for check in run.checks
            if check.evidence is not None
            for theorem in check.evidence.theorems
        }
        self.checked = {
            theorem.name
            for check in run.checks
            if check.evidence is not None and check.outcome is Outcome.AS_STATED
            for theorem in check.evidence.theorems
        }
        self.spelled_out: dict[str, str] = {}
        shared: dict[str, set[str]] = {}
        every: dict[str, Quoted] = {}
        for theorem in self.theorems.values():
            used = {one.name for one in theorem.vocabulary}
            for one in theorem.vocabulary:
                every[one.name] = one
                shared[one.name] = shared.get(one.name, used) & used
                if re.search(
                    rf":\s*~?\s*{re.escape(_word(one))}\b[\s\w']*\.?$", theorem.statement.text
                ):
                    self.spelled_out.setdefault(one.name, theorem.name)
        self.definitions = {n: one for n, one in every.items() if n not in self.spelled_out}
        # What a definition uses is in the vocabulary of every theorem that uses it.
        self._names: Mapping[str, list[Quoted]] = {
            name: list(_named(one, (every[other] for other in every if other in shared[name])))
            for name, one in every.items()
        }

    def beside(self, theorem: Theorem) -> list[Quoted]:
        """The definitions that stand beside a theorem."""
        return [one for one in theorem.vocabulary if self.spelled_out.get(one.name) == theorem.name]

    def named_by(self, definition: Quoted) -> list[Quoted]:
        """The definitions that a definition names."""
        return self._names[definition.name]

    def named(self, evidence: Evidence) -> list[Quoted]:
        """The definitions from which those that name one another lead to all that the theorems use.

        They are those that the theorems and what stands beside them name, and any that none of these leads to.
        """
        there = {one.name for theorem in evidence.theorems for one in self.beside(theorem)}
        found: dict[str, Quoted] = {}
        for theorem in evidence.theorems:
            said = [theorem.statement, *self.beside(theorem)]
            first = [one for text in said for one in _named(text, theorem.vocabulary)]
            reached: set[str] = set()
            for one in (*first, *theorem.vocabulary):
                if one.name not in reached:
                    found[one.name] = one
                    self._reach(one, reached)
            found |= {one.name: one for one in first}
        return [one for name, one in found.items() if name not in there]

    def _reach(self, definition: Quoted, reached: set[str]) -> None:
        if definition.name not in reached:
            reached.add(definition.name)
            for one in self.named_by(definition):
                self._reach(one, reached)


def anchor(name: str) -> str:
    """The anchor of a Coq definition."""
    # The first module is the same everywhere, and a notation's name has spaces.
    return "coq--" + re.sub(r"[^\w.']+", "-", name.split(".", 1)[-1])


def called(definitions: Sequence[Quoted]) -> list[tuple[str, str]]:
    """The names of definitions, each with its last word, and with as many modules before it as tell it from others."""
    tails = Counter(tail for one in definitions for tail in _called(one.name))
    return [
        (one.name, next((tail for tail in _called(one.name)[::-1] if tails[tail] == 1), one.name))
        for one in definitions
    ]


def _word(definition: Quoted) -> str:
    return definition.name.rpartition(".")[2]


_SCOPE = re.compile(r"%:?~?\w+")
_BOUND = re.compile(
    r"[({]\s*((?:[\w']+\s+)+):(?!=)|\b(?:forall|exists!?|fun|let)\s+((?:[\w']+\s*)+)(?=,|:|=>)"
)


def _named(text: Quoted, vocabulary: Iterable[Quoted]) -> Iterator[Quoted]:
    """The definitions that a text may name: by their last word, or with modules before it.

    What it binds, and the suffix of a scope, are no names. Of several of one name it is the nearest.
    """
    whole = _SCOPE.sub("", f"{text.context} {text.text}")
    said = re.findall(r"[\w'.]+", whole)
    own = _word(text)
    if own in said:  # which it is the definition of
        said.remove(own)
    words = {word.strip(".") for word in said}
    words -= {word for names in _BOUND.findall(whole) for word in " ".join(names).split()}
    found = [
        one
        for one in vocabulary
        if one.name != text.name and not words.isdisjoint(_called(one.name))
    ]

    def shared(one: Quoted) -> int:
        """How many modules it and the text stand in alike; by far the nearest is one that is named with its module."""
        qualified = not words.isdisjoint(_called(one.name)[:-1])
        modules = zip(one.name.split(".")[:-1], text.name.split(".")[:-1], strict=False)
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], modules))
        return sys.maxsize if qualified else alike

    nearest: dict[str, int] = {}
    for one in found:
        nearest[_word(one)] = max(shared(one), nearest.get(_word(one), 0))
    yield from (one for one in found if shared(one) == nearest[_word(one)])


def _called(name: str) -> list[str]:
    """What a definition may be called, the longest first."""
    parts = name.split(".")
    return [".".join(parts[i:]) for i in range(len(parts))]
