"""By what each part and reading was checked: a word for every tier of evidence, taken from the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from verify.claims.check import Kind, Role
from verify.claims.evidence import Outcome
from verify.claims.statement import Part, Reading, Statement
from verify.engine.record import CheckRecord

_DECIDES = (Role.SUPPORTS, Role.REFUTES)

TIERS: dict[str, tuple[Callable[[CheckRecord], bool], str]] = {
    "kernel": (
        lambda check: check.kind is Kind.KERNEL,
        "“proved”, “holds” or “refuted”: theorems that Coq's kernel checked say, as read, the whole sentence; “in part”: they say some of it, and the section says what is missing.",
    ),
    "derivation": (
        lambda check: check.kind is Kind.DERIVATION and check.role is Role.SUPPORTS,
        "“derived”: every printed step closed by an exact zero test or marked as assumed, in all dimensions or by a named reduction.",
    ),
    "exact": (
        lambda check: (
            check.role in _DECIDES
            and check.kind not in (Kind.KERNEL, Kind.DERIVATION)
            and check.arithmetic.is_rigorous
        ),
        "exact numbers, or balls that enclose what rounding does: “refuted” by counterexample, shown by “example”, or the cases “agree”.",
    ),
    "property": (
        lambda check: check.kind is Kind.PROPERTY and check.role is Role.SUPPORTS,
        "random cases, in exact or floating arithmetic: they “agree”.",
    ),
    "mutants": (
        lambda check: check.kind in (Kind.MUTANT, Kind.ATTACK) and check.role is Role.CONTROL,
        "false variants, and points that violate one hypothesis, all of which must be “caught”.",
    ),
    "scale": (
        lambda check: check.kind is Kind.SCALE,
        "the same in floating point, at production size, on fitted or trained networks, or over more cases: it “agrees”.",
    ),
    "training": (
        lambda check: check.kind is Kind.TRAINING,
        "“measured” on trained networks; no verdict rests on it.",
    ),
}
"""By name of the tier: which checks belong to it, and what its words mean."""

NONE = "none"
"""The word of a tier that has no check."""


def bearing(checks: Iterable[CheckRecord], about: Reading | Part) -> list[CheckRecord]:
    """The checks that bear on a part or reading; a counterexample bears on readings only."""
    if isinstance(about, Part):
        return [c for c in checks if c.part == about.id and c.role is not Role.REFUTES]
    return [c for c in checks if about.id in c.readings]


def words(checks: Iterable[CheckRecord], about: Reading | Part) -> dict[str, str]:
    """What each tier says of a part or reading, in a word or two."""
    own = bearing(checks, about)
    return {
        name: _word(name, [check for check in own if belongs(check)], about)
        for name, (belongs, _) in TIERS.items()
    }


def _word(tier: str, checks: Sequence[CheckRecord], about: Reading | Part) -> str:
    if not checks:
        return NONE
    found = Counter(check.outcome for check in checks)
    # What measures decides nothing: only an error means that nothing was measured.
    telling = {c.outcome for c in checks if c.gates or c.outcome is Outcome.ERROR}
    for outcome in (Outcome.ERROR, Outcome.SURPRISE, Outcome.UNDECIDED, Outcome.VACUOUS):
        if outcome in telling:
            return outcome.value
    if found[Outcome.NOT_RUN] == len(checks):
        return Outcome.NOT_RUN.value
    ran = [check for check in checks if check.outcome is not Outcome.NOT_RUN]
    missing = f", {found[Outcome.NOT_RUN]} not run" if found[Outcome.NOT_RUN] else ""
    return f"{_agreed(tier, ran, about)}{missing}"


def _agreed(tier: str, checks: Sequence[CheckRecord], about: Reading | Part) -> str:
    """The word of a tier all of whose checks found what they state, or measured."""
    refutes = any(check.role is Role.REFUTES for check in checks)
    if tier == "kernel":
        if all(check.evidence is not None and check.evidence.partial for check in checks):
            return "in part"
        return "refuted" if refutes else "proved" if isinstance(about, Part) else "holds"
    if tier == "exact" and refutes:
        return "refuted"
    if tier == "exact" and all(check.kind is Kind.EXAMPLE for check in checks):
        return "example"
    if tier == "mutants":
        return f"{len(checks)} caught"
    return {"derivation": "derived", "training": "measured"}.get(tier, "agrees")


def share(checks: Sequence[CheckRecord], statement: Statement, tier: str) -> str:
    """For how many of a statement's parts and readings a tier says something, in words."""
    judged: tuple[Part | Reading, ...] = (*statement.parts, *statement.readings)
    own = [words(checks, about)[tier] for about in judged]
    said = sum(word not in (NONE, Outcome.NOT_RUN) for word in own)
    return "all" if said == len(own) else f"{said} of {len(own)}" if said else NONE
