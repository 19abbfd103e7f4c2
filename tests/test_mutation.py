"""Changes to the code: the catalogues say what stands in the code, and a change that breaks a check is noticed.

Oracles: the files of the checkout, and changes whose effect is known.
"""

from __future__ import annotations

import ast
import functools
import inspect
from functools import partial
from types import SimpleNamespace

import pytest
import test_texts

from verify.__main__ import REGISTRIES, ROOT
from verify.claims import proved
from verify.cli import mutate, soak
from verify.engine import registry as rooms
from verify.engine.mutation import catalogue, drawn, record
from verify.engine.mutation.campaign import WORDS, Campaign, Change, context
from verify.engine.mutation.catalogue import Mutation, MutationError, is_test
from verify.engine.store import StoreError

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


@functools.cache
def defined(file):
    """The names of the functions at the top of a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}


@pytest.mark.parametrize("name", EVERY)
def test_the_checks_that_must_notice_are_there(name):
    modules = rooms.modules(PLACES)
    for mutation in EVERY[name]:
        assert mutation.checks
        for check in mutation.checks:
            if is_test(check):
                file, _, function = check.partition("::")
                assert not function or function.partition("[")[0] in defined(file), check
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
    endless = {"red": "", "how": "it did not end within 3 s"}
    campaign.outcomes = lambda jobs, until: [(jobs[0].id, endless)]
    assert mutate.try_drawn(asked, campaign, 300, 1, said.append) == 3  # time was up after one
    assert said[-2].startswith("NOT KNOWN whether noticed (it did not end within 3 s)")
    assert said[-1] == f"prop34: time is up; 1 of {sample.noticed} changes tried, and not recorded."
    assert asked.found.samples["prop34"] == sample
    campaign.outcomes = campaign.red_unchanged = None  # neither is called once it is up
    asked.until = 0.0
    assert mutate.try_drawn(asked, campaign, 300, 1, said.append) == 3


def test_what_another_record_answers_is_recorded_and_nothing_begins_after_the_time(tmp_path):
    answered = _trial("a", key="key of probe")
    record.write(tmp_path / "own.json", record.Record(trials={"prop34": {"probe": answered}}))
    other = Mutation(**{**_fields(), "id": "other"})
    campaign = SimpleNamespace(keys=SimpleNamespace(of=lambda one: f"key of {one.id}"))
    chosen = {"prop34": (PROBE, other)}
    kept, said = tmp_path / record.FILE, []
    asked = mutate.Asked(chosen, chosen, kept, [tmp_path / "own.json"], until=0.0)
    assert mutate.try_all(asked, campaign, said.append) == 3  # and no check was run unchanged
    assert said[-1] == "1 change not tried."
    assert record.read(kept).trials == {"prop34": {"probe": answered}}


def test_what_is_not_known_is_told_and_not_recorded(tmp_path):
    late = _trial("", how="it did not end within 300 s")
    campaign = SimpleNamespace(
        keys=SimpleNamespace(of=lambda one: ""),
        red_unchanged=lambda checks: iter(()),
        tried=lambda waiting, until: iter([late]),
    )
    equivalent = Mutation(**{**_fields(), "equivalent": "it is the same"})
    for one in (PROBE, equivalent):
        said, chosen = [], {"prop34": (one,)}
        asked = mutate.Asked(chosen, chosen, tmp_path / record.FILE)
        assert mutate.try_all(asked, campaign, said.append) == 1
        assert said[0].startswith("NOT KNOWN whether noticed: prop34 probe")
        assert said[0].endswith(": it did not end within 300 s")
        assert said[1].endswith("; equivalent besides: 0.")
        assert record.read(asked.kept).trials == {"prop34": {}}


def test_what_another_process_adds_to_a_record_meanwhile_stays_there(tmp_path):
    kept, other = tmp_path / record.FILE, _trial("a", key="of another")
    sample = record.Sample(seed=1, drawn=3, noticed=3)

    def tried(waiting, until):
        meanwhile = {"thm41": {"other": other}, "prop34": {"forgotten": other}}
        record.write(kept, record.Record(trials=meanwhile, samples={"thm41": sample}))
        yield _trial("b")

    campaign = SimpleNamespace(
        keys=SimpleNamespace(of=lambda one: ""), red_unchanged=lambda checks: iter(()), tried=tried
    )
    chosen = {"prop34": (PROBE,)}
    assert mutate.try_all(mutate.Asked(chosen, chosen, kept), campaign, print) == 0
    found = record.read(kept)
    assert found.trials == {"prop34": {"probe": _trial("b")}, "thm41": {"other": other}}
    assert found.samples == {"thm41": sample}


def test_a_record_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    for write in (
        partial(record.write, record=record.Record()),
        partial(soak.write, found={}),
        partial(soak.merge, found={}),
    ):
        with pytest.raises(StoreError, match=r"file/a\.json cannot be written \(.+\)"):
            write(tmp_path / "file" / "a.json")


def _trial(noticed_by: str, how: str = "", key: str = "") -> record.Trial:
    return record.Trial(id="probe", key=key, noticed_by=noticed_by, how=how, seconds=1.0)


def test_an_experiment_is_reached_by_tests_and_by_its_own_checks():
    campaign = SimpleNamespace(root=ROOT, ctx=context(rooms.modules(PLACES)))
    found = list(mutate._concerned("experiments", "verify.experiments.e9.invariants", campaign))
    assert {"tests/test_ssl_e9.py", "E9.probe"} <= set(found)
    found = list(mutate._concerned("experiments", "verify.experiments.e6.invariants", campaign))
    assert "E6.affine" in found


@pytest.fixture(scope="module")
def campaign():
    """One copy of the checkout, and the process that tries changes on it."""
    with Campaign(ROOT, context(rooms.modules(PLACES)), 1) as campaign:
        yield campaign


@pytest.mark.slow
def test_a_change_is_noticed_and_undone(campaign, tmp_path, monkeypatch):
    assert list(campaign.red_unchanged(PROBE.checks)) == []
    (trial,) = campaign.tried([PROBE])
    assert (trial.noticed_by, trial.id) == ("prop34.star.derivation", "probe")
    assert list(campaign.red_unchanged(PROBE.checks)) == []
    endless = Change("endless", PROBE.file, "while True: pass\n", PROBE.checks)
    with monkeypatch.context() as hurried:
        hurried.setattr(campaign, "limit", 3.0)
        ((_, found),) = campaign.outcomes([endless])
    assert (found["red"], found["how"]) == ("", "it did not end within 3 s")
    died = Change("died", PROBE.file, "import os\n\nos._exit(1)\n", PROBE.checks)
    ((_, found),) = campaign.outcomes([died])
    assert (found["red"], found["how"]) == ("", "it ended without an answer")
    kept = tmp_path / record.FILE
    record.write(kept, record.Record(trials={"prop34": {"probe": trial}}))
    assert record.read(kept).trials["prop34"]["probe"] == trial


@pytest.mark.slow
def test_a_check_that_is_red_without_a_change_notices_nothing(campaign):
    test = "tests/test_points.py::no_such_test"
    (sentence,) = campaign.red_unchanged((test,))
    assert sentence.startswith(f"{test} is not green without a change: not run: pytest ended")
    # A test's assertion decides, any other exception is told apart.
    said = {}
    for how, line in {"failed": "assert 1 > 2", "error": "int('a')"}.items():
        test = f"def test_it():\n    {line}\n"
        change = Change(how, "tests/test_points.py", test, ("tests/test_points.py",))
        said.update(campaign.outcomes([change]))
    assert said["failed"]["how"] == "failed: tests/test_points.py::test_it: assert 1 > 2"
    assert said["error"]["how"].startswith("error: tests/test_points.py::test_it: ValueError")
    assert {found["red"] for found in said.values()} == {"tests/test_points.py"}


def test_what_goes_unnoticed_is_wrong_and_what_is_equivalent_is_not():
    trial, seen = _trial(""), _trial("a", "surprise: too large")
    equivalent = Mutation(**{**_fields(), "equivalent": "it is the same"})
    assert mutate.is_wrong(PROBE, trial)
    assert not mutate.is_wrong(PROBE, seen)
    assert not mutate.is_wrong(equivalent, trial)
    assert mutate.is_wrong(equivalent, seen)
    said = mutate.summed("3.4", [PROBE, equivalent], {"probe": seen})
    assert said == "3.4: 1 of 1 change noticed (100 %); equivalent besides: 0."
    assert mutate.summed("3.4", [equivalent], {"probe": trial}).endswith("equivalent besides: 1.")


def test_what_notices_otherwise_than_by_what_it_finds_is_counted_apart(monkeypatch):
    read = "surprise: the sentence changed since they were read against each other."
    hows = {"check": "failed: a", "exception": "error: ValueError: no", "words": read}
    every = [Mutation(**{**_fields(), "id": by}) for by in hows]
    trials = {by: _trial("a", how) for by, how in hows.items()}
    assert [trials[by].by for by in hows] == list(hows)
    assert mutate.told("3.4", PROBE, trials["words"]).startswith(
        "noticed by a (a digest of words alone) in 1.0 s"
    )
    assert mutate.summed("3.4", every, trials).startswith(
        "3.4: 3 of 3 changes noticed (100 %), 1 by an exception, 1 by a digest of words alone;"
    )
    # What both digests say.
    assert WORDS in inspect.getsource(proved.check_proved)
    monkeypatch.setattr(test_texts, "digests", lambda name: {"part": "another"})
    with pytest.raises(AssertionError, match=WORDS):
        test_texts.test_what_is_displayed_is_what_was_read("prop34")
