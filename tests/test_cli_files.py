"""What the command line reads and writes besides evidence, and what it says when it cannot.

The oracles are the exit code, the files that are there afterwards, and the very sentences.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from report_fixture import FINDINGS, run_record
from toy import context, forget, write_registry

from verify.__main__ import ROOT, Folders, main
from verify.claims.evidence import Answer, Measured, Outcome
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
def test_a_filtered_run_and_a_deeper_profile_leave_the_full_report_standing(verify, folder):
    registry, file = write_registry(folder), folder / "run.json"
    page = folder / "out" / "site" / "index.html"
    verify(registry, "x1", *FAST, "--seed", "1")
    assert "Not asked for: Theorem 0.1" in page.read_text("utf-8")  # nothing is stored of it
    verify(registry, "toy", *FAST, "--seed", "1", "--profile", "standard", "--json", file)
    verify(registry, "report", "--json", file)
    full = record(file)
    before = page.read_text("utf-8")
    assert len(list(full.checks)) == 4
    assert full.omitted == ()

    code, out, _ = verify(registry, "toy", *FAST, "--seed", "1", "--only", "derivation")
    assert code == 0
    assert "2 as stated" in out.splitlines()[-1]
    code, out, _ = verify(registry, "report", "--json", file)
    assert code == 0
    assert "4 as stated" in out.splitlines()[-1]
    told = record(file)
    assert (told.only, told.omitted) == ((), ())
    assert verdicts_of(told) == verdicts_of(full)
    assert [c.evidence for c in told.checks] == [c.evidence for c in full.checks]
    assert parts_of(page.read_text("utf-8")) == parts_of(before)

    before = page.read_bytes()
    code, out, _ = verify(registry, "report", "toy", "--only", "derivation", "--json", file)
    assert code == 0
    part = page.parent / "part" / "index.html"
    assert f"report: {part}" in out
    assert (record(file).only, record(file).omitted) == (("derivation",), ("Experiment X1",))
    assert "Only checks of this kind" in part.read_text("utf-8")
    assert page.read_bytes() == before

    verify(registry, "all", *FAST, "--seed", "2", "--only", "property", "--profile", "deep")
    verify(registry, "report", "--json", file)
    told = record(file)
    assert verdicts_of(told) == verdicts_of(full)
    assert the("toy.P.property", told).evidence.provenance.profile == "deep"
    assert the("toy.P.derivation", told).evidence.provenance.profile == "standard"


def verdicts_of(run):
    return {name: judgement.verdict for name, judgement in run.reached.items()}


def parts_of(html):
    """The ids on a page: what it has a place for."""
    found = re.findall(r' id="?([^" >]+)', html)
    assert found
    return found


@pytest.mark.parametrize("command", [("report",), ("show", "toy")])
@pytest.mark.parametrize(
    "option", [("--profile", "deep"), ("--seed", "1"), ("--device", "cpu")], ids=lambda o: o[0]
)
def test_what_a_run_draws_is_no_option_of_what_is_stored(verify, folder, command, option):
    code, _, err = verify(write_registry(folder), *command, *option)
    assert code == 2
    assert "the best evidence there is" in err


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


def test_what_changed_between_two_runs(verify, folder):
    """All that `diff` compares; of versions one that changed, one that is gone and one that came."""
    old, new = folder / "old.json", folder / "new.json"
    before = run_record()
    old.write_bytes(msgspec.json.encode(before))
    wrong = msgspec.structs.replace(FINDINGS["thm41.F.property"], outcome=Outcome.SURPRISE)
    (experiment,) = before.experiments
    measured = Measured(effect="spread", answer=Answer.NO, value="0.9")
    answers = experiment.answers | {"spread": ("E3.spread", measured)}
    changed = msgspec.structs.replace(
        run_record(FINDINGS | {"thm41.F.property": wrong}),
        git="4d5e6f7",
        seed=5,
        profile="deep",
        device="cuda",
        versions={"python": "3.11.4", "torch": "2.12.0", "scipy": "1.15"},
        experiments=(msgspec.structs.replace(experiment, answers=answers),),
    )
    new.write_bytes(msgspec.json.encode(changed))
    assert verify("theorems", "diff", old, old)[:2] == (0, "Nothing changed.\n")
    code, out, _ = verify("theorems", "diff", old, new)
    assert code == 1
    assert out.splitlines() == [
        "checkout: 0a1b2c3 -> 4d5e6f7",
        f"seed: {before.seed} -> 5",
        "profile: standard -> deep",
        "device: cpu -> cuda",
        "version of sympy: 1.14.0 -> not there",
        "version of torch: 2.13.0 -> 2.12.0",
        "version of scipy: not there -> 1.15",
        "verdict on thm41.F: derived -> failed",
        "answer to E3, spread, by E3.spread: yes, 8.2 (7.6 to 8.8) -> no, 0.9",
        "check thm41.F.property: as stated -> surprise",
    ]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["old.json"], "`diff` expects two records"),
        (["absent.json", "absent.json"], "absent.json cannot be read"),
        (["broken.json", "broken.json"], "holds no record of a run"),
    ],
)
def test_records_that_cannot_be_compared(verify, folder, names, sentence):
    (folder / "broken.json").write_text("{}")
    code, _, err = verify("theorems", "diff", *(folder / name for name in names))
    assert code == 2
    assert sentence in err


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


def test_what_a_report_cannot_show_is_told_and_the_rest_is_written(verify, folder):
    registry = write_registry(folder)
    room = folder / registry / "toy" / "__init__.py"
    text = room.read_text()
    assert 'title="A toy"' in text
    room.write_text(text.replace('title="A toy"', r'title="A toy $\\frac{1}$"'))
    forget(registry)
    file = folder / "run.json"
    code, out, err = verify(registry, "all", *FAST, "--json", file)
    assert code == 1
    assert "the report says in its place what it cannot show. The formula '" in err
    assert record(file).counts[Outcome.AS_STATED] == 4
    page = (folder / "out" / "site" / "index.html").read_text("utf-8")
    assert "Not everything could be shown" in page
    assert f"report: {folder / 'out' / 'site' / 'index.html'}" in out


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
    pages = [page.read_text(encoding="utf-8") for page in (folder / "out" / "site").glob("*.html")]
    assert sum(page.count("orth $1.0") for page in pages) >= 2
    assert any("It costs $ 1" in page for page in pages)


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
    out = () if arguments in (("list",), ("--help",)) else ("--out", str(folder / "out"))
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", code, *arguments, *out],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        stdout=writer,
        stderr=writer if streams == "both" else subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert process.returncode == expected
    assert not process.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is full here")
def test_a_disk_that_takes_no_more_of_what_is_printed_is_a_sentence():
    command = [sys.executable, "-m", "verify", "list"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        "verify: what was to be printed could not be written: there is no space left.\n"
    )


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


# --- the PDF --------------------------------------------------------------------------------------


def test_without_a_chromium_a_pdf_is_refused_before_anything_is_done(verify, folder, monkeypatch):
    registry = write_registry(folder, ["derivation"])
    monkeypatch.setenv("PATH", str(folder / "nowhere"))
    code, out, err = verify(registry, "report", "--pdf", folder / "report.pdf")
    assert (code, out) == (3, "")
    assert "No Chromium is here" in err
    assert "index.html from any browser" in err
    assert not (folder / "out").exists()


def test_a_chromium_that_prints_nothing_is_told_in_its_own_last_words(verify, folder, monkeypatch):
    registry = write_registry(folder, ["derivation"])
    browser = folder / "bin" / "chromium"
    browser.parent.mkdir()
    browser.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
    browser.chmod(0o755)
    verify(registry, "toy", *FAST)
    monkeypatch.setenv("PATH", f"{browser.parent}{os.pathsep}{os.environ['PATH']}")
    file = folder / "report.pdf"
    code, out, err = verify(registry, "report", "--pdf", file)
    assert code == 1
    assert "did not print the report (no display)." in err
    assert "printed:" not in out
    assert not file.exists()


def test_a_relative_folder_is_the_same_for_a_process_that_works_elsewhere(folder, monkeypatch):
    """Coq runs in the folder of its files, a worker of a cluster where it was started."""
    monkeypatch.chdir(folder)
    folders = Folders.at(Path("out"))
    assert (folders.evidence, folders.artefacts) == (
        folder / "out/evidence",
        folder / "out/artefacts",
    )
