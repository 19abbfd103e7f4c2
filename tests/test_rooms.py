"""Rooms are consistent when they are loaded, or refused in a sentence.

Each case changes one thing in the source of a toy room that is accepted as it stands.
"""

from __future__ import annotations

import pytest
from toy import write_registry

from verify.__main__ import REGISTRIES
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
