"""Changes to the code: the catalogues say what stands in the code, and a change that breaks a check is noticed.

Oracles: the files of the checkout, and changes whose effect is known.
"""

from __future__ import annotations

import ast
from types import SimpleNamespace

import pytest

from verify.__main__ import REGISTRIES, ROOT
from verify.cli import mutate
from verify.engine import registry as rooms
from verify.engine.mutation import catalogue, drawn, record
from verify.engine.mutation.campaign import Campaign, Change, context
from verify.engine.mutation.catalogue import Mutation, MutationError, is_test

PLACES = rooms.contents(REGISTRIES)
EVERY = {
    name: catalogue.read(folder)
    for name, folder in catalogue.folders(ROOT, rooms.modules(PLACES)).items()
}
PROBE = Mutation(
    id="probe",
    file="theorems/prop34/bounds.py",
    text="epsilon0**2 / 2",
    becomes="epsilon0**2 / 4",
    wrong="half of it",
    checks=("prop34.star.derivation",),
)


@pytest.mark.parametrize("name", EVERY)
def test_what_is_changed_stands_there_once(name):
    for mutation in EVERY[name]:
        mutation.apply((ROOT / mutation.file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EVERY)
def test_the_checks_that_must_notice_are_there(name):
    modules = rooms.modules(PLACES)
    for mutation in EVERY[name]:
        assert mutation.checks
        for check in mutation.checks:
            if is_test(check):
                file, _, function = check.partition("::")
                tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
                defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
                assert not function or function.partition("[")[0] in defined, check
            else:
                room = check.partition(".")[0]
                rooms.load(room, modules[room]).check(check)


def test_a_text_that_moved_on_is_an_error():
    with pytest.raises(MutationError, match="exactly once, and stands there 0 times"):
        PROBE.apply("x = 1\n")
    with pytest.raises(MutationError, match="stands there 2 times"):
        PROBE.apply("epsilon0**2 / 2 + epsilon0**2 / 2\n")


def test_a_change_must_leave_other_python():
    same, broken = (
        Mutation(**{**_fields(), "text": "a + b", "becomes": b}) for b in ("a  +  b", "a +")
    )
    with pytest.raises(MutationError, match="changes nothing that Python reads"):
        same.apply("a + b\n")
    with pytest.raises(MutationError, match="leaves no Python"):
        broken.apply("a + b\n")


def _fields() -> dict[str, object]:
    return {name: getattr(PROBE, name) for name in PROBE.__struct_fields__}


def test_drawn_changes_are_python_and_differ():
    files = [f"theorems/prop34/{name}.py" for name in ("bounds", "derivation", "refutations")]
    found = drawn.draw(ROOT, files, 200, seed=1)
    assert len({change.id for change in found}) > 100
    for change in found:
        source = (ROOT / change.file).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(change.apply(source))) != ast.dump(ast.parse(source))
    assert found == drawn.draw(ROOT, files, 200, seed=1)


def test_every_kind_of_change_is_drawn(tmp_path):
    (tmp_path / "a.py").write_text("y = -(A.T @ B) + 2 * x**3 if x < 1.5 and ok else True\n")
    found = {(one.text, one.becomes) for one in drawn.changes(tmp_path, "a.py")}
    assert {("A.T", "(A)"), ("A.T @ B", "(B @ A.T)"), ("x < 1.5", "(x <= 1.5)")} <= found
    assert {("1.5", "(2.25)"), ("True", "(False)"), ("2 * x**3", "(2 / x ** 3)")} <= found
    assert ("x < 1.5 and ok", "(x < 1.5 or ok)") in found
    assert ("-(A.T @ B)", "(A.T @ B)") in found


def test_a_change_that_nothing_reaches_counts_as_not_noticed(tmp_path, monkeypatch):
    def concerned(name, module, campaign):
        return [] if module.endswith("bounds") else ["a.check"]

    monkeypatch.setattr(mutate, "_concerned", concerned)
    campaign = SimpleNamespace(
        root=ROOT,
        red_unchanged=lambda checks: iter(()),
        outcomes=lambda jobs, until: ((job.id, {"red": job.checks[0]}) for job in jobs),
    )
    asked, said = mutate.Asked({"prop34": ()}, {}, tmp_path / record.FILE), []
    assert mutate.try_drawn(asked, campaign, 300, 1, said.append) == 0
    (sample,) = asked.found.samples.values()
    assert (sample.drawn, sample.noticed + sample.untested) == (300, 300)
    assert sample.untested > 0
    assert said[-1].startswith(f"prop34: {sample.noticed} of 300 changes drawn with seed 1 noticed")


def test_an_experiment_is_reached_by_tests_and_by_its_own_checks():
    campaign = SimpleNamespace(root=ROOT, ctx=context(rooms.modules(PLACES)))
    found = list(mutate._concerned("experiments", "verify.experiments.e9.invariants", campaign))
    assert {"tests/test_ssl_e9.py", "E9.probe"} <= set(found)
    found = list(mutate._concerned("experiments", "verify.experiments.e6.invariants", campaign))
    assert "E6.affine" in found


@pytest.mark.slow
def test_a_change_is_noticed_and_undone(tmp_path):
    with Campaign(ROOT, context(rooms.modules(PLACES)), 1) as campaign:
        assert list(campaign.red_unchanged(PROBE.checks)) == []
        (trial,) = campaign.tried([PROBE])
        assert (trial.noticed_by, trial.id) == ("prop34.star.derivation", "probe")
        assert list(campaign.red_unchanged(PROBE.checks)) == []
        endless = Change("endless", PROBE.file, "while True: pass\n", PROBE.checks)
        campaign.limit = 3.0
        ((_, found),) = campaign.outcomes([endless])
        assert "did not end within 3 s" in found["how"]
    kept = tmp_path / record.FILE
    record.write(kept, record.Record(trials={"prop34": {"probe": trial}}))
    assert record.read(kept).trials["prop34"]["probe"] == trial


@pytest.mark.slow
def test_a_check_that_is_red_without_a_change_notices_nothing():
    test = "tests/test_mutation.py::no_such_test"
    with Campaign(ROOT, context(rooms.modules(PLACES)), 1) as campaign:
        (sentence,) = campaign.red_unchanged((test,))
    assert sentence.startswith(f"{test} is not green without a change")


def test_what_goes_unnoticed_is_wrong_and_what_is_equivalent_is_not():
    trial = record.Trial(id="probe", key="", noticed_by="", how="", seconds=1.0)
    seen = record.Trial(id="probe", key="", noticed_by="a", how="", seconds=1.0)
    equivalent = Mutation(**{**_fields(), "equivalent": "it is the same"})
    assert mutate.is_wrong(PROBE, trial)
    assert not mutate.is_wrong(PROBE, seen)
    assert not mutate.is_wrong(equivalent, trial)
    assert mutate.is_wrong(equivalent, seen)
    assert mutate.summed("3.4", [PROBE, equivalent], {"probe": seen}).startswith(
        "3.4: 1 of 1 change "
    )
