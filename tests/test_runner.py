"""Running checks: what a check may do wrong, what a worker may do wrong, and what is done again.

Toy rooms whose findings are known by hand are run on real worker processes; the oracle for what ran
is the events and the files that were left.
"""

from __future__ import annotations

import os
import pickle
import random
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import msgspec
import pytest
import torch
from toy import context, forget, load_checks, write_registry

from verify.claims.check import MINIMUM_CASES, Context, Kind
from verify.claims.evidence import Outcome
from verify.engine import registry as rooms
from verify.engine import worker
from verify.engine.assemble import Request, assemble, kept, with_run
from verify.engine.origin import provide
from verify.engine.registry import RoomError
from verify.engine.runner import Results, Stage, process_pool, run_all
from verify.engine.store import Asked, Records, Store
from verify.engine.worker import THREADS, run_check


def run(registry, folder, *, executor=ThreadPoolExecutor, out="evidence", events=None, **options):
    """Run every check of the toy room; threads in this process where no process matters."""
    return run_all(
        load_checks(registry),
        context(registry, folder),
        Store(folder / out),
        executor,
        on_event=(lambda event: None) if events is None else events.append,
        **options,
    )


def outcomes(results):
    return {id.rpartition(".")[2]: found.outcome for id, found in results.evidence.items()}


# --- one check ------------------------------------------------------------------------------


def test_a_finding_is_stamped_with_its_provenance(folder):
    registry = write_registry(folder)
    found = run_check("toy.P.property", context(registry, folder, git="abc"))
    assert found.outcome is Outcome.AS_STATED
    assert found.check == "toy.P.property"
    made = found.provenance
    assert (made.seed, made.profile, made.device, made.git) == (1, "smoke", "cpu", "abc")
    assert len(made.key) == 64
    assert re.search(r"\d cores?, \d+ threads?$", made.machine)
    assert made.wall_s >= 0.0
    assert made.cpu_s >= 0.0


def test_an_exception_becomes_an_error_in_one_sentence(folder):
    found = run_check("toy.P.fail", context(write_registry(folder, ["fail"]), folder))
    assert found.outcome is Outcome.ERROR
    assert found.summary == "ArithmeticError: two and two made five"
    assert "Traceback" in found.detail


def test_a_number_that_is_not_finite_becomes_an_error_that_names_it(folder):
    found = run_check("toy.P.nan", context(write_registry(folder, ["nan"]), folder))
    assert found.outcome is Outcome.ERROR
    assert "toy.P.nan.residuals.gap is nan" in found.summary


def test_a_property_that_saw_too_few_cases_is_an_error(folder):
    found = run_check("toy.P.few", context(write_registry(folder, ["few", "derivation"]), folder))
    assert found.outcome is Outcome.ERROR
    assert str(MINIMUM_CASES) in found.summary


def test_a_check_that_needs_a_gpu_is_not_run_on_the_cpu(folder):
    registry = write_registry(folder, ["gpu"])
    found = run_check("toy.P.gpu", context(registry, folder))
    assert found.outcome is Outcome.NOT_RUN
    assert "CUDA" in found.summary
    assert (
        run_check("toy.P.gpu", context(registry, folder, device="cuda")).outcome
        is not found.outcome
    )


@pytest.mark.parametrize("name", ["surprise", "undecided", "context"])
def test_other_outcomes_pass_through(folder, name):
    registry = write_registry(folder, [name, "measured"])
    found = run_check(f"toy.P.{name}", context(registry, folder))
    assert found.outcome in (Outcome.SURPRISE, Outcome.UNDECIDED)
    assert found.detail == ""


def test_an_answer_to_a_question_that_was_not_asked_is_an_error(folder):
    asked, unasked = write_registry(folder), write_registry(folder, effect="else")
    assert run_check("X1.measure", context(asked, folder)).outcome is Outcome.AS_STATED
    found = run_check("X1.measure", context(unasked, folder))
    assert found.outcome is Outcome.ERROR
    assert "'else'" in found.summary


@pytest.mark.parametrize("check_id", ["toy.P.absent", "nowhere.P.a"])
def test_an_unknown_check_is_refused(folder, check_id):
    with pytest.raises(RoomError, match="no"):
        run_check(check_id, context(write_registry(folder), folder))


# --- many checks ----------------------------------------------------------------------------


def test_each_check_begins_with_a_random_state_of_its_own(folder):
    registry = write_registry(folder, ["grows", "draws"])
    first, second = (
        run_check(f"toy.P.{name}", context(registry, folder)).summary.split(",")
        for name in ("grows", "draws")
    )
    assert first[0] != second[0]
    assert first[1].rstrip("]") != second[1].rstrip("]")


def test_what_needs_data_is_fixed_whatever_else_it_needs(folder):
    """The run's seed and profile have no part in it."""
    (check,) = load_checks(write_registry(folder, ["images"]))
    assert check.ignores_run_seed
    assert replace(check, capabilities=("cuda", "cifar10")).ignores_run_seed
    assert not replace(check, capabilities=("cuda",)).ignores_run_seed
    assert not replace(check, capabilities=()).ignores_run_seed


def test_the_number_of_jobs_does_not_change_a_finding(folder):
    registry = write_registry(folder, ["derivation", "property", "gpu", "weigh", "surprise"])
    found = []
    for jobs in (1, 2):
        results = run(registry, folder, executor=process_pool, jobs=jobs, out=f"evidence{jobs}")
        found.append(
            {
                id: msgspec.structs.asdict(one) | {"provenance": one.provenance.key}
                for id, one in results.evidence.items()
            }
        )
    assert found[0] == found[1]
    assert Outcome.ERROR not in outcomes(results).values()
    assert found[0]["toy.P.property"]["residuals"]["worst"] > 0.5


def test_a_worker_has_one_numerical_thread_whatever_the_environment_says(monkeypatch):
    for name in THREADS:
        monkeypatch.setenv(name, "2")
    with process_pool(1) as workers:
        assert workers.submit(torch.get_num_threads).result() == 1


@pytest.mark.slow
def test_a_worker_that_dies_is_an_error_and_the_others_go_on(folder):
    registry = write_registry(folder, ["leave", "property", "derivation", "surprise"])
    results = run(registry, folder, executor=process_pool, jobs=2)
    assert outcomes(results) == {
        "leave": Outcome.ERROR,
        "property": Outcome.AS_STATED,
        "derivation": Outcome.AS_STATED,
        "ablation": Outcome.AS_STATED,
        "surprise": Outcome.SURPRISE,
    }
    assert "worker process died" in results.evidence["toy.P.leave"].summary


@pytest.mark.parametrize("name", ["derivation", "property"])
def test_only_the_check_whose_evidence_is_damaged_runs_again(folder, name):
    """The first that is looked at, or the last."""
    registry = write_registry(folder)
    first = run(registry, folder)
    (file,) = (folder / "evidence").glob(f"toy.P.{name}-*.json")
    file.write_bytes(file.read_bytes().replace(b"as stated", b"surprise"))
    second = run(registry, folder)
    assert second.reused == set(first.evidence) - {f"toy.P.{name}"}
    assert outcomes(second) == outcomes(first)


def test_what_is_flipped_anywhere_in_a_kept_run_is_told_and_made_again(folder):
    """A bit in every file at once, thrice: the same findings, and nothing is wrong with what is there then."""
    registry = write_registry(folder, ["derivation", "property", "surprise", "weigh"])
    store = Store(folder / "evidence")
    store.begin(Asked(seed=store.seed(1), profile="smoke", device="cpu"))
    wanted = outcomes(run(registry, folder)), run(registry, folder).evidence["toy.P.property"]
    draw = random.Random(0)
    for number in range(1, 4):
        damaged = Store(folder / "evidence")
        files = [
            *damaged.folder.glob("*.json"),
            damaged.folder / "seed",
            *folder.glob("cache/*.npz"),
        ]
        assert len(files) == 8
        for file in files:
            content = bytearray(file.read_bytes())
            place = draw.choice([i for i, byte in enumerate(content) if chr(byte).isalnum()])
            content[place] ^= 2
            file.write_bytes(content)
        assert damaged.begun() is None
        damaged.begin(Asked(seed=damaged.seed(1), profile="smoke", device="cpu"))
        results = run_all(
            load_checks(registry), context(registry, folder), damaged, ThreadPoolExecutor
        )
        assert results.reused == frozenset()
        assert len(damaged.warnings) == 7  # the artefact's is a warning of Python's
        assert outcomes(results) == wanted[0]
        assert results.evidence["toy.P.property"].residuals == wanted[1].residuals
        assert len(run(registry, folder).reused) == 5, number


def test_a_clock_that_was_put_back_changes_no_finding(folder, monkeypatch):
    """What was found first bears the later date; what counts is still what present code finds."""
    registry = write_registry(folder)
    first = run(registry, folder)
    clock = SimpleNamespace(now=lambda zone: datetime(1975, 1, 1, tzinfo=zone))
    monkeypatch.setattr(worker, "datetime", clock)
    second = run(registry, folder, fresh=True)
    assert {one.provenance.date[:4] for one in second.evidence.values()} == {"1975"}
    assert outcomes(second) == outcomes(first)
    third = run(registry, folder)
    assert third.reused == set(second.evidence)
    assert third.evidence == second.evidence
    assert all(one.provenance.wall_s >= 0 for one in second.evidence.values())


def test_stored_evidence_is_reused_and_errors_are_run_again(folder):
    registry = write_registry(folder, ["derivation", "surprise", "fail", "gpu"])
    first = run(registry, folder)
    events = []
    second = run(registry, folder, events=events)
    assert second.reused == {"toy.P.derivation", "toy.P.derivation.ablation", "toy.P.surprise"}
    assert [e.name for e in events if e.stage is Stage.STARTED] == ["toy.P.fail"]
    for id in second.reused:
        assert second.evidence[id] == first.evidence[id]
    third = run(registry, folder, fresh=True)
    assert third.reused == frozenset()


def test_a_changed_formula_runs_its_checks_again(folder):
    registry = write_registry(folder)
    run(registry, folder)
    formula = folder / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace('"""Square."""', '"""The square."""'))
    forget(registry)
    assert len(run(registry, folder).reused) == 3
    formula.write_text(formula.read_text().replace("x * x", "x * x * x"))
    forget(registry)
    assert run(registry, folder).reused == frozenset()


def test_a_damaged_file_is_set_aside_and_its_check_runs_again(folder):
    registry = write_registry(folder)
    run(registry, folder)
    (file,) = (folder / "evidence").glob("toy.P.property-*.json")
    file.write_bytes(file.read_bytes()[:100])
    store = Store(folder / "evidence")
    results = run_all(load_checks(registry), context(registry, folder), store, ThreadPoolExecutor)
    assert results.reused == {"toy.P.derivation", "toy.P.derivation.ablation"}
    assert outcomes(results)["property"] is Outcome.AS_STATED
    assert len(store.warnings) == 1
    assert file.with_name(f"{file.name}.damaged").exists()
    assert len(run(registry, folder).reused) == 3


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, process_pool])
def test_code_that_changes_while_a_check_runs_is_noticed(folder, executor):
    """A thread has imported the old code and says so; a process imports the new, unplanned one."""
    registry = write_registry(folder, ["derivation"])
    formula = folder / registry / "toy" / "formula.py"

    def edit(event):
        if event.stage is Stage.STARTED:
            formula.write_text(formula.read_text().replace("x * x", "x + x"))

    store = Store(folder / "evidence")
    results = run_all(
        load_checks(registry), context(registry, folder), store, executor, on_event=edit
    )
    found = results.evidence["toy.P.derivation"]
    assert found.outcome is Outcome.ERROR
    assert "changed" in found.summary
    forget(registry)
    assert run(registry, folder).reused == frozenset()


def test_a_worker_keeps_nothing_of_code_that_is_no_longer_on_disk(folder):
    registry = write_registry(folder, ["derivation"])
    load_checks(registry)
    formula = folder / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace("x * x", "x + x"))
    found = run_check("toy.P.derivation", context(registry, folder))
    assert found.outcome is Outcome.ERROR
    assert "changed on disk" in found.summary


def test_an_artefact_is_built_once_and_before_the_checks_that_need_it(folder):
    registry = write_registry(folder, ["derivation", "weigh", "weigh_again"])
    events = []
    results = run(registry, folder, events=events, jobs=2)
    assert set(outcomes(results).values()) == {Outcome.AS_STATED}
    assert (folder / "built").read_text() == "once\n"
    story = [(event.stage, event.name) for event in events]
    assert story.index((Stage.FINISHED, "toy-head")) < story.index((Stage.STARTED, "toy.P.weigh"))
    assert results.evidence["toy.P.weigh"].residuals == {"sum": 3.0}
    run(registry, folder, fresh=True)
    assert (folder / "built").read_text() == "once\n"


def test_of_other_images_everything_is_made_anew_and_found_again(folder):
    """The sum is the length of what the data are called; the file ``built`` counts what was built."""
    registry = write_registry(folder, ["images"])

    def found(images, **options):
        ctx = context(registry, folder, data={"cifar10": images})
        results = run_all(
            load_checks(registry), ctx, Store(folder / "evidence"), ThreadPoolExecutor, **options
        )
        (evidence,) = results.evidence.values()
        return evidence.residuals.get("sum"), bool(results.reused), evidence.data

    def built():
        return len((folder / "built").read_text().splitlines())

    assert found("abc")[:2] == (3.0, False)
    assert found("abc")[:2] == (3.0, True)
    with pytest.warns(UserWarning, match="is of other images; it was set aside"):
        assert found("ab")[:2] == (2.0, False)
    assert found("ab")[:2] == (2.0, True)
    assert built() == 2
    with pytest.warns(UserWarning, match="is of other images"):
        assert found("abc")[:2] == (3.0, False)
    assert built() == 2  # it was there, set aside
    assert found("abc", fresh=True)[2]["words"] == "abc" * 4
    assert "unknown" not in found("abc")[2].values()
    assert [file.name for file in (folder / "cache").glob("*.lock")] == []
    for note in (folder / "cache").glob("*.images"):  # as earlier code left it
        note.unlink()
    with pytest.warns(UserWarning, match="before it was noted of which images"):
        total, _, data = found("ab", fresh=True)
    assert total == 3.0
    assert data["images of artefacts kept earlier"] == "unknown"
    assert found("ab")[1]  # and is not made again for that
    assert built() == 2


def test_images_that_another_run_puts_in_place_meanwhile_are_an_error(folder, monkeypatch):
    """Two runs with one --out: what the first was given is replaced between its look and its reading."""
    registry = write_registry(folder, ["images"])
    load_checks(registry)
    ours, theirs = (context(registry, folder, data={"cifar10": images}) for images in ("abc", "ab"))
    assert run_check("toy.P.images", ours).outcome is Outcome.AS_STATED

    def first(need, ctx):
        known = provide(need, ctx)
        provide(need, theirs)
        return known

    monkeypatch.setattr(worker, "provide", first)
    with pytest.warns(UserWarning, match="is of other images"):
        found = run_check("toy.P.images", ours)
    assert found.outcome is Outcome.ERROR
    assert "toy-images was replaced meanwhile by another run" in found.summary
    assert not found.data


def test_an_artefact_that_cannot_be_built_fails_the_checks_that_need_it(folder):
    registry = write_registry(folder, ["hopeless", "derivation"])
    results = run(registry, folder)
    assert outcomes(results)["hopeless"] is Outcome.ERROR
    assert outcomes(results)["derivation"] is Outcome.AS_STATED
    found = results.evidence["toy.P.hopeless"]
    assert found.summary == "The artefact hopeless could not be built. MemoryError: too large"


def test_long_checks_start_first_and_every_event_is_told(folder):
    registry = write_registry(folder, ["derivation", "property"])
    events = []
    run(registry, folder, events=events)
    names = ["derivation", "ablation", "property"]
    long_first = ["property", "derivation", "ablation"]
    assert [(event.stage, event.name.rpartition(".")[2]) for event in events] == [
        *((Stage.QUEUED, name) for name in names),
        *((stage, name) for name in long_first for stage in (Stage.STARTED, Stage.FINISHED)),
    ]
    events.clear()
    run(registry, folder, events=events)
    assert {event.stage for event in events} == {Stage.REUSED}


RECORDED = ["derivation", "gpu"]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_record_under_the_very_key_counts_and_is_flagged(folder, device):
    registry = write_registry(folder, RECORDED)
    elsewhere = Store(folder / "recorded")
    elsewhere.write(run_check("toy.P.gpu", context(registry, folder, device="cuda")))
    ctx, store = context(registry, folder, device=device), Store(folder / "evidence")
    results = run_all(
        load_checks(registry), ctx, store, ThreadPoolExecutor, recorded=Records(elsewhere.folder)
    )
    assert results.reused == results.recorded == {"toy.P.gpu"}
    assert results.evidence["toy.P.gpu"].outcome is Outcome.AS_STATED
    again = run_all(
        load_checks(registry),
        ctx,
        store,
        ThreadPoolExecutor,
        recorded=Records(elsewhere.folder),
        fresh=True,
    )
    assert again.recorded == frozenset()


def test_a_record_under_another_key_answers_nothing(folder):
    registry = write_registry(folder, RECORDED)
    elsewhere = Store(folder / "recorded")
    elsewhere.write(run_check("toy.P.gpu", context(registry, folder, device="cuda", seed=2)))
    results = run_all(
        load_checks(registry),
        context(registry, folder),
        Store(folder / "evidence"),
        ThreadPoolExecutor,
        recorded=Records(elsewhere.folder),
    )
    assert results.evidence["toy.P.gpu"].outcome is Outcome.NOT_RUN
    assert results.recorded == frozenset()


def test_an_interrupted_run_keeps_what_had_finished_and_goes_on_from_there(folder):
    registry = write_registry(folder, ["derivation", "property", "surprise"])

    def interrupt(event):
        if event.stage is Stage.FINISHED:
            raise KeyboardInterrupt

    checks, ctx, store = (
        load_checks(registry),
        context(registry, folder),
        Store(folder / "evidence"),
    )
    with pytest.raises(KeyboardInterrupt):
        run_all(checks, ctx, store, process_pool, on_event=interrupt)
    assert run(registry, folder).reused == {"toy.P.property"}


@pytest.fixture
def interruptible():
    """Python's own answer to SIGINT; a shell's background job inherits a process that ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_signal_ends_a_run_while_a_worker_is_busy(folder):
    registry = write_registry(folder, ["derivation"])
    room = folder / registry / "toy" / "__init__.py"
    room.write_text(
        room.read_text()
        .replace('"""A toy room."""', "import time")
        .replace("def derive(ctx):\n", "def derive(ctx):\n    time.sleep(600)\n")
    )

    def interrupt(event):
        if event.stage is Stage.STARTED:
            threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        run_all(
            load_checks(registry),
            context(registry, folder),
            Store(folder / "evidence"),
            process_pool,
            on_event=interrupt,
        )


def test_the_context_pickles_and_seeds_depend_on_seed_and_name_only(folder):
    ctx = context(write_registry(folder), folder)
    copy = pickle.loads(pickle.dumps(ctx))
    assert copy == ctx
    assert copy.seed_for("a") == ctx.seed_for("a")
    names = ("toy.P.property", "toy.P.properties", "toy.Q.property", "")
    seeds = {
        replaced.seed_for(name)
        for replaced in (ctx, msgspec.structs.replace(ctx, seed=2))
        for name in names
    }
    assert len(seeds) == 2 * len(names)
    assert isinstance(copy, Context)


# --- what a record counts ------------------------------------------------------------------------


def test_what_was_kept_is_reused_and_what_was_made_now_is_not():
    best = Results(evidence={"a": 1, "b": 2}, reused=frozenset("ab"))  # type: ignore[dict-item]
    found = with_run(best, Results(evidence={"a": 1, "b": 2, "c": 3}, reused=frozenset("a")))  # type: ignore[dict-item]
    assert found.reused == frozenset("a")
    assert found.evidence == {"a": 1, "b": 2, "c": 3}


def test_what_is_left_out_is_not_kept(folder):
    registry = write_registry(folder)
    run(registry, folder)
    store, ctx = Store(folder / "evidence"), context(registry, folder)
    room = rooms.load("toy", f"{registry}.toy")
    for request, names in (
        (Request(), {"derivation", "derivation.ablation", "property"}),
        (Request(skip=(Kind.PROPERTY,)), {"derivation", "derivation.ablation"}),
        (Request(only=(Kind.PROPERTY,)), {"property"}),
    ):
        found = kept(request, ctx, [room], store=store, recorded=Records(folder / "none"))
        assert {id.removeprefix("toy.P.") for id in found.evidence} == names


def test_seconds_are_those_of_what_was_made_now(folder):
    registry = write_registry(folder)
    results = run(registry, folder)
    store, recorded = Store(folder / "evidence"), Records(folder / "none")
    room, ctx = rooms.load("toy", f"{registry}.toy"), context(registry, folder)
    spent = {id: found.provenance.cpu_s for id, found in results.evidence.items()}
    for reused in (frozenset(), frozenset(["toy.P.property"]), frozenset(spent)):
        record = assemble(
            Request(),
            ctx,
            [room],
            replace(results, reused=reused),
            store=store,
            recorded=recorded,
            wall_s=1.0,
        )
        assert record.cpu_s == sum(cpu_s for id, cpu_s in spent.items() if id not in reused)
        assert record.reused == len(reused)


@pytest.mark.parametrize("newer", ["stored", "recorded"])
def test_of_evidence_that_does_not_count_the_newest_is_shown(folder, newer):
    registry = write_registry(folder, ["derivation", "gpu"])
    stores = {name: Store(folder / name) for name in ("stored", "recorded")}
    for seed, name in enumerate(sorted(stores, key=lambda name: name == newer)):
        evidence = run_check("toy.P.gpu", context(registry, folder, device="cuda", seed=seed))
        made = msgspec.structs.replace(evidence.provenance, date=f"2026-01-0{seed + 1}")
        stores[name].write(msgspec.structs.replace(evidence, provenance=made))
    record = assemble(
        Request(),
        context(registry, folder, seed=5),
        [rooms.load("toy", f"{registry}.toy")],
        Results(evidence={}),
        store=stores["stored"],
        recorded=Records(folder / "recorded"),
        wall_s=1.0,
    )
    shown = next(check for check in record.checks if check.id == "toy.P.gpu")
    assert shown.stale
    assert shown.recorded == (newer == "recorded")
    assert shown.evidence.provenance.seed == 1
