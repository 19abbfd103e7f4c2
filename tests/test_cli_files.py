"""What the command line reads and writes besides evidence, and what it says when it cannot.

The oracles are the exit code, the files that are there afterwards, and the very sentences.
"""

from __future__ import annotations

import os
import subprocess
import sys
from xml.etree import ElementTree

import msgspec
import pytest
from toy import context, forget, write_registry

from reports import ReportError
from verify.__main__ import ROOT, main
from verify.claims.evidence import Outcome
from verify.engine.record import RunRecord
from verify.engine.store import Asked, Store
from verify.engine.worker import run_check

FAST = ("--profile", "smoke", "--device", "cpu", "--jobs", "1")


def record(file):
    return msgspec.json.decode(file.read_bytes(), type=RunRecord)


def the(check_id, run):
    return next(check for check in run.checks if check.id == check_id)


# --- records --------------------------------------------------------------------------------


@pytest.fixture
def recorded(folder, monkeypatch):
    """A folder of records in the place of the project's."""
    monkeypatch.setattr("verify.__main__.RECORDED", folder / "recorded")
    return Store(folder / "recorded")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["toy", "report"])
def test_a_record_under_the_very_key_counts_as_evidence_and_is_flagged(
    verify, folder, recorded, command
):
    registry = write_registry(folder, ["derivation", "gpu"])
    made = run_check("toy.P.gpu", context(registry, folder, device="cuda", seed=9))
    recorded.write(made)
    file = folder / "run.json"
    if command == "report":
        Store(folder / "out" / "evidence").begin(Asked(seed=9, profile="smoke", device="cpu"))
        code, _, err = verify(registry, "report", "toy", "--json", file)
    else:
        code, _, err = verify(registry, "toy", *FAST, "--seed", "9", "--json", file)
    assert (code, err) == (0, "")
    shown = the("toy.P.gpu", record(file))
    assert (shown.recorded, shown.reused, shown.stale) == (True, True, False)
    assert shown.outcome is Outcome.AS_STATED
    assert shown.evidence == made


@pytest.mark.slow
@pytest.mark.parametrize(("newer", "flagged"), [("stored", False), ("recorded", True)])
def test_of_what_does_not_count_the_newer_is_shown(verify, folder, recorded, newer, flagged):
    registry = write_registry(folder, ["derivation", "gpu"])
    made = run_check("toy.P.gpu", context(registry, folder, device="cuda", seed=9))
    dates = {"stored": "2026-01-01", "recorded": "2026-01-01"} | {newer: "2026-01-02"}
    for name, store in (("recorded", recorded), ("stored", Store(folder / "out" / "evidence"))):
        provenance = msgspec.structs.replace(made.provenance, date=dates[name])
        store.write(msgspec.structs.replace(made, summary=name, provenance=provenance))
    file = folder / "run.json"
    verify(registry, "toy", *FAST, "--seed", "1", "--json", file)
    shown = the("toy.P.gpu", record(file))
    assert (shown.evidence.summary, shown.recorded, shown.stale) == (newer, flagged, True)


def test_a_record_that_does_not_decode_is_told_and_left_where_it_is(verify, folder, recorded):
    registry = write_registry(folder, ["derivation", "gpu"])
    path = recorded.write(run_check("toy.P.gpu", context(registry, folder, device="cuda", seed=9)))
    path.write_text("{")
    code, _, err = verify(registry, "toy", *FAST, "--seed", "9")
    assert code == 0
    assert err.count("The record in ") == 1
    assert [path.name for path in recorded.folder.iterdir()] == [path.name]


# --- what the latest run was asked for ------------------------------------------------------


@pytest.mark.slow
def test_a_report_is_of_the_run_that_began_last_whatever_the_files_times_say(verify, folder):
    registry = write_registry(folder)
    verify(registry, "all", *FAST, "--seed", "1")
    verify(registry, "all", *FAST, "--seed", "2", "--profile", "standard", "--only", "property")
    for path in (folder / "out" / "evidence").iterdir():
        if '"seed":1,' in path.read_text().replace(" ", ""):
            os.utime(path, (4e9, 4e9))
    file = folder / "run.json"
    code, out, _ = verify(registry, "report", "--json", file)
    assert code == 0
    found = record(file)
    assert (found.seed, found.profile, found.device) == (2, "standard", "cpu")
    assert found.only == ("property",)
    assert "1 as stated" in out.splitlines()[-1]
    assert found.reused == 1
    verify(registry, "report", "--only", "derivation", "--seed", "1", "--json", file)
    assert (record(file).seed, record(file).only) == (1, ("derivation",))


@pytest.mark.slow
def test_a_run_that_was_interrupted_is_reported_as_it_was_asked(verify, folder, monkeypatch):
    registry = write_registry(folder)
    verify(registry, "all", *FAST, "--seed", "1")
    monkeypatch.setattr("verify.__main__.run_all", interrupt)
    code, _, err = verify(registry, "all", *FAST, "--seed", "2")
    assert code == 130
    assert "interrupted" in err
    file = folder / "run.json"
    verify(registry, "report", "--json", file)
    assert record(file).seed == 2


def interrupt(*arguments, **options):
    raise KeyboardInterrupt


@pytest.mark.slow
def test_the_rooms_that_were_not_asked_for_are_named(verify, folder):
    registry, file = write_registry(folder), folder / "run.json"
    verify(registry, "toy", *FAST, "--json", file)
    assert record(file).omitted == ("Experiment X1",)
    verify(registry, "all", *FAST, "--json", file)
    assert record(file).omitted == ()


# --- files asked for ------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--json", "--junit"])
@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("folder", "it is a folder; name a file"),
        ("", "expected a path, got an empty one"),
        ("absent/run", "is no writable folder"),
        ("file/run", "is no writable folder"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused_before_the_run(
    verify, folder, option, target, sentence
):
    (folder / "folder").mkdir()
    (folder / "file").touch()
    registry = write_registry(folder)
    code, out, err = verify(registry, "all", *FAST, option, target and folder / target)
    assert (code, out) == (2, "")
    assert sentence in err
    assert ("--help" in err) is (target == "")
    assert not (folder / "out").exists()


def test_a_file_that_cannot_be_written_after_the_run_is_named_and_the_others_are_written(
    verify, folder, monkeypatch
):
    registry = write_registry(folder)
    monkeypatch.setattr("verify.__main__._see_writable", lambda file: None)
    code, out, err = verify(
        registry,
        "all",
        *FAST,
        "--json",
        folder / "no" / "run.json",
        "--junit",
        folder / "junit.xml",
    )
    assert code == 1
    assert err == (
        f"verify: {folder / 'no' / 'run.json'} could not be written (No such file or directory); "
        "the evidence is stored.\n"
    )
    assert ElementTree.parse(folder / "junit.xml").getroot().tag == "testsuites"
    assert "report: " in out
    assert out.splitlines()[-1].startswith("4 as stated")


@pytest.mark.slow
def test_a_report_that_cannot_be_written_leaves_the_files_that_were_asked_for(verify, folder):
    registry, file = write_registry(folder), folder / "run.json"
    (folder / "out").mkdir()
    (folder / "out" / "site").write_text("in the way")
    code, out, err = verify(registry, "all", *FAST, "--json", file)
    assert code == 1
    assert f"the report in {folder / 'out' / 'site'} could not be written (" in err
    assert "--help" not in err
    assert record(file).counts[Outcome.AS_STATED] == 4
    assert out.splitlines()[-1].startswith("4 as stated")


def test_a_report_that_cannot_be_drawn_is_told(verify, folder, monkeypatch):
    def fail(run, site):
        raise ReportError("The formula 'x' is bad.")

    monkeypatch.setattr("reports.render.render", fail)
    file = folder / "run.json"
    code, out, err = verify(write_registry(folder), "all", *FAST, "--json", file)
    assert code == 1
    assert err == (
        "verify: the report could not be drawn (The formula 'x' is bad); the evidence is stored.\n"
    )
    assert record(file).counts[Outcome.AS_STATED] == 4
    assert "report: " not in out


def test_computed_text_with_a_lone_dollar_does_not_break_the_report(verify, folder):
    registry = write_registry(folder)
    source = folder / registry / "x1.py"
    text = source.read_text()
    assert 'Answer.YES, value="1.0"' in text
    source.write_text(text.replace('Answer.YES, value="1.0"', 'Answer.NO, value="worth $1.0"'))
    room = folder / registry / "toy" / "__init__.py"
    room.write_text(room.read_text().replace('summary="it closes"', 'summary="it costs $ 1"'))
    forget(registry)
    code, _, err = verify(registry, "all", *FAST)
    assert (code, err) == (0, "")
    page = (folder / "out" / "site" / "index.html").read_text(encoding="utf-8")
    assert page.count("orth $1.0") >= 2
    assert "It costs $ 1" in page


def test_a_folder_that_cannot_be_written_is_told_without_a_hint(verify, folder):
    (folder / "out").write_text("in the way")
    code, _, err = verify(write_registry(folder), "all", *FAST)
    assert code == 2
    assert "cannot be written" in err
    assert "--help" not in err


# --- a reader that leaves -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("toy", *FAST), 141),
        (("all", *FAST), 141),
        (("report",), 141),
        (("list",), 0),
        (("show", "toy"), 0),
        (("doctor",), 0),
        (("--help",), 0),
    ],
)
@pytest.mark.parametrize("streams", ["stdout", "both"])
def test_a_broken_pipe_ends_a_run_with_141_and_a_look_quietly(
    verify, folder, arguments, expected, streams
):
    registry = write_registry(folder)
    if arguments == ("report",):
        verify(registry, "all", *FAST)
    code = f"import sys; from verify.__main__ import main; sys.exit(main(sys.argv[1:], [{registry!r}]))"
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--out", str(folder / "out")],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        stdout=writer,
        stderr=writer if streams == "both" else subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert process.returncode == expected
    assert not process.stderr


def test_a_mistake_told_to_nobody_is_still_a_mistake():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "verify", "no such room"]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == 2


def test_help_is_printed_and_exits_0(capsys):
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: python -m verify")
