"""Sentences that Coq's kernel checked: which theorems say them, and what must hold for that to count."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Quoted, Theorem
from verify.claims.text import count
from verify.kernel import coq, record
from verify.kernel.sources import PREFIX, Library, Sentence, SourceError, preamble

AXIOMS = {
    "ClassicalDedekindReals.sig_forall_dec": "Coq's real numbers: a decidable property of naturals holds for all, or there is one without it",
    "ClassicalDedekindReals.sig_not_dec": "Coq's real numbers: of a proposition, its double negation or its negation",
    "FunctionalExtensionality.functional_extensionality_dep": "functions with equal values are equal",
    "Classical_Prop.classic": "the excluded middle",
    "Epsilon.epsilon_statement": "Hilbert's epsilon, choice of a witness: it makes Coq's reals a field of MathComp",
}
"""All that a theorem may assume, with what it says; the theorems over any ordered field assume nothing, or the excluded middle alone."""


@dataclass(frozen=True)
class Said:
    """Theorems that together say a sentence.

    Attributes:
        theorems: ``file.theorem`` each, in the room's folder ``kernel``.
        read: `reading_digest` when sentence and theorems were last read against each other.
        missing: what of the sentence they do not say; then the sentence is not proved by them.
    """

    theorems: tuple[str, ...]
    read: str
    missing: str = ""


@dataclass(frozen=True)
class Proved:
    """A displayed sentence and the theorems that say it.

    Attributes:
        room: the statement's module name.
        text: the displayed sentence.
        said: the theorems.
        refuted: whether they say that it fails.
        package: in which the room is.
    """

    room: str
    text: str
    said: Said
    refuted: bool = False
    package: str = "theorems"

    @property
    def theorems(self) -> tuple[str, ...]:
        """``file.theorem`` each."""
        return self.said.theorems

    @property
    def names(self) -> tuple[str, ...]:
        """The full name of each in Coq."""
        return tuple(f"{PREFIX}.{self.room}.{theorem}" for theorem in self.theorems)

    def module(self, theorem: str) -> str:
        """The Coq module of one of the theorems."""
        return f"{PREFIX}.{self.room}.{theorem.partition('.')[0]}"


@functools.cache
def library(package: str) -> Library:
    """The Coq sources of a package's rooms, with the shared ones."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(f"The package {package} is not installed.")
    return Library(Path(spec.submodule_search_locations[0]))


def digest(claim: Proved) -> str:
    """SHA-256 of the sources that the theorems rest on; a part of the check's key."""
    sources = library(claim.package)
    modules = dict.fromkeys(claim.module(theorem) for theorem in claim.theorems)
    return hashlib.sha256("".join(map(sources.digest, modules)).encode()).hexdigest()


def reading_digest(claim: Proved) -> str:
    """What a reader of sentence and theorems saw, with every definition that is used and the comments above them.

    Whether the sentence is refuted is a part of it, and so are the imports, scopes and notations of the files that
    these stand in, with the notations and structures that those of all files required bring along.
    """
    seen = [claim.text, claim.said.missing, "refuted" if claim.refuted else ""]
    quoted = [one for theorem, vocabulary in _quoted(claim) for one in (theorem, *vocabulary)]
    seen += [f"{one.comment}\n{one.context}\n{one.text}" for one in quoted]
    sources = library(claim.package)
    for module in dict.fromkeys(one.module for one in quoted):
        seen += [module, *preamble(sources.sources[module].text)]
    required = [sources.closure(claim.module(theorem)) for theorem in claim.theorems]
    for module in dict.fromkeys(name for closure in required for name in closure):
        brought = preamble(sources.sources[module].text, exported=True)
        seen += [module, *brought] if brought else []
    return hashlib.sha256("\n\n".join(seen).encode()).hexdigest()[:16]


def check_proved(claim: Proved, sources: str, ctx: Context) -> Finding:
    """Have the theorems checked, and see that they say what they are quoted for.

    Args:
        claim: the theorems and their sentence.
        sources: `digest`, as it was when the check was declared.
        ctx: its cache keeps what was compiled.
    """
    del sources  # a part of the evidence's key
    try:
        found = _compiled(claim, Path(ctx.cache) / "coq")
    except (SourceError, coq.CoqError) as error:
        return Finding(outcome=Outcome.SURPRISE, summary=str(error))
    if found is None:
        return Finding(
            outcome=Outcome.NOT_RUN,
            summary="Coq is not here, and the record is of other sources; `python -m verify doctor` says how to get it.",
        )
    theorems, how = found
    problems = [
        f"{theorem.name} assumes {axiom}"
        for theorem in theorems
        for axiom in theorem.axioms
        if axiom not in AXIOMS
    ]
    if reading_digest(claim) != claim.said.read:
        problems.append(
            "the sentence, a theorem or a definition changed since they were read against each other"
        )
    axioms = sorted({axiom for theorem in theorems for axiom in theorem.axioms})
    assumed = f"on {count(len(axioms), 'axiom')} of those allowed" if axioms else "on no axiom"
    summary = f"{count(len(theorems), 'theorem')} checked by Coq's kernel, {assumed}{how}."
    if claim.said.missing:
        summary += f" Not said by them: {claim.said.missing}."
    return Finding(
        outcome=Outcome.SURPRISE if problems else Outcome.AS_STATED,
        summary=f"{'; '.join(problems)}." if problems else summary,
        theorems=theorems,
        partial=claim.said.missing,
    )


def _quoted(claim: Proved) -> list[tuple[Sentence, list[Sentence]]]:
    sources = library(claim.package)
    quoted = []
    for theorem in claim.theorems:
        sentence = sources.sentence(claim.module(theorem), theorem.partition(".")[2])
        quoted.append((sentence, sources.vocabulary(sentence)))
    return quoted


def _compiled(claim: Proved, folder: Path) -> tuple[tuple[Theorem, ...], str] | None:
    """The theorems with what they assume, and how that is known; None if it is not."""
    sources = library(claim.package)
    quoted = _quoted(claim)
    by_module: dict[str, list[str]] = {}
    for theorem in claim.theorems:
        by_module.setdefault(claim.module(theorem), []).append(theorem.partition(".")[2])
    entries: dict[str, record.Entry] = {}
    how = ""
    if coq.version():
        for module, names in by_module.items():
            made = coq.check(sources, module, tuple(names), folder)
            for name in names:
                entries[f"{module}.{name}"] = record.Entry(
                    sources.digest(module), coq.version(), made.axioms[name], made.seconds
                )
    else:
        kept = record.read()
        for module, names in by_module.items():
            for name in names:
                entry = kept.get(f"{module}.{name}")
                if entry is None or entry.digest != sources.digest(module):
                    return None
                entries[f"{module}.{name}"] = entry
        how = f"; as recorded with Coq {next(iter(entries.values())).coq}, which is not here"
    theorems = []
    for sentence, vocabulary in quoted:
        entry = entries[f"{sentence.module}.{sentence.name}"]
        theorems.append(
            Theorem(
                name=f"{sentence.module}.{sentence.name}",
                statement=_quote(sentence),
                vocabulary=tuple(map(_quote, vocabulary)),
                axioms=entry.axioms,
                seconds=entry.seconds,
                coq=entry.coq,
            )
        )
    return tuple(theorems), how


def _quote(sentence: Sentence) -> Quoted:
    return Quoted(
        name=f"{sentence.module}.{sentence.name}",
        text=sentence.text,
        comment=sentence.comment,
        context=sentence.context,
    )


def entries(claims: Sequence[Proved], findings: Sequence[Finding]) -> dict[str, record.Entry]:
    """What is to be recorded of findings that Coq itself made."""
    kept = {}
    for claim, finding in zip(claims, findings, strict=True):
        for theorem in finding.theorems:
            module = theorem.name.rpartition(".")[0]
            kept[theorem.name] = record.Entry(
                library(claim.package).digest(module), theorem.coq, theorem.axioms, theorem.seconds
            )
    return kept
