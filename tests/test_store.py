"""Evidence comes back exactly as it was written, or not at all.

The oracles are the files themselves: what is on disk after a write, a damage, a refusal.
"""

from __future__ import annotations

import errno
import fcntl
import math
import os
import secrets
import subprocess
import sys
import time
from multiprocessing import get_context

import msgspec
import numpy as np
import pytest
from msgspec.structs import asdict, replace

from verify.claims.acceptance import normalised
from verify.claims.check import Arithmetic, Check, Kind, Role, evidence_for
from verify.claims.evidence import Evaluated, Finding, Outcome, Plot, Provenance, Series, Witness
from verify.claims.statement import Statement
from verify.engine.provenance import Traced
from verify.engine.store import SEED_LIMIT, Asked, Records, Store, StoreError, best_valid, seal
from verify.kernel import coq

KEY = "0123456789abcdef" + "f" * 48
OTHER = "fedcba9876543210" + "f" * 48

FULL = Finding(
    outcome=Outcome.AS_STATED,
    summary="γ ≥ 0 — “as stated”",
    cases=60,
    margin=0.1 + 0.2,
    witness=Witness(
        point=(("x", r"$\\tfrac{1}{3}$"),),
        hypotheses=(Evaluated(id="h", text="", value="1", holds=True),),
        conclusion=Evaluated(id="c", text="", value="0", holds=False),
    ),
    residuals={"symmetry": 5e-324, "trace": -1.7976931348623157e308},
    plots=(
        Plot(
            title="",
            kind="line",
            series=(Series(label="a", x=(0.1, 1e-17), y=(2.0, 3.0)),),
            xlabel="",
            ylabel="",
        ),
    ),
)


def evidence(finding=FULL, key=KEY, name="room.a", date="2026-01-01"):
    check = Check(
        id=name,
        title="",
        role=Role.SUPPORTS,
        kind=Kind.SCALE,
        arithmetic=Arithmetic.FLOAT64,
        run=lambda ctx: finding,
    )
    provenance = Provenance(
        key=key,
        seed=3,
        profile="smoke",
        device="cpu",
        versions={"python": "3"},
        git="abc",
        date=date,
        wall_s=0.25,
        cpu_s=0.125,
    )
    found = evidence_for(check, finding, provenance)
    return Traced(**asdict(found), data={"images": "5" * 64})


ASKED = Asked(seed=7, profile="deep", device="cuda", only=(Kind.SCALE,), skip=(Kind.ATTACK,))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "evidence")


def names(store):
    return sorted(path.name for path in store.folder.iterdir())


def test_what_is_written_comes_back_exactly(store):
    path = store.write(evidence())
    assert path.name == "room.a-0123456789abcdef.json"
    assert store.read("room.a", KEY) == evidence()
    assert names(store) == [path.name]


def test_nothing_comes_back_for_another_key_or_check(store):
    store.write(evidence())
    assert store.read("room.a", OTHER) is None
    assert store.read("room.a", KEY[:16] + "0" * 48) is None
    assert store.read("room.b", KEY) is None
    assert store.warnings == []


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        seal(evidence())[:-20],
        seal(evidence()).replace(b'"as stated"', b'"surprise"'),  # by hand
        seal(evidence()).replace(b'"cases": 60', b'"cases": 61'),
        seal(evidence()).replace(b'"schema": 1', b'"schema": 2'),  # of the future
        seal(evidence()).replace(b"0.25", b"0.75"),
        msgspec.json.encode(evidence()),  # without its seal
        seal(ASKED),
        seal(evidence(name="room.b")),
        seal(evidence(key=OTHER)),
    ],
)
def test_a_damaged_file_is_set_aside_and_told(store, damage):
    path = store.write(evidence())
    assert damage != path.read_bytes()
    path.write_bytes(damage)
    assert store.read("room.a", KEY) is None
    assert names(store) == [f"{path.name}.damaged"]
    assert (store.folder / f"{path.name}.damaged").read_bytes() == damage
    (warning,) = store.warnings
    assert path.name in warning
    store.write(evidence())
    assert store.read("room.a", KEY) == evidence()


def test_every_flipped_bit_is_noticed(store):
    path = store.write(evidence())
    whole = path.read_bytes()
    for place in range(0, len(whole) - 1, 7):  # the last byte ends the line
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 7
        path.write_bytes(flipped)
        found = store.read("room.a", KEY)
        assert found is None or found == evidence()  # white space became other white space
        path.write_bytes(whole)
    assert len(store.warnings) > len(whole) // 14


def test_how_a_file_is_indented_does_not_matter(store):
    path = store.write(evidence())
    path.write_bytes(msgspec.json.format(path.read_bytes(), indent=-1))
    assert store.read("room.a", KEY) == evidence()


def test_two_processes_that_start_at_once_take_the_same_seed(store):
    """Each draws one of its own, and one of them is kept by both."""
    code = (
        "import sys; from pathlib import Path; from verify.engine.store import Store\n"
        "store = Store(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.readline()\n"
        "store.prepare(); print(store.seed())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(store.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = {one.communicate()[0].strip() for one in started}
    assert said == {str(Store(store.folder).seed())}


def test_a_second_run_waits_while_the_first_chooses_the_seed(store, monkeypatch):
    """It starts when the first has seen that there is none, and has a while before the first keeps its own."""
    code = (
        "import sys; from pathlib import Path; from verify.engine.store import Store\n"
        "store = Store(Path(sys.argv[1])); print('ready', flush=True); print(store.seed())"
    )
    started = []

    def slowly(limit):
        command = [sys.executable, "-c", code, str(store.folder)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert started[0].stdout.readline() == "ready\n"
        time.sleep(0.5)
        return 17

    monkeypatch.setattr(secrets, "randbelow", slowly)
    assert store.seed() == 17
    assert started[0].communicate()[0] == "17\n"


def test_of_two_runs_at_once_none_takes_a_file_of_the_other(store, monkeypatch):
    """The second prepares and writes the same, just before and just after a file of the first gets its name."""
    replaced = os.replace

    def act():
        store.prepare()
        store.write(evidence())

    def other():
        os.replace = replaced
        act()

    def meanwhile():
        second = get_context("fork").Process(target=other)
        second.start()
        second.join()
        assert second.exitcode == 0

    def beside(part, path):
        meanwhile()
        replaced(part, path)
        meanwhile()

    monkeypatch.setattr(os, "replace", beside)
    act()
    assert store.read("room.a", KEY) == evidence()
    assert names(store) == ["room.a-0123456789abcdef.json"]


def test_setting_aside_never_replaces_what_was_set_aside_before(store):
    for content in (b"one", b"two", b"three"):
        store.write(evidence()).write_bytes(content)
        assert store.read("room.a", KEY) is None
    assert sorted(path.read_bytes() for path in store.folder.iterdir()) == [
        b"one",
        b"three",
        b"two",
    ]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(store, monkeypatch):
    path = store.write(evidence())
    before = path.read_bytes()

    def fail(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(StoreError, match=r"No space left on device.*--out"):
        store.write(evidence(msgspec.structs.replace(FULL, summary="another")))
    assert path.read_bytes() == before
    assert names(store) == [path.name]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused_by_name(store, bad):
    for finding, path in (
        (msgspec.structs.replace(FULL, residuals={"gap": bad}), r"room\.a\.residuals\.gap"),
        (msgspec.structs.replace(FULL, margin=bad), r"room\.a\.margin"),
        (
            msgspec.structs.replace(
                FULL,
                plots=(
                    msgspec.structs.replace(
                        FULL.plots[0], series=(Series(label="", x=(0.0, 1.0), y=(0.0, bad)),)
                    ),
                ),
            ),
            r"room\.a\.plots\[0\]\.series\[0\]\.y\[1\]",
        ),
    ):
        with pytest.raises(ValueError, match=path + r" is -?(nan|inf)"):
            store.write(evidence(finding))
        with pytest.raises(ValueError, match=path):
            normalised("room.a", finding)
    assert not store.folder.exists()


def test_numpy_scalars_become_plain_numbers():
    finding = Finding(
        outcome=Outcome.AS_STATED,
        summary="",
        cases=np.int64(7),
        margin=np.float32(0.5),
        residuals={"r": np.float64(0.1)},
    )
    plain = normalised("room.a", finding)
    assert type(plain.cases) is int
    assert type(plain.margin) is float
    assert plain.residuals == {"r": 0.1}
    with pytest.raises(ValueError, match=r"room\.a\.margin is nan"):
        normalised("room.a", Finding(outcome=Outcome.ERROR, summary="", margin=np.float64("nan")))


@pytest.mark.parametrize("wrong", [{"summary": 3}, {"cases": "many"}, {"residuals": {"r": object}}])
def test_data_of_another_type_is_refused(wrong):
    finding = Finding(**({"outcome": Outcome.AS_STATED, "summary": ""} | wrong))
    with pytest.raises(ValueError, match=r"room\.a returned a finding that cannot be kept"):
        normalised("room.a", finding)


def test_the_newest_evidence_is_found_by_date_and_not_under_other_checks(store):
    store.write(evidence(key=KEY, date="2026-01-02"))
    store.write(evidence(key=OTHER, date="2026-01-01"))
    store.write(evidence(name="room.a.b", key=OTHER, date="2026-01-09"))
    assert store.newest("room.a", besides="").provenance.key == KEY
    assert store.newest("room.a", besides=KEY).provenance.key == OTHER
    assert store.newest("room.c", besides="") is None


SUBJECT = Statement(
    id="room",
    label="",
    title="",
    source="",
    quoted="",
    unseen="",
    hypotheses=(),
    readings=(),
    parts=(),
)


def stored(store, key, **changes):
    """Keep evidence of another key, profile, outcome or date."""
    outcome = changes.pop("outcome", Outcome.AS_STATED)
    made = evidence(Finding(outcome=outcome, summary="s"), key=key)
    made = replace(made, provenance=replace(made.provenance, **changes))
    store.write(made)
    return made


def best(store, *others, valid=lambda key: True):
    check = replace_check("room.a")
    key_of = lambda one: one.provenance.key if valid(one.provenance.key) else "another"  # noqa: E731
    found = best_valid(check, SUBJECT, key_of, (store, *others))
    return None if found is None else found[0]


def replace_check(name):
    return Check(
        id=name,
        title="",
        role=Role.SUPPORTS,
        kind=Kind.SCALE,
        arithmetic=Arithmetic.FLOAT64,
        run=lambda ctx: FULL,
    )


def test_the_best_evidence_has_most_cases_and_then_is_the_latest(store):
    assert best(store) is None
    smoke = stored(store, KEY, date="2026-01-09")
    assert best(store) == smoke
    deep = stored(store, OTHER, profile="deep", date="2026-01-01")
    assert best(store) == deep
    later = stored(store, "aa" * 32, profile="deep", date="2026-01-02")
    assert best(store) == later


def test_evidence_of_other_code_is_never_the_best(store):
    smoke = stored(store, KEY)
    stored(store, OTHER, profile="deep")
    assert best(store, valid=lambda key: key == KEY) == smoke
    assert best(store, valid=lambda key: False) is None


def test_a_surprise_is_outdone_by_nothing_and_an_error_is_told(store):
    surprise = stored(store, KEY, outcome=Outcome.SURPRISE)
    stored(store, OTHER, profile="deep", date="2026-01-09")
    assert best(store) == surprise
    surprise_gone = Store(store.folder.parent / "other")
    stored(surprise_gone, KEY, profile="deep", outcome=Outcome.ERROR, date="2026-01-09")
    assert best(surprise_gone).outcome is Outcome.ERROR
    assert surprise_gone.warnings == []
    found = stored(surprise_gone, OTHER)
    assert best(surprise_gone) == found
    (warning,) = surprise_gone.warnings
    assert warning.startswith("room.a ended with an error in profile deep with seed 3")


def test_of_equal_evidence_the_stored_counts_before_the_recorded(store):
    stored(store, KEY)
    recorded = Store(store.folder.parent / "recorded")
    stored(recorded, KEY)
    found = best_valid(replace_check("room.a"), SUBJECT, lambda one: KEY, (store, recorded))
    assert found is not None
    assert found[1] is store
    assert store.checks("room") == {"room.a"}
    assert store.checks("roo") == set()


def test_records_are_read_and_never_touched(store):
    damaged = store.write(evidence(date="2026-01-09"))
    whole = store.write(evidence(key=OTHER))
    damaged.write_bytes(b"{")
    (store.folder / "room.b-0123456789abcdef.json").write_bytes(whole.read_bytes())
    before = {path.name: path.read_bytes() for path in store.folder.iterdir()}
    records = Records(store.folder)
    for _ in range(2):
        assert records.read("room.a", KEY) is None
        assert records.read("room.b", KEY) is None
        assert records.read("room.a", OTHER) == evidence(key=OTHER)
        assert records.newest("room.a", besides="").provenance.key == OTHER
    assert {path.name: path.read_bytes() for path in store.folder.iterdir()} == before
    assert len(records.warnings) == 2
    assert damaged.name in records.warnings[0]


def test_what_is_written_after_a_listing_is_found(store):
    store.write(evidence())
    with store.listed():
        store.write(evidence(key=OTHER))
        assert [one.provenance.key for one in store.kept("room.a")] == [KEY]
    assert sorted(one.provenance.key for one in store.kept("room.a")) == sorted([KEY, OTHER])


def test_what_a_run_is_asked_for_is_kept(store):
    assert store.begun() is None
    store.begin(Asked(seed=1, profile="smoke", device="cpu"))
    store.begin(ASKED)
    assert Store(store.folder).begun() == ASKED
    assert names(store) == ["run.json"]
    assert store.newest("run", besides="") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"7", b"-1"),
        (b"7", b"4294967296"),
        (b"deep", b"quick"),
        (b"cuda", b"tpu"),
        (b"scale", b"guess"),
        (b"{", b""),
    ],
)
def test_a_damaged_note_of_a_run_is_set_aside(store, old, new):
    store.begin(ASKED)
    path = store.folder / "run.json"
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert store.begun() is None
    assert names(store) == ["run.json.damaged"]
    assert len(store.warnings) == 1


def test_the_seed_is_drawn_once_and_kept(store):
    seed = store.seed()
    assert 0 <= seed < SEED_LIMIT
    assert store.seed() == seed == Store(store.folder).seed()
    assert store.seed(17) == 17 == store.seed()
    drawn = {store.seed(fresh=True) for _ in range(4)}
    assert len(drawn) == 4  # two equal ones have probability 1.4e-9
    assert store.seed() in drawn


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"17",
        b"\xff",
        seal(ASKED)[:-9],
    ],
)
def test_a_damaged_seed_is_set_aside_and_drawn_again(store, damage):
    store.seed(17)
    (store.folder / "seed").write_bytes(damage)
    seed = store.seed()
    assert names(store) == ["seed", "seed.damaged"]
    assert store.seed() == seed
    assert len(store.warnings) == 1


def test_where_the_seed_is_damaged_the_latest_run_knows_it(store):
    """No bit of it can be flipped unnoticed, not even from one digit to another."""
    store.begin(ASKED)
    store.seed(ASKED.seed)
    path = store.folder / "seed"
    whole = path.read_bytes()
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        assert store.seed() == ASKED.seed
    assert len(store.warnings) > len(whole) // 2  # white space may become other white space
    assert store.seed(fresh=True) != ASKED.seed


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF])
def test_a_file_system_without_locks_is_told_and_used(store, monkeypatch, error):
    """NFS locks no folder; what was said of it was that it cannot be written."""

    def refuse(file, operation):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.warns(UserWarning, match=f"has no locks .{os.strerror(error)}.*at once"):
        seed = store.seed()
    with pytest.warns(UserWarning, match="has no locks"):
        assert store.seed() == seed
    with coq._alone(store.folder / "lock", wait=False) as held:
        assert held


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "evidence")
    acts = (store.prepare, store.seed, lambda: store.begin(ASKED), lambda: store.write(evidence()))
    for act in acts:
        with pytest.raises(StoreError, match=r"cannot be written .*--out\.$"):
            act()
    assert store.newest("room.a", besides="") is None


def test_a_folder_that_can_be_written_is_left_empty(store):
    store.prepare()
    assert names(store) == []
