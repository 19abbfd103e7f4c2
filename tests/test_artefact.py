"""Artefacts are built once, read back bit for bit, and built again when damaged.

The oracle is a count that the building function leaves on disk.
"""

from __future__ import annotations

import fcntl
import importlib
import io
import queue
import sys
import threading
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from verify.claims.check import Context
from verify.engine.artefact import Artefact
from verify.engine.locks import exclusive
from verify.identity.closure import snapshot_sources


def build(arguments, ctx):
    with open(f"{ctx.cache}-calls", "a") as file:
        file.write(f"{ctx.seed} {ctx.profile}\n")
    return {"x": np.arange(arguments[0]) / 3.0, "label": np.array("digits")}


def build_slowly(arguments, ctx):
    Path(ctx.scratch).mkdir(parents=True, exist_ok=True)
    (Path(ctx.scratch) / "half").write_text("half")
    time.sleep(0.3)
    assert (Path(ctx.scratch) / "half").read_text() == "half"
    return build(arguments, ctx)


def build_objects(arguments, ctx):
    return {"x": np.array([object()])}


@pytest.fixture
def ctx(tmp_path):
    return Context(seed=5, profile="deep", device="cpu", cache=str(tmp_path / "cache"), rooms={})


def calls(ctx):
    with open(f"{ctx.cache}-calls") as file:
        return file.read().splitlines()


def test_built_once_and_read_back_exactly(ctx):
    artefact = Artefact("numbers", build, (10,))
    first, second = artefact.load(ctx), artefact.load(ctx)
    assert len(calls(ctx)) == 1
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert [path.name for path in artefact.path(ctx).parent.iterdir()] == [artefact.path(ctx).name]


def test_what_the_address_leaves_out_is_hidden_from_the_building_code(ctx):
    artefact = Artefact("numbers", build, (10,))
    artefact.load(ctx)
    assert artefact.path(ctx) == artefact.path(replace(ctx, seed=6, profile="smoke"))
    assert calls(ctx) == ["0 standard"]


def test_arguments_device_and_versions_are_part_of_the_address(ctx):
    artefact = Artefact("numbers", build, (10,))
    keys = {
        artefact.key(ctx),
        Artefact("numbers", build, (11,)).key(ctx),
        artefact.key(replace(ctx, device="cuda")),
        artefact.key(ctx, {"python": "0"}),
    }
    assert len(keys) == 4


def zipped(**members):
    """An archive of these members, compressed by a method that the reader need not know."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        for name, member in members.items():
            archive.writestr(f"{name}.npy", member)
    return content.getvalue()


def saved(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


HUGE = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,)}"

DAMAGE = {
    "empty": b"",
    "no archive": b"no archive",
    "cut off": b"PK\x03\x04 cut off",
    "of another artefact": saved(
        x=np.ones(10), label=np.array("digits"), address=np.array("other-0")
    ),
    "of nobody": saved(x=np.ones(10), label=np.array("digits")),
    "no array": zipped(x=b"no array"),
    "a huge shape": zipped(x=HUGE.ljust(128) + b"\n"),
    "pickled": saved(x=np.array([{}], dtype=object)),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_set_aside_and_built_again(ctx, damage):
    artefact = Artefact("numbers", build, (10,))
    expected = artefact.load(ctx)
    path = artefact.path(ctx)
    path.write_bytes(damage)
    with pytest.warns(UserWarning, match="is damaged .* is built again"):
        assert np.array_equal(artefact.load(ctx)["x"], expected["x"])
    assert np.array_equal(artefact.load(ctx)["x"], expected["x"])
    assert len(calls(ctx)) == 2
    assert path.with_name(f"{path.name}.damaged").read_bytes() == damage


def test_every_flipped_bit_of_an_array_is_noticed(ctx):
    artefact = Artefact("numbers", build, (10,))
    expected = artefact.load(ctx)
    path = artefact.path(ctx)
    whole = path.read_bytes()
    start = whole.index(expected["x"].tobytes())
    for bit in range(0, 8 * expected["x"].nbytes, 13):
        flipped = bytearray(whole)
        flipped[start + bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.warns(UserWarning, match="checksum"):
            assert np.array_equal(artefact.load(ctx)["x"], expected["x"])


@pytest.mark.parametrize(
    "two",
    [ThreadPoolExecutor, partial(ProcessPoolExecutor, mp_context=get_context("fork"))],
    ids=["threads", "processes"],
)
def test_two_that_need_the_same_artefact_build_it_once(ctx, two):
    """The second waits for the first, and what the first works with is not taken from it."""
    artefact = Artefact("slow", build_slowly, (10,))
    with two(2) as both:
        found = list(both.map(artefact.load, [ctx, ctx]))
    assert np.array_equal(found[0]["x"], found[1]["x"])
    assert len(calls(ctx)) == 1
    assert [path.name for path in artefact.path(ctx).parent.iterdir()] == [artefact.path(ctx).name]


def test_who_waited_for_a_lock_that_its_holder_removed_holds_the_new_one(tmp_path, monkeypatch):
    """Three: the first removes the folder, the second waited for it, the third finds none and makes one."""
    folder, asked = tmp_path / "lock", threading.Event()
    inside, leave = queue.SimpleQueue(), threading.Event()
    flock = fcntl.flock

    def telling(file, operation):
        asked.set()
        flock(file, operation)

    def hold(name):
        with exclusive(folder):
            inside.put(name)
            leave.wait(20)
            folder.rmdir()

    others = [threading.Thread(target=hold, args=(name,)) for name in ("second", "third")]
    with exclusive(folder):
        monkeypatch.setattr(fcntl, "flock", telling)
        others[0].start()
        assert asked.wait(20)
        time.sleep(0.2)  # between its call and the lock nobody can look
        folder.rmdir()
    assert inside.get(timeout=20) == "second"
    others[1].start()
    with pytest.raises(queue.Empty):
        inside.get(timeout=0.5)
    leave.set()
    assert inside.get(timeout=20) == "third"
    for one in others:
        one.join()
    assert not folder.exists()


def test_a_file_in_the_place_of_a_lock_is_an_error(tmp_path):
    (tmp_path / "lock").write_text("in the way")
    with pytest.raises(FileExistsError), exclusive(tmp_path / "lock"):
        pass


def test_half_a_file_is_built_again(ctx):
    artefact = Artefact("numbers", build, (1000,))
    artefact.load(ctx)
    whole = artefact.path(ctx).read_bytes()
    for cut in range(1, len(whole), len(whole) // 7):
        artefact.path(ctx).write_bytes(whole[:cut])
        with pytest.warns(UserWarning, match="is damaged"):
            assert len(artefact.load(ctx)["x"]) == 1000


def test_a_disk_that_takes_no_more_keeps_no_part_of_it(ctx, monkeypatch):
    artefact = Artefact("numbers", build, (10,))

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full)
        with pytest.raises(OSError, match="No space left"):
            artefact.load(ctx)
    assert list(artefact.path(ctx).parent.iterdir()) == []
    assert len(artefact.load(ctx)["x"]) == 10


def test_python_objects_are_refused(ctx):
    with pytest.raises(ValueError, match="expected arrays of numbers or text"):
        Artefact("objects", build_objects).load(ctx)


def test_what_code_built_that_is_no_longer_on_disk_is_not_kept(ctx, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    source = "import numpy as np\ndef build(arguments, ctx):\n    return {'x': np.ones(1)}\n"
    (tmp_path / "builder.py").write_text(source)
    snapshot_sources("builder")
    builder = importlib.import_module("builder")
    artefact = Artefact("ones", builder.build)
    (tmp_path / "builder.py").write_text(source.replace("ones", "zeros"))
    with pytest.raises(RuntimeError, match="builder changed on disk"):
        artefact.load(ctx)
    assert not artefact.path(ctx).exists()
    (tmp_path / "builder.py").write_text(source)
    assert artefact.load(ctx)["x"] == 1.0
    monkeypatch.delitem(sys.modules, "builder")
