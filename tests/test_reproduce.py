"""``python -m verify ssl``: forms, refusals, budgets and resuming, and the recorded evidence.

The oracles are exit codes and sentences, and the figures of a run that was never stopped.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import msgspec
import pytest
from toy import context, write_registry

from verify.__main__ import RECORDED, REGISTRIES, ROOT, main
from verify.claims.check import DATA, Context, Role
from verify.claims.evidence import Evidence, Finding, Outcome
from verify.claims.progress import SCRATCH, progress_of
from verify.cli.arguments import UsageError
from verify.cli.cluster import Pool
from verify.cli.reproduce import ExperimentSelection, rehearsed
from verify.engine import registry as rooms
from verify.engine.provenance import data_of, difference, effective_context, evidence_key
from verify.engine.runner import Results
from verify.engine.store import Records, Store
from verify.engine.worker import missing_capability, run_check, with_provenance
from verify.experiments.forms import FORMS, REDUCED
from verify.experiments.networks import DIGITS_SIMCLR
from verify.identity.closure import closure
from verify.identity.fingerprint import canonical_form
from verify.ssl.data import Source, load_digits
from verify.ssl.data.dataset import digits
from verify.ssl.training import State, fit, loop, train

PLACES = rooms.contents(REGISTRIES)
ROOMS = {p.entry.id: rooms.load(p.entry.id, p.module) for p in PLACES if "experiments" in p.module}
CHECKS = {check.id: check for room in ROOMS.values() for check in room.checks}
CTX = Context(seed=3, profile="smoke", device="cpu", cache="", rooms=rooms.modules(PLACES))


# --- forms ----------------------------------------------------------------------------------


def test_every_form_of_every_experiment_is_a_check_that_says_what_to_type() -> None:
    for form in FORMS:
        for experiment in form.minutes:
            (check,) = (
                check for check in ROOMS[experiment].checks if check.id.endswith(f".{form.name}")
            )
            assert check.ignores_run_seed
            assert check.capabilities == form.capabilities
            assert check.command == form.command(experiment)
            assert missing_capability(check, CTX).startswith("It needs the images of CIFAR-")
            assert check.artefacts


def test_a_form_s_key_is_the_same_for_every_seed_profile_and_device() -> None:
    check = CHECKS["E3.orbits.cifar10-reduced"]
    others = msgspec.structs.replace(CTX, seed=4, profile="deep", device="cuda")
    assert evidence_key(check, CTX) == evidence_key(check, others)
    assert effective_context(check, others) == effective_context(check, CTX)
    digits_check = CHECKS["E3.orbits"]
    assert evidence_key(digits_check, CTX) != evidence_key(digits_check, others)
    assert effective_context(CHECKS["E3.orbits.cifar10"], CTX).device == "cuda"


def test_no_measurement_rests_on_the_words_of_remarks() -> None:
    """Citations change when they are read again; what took hours to measure must not. E8's table cites."""
    prose = {"remarks", "released.citations", *(f"e{n}.flaws" for n in range(1, 10))}
    for id, check in CHECKS.items():
        if check.command and check.room != "E8":
            rests_on = closure(*sorted(canonical_form(check.run)[1]))
            assert rests_on.keys().isdisjoint(f"verify.experiments.{one}" for one in prose), id


def test_the_list_is_instant_and_names_every_form() -> None:
    code = (
        "import sys; from verify.__main__ import main; code = main(['ssl', '--list']); "
        "sys.exit(code or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == sum(len(form.minutes) for form in FORMS) + 1  # E8
    assert any("E3 --data cifar10 --data-path PATH --form reduced" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ssl"], "expects the names of experiments"),
        (["ssl", "E9", "--data", "cifar100"], "E9 has no form cifar100"),
        (
            ["ssl", "E3", "--data", "cifar100", "--form", "reduced"],
            "No experiment has a form on cifar100",
        ),
        (["ssl", "E3", "--data", "cifar10", "--seeds", "2"], "with 2 training seeds"),
        (["ssl", "E3", "--budget", "soon"], "a time such as 90s"),
        (["ssl", "E3", "--checkpoint", "file"], "is for E8"),
        (["ssl", "thm41", "--data", "cifar10"], "Theorem 4.1 is a statement, which needs no data"),
        (["ssl", "4.1"], "`python -m verify thm41` decides it"),
        (["ssl", "4.1", "--list"], "Theorem 4.1 is a statement"),
        (["ssl", "E3", "--form", "reduced"], "`--form` is not used without `--data cifar10`"),
        (["ssl", "E3", "--data-path", "x"], "`--data-path` is not used without"),
        (["ssl", "E3", "--path", "x"], "`--path` is an option of `ssl released`"),
        (["all", "--form", "reduced"], "`--form` is an option of `ssl`"),
        (["attack", "E8"], "no inequality"),
        (["kernel", "E3", "--out", "here"], "Coq checks no theorem"),
    ],
)
def test_what_is_refused(arguments, sentence, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("verify.cli.kernel.missing", lambda: "")
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "ssl E8 --checkpoint x --data cifar10 --form reduced: --data is not used with --checkpoint",
        "ssl E8 --checkpoint x --seeds 2: --seeds is not used with --checkpoint",
        "ssl E8 --checkpoint x --seed 2: --seed is not used with --checkpoint",
        "ssl E3 --data cifar10 --form reduced --seed 0: --seed is not used with --data cifar10",
        "ssl E3 --data cifar10 --data-path x --download: --download is not used with --data-path",
        "ssl E3 --rehearse --record: --record is not used with --rehearse",
        "ssl E3 --rehearse --budget 9m: --budget is not used with --rehearse",
        "ssl E3 --list --form reduced: --form is not used with --list",
        "ssl released --path x --check-citations --json y: --json is not used with --check-citations",
        "mutate 3.4 --seed 0: --seed is not used without --random",
        "mutate 3.4 --random 2 --fast: --fast is not used with --random",
        "mutate 3.4 --random 2 --only x: --only is not used with --random",
        "mutate 3.4 --random 2 --fresh: --fresh is not used with --random",
        "diagnose --loss mse --outputs x --head a:b --activation tanh: --activation is not used with",
        "diagnose --loss mse --outputs x --head a:b --prefix c: --prefix is not used without --checkpoint",
    ],
)
def test_what_is_not_used_is_refused(line, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, _, sentence = line.partition(": ")
    assert main(arguments.split()) == 2
    assert capsys.readouterr().err.replace("`", "").startswith(f"verify: {sentence}")
    assert list(tmp_path.iterdir()) == []


def test_on_the_digits_everything_is_measured_that_a_standard_run_measures() -> None:
    for name, room in ROOMS.items():
        found = ExperimentSelection(None, (name,), {}).checks([room])
        needing = [check for check in room.checks if set(check.capabilities) & {"cuda", *DATA}]
        measures = [check for check in room.checks if check.role is Role.CONTEXT]
        assert found == [check for check in measures if check not in needing]
        assert found
    with pytest.raises(UsageError, match="Nothing of E8 is measured on these data"):
        ExperimentSelection(REDUCED, ("E8",), {"cifar10": ""}).checks([ROOMS["E8"]])


def test_what_trains_nothing_is_not_rehearsed() -> None:
    with pytest.raises(UsageError, match="nothing is trained here"):
        rehearsed([CHECKS["E8.orbits"]], CTX, Pool(1))


def test_a_form_leaves_the_seed_of_a_folder_as_it_is(tmp_path, monkeypatch) -> None:
    """The seeds of a form are its own, whether evidence is reused or not."""
    asked = []

    def run_all(checks: object, ctx: Context, *rest: object, **named: object) -> Results:
        asked.append(ctx.seed)
        return Results(evidence={})

    monkeypatch.setattr("verify.__main__.run_all", run_all)
    monkeypatch.setattr("verify.cli.reproduce.require", lambda *given, **named: None)
    store = Store(tmp_path / "evidence")
    store.prepare()
    store.seed(5)
    form = ["ssl", "E3", "--data", "cifar10", "--form", "reduced", "--data-path", str(tmp_path)]
    assert main([*form, "--fresh", "--out", str(tmp_path)]) == 0
    assert asked == [0]
    assert store.kept_seed() == 5


def test_data_that_are_not_there(tmp_path, capsys, monkeypatch) -> None:
    asked = ["ssl", "E3", "--data", "cifar10", "--out", str(tmp_path / "out")]
    assert main([*asked, "--form", "reduced"]) == 3
    assert "--data-path" in capsys.readouterr().err
    assert main([*asked, "--form", "reduced", "--data-path", str(tmp_path / "none")]) == 3
    assert str(tmp_path / "none") in capsys.readouterr().err
    (tmp_path / "cut.tar.xz").write_bytes(b"\xfd7zXZ\x00cut short")
    assert main([*asked, "--form", "reduced", "--data-path", str(tmp_path / "cut.tar.xz")]) == 3
    assert "cut.tar.xz" in capsys.readouterr().err
    monkeypatch.setattr("verify.__main__.gpu", lambda: "")
    assert main([*asked, "--data-path", str(tmp_path / "none")]) == 3  # before the GPU
    assert "There is no file or folder" in capsys.readouterr().err
    assert main([*asked, "--data-path", str(tmp_path)]) == 3
    assert "needs a CUDA device" in capsys.readouterr().err


def test_a_device_that_would_change_nothing_is_refused(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("verify.__main__.gpu", lambda: "")
    (tmp_path / "images").write_text("")
    out = ["--out", str(tmp_path / "out"), "--device", "cuda"]
    images = ["--data", "cifar10", "--data-path", str(tmp_path / "images")]
    assert main(["ssl", "E3", *images, "--form", "reduced", *out]) == 2
    assert "the others run on the CPU" in capsys.readouterr().err
    assert main(["ssl", "E8", "--checkpoint", str(tmp_path / "images"), *out]) == 2
    assert "the others run on the CPU" in capsys.readouterr().err
    assert main(["ssl", "E3", *out]) == 3
    assert "no CUDA device was found" in capsys.readouterr().err
    assert main(["ssl", "E3", "--profile", "smoke"]) == 2
    assert "`ssl` does not use it" in capsys.readouterr().err


def test_the_list_is_of_the_experiments_that_are_named(capsys) -> None:
    assert main(["ssl", "E1", "e8", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.partition(" ")[0] for line in lines} == {"E1", "E8"}
    assert len(lines) == sum("E1" in form.minutes for form in FORMS) + 1


# --- budgets and resuming -------------------------------------------------------------------

LONG = Source(name="toy", load=digits, size="reduced", long=True)
CONFIG = replace(DIGITS_SIMCLR, epochs=3)


@pytest.mark.slow
def test_a_run_that_ran_out_of_time_goes_on_and_ends_as_if_it_had_not(
    tmp_path, monkeypatch
) -> None:
    """The oracle is `train` without checkpoints, to the bit; by the clock an epoch takes ten seconds."""
    now = 0.0

    def look(state: State) -> dict[str, float]:
        nonlocal now
        now += 10
        return {}

    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: now))
    expected = train(CONFIG, load_digits()).losses
    ctx = msgspec.structs.replace(CTX, scratch=str(tmp_path / f"toy-0{SCRATCH}"))
    with pytest.raises(TimeoutError, match="after 0 of 3 epochs"):
        fit(LONG, CONFIG, msgspec.structs.replace(ctx, deadline=-1), lambda *_: look)
    # What begins in time trains one epoch at least, and none that would take it past the deadline.
    with pytest.raises(TimeoutError, match="after 2 of 3 epochs"):
        fit(LONG, CONFIG, msgspec.structs.replace(ctx, deadline=now + 35), lambda *_: look)
    run = fit(LONG, CONFIG, ctx, lambda *_: look)
    assert run.resumed == 2
    assert run.losses == expected
    assert "epoch 3 of 3, 100 %" in progress_of("toy", tmp_path)


TRAINING = '''
"""A toy experiment that trains."""
import time
from dataclasses import replace

import numpy as np

from verify.engine.artefact import Artefact
from verify.claims.check import Arithmetic, Check, Kind, Role
from verify.claims.evidence import Answer, Finding, Measured, Outcome
from verify.experiments.networks import DIGITS_SIMCLR
from verify.ssl.data import Source
from verify.ssl.data.dataset import digits
from verify.ssl.training import fit
from verify.claims.statement import Effect, Experiment

EXPERIMENT = Experiment(
    id="X1", title="A toy", question="Is it so?", published="It is.", flaws=(),
    effects=(Effect(id="so", text="It is so.", published="yes", criterion="above zero"),),
)
LONG = Source(name="toy", load=digits, size="reduced", long=True)


def build(arguments, ctx):
    run = fit(*arguments, ctx)
    return {"losses": np.array(run.losses)}


ARTEFACT = Artefact("toy-run", build, (LONG, replace(DIGITS_SIMCLR, epochs=1)))


def measure(ctx):
    return Finding(
        outcome=Outcome.AS_STATED,
        summary="measured",
        residuals={"loss": float(ARTEFACT.load(ctx)["losses"][-1])},
        answers=(Measured(effect="so", answer=Answer.YES, value="1.0"),),
    )


CHECKS = (
    Check(
        id="X1.measure", title="measure", role=Role.CONTEXT, kind=Kind.TRAINING,
        arithmetic=Arithmetic.FLOAT32, run=measure, artefacts=(ARTEFACT,),
    ),
)
'''


@pytest.mark.slow
def test_a_budget_stops_cleanly_and_the_same_command_goes_on(verify, folder, monkeypatch) -> None:
    registry = write_registry(folder)
    (folder / registry / "x1.py").write_text(TRAINING.lstrip())
    monkeypatch.setattr("verify.__main__.RECORDED", folder / "recorded")
    fast = ("--device", "cpu", "--jobs", "1", "--record")
    code, out, err = verify(registry, "ssl", "X1", *fast, "--budget", "0.1s")
    assert code == 3
    assert "not finished: X1.measure: " in out
    assert "goes on from there" in err
    assert not list(folder.glob("recorded/*.json"))
    code, out, _ = verify(registry, "ssl", "X1", *fast)
    assert code == 0
    assert "  It is so. yes, 1.0" in out
    assert not list((folder / "out" / "artefacts").glob(f"*{SCRATCH}"))
    found = Records(folder / "recorded").newest("X1.measure", besides="")
    expected = train(replace(DIGITS_SIMCLR, epochs=1), load_digits()).losses[-1]
    assert found is not None
    assert found.residuals == {"loss": expected}


def test_a_postponed_artefact_leaves_its_check_not_run(folder) -> None:
    registry = write_registry(folder)
    (folder / registry / "x1.py").write_text(TRAINING.lstrip())
    ctx = context(registry, folder, deadline=time.monotonic() - 1)  # type: ignore[arg-type]
    evidence = run_check("X1.measure", ctx)
    assert evidence.outcome is Outcome.NOT_RUN
    assert "0 of 1 epochs" in evidence.summary


def test_a_new_record_takes_the_place_of_the_older_one(tmp_path) -> None:
    check = CHECKS["E3.isometry"]
    older, newer = (run_stamp(check.id, seed) for seed in (1, 2))
    store = Store(tmp_path)
    store.write(older)
    store.write(newer)
    store.forget(check.id, besides=newer.provenance.key)
    assert [file.name for file in tmp_path.iterdir()] == [
        f"{check.id}-{newer.provenance.key[:16]}.json"
    ]


def run_stamp(check_id: str, seed: int) -> Evidence:
    ctx = msgspec.structs.replace(CTX, seed=seed)
    return with_provenance(CHECKS[check_id], ctx, Finding(outcome=Outcome.AS_STATED, summary="so"))


def test_data_are_known_by_their_content(tmp_path) -> None:
    """The images that networks are trained on, and what a user names; of a folder names and contents."""
    digits_data = load_digits()
    assert data_of(CHECKS["E3.orbits"], CTX) == {digits_data.name: digits_data.fingerprint()}
    assert data_of(CHECKS["E3.isometry"], CTX) == {}
    file, inner = tmp_path / "a.pt", tmp_path / "b" / "c.pt"
    inner.parent.mkdir()
    file.write_bytes(b"weights")
    named = {"checkpoint": str(file), "cifar10": str(tmp_path)}

    def found() -> dict[str, str]:
        return data_of(CHECKS["E8.orbits"], msgspec.structs.replace(CTX, data=named))

    seen = [found()]
    assert seen[0]["checkpoint"] == hashlib.sha256(b"weights").hexdigest()
    inner.write_bytes(b"other")
    seen.append(found())
    os.utime(inner, (0, 0))
    os.mkfifo(tmp_path / "pipe")
    assert found() == seen[-1]
    inner.write_bytes(b"OTHER")
    seen.append(found())
    inner.rename(inner.with_name("d.pt"))
    seen.append(found())
    assert len({one["cifar10"] for one in seen}) == len(seen)
    assert {one["checkpoint"] for one in seen} == {seen[0]["checkpoint"]}
    named["cifar10"] = ""  # to be fetched
    assert set(found()) == {"checkpoint"}


# --- what is recorded -----------------------------------------------------------------------


@pytest.mark.parametrize("experiment", list(REDUCED.minutes))
def test_the_reduced_form_is_recorded_and_says_what_it_is(experiment) -> None:
    """Or the tables say of all its effects that they were not run."""
    records = Records(RECORDED)
    (check,) = (c for c in ROOMS[experiment].checks if c.id.endswith(f".{REDUCED.name}"))
    found = records.newest(check.id, besides="")
    assert records.warnings == []
    told = [one.reduced for one in ROOMS[experiment].told]
    if found is None:
        assert told == [None] * len(told)
        return
    assert any(told)
    assert found.outcome is Outcome.AS_STATED
    asked = {effect.id for effect in ROOMS[experiment].subject.effects}  # type: ignore[union-attr]
    assert {answer.effect for answer in found.answers} == asked
    assert all("CIFAR-10 (JPEG)" in table.title for table in found.tables)
    assert all("reduced setting" in table.title for table in found.tables)
    made = found.provenance
    assert made.machine
    assert made.configuration
    assert made.device == "cpu"
    current = made.key == evidence_key(check, CTX)
    assert current or difference(check, CTX, found).startswith("Measured with ")


def test_nothing_is_recorded_that_no_check_is_called() -> None:
    recorded = {file.name.rpartition("-")[0] for file in RECORDED.glob("*-*.json")}
    assert recorded <= set(CHECKS)
