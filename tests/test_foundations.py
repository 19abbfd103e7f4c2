"""What rests on what: a verdict falls with what it rests on, in one room or in another.

The oracles are verdicts worked out by hand for two toy rooms, and, for the real ones, the edges
that they declare, followed by a loop that knows nothing of verdicts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec
import pytest
from toy import forget, write_registry

from verify.__main__ import REGISTRIES
from verify.claims.check import Check, Kind, Role, evidence_for
from verify.claims.evidence import Evidence, Finding, Outcome, Provenance, Step
from verify.claims.judgement import Verdicts, bears_on, named
from verify.claims.statement import Statement, Verdict
from verify.engine.record import RunRecord
from verify.engine.registry import Room, RoomError, contents, foundations, load

FAST = ("--profile", "smoke", "--device", "cpu", "--jobs", "1")
PROVENANCE = Provenance(
    key="k", seed=0, profile="smoke", device="cpu", versions={}, git="", date="", wall_s=0, cpu_s=0
)


def two_rooms(folder, *, on: str = "base.P", base_on: str = "", left_open: bool = False) -> str:
    """A registry whose room ``toy`` rests on the room ``base``."""
    registry = write_registry(folder)
    package, labels = folder / registry, {"toy": "Theorem 0.1", "base": "Theorem 0.2"}
    shutil.copytree(package / "toy", package / "base")
    for name, targets in (("toy", on), ("base", base_on)):
        source = package / name / "__init__.py"
        text = source.read_text().replace("toy.P.", f"{name}.P.").replace('"toy"', f'"{name}"')
        if targets:
            text = text.replace("all_dimensions=True,", f"all_dimensions=True, rests_on=({on!r},),")
            text = text.replace(f"rests_on=({on!r},)", f"rests_on=({targets!r},)")
        if name == "base" and left_open:
            text = text.replace(
                'Finding(outcome=Outcome.AS_STATED, summary="it closes"',
                'Finding(outcome=Outcome.SURPRISE, summary="it does not"',
            )
        source.write_text(text.replace("Theorem 0.1", labels[name]))
    index = package / "__init__.py"
    index.write_text(
        index.read_text().replace(
            "CONTENTS = (", 'CONTENTS = (\n    Entry("base", "Theorem 0.2", "A base", ("base",)),'
        )
    )
    return registry


def rooms(registry: str, *names: str) -> list[Room]:
    return [load(name, f"{registry}.{name}") for name in names]


# --- loading --------------------------------------------------------------------------------


def test_foundations_are_the_derivations_of_what_a_room_rests_on(folder):
    registry = two_rooms(folder)
    places = contents([registry])
    (ground,) = foundations(rooms(registry, "toy"), places)
    assert [check.id for check in ground.checks] == [
        "base.P.derivation",
        "base.P.derivation.ablation",
    ]
    assert foundations(rooms(registry, "toy", "base"), places) == ()
    assert foundations(rooms(registry, "toy"), places, lambda check: "left out") == ()


@pytest.mark.parametrize(
    ("on", "fault"),
    [
        ("base.Q", "rests on 'base.Q', which is no part or reading"),
        ("nowhere.P", "rests on 'nowhere.P', which is no part or reading"),
        ("X1.so", "rests on 'X1.so', which is no part or reading"),
        ("base", "rests on 'base', which is no part or reading"),
        ("toy.Q", "rests on 'toy.Q', which is no part or reading"),
        ("toy.P", "toy.P rests on toy.P, and nothing may rest on itself"),
        ("toy.R", "toy.R rests on toy.R, and nothing may rest on itself"),
    ],
)
def test_an_unknown_foundation_and_one_of_itself_are_refused(folder, on, fault):
    registry = two_rooms(folder, on=on)
    with pytest.raises(RoomError, match=fault):
        foundations(rooms(registry, "toy"), contents([registry]))


def test_rooms_that_rest_on_each_other_are_refused(folder):
    registry = two_rooms(folder, base_on="toy.R")
    circle = "toy.R rests on base.P rests on toy.R|base.P rests on toy.R rests on base.P"
    with pytest.raises(RoomError, match=circle):
        foundations(rooms(registry, "toy"), contents([registry]))


def test_only_a_derivation_for_all_dimensions_may_rest_on_something(folder):
    registry = write_registry(folder)
    source = folder / registry / "toy" / "__init__.py"
    source.write_text(
        source.read_text().replace('kind="property"', 'kind="property", rests_on=("base.P",)')
    )
    with pytest.raises(RoomError, match="only a derivation for all dimensions may"):
        load("toy", f"{registry}.toy")


# --- judging --------------------------------------------------------------------------------


def judged(checks: Iterable[Check], subjects: Iterable[Room], *wrong: str) -> Verdicts:
    """The verdicts where every check came out as stated but for these, and no theorem was checked."""
    evidence: dict[str, Evidence] = {}
    stated = [room.subject for room in subjects if isinstance(room.subject, Statement)]
    ends = [f for one in stated for about in named(one) for f in about.concludes]
    last = Step(text="", latex="", closed=True, sides=tuple(f.expression for f in ends))
    for check in checks:
        outcome = Outcome.SURPRISE if check.id in wrong else Outcome.AS_STATED
        if check.kind is Kind.KERNEL:
            outcome = Outcome.NOT_RUN
        found = Finding(outcome=outcome, summary="", steps=(last,))
        evidence[check.id] = evidence_for(check, found, PROVENANCE)
    return Verdicts(
        [(room.subject, room.checks) for room in subjects if isinstance(room.subject, Statement)],
        evidence,
    )


def every(subjects: Iterable[Room]) -> list[Check]:
    return [check for room in subjects for check in room.checks]


def test_a_verdict_stands_on_what_it_rests_on(folder):
    both = rooms(two_rooms(folder), "toy", "base")
    verdicts = judged(every(both), both).judged("toy")
    assert [j.verdict for j in (*verdicts.readings, *verdicts.parts)] == [
        Verdict.HOLDS,
        Verdict.DERIVED,
    ]
    assert verdicts.parts[0].rests_on == ("base.P",)


def test_a_verdict_falls_with_what_it_rests_on(folder):
    both = rooms(two_rooms(folder), "toy", "base")
    verdicts = judged(every(both), both, "base.P.property").judged("toy")
    for judgement in (*verdicts.readings, *verdicts.parts):
        assert judgement.verdict is Verdict.UNDECIDED
        assert judgement.reason == "rests on base.P, which is failed"
        assert judgement.complete
        assert judgement.lemmas == ()
    assert verdicts.surprises


def test_a_verdict_waits_for_what_it_rests_on(folder):
    both = rooms(two_rooms(folder), "toy", "base")
    verdicts = judged(both[0].checks, both).judged("toy").parts[0]
    assert (verdicts.verdict, verdicts.complete) == (Verdict.UNDECIDED, False)
    assert verdicts.reason == "rests on base.P, which is undecided"
    alone = judged(every(both), both[:1]).judged("toy").parts[0]
    assert (alone.verdict, alone.complete) == (Verdict.UNDECIDED, False)
    assert alone.reason == "rests on base.P, which is not judged"


def test_what_numerics_support_is_no_ground(folder):
    toy, base = rooms(two_rooms(folder), "toy", "base")
    numeric = replace(base, checks=tuple(c for c in base.checks if c.kind is Kind.PROPERTY))
    reached = judged(every([toy, base]), [toy, numeric]).judged("toy").parts[0]
    assert reached.reason == "rests on base.P, which is supported by numerics"


def test_statements_that_rest_on_each_other_prove_nothing(folder):
    toy, base = rooms(two_rooms(folder), "toy", "base")
    checks = tuple(
        replace(check, rests_on=("toy.P",)) if check.all_dimensions else check
        for check in base.checks
    )
    pair = [toy, replace(base, checks=checks)]
    reached = judged(every(pair), pair)
    assert {reached.judged(name).parts[0].verdict for name in ("toy", "base")} == {
        Verdict.UNDECIDED
    }


# --- the real rooms ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def theorems() -> list[Room]:
    return [load(place.entry.id, place.module) for place in contents(REGISTRIES[:1])]


def standing(theorems: list[Room], *wrong: str) -> set[str]:
    """What stands, if every check but these came out as stated."""
    reached = judged(every(theorems), theorems, *wrong)
    return {
        f"{room.name}.{judgement.target}"
        for room in theorems
        for judgement in (*reached.judged(room.name).readings, *reached.judged(room.name).parts)
        if judgement.stands
    }


def above(theorems: list[Room], *grounds: str) -> set[str]:
    """Everything whose derivations rest on these, in any number of steps."""
    edges = {
        (f"{room.name}.{one.id}", target)
        for room in theorems
        for one in named(room.subject)
        for check in room.checks
        if bears_on(check, one)
        for target in check.rests_on
    }
    found: set[str] = set()
    while more := {top for top, target in edges if target in found | {*grounds}} - found:
        found |= more
    return found


def test_what_rests_on_the_effective_hessian_falls_with_it(theorems):
    before, after = standing(theorems), standing(theorems, "thm41.identity.derivation")
    reached = judged(every(theorems), theorems)  # Coq is asked nothing here
    by_coq_alone = {
        f"{room.name}.{part.target}"
        for room in theorems
        for part in reached.judged(room.name).parts
        if part.verdict is Verdict.SUPPORTED
    }
    fallen = above(theorems, "thm41.identity") - above(theorems, *by_coq_alone)
    assert {"prop34.star", "thm41.1-psd-premise", "cor35.full", "thm32.exact"} <= fallen
    assert fallen <= before
    assert before - after == fallen | {"thm41.identity"}


def test_rooms_rest_on_no_more_than_their_foundations(theorems):
    for room in theorems:
        grounds = foundations([room], contents(REGISTRIES))
        reached = judged(every([room, *grounds]), [room, *grounds])
        alone = reached.judged(room.name)
        together = judged(every(theorems), theorems).judged(room.name)
        assert [j.verdict for j in alone.parts] == [j.verdict for j in together.parts]
        assert [j.complete for j in alone.parts] == [j.complete for j in together.parts]


# --- the command line ------------------------------------------------------------------------


def decoded(file) -> RunRecord:
    return msgspec.json.decode(file.read_bytes(), type=RunRecord)


def test_a_room_asked_alone_brings_its_foundations(verify: Callable[..., object], folder):
    registry = two_rooms(folder)
    code, out, err = verify(registry, "toy", *FAST, "--json", folder / "run.json")
    assert (code, err) == (0, "")
    assert "base.P.derivation  as stated" in out
    assert "base.P.property" not in out
    assert (
        "  part P, bound: derived, citing Congruence keeps a semidefinite sign, derivations resting on base.P"
        in out
    )
    lines = out.splitlines()
    index = lines.index("Foundations in other rooms, judged by their derivations only:")
    assert lines[index + 1] == "  base.P: derived (derived: base.P.derivation)"
    assert lines[-1].startswith("3 as stated, ")
    run = decoded(folder / "run.json")
    assert [room.statement.id for room in run.statements] == ["toy"]
    (ground,) = run.foundations
    assert (ground.id, ground.label, ground.judgement.verdict) == (
        "base.P",
        "Theorem 0.2",
        Verdict.DERIVED,
    )
    assert [check.id for check in ground.checks] == [
        "base.P.derivation",
        "base.P.derivation.ablation",
    ]
    code, out, _ = verify(registry, "show", "toy", "--full")
    assert code == 0
    assert "part P, bound: derived" in out
    assert "base.P: derived" in out


def test_a_report_has_the_rooms_that_were_asked_for_and_beside_them_what_these_rest_on(
    verify, folder
):
    """What only carried a room that was asked for is no room whose other checks did not run."""
    registry, file = two_rooms(folder), folder / "run.json"

    def reported() -> tuple[list[str], list[str]]:
        verify(registry, "report", "--json", file)
        run = decoded(file)
        return [room.statement.id for room in run.statements], [g.id for g in run.foundations]

    verify(registry, "toy", *FAST)
    front = (folder / "out" / "site" / "index.html").read_text("utf-8")
    assert "Not asked for: Theorem 0.2" in front
    assert not (folder / "out" / "site" / "base.html").exists()
    assert reported() == (["toy"], ["base.P"])
    verify(registry, "base", *FAST)
    assert reported() == (["base", "toy"], [])


def test_a_room_falls_with_a_foundation_that_does_not_close(verify, folder):
    registry = two_rooms(folder, left_open=True)
    code, out, _ = verify(registry, "toy", *FAST)
    assert code == 1
    assert (
        "  part P, bound: undecided, derivations resting on base.P (rests on base.P, which is failed)"
        in out
    )
    assert "not as stated: base.P.derivation: surprise. it does not" in out
    forget(registry)


def test_an_unknown_foundation_turns_the_run_red(verify, folder):
    registry = two_rooms(folder, on="base.Q")
    code, out, _ = verify(registry, "toy", *FAST)
    assert code == 1
    assert "toy.P.derivation rests on 'base.Q', which is no part or reading" in out


def test_ablations_rest_on_nothing(theorems):
    assert not any(check.rests_on for check in every(theorems) if check.role is Role.CONTROL)
