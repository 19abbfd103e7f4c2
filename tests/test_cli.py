"""The command line from end to end: exit codes, what is printed, and the files that are left.

Most tests call `main` in this process on toy rooms, with real workers; subprocesses are used only
where the process itself is the subject.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import fields
from xml.etree import ElementTree

import msgspec
import pytest
from toy import context, forget, load_checks, write_registry

from verify.__main__ import REGISTRIES, ROOT, main
from verify.claims.evidence import Outcome
from verify.cli.arguments import COMMANDS
from verify.cli.console import LiveProgress, duration
from verify.diagnose.losses import NAMED, UNBOUND
from verify.engine.record import RunRecord
from verify.engine.registry import contents, find, load
from verify.engine.runner import Event, Stage
from verify.engine.store import Store
from verify.engine.worker import run_check

FAST = ("--profile", "smoke", "--device", "cpu", "--jobs", "1")


# --- running --------------------------------------------------------------------------------


def test_a_run_that_finds_what_is_stated(verify, folder):
    registry = write_registry(folder)
    code, out, err = verify(registry, "all", *FAST, "--seed", "5")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "seed 5, profile smoke, device cpu, jobs 1"
    assert any(line.startswith("toy.P.property  as stated  ") for line in lines)
    assert (
        "  reading R, f < 1: holds, citing Congruence keeps a semidefinite sign (derived: toy.P.derivation)"
        in lines
    )
    assert "  It is so: yes, 1.0" in lines
    assert lines[-1].startswith(
        "4 as stated, 0 surprises, 0 errors, 0 undecided or vacuous, 0 not run; 0 reused; "
    )
    page = folder / "out" / "site" / "index.html"
    assert f"report: {page}" in lines
    assert "Theorem 0.1" in page.read_text(encoding="utf-8")


def test_the_seed_is_kept_and_evidence_is_reused_until_fresh(verify, folder):
    registry = write_registry(folder)
    _, first, _ = verify(registry, "all", *FAST)
    _, second, _ = verify(registry, "all", *FAST)
    assert first.splitlines()[0] == second.splitlines()[0]
    assert "4 reused" in second
    _, third, _ = verify(registry, "all", *FAST, "--fresh")
    assert third.splitlines()[0] != first.splitlines()[0]
    assert "0 reused" in third


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "count"),
    [
        ("surprise", "1 surprise,"),
        ("fail", "1 error,"),
        ("few", "1 error,"),
        ("undecided", "1 und"),
    ],
)
def test_a_gating_check_gone_wrong_exits_1(verify, folder, wrong, count):
    code, out, _ = verify(write_registry(folder, ["derivation", wrong]), "toy", *FAST)
    assert code == 1
    assert f"not as stated: toy.P.{wrong}: " in out
    assert count in out.splitlines()[-1]


def test_a_surprise_in_a_context_check_exits_0(verify, folder):
    code, out, _ = verify(write_registry(folder, ["derivation", "context"]), "toy", *FAST)
    assert code == 0
    assert "1 surprise," in out.splitlines()[-1]


def test_a_verdict_against_the_prediction_exits_1(verify, folder):
    registry = write_registry(
        folder, ["measured"]
    )  # no derivation: supported, where derived is predicted
    code, out, _ = verify(registry, "toy", *FAST)
    assert code == 1
    assert "predicts" in out


def test_what_a_gpu_is_needed_for_is_counted_and_changes_nothing(verify, folder):
    registry = write_registry(folder, ["derivation", "gpu"])
    code, out, _ = verify(registry, "toy", *FAST)
    assert code == 0
    assert "1 not run" in out.splitlines()[-1]
    (line,) = (line for line in out.splitlines() if "toy.P.gpu" in line)
    assert line == (
        "not run, 1 check: It needs a CUDA device, and this run is on the CPU. toy.P.gpu"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("checks", "expected"), [(["derivation"], 3), (["surprise"], 1)])
def test_a_gpu_that_was_asked_for_and_is_lacking(verify, folder, monkeypatch, checks, expected):
    monkeypatch.setattr("verify.__main__.gpu", lambda: "")
    registry = write_registry(folder, [*checks, "derivation"] if "surprise" in checks else checks)
    code, out, err = verify(registry, "toy", "--profile", "smoke", "--device", "cuda")
    assert code == expected
    assert "device cpu" in out.splitlines()[0]
    first, *_, last = err.splitlines()
    assert first.endswith("no CUDA device was found; the checks that can run on the CPU run there.")
    assert last.endswith("no CUDA device was found; the checks that can run on the CPU ran there.")


@pytest.mark.slow
def test_filters_leave_verdicts_open_and_nothing_red(verify, folder):
    registry = write_registry(folder)
    code, out, _ = verify(registry, "all", *FAST, "--only", "property")
    assert code == 0
    assert (
        "reading R, f < 1: undecided (not run: toy.P.derivation, toy.P.derivation.ablation)" in out
    )
    assert "3 not run" in out.splitlines()[-1]
    code, out, _ = verify(registry, "all", *FAST, "--skip", "property", "--skip", "training")
    assert code == 0
    assert out.splitlines()[-1].startswith("2 as stated")


def test_a_filter_that_leaves_nothing_exits_2(verify, folder):
    code, _, err = verify(write_registry(folder), "toy", *FAST, "--only", "attack")
    assert code == 2
    assert "No check is left" in err


@pytest.mark.slow
def test_several_rooms_by_any_of_their_names(verify, folder):
    registry = write_registry(folder)
    for names in (["THEOREM  0.1", "x1"], ["0.1", "--seed", "1", "Experiment X1"]):
        code, out, _ = verify(registry, *names, *FAST)
        assert code == 0
        assert out.splitlines()[-1].startswith("4 as stated")
    _, out, _ = verify(registry, "toy", *FAST)
    assert out.splitlines()[-1].startswith("3 as stated")


def test_a_room_that_cannot_be_imported_exits_1_and_the_others_run(verify, folder):
    registry = write_registry(folder)
    (folder / registry / "x1.py").write_text("import no_such_module\n")
    code, out, _ = verify(registry, "all", *FAST)
    assert code == 1
    assert f"The room {registry}.x1 could not be imported (ModuleNotFoundError" in out
    assert out.splitlines()[-1].startswith("3 as stated")


@pytest.mark.slow
def test_damaged_evidence_is_told_and_made_again(verify, folder):
    registry = write_registry(folder)
    verify(registry, "all", *FAST)
    (file,) = (folder / "out" / "evidence").glob("toy.P.property-*")
    file.write_text("{")
    code, out, err = verify(registry, "all", *FAST)
    assert code == 0
    assert "3 reused" in out
    assert "is damaged" in err


# --- files ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_record_as_json_reads_back(verify, folder):
    registry = write_registry(folder, ["derivation", "property", "gpu", "context"])
    file = folder / "run.json"
    verify(registry, "all", *FAST, "--seed", "3", "--json", file)
    record = msgspec.json.decode(file.read_bytes(), type=RunRecord)
    assert record.seed == 3
    assert record.counts[Outcome.AS_STATED] == 4
    assert list(record.not_run) == ["toy.P.gpu"]
    assert [check.id for check in record.checks][-1] == "X1.measure"
    assert record.cpu_s == pytest.approx(
        sum(c.evidence.provenance.cpu_s for c in record.checks if c.evidence)
    )
    # The report is of the same run, which began before its checks were made.
    page = (folder / "out" / "site" / "provenance.html").read_text("utf-8")
    began = re.search(r"<dt>Started<dd><time datetime=\"?([^\">]+)", page)
    assert began is not None
    assert began[1] == record.started
    assert record.started <= min(c.evidence.provenance.date for c in record.checks if c.evidence)


@pytest.mark.slow
def test_junit_has_a_case_for_each_check_and_verdict_gone_wrong(verify, folder):
    names = ["derivation", "gpu", "surprise", "fail", "context"]
    file = folder / "junit.xml"
    verify(write_registry(folder, names), "all", *FAST, "--junit", file)
    root = ElementTree.parse(file).getroot()
    found = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert found == {
        "toy.P.derivation": ["properties", "system-out"],
        "toy.P.derivation.ablation": ["properties", "system-out"],
        "toy.P.gpu": ["skipped"],
        "toy.P.surprise": ["properties", "failure"],
        "toy.P.fail": ["properties", "error"],
        "toy.P.context": ["properties", "system-out"],
        "P": ["failure"],
        "X1.measure": ["properties", "system-out"],
    }
    made = {one.get("name"): one.get("value") for one in root.find(".//testcase/properties")}
    assert {"key", "seed", "profile", "device", "machine", "git", "cases", "wall_s"} <= set(made)
    assert {"seed", "git", "python", "torch", "processor"} <= {
        one.get("name") for one in root.find("testsuite/properties")
    }
    suite = root.find("testsuite")
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == [
        "7",
        "2",
        "1",
        "1",
    ]
    assert "Traceback" in root.find(".//error").text


@pytest.mark.slow
def test_junit_has_a_case_for_what_belongs_to_no_check(verify, folder):
    registry = write_registry(folder, ["derivation", "context"])
    (folder / registry / "x1.py").write_text("1 / 0")
    code, _, _ = verify(registry, "all", *FAST, "--junit", folder / "junit.xml")
    root = ElementTree.parse(folder / "junit.xml").getroot()
    assert code == 1
    assert [suite.get("failures") for suite in root] == ["0", "1"]
    assert "ZeroDivisionError" in root.find("testsuite[@name='run']//failure").get("message")


@pytest.mark.slow
def test_the_data_of_a_check_are_named_in_every_export(verify, folder):
    """In that of the run that read them, and of the next, which takes the evidence from the store."""
    registry = write_registry(folder, ["derivation", "reads"])
    data = {"words": "0123456789abcdef" * 4}
    for reused in (0, 4):
        files = ("--json", folder / "run.json", "--junit", folder / "junit.xml")
        assert verify(registry, "all", *FAST, *files)[0] == 0
        record = msgspec.json.decode((folder / "run.json").read_bytes(), type=RunRecord)
        assert record.reused == reused
        found = {check.id: check.evidence.data for check in record.checks}
        assert len(found) == 4
        assert {id: named for id, named in found.items() if named} == {"toy.P.reads": data}
        for case in ElementTree.parse(folder / "junit.xml").iter("testcase"):
            noted = {one.get("name"): one.get("value") for one in case.iter("property")}
            assert noted.get("data: words") == found[case.get("name")].get("words")
        page = (folder / "out" / "site" / "provenance.html").read_text()
        assert f"words <code>{data['words'][:12]}</code>" in page


@pytest.mark.slow
def test_the_report_is_made_again_from_stored_evidence(verify, folder):
    registry = write_registry(folder)
    code, _, err = verify(registry, "report")
    assert code == 2
    assert "No evidence is stored" in err
    assert f"`python -m verify all --out {folder / 'out'}` makes some" in err
    verify(registry, "all", *FAST)
    page = folder / "out" / "site" / "index.html"
    page.unlink()
    code, out, _ = verify(registry, "report")
    assert code == 0
    assert "4 reused" in out
    assert page.exists()


@pytest.mark.slow
def test_the_report_shows_evidence_of_earlier_code_and_lets_it_count_for_nothing(verify, folder):
    registry = write_registry(folder)
    verify(registry, "all", *FAST)
    formula = folder / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace("x * x", "x * x * x"))
    forget(registry)
    file = folder / "run.json"
    code, out, _ = verify(registry, "report", "--json", file)
    assert code == 0
    assert "reading R, f < 1: undecided (not run" in out
    assert out.splitlines()[-1].startswith("1 as stated")
    record = msgspec.json.decode(file.read_bytes(), type=RunRecord)
    stale = next(check for check in record.checks if check.id == "toy.P.property")
    assert stale.stale
    assert stale.evidence.outcome is Outcome.AS_STATED
    assert stale.outcome is Outcome.NOT_RUN
    assert record.not_run["toy.P.property"] == "Not run yet. Measured with earlier code."


def test_a_theorem_that_could_not_be_checked_is_left_out_of_account(verify, folder):
    registry = write_registry(folder, ["derivation", "theorem"])
    code, out, _ = verify(registry, "toy", *FAST)
    assert code == 0
    assert "part P, bound: derived, citing " in out
    assert "1 not run" in out.splitlines()[-1]


def test_evidence_recorded_on_another_machine_is_shown_and_counts_for_nothing(
    verify, folder, monkeypatch
):
    registry = write_registry(folder, ["derivation", "gpu"])
    recorded = Store(folder / "recorded")
    recorded.write(run_check("toy.P.gpu", context(registry, folder, device="cuda", seed=9)))
    monkeypatch.setattr("verify.__main__.RECORDED", recorded.folder)
    file = folder / "run.json"
    code, out, _ = verify(registry, "toy", *FAST, "--seed", "1", "--json", file)
    assert code == 0
    assert "1 not run" in out.splitlines()[-1]
    record = msgspec.json.decode(file.read_bytes(), type=RunRecord)
    shown = next(check for check in record.checks if check.id == "toy.P.gpu")
    assert shown.recorded
    assert shown.stale
    assert shown.note.endswith("Measured with seed 9.")


# --- looking --------------------------------------------------------------------------------


def test_show_prints_the_statement_and_what_is_stored(verify, folder):
    registry = write_registry(folder)
    code, out, _ = verify(registry, "show", "0.1", "x1", "--full")
    assert code == 0
    for text in (
        "Squares are at most one.",
        "assumes unit (quoted): 0 ≤ x < 1",  # LaTeX in the statement
        "Part P, bound",
        "    Not run yet.\n",
        "Remark: One seed.",
        "measured: not run",
    ):
        assert text in out
    assert "$" not in out
    assert "not run: Not run yet." not in out
    verify(registry, "all", *FAST)
    _, out, _ = verify(registry, "show", "toy", "X1", "--full")
    assert "as stated: it closes" in out
    assert "measured: yes, 1.0" in out
    assert "reading R, f < 1: holds" in out


def test_show_is_one_screen_without_full(verify, folder):
    registry = write_registry(folder)
    _, out, _ = verify(registry, "show", "toy", "x1")
    assert "  undecided:\n    R  f < 1\n" in out
    assert "3 checks: 3 not run" in out
    verify(registry, "all", *FAST)
    code, out, _ = verify(registry, "show", "toy", "x1")
    assert code == 0
    assert out.splitlines() == [
        "Theorem 0.1: A toy",
        "Readings, as quoted:",
        "  holds:",
        "    R  f < 1",
        "Parts, as repaired:",
        "  derived:",
        "    P  bound",
        "3 checks: 3 as stated",
        "",
        "X1: A toy",
        "  It is so: yes, 1.0",
        "1 check: 1 as stated",
        "",
        "`python -m verify show toy x1 --full` has the texts and every check.",
    ]


@pytest.mark.slow
def test_every_statement_is_shown_on_one_screen(tmp_path, capsys):
    for place in contents(REGISTRIES):
        assert main(["show", place.entry.id, "--out", str(tmp_path)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert 5 < len(lines) <= 50, place.entry.id
        assert all(len(line) <= 80 for line in lines)


def test_doctor_names_what_cannot_run_and_why(verify, folder, monkeypatch):
    monkeypatch.setattr("verify.cli.doctor.gpu", lambda: "")
    registry = write_registry(folder, ["derivation", "gpu"])
    code, out, _ = verify(registry, "doctor")
    assert code == 0
    assert "torch: " in out
    assert (
        "cannot run: It needs a CUDA device, and this run is on the CPU. 1 check: toy.P.gpu\n"
        in out
    )
    monkeypatch.setattr("verify.cli.doctor.gpu", lambda: "a card")
    _, out, _ = verify(registry, "doctor")
    assert "device: cuda (a card)" in out
    assert "cannot run: nothing" in out


def test_listing_is_instant_and_imports_nothing_heavy():
    code = (
        "import sys, time\n"
        "from verify.__main__ import main\n"
        "code = main(['list'])\n"
        "heavy = ('torch', 'sympy', 'rich', 'numpy', 'hypothesis', 'jinja2')\n"
        "print([m for m in heavy if m in sys.modules], code)\n"
        "print(time.process_time())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *listed, last, seconds = done.stdout.splitlines()
    assert last == "[] 0"
    places = contents(REGISTRIES)
    assert len(listed) == len(places) > 0
    assert all(
        place.entry.id in line and place.entry.title in line
        for place, line in zip(places, listed, strict=True)
    )
    assert float(seconds) < 1.0  # of the processor; 0.15 on an idle machine


def test_every_real_name_finds_its_room():
    places = contents(REGISTRIES)
    for place in places:
        for name in (place.entry.id, place.entry.label, *place.entry.names):
            assert find(places, name.upper()) == place


# --- bad usage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "required: COMMAND"),
        (["lst"], "Did you mean `list`?"),
        (["4.1", "list"], "`list` is a command, which stands before names"),
        (["run"], "`run` expects the name"),
        (["show", "4.1", "--ful"], "`show` has no option `--ful`. Did you mean `--full`?"),
        (["4.1", "--shw"], "`run` has no option `--shw`. `python -m verify run --help` has them."),
        (["attack", "4.1", "--jobs", "2"], "`attack` does not use it: `--jobs` is an option of"),
        (["soak", "4.1", "--seed", "2"], "`soak` does not use it: `--seed` is an option of"),
        (["list", "--out", "x"], "`list` does not use it"),
        (["diff", "--fresh"], "`diff` does not use it"),
        (["bench", "--json", "/no/such/folder/bench.json"], "no writable folder"),
        (["thm42"], "No statement or experiment is called 'thm42'. Did you mean"),
        (["all", "toy"], "`all` takes no names"),
        (["show"], "`show` expects the name"),
        (["all", "--seed", "abc"], "expected a whole number from 0 to 4294967295, got 'abc'"),
        (["all", "--seed", "-1"], "got '-1'"),
        (["all", "--seed", "4294967296"], "got '4294967296'"),
        (["all", "--jobs", "0"], "expected a whole number of at least 1, got '0'"),
        (["all", "--jobs", "-3"], "got '-3'"),
        (["all", "--profile", "quick"], "invalid choice: 'quick'"),
        (["all", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["all", "--only", "guess"], "expected one of kernel, derivation, property"),
        (["all", "--prof", "smoke"], "no option `--prof`. Did you mean `--profile`?"),
        (["all", "--json", "/no/such/folder/run.json"], "no writable folder"),
        (["all", "--out", "/dev/null/out"], "cannot be written"),
    ],
)
def test_bad_usage_is_a_sentence_and_exits_2(capsys, arguments, sentence):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert "Traceback" not in printed.err


def test_the_help_of_a_diagnosis_names_every_loss_and_the_numbers_that_it_holds(capsys):
    assert main(["diagnose", "--help"]) == 0
    told = capsys.readouterr().out.partition("Losses by name")[2]
    words = set(re.findall(r"\w+", told))
    for name, objective in NAMED.items():
        numbers = {f.name for f in fields(objective.constants) if f.type == "float"}
        assert ({name} | numbers <= words) == (name not in UNBOUND), name


def test_each_command_has_its_line_its_help_and_its_options(capsys):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert re.search(rf"^    {name}\s+{command.does.split()[0]}", listed, re.MULTILINE)
        assert main([*name.split(), "--help"]) == 0
        helped = capsys.readouterr().out
        assert helped.startswith(f"usage: python -m verify {name} ")
        assert set(re.findall(r"^  (--[\w-]+)", helped, re.MULTILINE)) == set(command.options)


def test_the_version_is_that_of_the_project(capsys):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{project['name']} {project['version']}\n"


# --- progress -------------------------------------------------------------------------------


def test_the_live_table_counts_and_estimates(folder, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    registry = write_registry(folder, ["derivation", "property", "surprise", "weigh"])
    room = load("toy", f"{registry}.toy")
    checks = load_checks(registry)
    out = io.StringIO()
    found = run_check("toy.P.surprise", context(registry, folder))
    with LiveProgress(out, [room], [check.id for check in checks]) as progress:

        def tell(stage, name, cost=1.0, evidence=None):
            progress(Event(stage=stage, name=name, room="toy", cost=cost, evidence=evidence))

        assert progress.time_left() == "none"
        for check in checks:
            tell(Stage.QUEUED, check.id)
        assert progress.time_left() == "not yet known"
        tell(Stage.QUEUED, "toy-head")
        tell(Stage.STARTED, "toy-head")
        tell(Stage.FAILED, "toy-head")
        tell(Stage.STARTED, found.check)
        tell(Stage.FINISHED, found.check, evidence=found)
        tell(Stage.REUSED, found.check, evidence=found)
        assert progress.cost_left == 4.0
        assert progress.cost_done == 2.0
        assert progress.time_left().endswith(" s")
        assert (progress.rows["toy"].done, progress.rows["toy"].total) == (2, 5)
    text = out.getvalue()
    assert "it moved" in text
    assert "\x1b[31m" not in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (125.0, "2 min 05 s"),
        (3599.9, "1 h 00 min"),
        (3780.0, "1 h 03 min"),
    ],
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words


# --- the process ----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_pytest_door_reports_failures_and_skips_with_reasons(folder):
    names = ["derivation", "property", "gpu", "surprise"]
    registry = write_registry(folder, names)
    shutil.copy(ROOT / "theorems" / "conftest.py", folder / "conftest.py")
    (folder / "test_toy.py").write_text(
        f"""
import pytest
from verify.engine.registry import contents, modules
from msgspec.structs import replace
from {registry}.toy import CHECKS, STATEMENT
import conftest

@pytest.fixture(scope="session")
def ctx(pytestconfig, kept_in):
    made = conftest.ctx.__wrapped__(pytestconfig)
    assert made.cache == str(conftest.Folders.at(None).artefacts)
    assert not kept_in.is_relative_to(conftest.ROOT)
    return replace(made, rooms=modules(contents([{registry!r}])))

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)

def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)
"""
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rsf", "-p", "no:cacheprovider", "--verify-seed", "11"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{ROOT}", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "verify: --verify-seed=11 --verify-profile=smoke" in done.stdout
    assert "2 failed, 3 passed, 1 skipped" in done.stdout
    assert "toy.P.gpu: It needs a CUDA device" in done.stdout
    assert "it moved (seed 11, profile smoke)" in done.stdout
    assert "failed, where derived is predicted" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["-1", "4294967296", "one", "1" * 5000])
def test_the_pytest_door_refuses_a_seed_in_a_sentence(seed):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "theorems", "--collect-only", f"--verify-seed={seed}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"expected a whole number from 0 to 4294967295, got {seed[:40]!r}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ctrl_c_ends_the_process_keeps_what_is_stored_and_leaves_no_worker(folder):
    registry = write_registry(folder, ["derivation", "property"])
    room = folder / registry / "toy" / "__init__.py"
    room.write_text(
        room.read_text()
        .replace('"""A toy room."""', "import time")
        .replace("def derive(ctx):\n", "def derive(ctx):\n    time.sleep(600)\n")
    )
    code = f"import sys; from verify.__main__ import main; sys.exit(main(sys.argv[1:], [{registry!r}]))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "toy", *FAST, "--out", str(folder / "out")],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:  # the long property runs first; then the sleeper starts
        if line.startswith("toy.P.property"):
            break
    time.sleep(0.5)
    process.terminate()
    _, err = process.communicate(timeout=20)  # ends only if no worker holds the pipes
    assert process.returncode == 130
    assert err.strip() == (
        "verify: interrupted. What was stored stays; a command that stores what it finds goes on from "
        "there, without --fresh."
    )
    stored = [path.name for path in (folder / "out" / "evidence").glob("toy.*.json")]
    assert len(stored) == 1
    assert (
        json.loads((folder / "out" / "evidence" / stored[0]).read_text())["content"]["cases"] == 60
    )
