"""Rooms are consistent when they are loaded, or refused in a sentence.

Each case changes one thing in the source of a toy room that is accepted as it stands.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import strategies as st
from toy import write_registry

from verify.__main__ import REGISTRIES
from verify.claims import declare
from verify.claims.check import Arithmetic, Kind, Role
from verify.claims.derivation import derive, hypothesis_ablation
from verify.claims.property import Claim
from verify.claims.statement import Hypothesis, Part, Reading, Statement, Verdict
from verify.engine import registry as registries
from verify.engine.registry import RoomError, contents, load

S = 'Reading(id="S", text="", hypotheses=(), predicted=Verdict.HOLDS),\n            '
Q = 'Part(id="Q", title="", text=""), '


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('readings=("R",))', 'readings=("Q",))', "the reading 'Q', which is not stated"),
        ('part="P"', 'part="Q"', "the part 'Q', which is not stated"),
        ('hypotheses=("unit",)', 'hypotheses=("u",)', "assumes 'u', which is not stated"),
        ('id="toy"', 'id="yot"', "calls itself yot"),
        ("toy.P.{name}", "yot.P.{name}", "must begin with 'toy'"),
        ("toy.P.{name}", "toy.P.{role}/", "hold only letters"),
        ("toy.P.{name}", "toy.P.{role}", "two checks are called toy.P.supports"),
        ('capabilities=("cuda",)', 'capabilities=("tpu",)', "needs 'tpu'"),
        ("CHECKS = (", "CHECKS = () and (", "must expose CHECKS"),
        ("STATEMENT =", "THEOREM =", "either STATEMENT or EXPERIMENT"),
        ("import os", "import oss", "could not be imported"),
        (
            '"property", draw',
            '"property", lambda ctx: draw(ctx)',
            "toy.P.property runs holds the .*<lambda>",
        ),
        ('"property", draw', '"property", held(draw)', r"held\.<locals>\.run.*functools\.partial"),
        (
            '"property", draw',
            '"property", functools.partial(draw, random.Random(1))',
            "type random",
        ),
        (
            "HEAD_OF_THREE,)",
            "Artefact('head', held(build)),)",
            "toy.P.weigh runs holds the closure",
        ),
        ("=Verdict.HOLDS", "=Verdict.PROVED", "reading 'R' cannot come to 'proved'"),
        ('title="bound"', 'title="", predicted=Verdict.HOLDS', "part 'P' cannot come to 'holds'"),
        ("=Verdict.HOLDS", '=Verdict.REFUTED, rescued_by="Q"', "rescued by 'Q', which is no"),
        ('Reading(id="R"', f'{S}Reading(id="R"', "no check supports or refutes the reading 'S'"),
        ('Part(id="P"', f'{Q}Part(id="P"', "no check supports the part 'Q'"),
        ('role="control"', 'role="context"', "toy.P.property supports 'P', and no check of role"),
        (
            'role="control", kind="derivation", arithmetic="symbolic", readings=("R",)',
            'role="control", kind="derivation", arithmetic="symbolic"), '
            'check("more", draw, kind="property", readings=("R",)',
            "toy.P.more supports 'R', and no check of role",
        ),
    ],
)
def test_a_room_that_contradicts_itself_is_refused(folder, old, new, fault):
    registry = write_registry(folder, ["derivation", "property", "gpu", "weigh"])
    source = folder / registry / "toy" / "__init__.py"
    held = (
        "def held(function):\n    def run(ctx):\n        return function(ctx)\n    return run\n\n\n"
    )
    text = source.read_text().replace("def check(", f"{held}def check(")
    assert old in text
    source.write_text(text.replace(old, new))
    with pytest.raises(RoomError, match=fault):
        load("toy", f"{registry}.toy")


def test_a_room_without_faults_is_loaded(folder):
    registry = write_registry(folder, ["derivation", "property", "gpu", "weigh"])
    assert [check.id for check in load("toy", f"{registry}.toy").checks] == [
        "toy.P.derivation",
        "toy.P.derivation.ablation",
        "toy.P.property",
        "toy.P.gpu",
        "toy.P.weigh",
    ]


@pytest.mark.parametrize("place", contents(REGISTRIES), ids=lambda place: place.entry.id)
def test_every_real_room_is_without_faults(place):
    assert load(place.entry.id, place.module).checks


# --- how checks are declared, and what controls what --------------------------------------------

CLAIM = Claim("so", st.integers, float)


def refute(point, reading, ctx):
    """By one function."""


def refute_otherwise(point, reading, ctx):
    """By another."""


def controls(function, *violated):
    points = dict.fromkeys(violated)
    return declare.refutation_controls("c", function, reading="R", violations=points, mild=None)


REFUTATION = declare.refutation("r", "", refute, None, reading="R")

STATEMENT = Statement(
    id="toy",
    label="",
    title="",
    source="",
    quoted="",
    unseen="",
    hypotheses=(Hypothesis(id="even", text=""), Hypothesis(id="positive", text="")),
    readings=(
        Reading(id="R", text="", hypotheses=("even", "positive"), predicted=Verdict.REFUTED),
    ),
    parts=(Part(id="P", title="", text=""), Part(id="Q", title="", text="")),
)


def test_every_kind_of_check_has_its_role():
    """A false variant supports nothing, and the control of a derivation withdraws hypotheses."""
    true, false = declare.property_check("p", "", CLAIM), declare.mutant_check("m", CLAIM)
    closes, ablation = declare.proof("d", "", print)
    found = [true, false, closes, ablation, REFUTATION, controls(refute, "even")]
    assert [(check.role, check.kind) for check in found] == [
        (Role.SUPPORTS, Kind.PROPERTY),
        (Role.CONTROL, Kind.MUTANT),
        (Role.SUPPORTS, Kind.DERIVATION),
        (Role.CONTROL, Kind.DERIVATION),
        (Role.REFUTES, Kind.COUNTEREXAMPLE),
        (Role.CONTROL, Kind.ATTACK),
    ]
    assert (closes.run.func, ablation.run.func) == (derive, hypothesis_ablation)
    assert [check.all_dimensions for check in found] == [False, False, True, False, False, False]


@pytest.mark.parametrize("arithmetic", [Arithmetic.FLOAT64, Arithmetic.FLOAT32])
def test_a_refutation_in_floating_point_is_not_declared(arithmetic):
    with pytest.raises(ValueError, match="must refute in symbolic, exact or ball arithmetic"):
        declare.refutation("r", "", refute, None, reading="R", arithmetic=arithmetic)


def test_a_section_names_what_names_nothing_itself():
    own = declare.sampled("own", "", print, part="Q", readings=("S",))
    first, second = declare.section(
        "toy.P", own, declare.sampled("other", "", print), part="P", readings=("R",)
    )
    assert (first.id, first.part, first.readings) == ("toy.P.own", "Q", ("S",))
    assert (second.id, second.part, second.readings) == ("toy.P.other", "P", ("R",))


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (controls(refute, "even", "positive"), ""),
        (controls(refute_otherwise, "even", "positive"), "by a function that no control tries"),
        (controls(refute, "even"), "no other, and positive is not so"),
        (controls(refute, "even", "positive", "odd"), "no other, and odd is not so"),
    ],
)
def test_a_counterexample_is_controlled_by_its_function_and_every_hypothesis(found, fault):
    faults = list(registries._uncontrolled(STATEMENT, (REFUTATION, found)))
    assert bool(faults) == bool(fault)
    assert all(fault in told for told in faults)


@pytest.mark.parametrize(("of", "controlled"), [("P", True), ("Q", False)])
def test_a_control_is_of_its_own_part(of, controlled):
    (true,) = declare.section("toy.P", declare.property_check("p", "", CLAIM), part="P")
    (false,) = declare.section("toy.P", declare.mutant_check("m", CLAIM), part=of)
    faults = list(registries._undecidable(STATEMENT, (true, false)))
    assert (
        any("toy.P.p supports 'P', and no check of role" in told for told in faults) != controlled
    )


COUNTED = {
    "thm31": "3 attack, 3 counterexample, 28 derivation, 14 kernel, 18 mutant, 10 property, 2 scale, 1 training",
    "thm32": "7 attack, 4 counterexample, 39 derivation, 9 kernel, 30 mutant, 12 property, 4 scale",
    "prop33": "11 attack, 3 counterexample, 26 derivation, 1 example, 15 kernel, 10 mutant, 4 property, 4 scale",
    "prop34": "4 attack, 7 counterexample, 9 derivation, 7 kernel, 15 mutant, 5 property, 2 scale",
    "cor35": "10 attack, 10 counterexample, 18 derivation, 2 example, 19 kernel, 18 mutant, 10 property, 2 scale",
    "thm41": "12 attack, 20 counterexample, 60 derivation, 3 example, 30 kernel, 60 mutant, 43 property, 2 scale",
    "thm51": "3 attack, 1 counterexample, 18 derivation, 10 kernel, 17 mutant, 10 property, 3 scale, 1 training",
    "prop52": "4 attack, 4 counterexample, 29 derivation, 14 kernel, 21 mutant, 11 property, 2 scale, 1 training",
    "thm53": "4 attack, 6 counterexample, 22 derivation, 12 kernel, 15 mutant, 9 property, 1 scale, 1 training",
    "E1": "6 mutant, 5 property, 4 training",
    "E2": "3 mutant, 2 property, 7 training",
    "E3": "4 mutant, 5 property, 8 training",
    "E4": "1 attack, 1 property, 8 training",
    "E5": "2 mutant, 3 property, 7 training",
    "E6": "1 mutant, 1 property, 4 training",
    "E7": "2 mutant, 1 property, 7 training",
    "E8": "1 property, 2 training",
    "E9": "1 mutant, 1 property, 4 training",
}
"""How many checks a room has of each kind; what was once checked does not disappear unseen."""


@pytest.mark.parametrize("name", COUNTED)
def test_no_check_disappears_unseen(name):
    (place,) = (place for place in contents(REGISTRIES) if place.entry.id == name)
    kinds = Counter(check.kind for check in load(name, place.module).checks)
    found = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    assert found == COUNTED[name], (
        f"{name} has other checks than before; say in the commit why, and write {found!r} into COUNTED."
    )
