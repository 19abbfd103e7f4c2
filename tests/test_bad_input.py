"""Whatever the command line is given: a sentence, the right exit code, no traceback, and nothing lost.

Each case makes its files in a folder in which evidence is stored already, and calls `main` in this
process. The oracles are the exit code, the sentence, and every byte that was in the folder before: it is
still there, or beside its place as ``.damaged``. A case that does not end is stopped after `LIMIT_S`.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import shutil
import signal
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image
from report_fixture import run_record
from report_parser import Parsed
from toy import context, write_registry

from reports import ReportError
from reports.mathml import formula
from reports.render import page
from verify.__main__ import main
from verify.cli import doctor
from verify.cli.junit import junit
from verify.engine.record import RunRecord
from verify.engine.store import Asked, Store, seal, write_whole
from verify.engine.worker import run_check

LIMIT_S = 60


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


class Case(NamedTuple):
    """What is asked, with ``{f}`` for the folder; what is to come of it; and what is made before."""

    asked: str
    code: int
    says: str
    make: Callable[[Path], object] = lambda folder: None


# --- what is made ----------------------------------------------------------------------------


def file(name: str, content: bytes = b"") -> Callable[[Path], object]:
    return lambda folder: write_whole(folder / name, content)


def fifo(name: str) -> Callable[[Path], object]:
    return lambda folder: os.mkfifo(folder / name)


def link(name: str, to: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(to)

    return make


def evidence(damage: Callable[[Path], object]) -> Callable[[Path], object]:
    """Do something to the stored evidence of toy.P.property."""

    def make(folder: Path) -> None:
        (kept,) = (folder / "out" / "evidence").glob("toy.P.property-*")
        damage(kept)

    return make


def instead(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def damage(kept: Path) -> None:
        kept.unlink()
        make(kept)

    return damage


def note(content: bytes) -> Callable[[Path], object]:
    """What the latest run was asked for."""
    return lambda folder: (folder / "out" / "evidence" / "run.json").write_bytes(content)


def picture(size: tuple[int, int] = (32, 32), kind: str = "png") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size).save(content, kind)
    return content.getvalue()


def zipped(*members: tuple[str, bytes], cut: int = 0) -> Callable[[Path], object]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members:
            archive.writestr(name, member)
    return file("data.zip", content.getvalue()[: -cut or None])


def tarred(*members: tarfile.TarInfo | tuple[str, bytes], cut: int = 0) -> Callable[[Path], object]:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:xz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                entry = tarfile.TarInfo(member[0])
                entry.size = len(member[1])
                archive.addfile(entry, io.BytesIO(member[1]))
    return file("data.tar", content.getvalue()[: -cut or None])


def terabyte(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = 2**40
    return entry


def special(name: str, kind: bytes, to: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, to
    return entry


def saved(name: str, content: Any) -> Callable[[Path], object]:
    return lambda folder: torch.save(content, folder / name)


def code(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(pickle.dumps(Touch(folder / "ran"), 2))


def objects(folder: Path) -> np.ndarray:
    """An array whose pickle holds code."""
    return np.array([Touch(folder / "ran")], dtype=object)


def array(shape: str) -> bytes:
    """An .npy file that says it has a shape, and has 64 bytes."""
    words = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + words.encode() + bytes(64)


def diagnosing(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Good representations and a good checkpoint, and something besides."""

    def both(folder: Path) -> None:
        np.save(folder / "z.npy", np.random.default_rng(0).normal(size=(6, 4)))
        torch.save({"head.0.weight": torch.ones(2, 4)}, folder / "good.pt")
        make(folder)

    return both


ALL = "toy --profile smoke --jobs 1 --out {f}/out"
REPORT = "report --out {f}/out"
SHOW = "show toy --out {f}/out"
SSL = "ssl E3 --data cifar10 --form reduced --out {f}/out --data-path {f}/"
E8 = "ssl E8 --out {f}/out --data-path {f} --checkpoint {f}/"
HEAD = "diagnose --loss mse --outputs {f}/z.npy --checkpoint {f}/"
OUTPUTS = "diagnose --loss mse --checkpoint {f}/good.pt --outputs {f}/"
LAYER = {"head.0.weight": torch.ones(2, 4)}
HUGE = torch.ones(1).expand(10**6, 10**6)
LONG = "x" * 300
PNG = picture()

CASES: dict[str, Case] = {
    # names
    "an unknown name": Case("thm99", 2, "No statement or experiment is called 'thm99'"),
    "an empty name": Case("''", 2, "No statement or experiment is called ''"),
    "a name that moves the cursor": Case("\x1b[2J\x07", 2, r"called '\\x1b\[2J\\x07'"),
    "a name that turns the line around": Case("\u202eyot", 2, r"called '\\u202eyot'"),
    "a name that is no text": Case("\udcff\udcfe", 2, r"called '\\udcff\\udcfe'"),
    "a very long name": Case("y" * 100_000, 2, "No statement or experiment is called 'yyy"),
    "names after all": Case("all toy", 2, "`all` takes no names, got 'toy'"),
    "show without a name": Case("show", 2, "`show` expects the name"),
    "ssl without a name": Case("ssl", 2, "`ssl` expects the names of experiments"),
    "an unknown experiment": Case("ssl E99", 2, "No statement or experiment is called 'E99'"),
    "diff of one": Case("diff {f}/a", 2, "`diff` expects two records"),
    "nothing at all": Case("", 2, "required: COMMAND"),
    # options
    "a seed in words": Case(f"{ALL} --seed seven", 2, "expected a whole number from 0 to"),
    "a negative seed": Case(f"{ALL} --seed -1", 2, "got '-1'"),
    "too large a seed": Case(f"{ALL} --seed 4294967296", 2, "got '4294967296'"),
    "a seed of 5000 digits": Case(f"{ALL} --seed {'9' * 5000}", 2, "got '9{40}'"),
    "no jobs": Case(f"{ALL} --jobs 0", 2, "expected a whole number of at least 1, got '0'"),
    "half a job": Case(f"{ALL} --jobs 0.5", 2, "got '0.5'"),
    "jobs in superscript": Case(f"{ALL} --jobs ²", 2, "got '²'"),
    "more jobs than a system has processes": Case(
        f"{ALL} --jobs 99999999999", 2, "expected at most 1000000, got '9"
    ),
    "jobs of 5000 digits": Case(f"{ALL} --jobs {'9' * 5000}", 2, "got '9{40}'"),
    "an unknown profile": Case("toy --profile quick", 2, "invalid choice: 'quick'"),
    "an unknown device": Case("toy --device tpu", 2, "invalid choice: 'tpu'"),
    "an unknown kind": Case("toy --only guess", 2, "expected one of kernel, derivation"),
    "an abbreviated option": Case("toy --prof smoke", 2, "`run` has no option `--prof`"),
    "a budget without a number": Case("ssl E3 --budget m", 2, "expected a time such as"),
    "a budget that is no number": Case("ssl E3 --budget nanm", 2, "expected a time such as"),
    "an endless budget": Case("ssl E3 --budget infh", 2, "expected a time such as"),
    "a budget in the past": Case("ssl E3 --budget -9m", 2, "--budget: expected one argument"),
    "no seeds": Case("soak toy --seeds 0", 2, "at least 1"),
    "a form that is not there": Case("ssl E3 --form vast", 2, "invalid choice: 'vast'"),
    "a constant that is no number": Case(
        f"{HEAD}good.pt --set temperature=warm",
        2,
        "`--set` expects NAME=number",
        diagnosing(lambda f: None),
    ),
    "everything left out": Case("toy --only attack --out {f}/out", 2, "No check is left"),
    # paths
    "a file that is a folder": Case("toy --json {f}", 2, "it is a folder; name a file"),
    "a file in no folder": Case("toy --json {f}/no/a", 2, "is no writable folder"),
    "a path that moves the cursor": Case(
        "toy --json {f}/\x1b[2Jno/a", 2, r"/\\x1b\[2Jno is no writable folder"
    ),
    "a file below a file": Case("toy --junit {f}/a/b", 2, "is no writable folder", file("a")),
    "an empty path": Case("toy --out ''", 2, "expected a path, got an empty one"),
    "a file name of 300 letters": Case(f"toy --json {{f}}/{LONG}", 2, "cannot be written"),
    "a folder name of 300 letters": Case(f"toy --out {{f}}/{LONG}", 2, "cannot be written"),
    "a file that links to itself": Case(
        "toy --json {f}/ring", 2, "cannot be written", link("ring", "ring")
    ),
    "a folder that links to itself": Case(
        "toy --out {f}/ring/out", 2, "cannot be written", link("ring", "ring")
    ),
    "a folder that is a file": Case("toy --out {f}/a", 2, "cannot be written", file("a")),
    "a soak's folder that is a file": Case(
        "soak toy --out {f}/a", 2, "cannot be written", file("a")
    ),
    "a kernel's folder that is a file": Case(
        "kernel toy --out {f}/a", 2, "cannot be written", file("a")
    ),
    "a campaign's folder that is a file": Case(
        "mutate --only none --out {f}/a", 2, "cannot be written", file("a")
    ),
    "a folder in a device": Case("toy --out /dev/null/out", 2, "cannot be written"),
    "a folder that the system keeps": Case("toy --out /proc/none", 2, "cannot be written"),
    "a folder that is a fifo": Case("toy --out {f}/pipe", 2, "cannot be written", fifo("pipe")),
    # records
    "a record that is not there": Case("diff {f}/a {f}/a", 2, "cannot be read"),
    "an empty record": Case("diff {f}/a {f}/a", 2, "holds no record of a run", file("a")),
    "a record that is a list": Case("diff {f}/a {f}/a", 2, "holds no record", file("a", b"[]")),
    "a record that is a folder": Case("diff {f} {f}", 2, "cannot be read"),
    "a record that is no text": Case(
        "diff {f}/a {f}/a", 2, "holds no record", file("a", b"\xff\xfe\x00")
    ),
    "a bottomless record": Case(
        "diff {f}/a {f}/a", 2, "holds no record", file("a", b'{"x":' * 200_000)
    ),
    "a record of later code": Case(
        "diff {f}/a {f}/a", 2, "has the layout 99", file("a", b'{"schema": 99}')
    ),
    "a record that is cut off": Case(
        "diff {f}/a {f}/a", 2, "holds no record", file("a", b'{"seed": 1, "profile": "smo')
    ),
    "an endless number in a record": Case(
        "diff {f}/a {f}/a", 2, "holds no record", file("a", b'{"seed": ' + b"9" * 5000 + b"}")
    ),
    # evidence
    "empty evidence": Case(SHOW, 0, "is damaged", evidence(lambda k: k.write_bytes(b""))),
    "evidence that is cut off": Case(
        SHOW, 0, "is damaged", evidence(lambda k: k.write_bytes(k.read_bytes()[:-200]))
    ),
    "evidence that was edited": Case(
        SHOW,
        0,
        "it was changed after it was written",
        evidence(lambda k: k.write_bytes(k.read_bytes().replace(b'"as stated"', b'"surprise"'))),
    ),
    "evidence of later code": Case(
        SHOW,
        0,
        "its layout is 99",
        evidence(lambda k: k.write_bytes(k.read_bytes().replace(b'"schema": 1', b'"schema": 99'))),
    ),
    "bottomless evidence": Case(
        SHOW,
        0,
        "is damaged",
        evidence(lambda k: k.write_bytes(b'{"schema":1,"sha256":"","content":' + b"[" * 10**5)),
    ),
    "evidence that is a folder": Case(SHOW, 0, "is damaged", evidence(instead(Path.mkdir))),
    "evidence that is a fifo": Case(SHOW, 0, "is damaged", evidence(instead(os.mkfifo))),
    "evidence that links to itself": Case(
        SHOW, 0, "is damaged", evidence(instead(lambda k: k.symlink_to(k.name)))
    ),
    "evidence of another check": Case(
        SHOW,
        0,
        "it holds evidence of toy.P.derivation",
        evidence(lambda k: shutil.copy(next(k.parent.glob("toy.P.derivation-*")), k)),
    ),
    "a damaged note of the run": Case(REPORT, 0, "run.json is damaged", note(b"{")),
    "a note of an impossible run": Case(
        REPORT,
        0,
        "run.json is damaged",
        note(seal(Asked(seed=1, profile="smoke", device="cpu")).replace(b"smoke", b"quick")),
    ),
    "no evidence": Case(REPORT, 2, "No evidence is stored", lambda f: shutil.rmtree(f / "out")),
    "a seed file that is no number": Case(
        f"{ALL} --only derivation",
        0,
        "seed is damaged",
        lambda f: (
            (f / "out" / "evidence" / "seed").write_bytes(b"\xff"),
            (f / "out" / "evidence" / "run.json").unlink(),  # which a run writes anew
        ),
    ),
    # data: folders
    "no data": Case(f"{SSL}none", 3, "There is no"),
    "an empty folder": Case(f"{SSL}a", 3, "holds no images", lambda f: (f / "a").mkdir()),
    "a folder that goes round": Case(f"{SSL}a", 3, "holds no images", link("a/round", "..")),
    "a link to nowhere": Case(f"{SSL}a", 3, "cannot be read", link("a/x.jpg", "none")),
    "pictures that are fifos": Case(
        f"{SSL}a",
        3,
        "holds no images",
        lambda f: (
            (f / "a" / "train" / "cat").mkdir(parents=True),
            os.mkfifo(f / "a/train/cat/x.jpg"),
        ),
    ),
    "data that are a fifo": Case(f"{SSL}pipe", 3, "no file or folder", fifo("pipe")),
    "data that are a device": Case(
        "ssl E3 --data cifar10 --form reduced --out {f}/out --data-path /dev/zero",
        3,
        "no file or folder",
    ),
    "a picture that is PostScript": Case(
        f"{SSL}a", 3, "is damaged", file("a/train/cat/x.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\nquit")
    ),
    "a picture that is cut off": Case(
        f"{SSL}a", 3, "is damaged", file("a/train/cat/x.png", PNG[:40])
    ),
    "a picture of another size": Case(
        f"{SSL}a", 3, "is 40x32 pixels", file("a/train/cat/x.png", picture((40, 32)))
    ),
    "a picture that unpacks to gigapixels": Case(
        f"{SSL}a",
        3,
        "is damaged",
        file("a/train/cat/x.png", PNG[:16] + struct.pack(">II", 10**5, 10**5) + PNG[24:]),
    ),
    "one picture": Case(f"{SSL}a", 3, "has 1 training images", file("a/train/cat/x.png", PNG)),
    "half a batch": Case(f"{SSL}a", 3, "3072 bytes of", file("a/data_batch_1.bin", bytes(3072))),
    "a batch with code": Case(
        f"{SSL}a", 3, "nothing was run", lambda f: ((f / "a").mkdir(), code("a/data_batch_1")(f))
    ),
    # data: archives
    "a zip that leaves its folder": Case(
        f"{SSL}data.zip", 3, "training images", zipped(("../../train/cat/x.png", PNG))
    ),
    "a zip from the root": Case(
        f"{SSL}data.zip", 3, "training images", zipped(("/train/cat/x.png", PNG))
    ),
    "a zip of nothing": Case(f"{SSL}data.zip", 3, "holds no images", zipped()),
    "a zip that is cut off": Case(
        f"{SSL}data.zip", 3, "cannot be read", zipped(("train/cat/x.png", PNG), cut=10)
    ),
    "a zip that is damaged inside": Case(
        f"{SSL}data.zip",
        3,
        "cannot be read",
        lambda f: (
            zipped(("train/cat/x.png", bytes(range(256)) * 9))(f),
            (f / "data.zip").write_bytes(
                (f / "data.zip").read_bytes()[:60]
                + b"\x99" * 20
                + (f / "data.zip").read_bytes()[80:]
            ),
        ),
    ),
    "a picture of 64 MB that was 64 kB": Case(
        f"{SSL}data.zip", 3, "is damaged", zipped(("train/cat/x.png", bytes(2**26)))
    ),
    "a tar that leaves its folder": Case(
        f"{SSL}data.tar", 3, "training images", tarred(("../../train/cat/x.png", PNG))
    ),
    "a tar of links": Case(
        f"{SSL}data.tar",
        3,
        "holds no images",
        tarred(
            special("train/cat/x.png", tarfile.SYMTYPE, "/etc/passwd"),
            special("train/cat/y.png", tarfile.LNKTYPE, "/etc/passwd"),
        ),
    ),
    "a tar of devices": Case(
        f"{SSL}data.tar",
        3,
        "holds no images",
        tarred(special("a.bin", tarfile.CHRTYPE), special("b.bin", tarfile.FIFOTYPE)),
    ),
    "a batch of a terabyte": Case(
        f"{SSL}data.tar",
        3,
        "it is not read",
        lambda f: (f / "data.tar").write_bytes(
            terabyte("data_batch_1.bin").tobuf(tarfile.GNU_FORMAT) + bytes(10240)
        ),
    ),
    "a tar that is cut off": Case(
        f"{SSL}data.tar", 3, "cannot be read", tarred(("train/cat/x.png", PNG), cut=150)
    ),
    "a page in an archive's place": Case(
        f"{SSL}data.tar", 3, "cannot be read", file("data.tar", b"<html>moved</html>")
    ),
    "no kept images": Case(f"{SSL}a.npz", 3, "is no file of decoded", file("a.npz", b"PK\x03\x04")),
    "kept images with objects": Case(
        f"{SSL}a.npz", 3, "is no file of decoded", lambda f: np.savez(f / "a.npz", name=objects(f))
    ),
    # released networks
    "no checkpoint": Case(f"{E8}none", 3, "There is no"),
    "a checkpoint that is a fifo": Case(f"{E8}pipe", 3, "no file or folder", fifo("pipe")),
    "a checkpoint with code": Case(f"{E8}a.pt", 3, "nothing else is read", code("a.pt")),
    "a checkpoint that is cut off": Case(
        f"{E8}a.pt",
        3,
        "cannot be read",
        lambda f: (saved("a.pt", LAYER)(f), os.truncate(f / "a.pt", 300)),
    ),
    "an empty checkpoint": Case(f"{E8}a.pt", 3, "cannot be read", file("a.pt")),
    "a checkpoint of words": Case(f"{E8}a.pt", 3, "holds no weights", saved("a.pt", {"a": "b"})),
    "a checkpoint of another network": Case(f"{E8}a.pt", 3, "is nearest to", saved("a.pt", LAYER)),
    "a checkpoint that is not finite": Case(
        f"{E8}a.pt", 3, "not finite", saved("a.pt", {"a": torch.full((2,), torch.nan)})
    ),
    "a checkpoint that unpacks to a terabyte": Case(
        f"{E8}a.pt", 3, "numbers in backbone.a", saved("a.pt", {"backbone.a": HUGE})
    ),
    "a prototype that unpacks to a terabyte": Case(
        f"{E8}a.pt",
        3,
        "numbers in head.last_layer",
        saved("a.pt", {"head.last_layer.weight_v": HUGE, "head.last_layer.weight_g": HUGE}),
    ),
    # released arrays
    "no release": Case("ssl released", 2, "expects --path"),
    "a release that is not there": Case("ssl released --path {f}/none", 3, "holds no released"),
    "a release with code": Case(
        "ssl released --path {f}/a",
        3,
        "nothing was run",
        lambda f: ((f / "a").mkdir(), np.save(f / "a" / "x.npy", objects(f))),
    ),
    # one's own head
    "representations that are a fifo": Case(
        f"{OUTPUTS}pipe", 2, "There is no file", diagnosing(fifo("pipe"))
    ),
    "a head that is a fifo": Case(f"{HEAD}pipe", 2, "There is no file", diagnosing(fifo("pipe"))),
    "representations in a folder": Case(
        f"{OUTPUTS}", 2, "There is no file", diagnosing(lambda f: None)
    ),
    "representations of a vast shape": Case(
        f"{OUTPUTS}a.npy", 2, "cannot be read", diagnosing(file("a.npy", array("(1000000000000,)")))
    ),
    "representations of a shape beyond": Case(
        f"{OUTPUTS}a.npy",
        2,
        "cannot be read",
        diagnosing(file("a.npy", array("(9999999999999, 9)"))),
    ),
    "representations that are objects": Case(
        f"{OUTPUTS}a.npy",
        2,
        "cannot be read",
        diagnosing(lambda f: np.save(f / "a.npy", objects(f))),
    ),
    "representations with code": Case(
        f"{OUTPUTS}a.pt", 2, "cannot be read", diagnosing(code("a.pt"))
    ),
    "representations that are words": Case(
        f"{OUTPUTS}a.npy", 2, "cannot be read", diagnosing(lambda f: np.save(f / "a.npy", ["b"]))
    ),
    "representations that are not finite": Case(
        f"{OUTPUTS}a.npy",
        2,
        "hold NaN or infinity",
        diagnosing(lambda f: np.save(f / "a.npy", np.full((6, 4), np.nan))),
    ),
    "a head with code": Case(f"{HEAD}a.pt", 2, "holds more than tensors", diagnosing(code("a.pt"))),
    "a head of terabytes": Case(
        f"{HEAD}a.pt", 2, "numbers", diagnosing(saved("a.pt", {"head.0.weight": HUGE}))
    ),
    "a head of another width": Case(
        f"{HEAD}a.pt",
        2,
        "The head failed",
        diagnosing(saved("a.pt", {"head.0.weight": torch.ones(2, 5)})),
    ),
    "a head that is not finite": Case(
        f"{HEAD}a.pt",
        2,
        "NaN or infinity",
        diagnosing(saved("a.pt", {"head.0.weight": torch.full((2, 4), torch.inf)})),
    ),
    "code of one's own that fails": Case(
        "diagnose --loss mse --outputs {f}/z.npy --head {f}/own.py:head",
        2,
        r"cannot be imported \(ZeroDivisionError",
        diagnosing(file("own.py", b"1 / 0")),
    ),
    "code of one's own that leaves": Case(
        "diagnose --loss mse --outputs {f}/z.npy --head {f}/own.py:head",
        2,
        r"cannot be imported \(SystemExit",
        diagnosing(file("own.py", b"raise SystemExit(0)")),
    ),
    "a head of one's own that fails": Case(
        "diagnose --loss mse --outputs {f}/z.npy --head {f}/own.py:head",
        2,
        "KeyError",
        diagnosing(file("own.py", b"def head():\n    return {}['none']\n")),
    ),
}


# --- the table -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A registry, and a folder with its evidence."""
    home = tmp_path_factory.mktemp("stored")
    sys.path.insert(0, str(home))
    registry = write_registry(home)
    store = Store(home / "out" / "evidence")
    for name in ("derivation", "derivation.ablation", "property"):
        store.write(run_check(f"toy.P.{name}", context(registry, home)))
    store.seed(1)
    store.begin(Asked(seed=1, profile="smoke", device="cpu"))
    yield registry, home / "out"
    sys.path.remove(str(home))


@pytest.fixture
def world(stored: tuple[str, Path], tmp_path: Path) -> Callable[..., int]:
    """The command line in a folder of its own, which is stopped after `LIMIT_S`."""
    registry, out = stored
    shutil.copytree(out, tmp_path / "out")

    def late(*_: object) -> None:
        raise AssertionError(f"it did not end within {LIMIT_S} s")

    def call(*words: str) -> int:
        before = signal.signal(signal.SIGALRM, late)
        signal.alarm(LIMIT_S)
        try:
            return main(words, registries=[registry, "verify.experiments"])
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    return call


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_gets_a_sentence(
    name: str, world: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, wanted, says, make = CASES[name]
    make(tmp_path)
    before = contents(tmp_path)
    words = [
        word.replace("{f}", str(tmp_path)).replace("''", "") for word in asked.split(" ") if word
    ]
    found = world(*words)
    printed = capsys.readouterr()
    assert found == wanted, printed
    assert re.search(says, printed.err, re.DOTALL), printed.err
    assert "Traceback" not in printed.out + printed.err
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", printed.out + printed.err)
    if says:
        assert all(line.startswith("verify: ") for line in printed.err.splitlines()[:1])
        assert printed.err.split("\n`python")[0].rstrip().endswith((".", "?", ")", ";")), (
            printed.err
        )
    if wanted:
        assert printed.out == ""
    after = contents(tmp_path)
    for path, content in before.items():
        aside = path.with_name(f"{path.name}.damaged")
        assert content in (after.get(path), after.get(aside)), path
    assert not (tmp_path / "ran").exists()


# --- what is not there, and who reads ----------------------------------------------------------


def without(*names: str, again: tuple[str, ...] = ()) -> Callable[[pytest.MonkeyPatch], None]:
    """Libraries that are not installed; `again` are imported anew."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for name in again:
            monkeypatch.delitem(sys.modules, name, raising=False)
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)

    return patch


def terminal(encoding: str, columns: str = "80") -> Callable[[pytest.MonkeyPatch], None]:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
        monkeypatch.setenv("COLUMNS", columns)

    return patch


def of_version(name: str, text: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A library whose version is said to be another."""
    from verify.engine import provenance

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        true = provenance.version
        monkeypatch.setattr(provenance, "version", lambda one: text if one == name else true(one))

    return patch


def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of PyTorch that may have a GPU, and cannot be imported."""
    monkeypatch.setattr(doctor, "versions", lambda: {"torch": "2.13.0"})
    without("torch")(monkeypatch)


SURROUNDINGS: dict[str, tuple[Case, Callable[[pytest.MonkeyPatch], None]]] = {
    "no Pillow": (
        Case(f"{SSL}a", 3, "pip install pillow", file("a/train/cat/x.png", PNG)),
        without("PIL"),
    ),
    "no pooch": (
        Case("ssl E3 --data cifar10 --form reduced --out {f}/out --download", 3, "install pooch"),
        without("pooch"),
    ),
    "no PyTorch": (
        Case(ALL, 3, "a library that is needed cannot be imported .*torch"),
        no_torch,
    ),
    "nothing to draw formulas with": (
        Case(f"{REPORT} --json {{f}}/run.json", 1, "the report could not be drawn .*latex2mathml"),
        without(
            "latex2mathml.converter",
            again=("latex2mathml", "reports.mathml", "reports.plain", "reports.render"),
        ),
    ),
    "an older PyTorch": (
        Case("toy --only attack --out {f}/out", 2, "torch 2.3.1 is installed, and .*>=2.11"),
        of_version("torch", "2.3.1"),
    ),
    "a later PyTorch": (
        Case("toy --only attack --out {f}/out", 2, "torch 3.0.0 is installed, and .*<2.14"),
        of_version("torch", "3.0.0"),
    ),
    "a terminal of ASCII": (Case(SHOW, 0, ""), terminal("ascii")),
    "a terminal of Latin-1": (Case(f"{SHOW} --full", 0, ""), terminal("latin-1")),
    "a terminal of one column": (Case(SHOW, 0, ""), terminal("utf-8", "1")),
    "a terminal of no column": (Case(SHOW, 0, ""), terminal("utf-8", "0")),
    "a terminal that was closed": (
        Case("list", 0, ""),
        lambda monkeypatch: monkeypatch.setattr(sys, "stdout", None),
    ),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_poor_surroundings_get_a_sentence(
    name: str,
    world: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, patch = SURROUNDINGS[name]
    patch(monkeypatch)
    asked, wanted, says, make = case
    make(tmp_path)
    before = contents(tmp_path)
    found = world(*asked.replace("{f}", str(tmp_path)).split())
    printed = capsys.readouterr()
    assert found == wanted, printed
    assert re.search(says, printed.err, re.DOTALL), printed.err
    assert "Traceback" not in printed.out + printed.err
    assert before.items() <= contents(tmp_path).items()
    if "run.json" in asked:
        assert json.loads((tmp_path / "run.json").read_bytes())["schema"]


# --- text that would be more than text -----------------------------------------------------------

PAYLOAD = "\"'><img src=x onerror=alert(1)></script></svg></math><!--&lt;b&gt;]]>\x1b[2J\u202e"
TEXTS = (
    *("text", "title", "summary", "detail", "value", "label", "note", "xlabel", "ylabel", "reason"),
    *(
        "quoted",
        "unseen",
        "source",
        "published",
        "criterion",
        "question",
        "git",
        "machine",
        "partial",
    ),
    *("flaws", "columns", "rows", "failures", "warnings", "not_run", "comment", "context", "says"),
)


def poisoned(value: Any, free: bool = False) -> Any:
    """A record with the payload at the end of every text that is no name and no formula."""
    if isinstance(value, dict):
        return {key: poisoned(inner, free or key in TEXTS) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(inner, free) for inner in value]
    return value + PAYLOAD if free and isinstance(value, str) else value


@pytest.fixture(scope="module")
def hostile() -> RunRecord:
    return msgspec.convert(poisoned(msgspec.to_builtins(run_record())), RunRecord)


def test_text_of_a_record_is_no_markup(hostile: RunRecord) -> None:
    clean, dirty = Parsed(page(run_record())), Parsed(page(hostile))
    assert set(dirty.tags) <= set(clean.tags)
    assert not any(name.startswith("on") for name, _ in dirty.attributes)
    assert {name for name, _ in dirty.attributes} <= {name for name, _ in clean.attributes}
    assert not dirty.unbalanced
    assert sum(text.count("<img src=x") for text in dirty.text.values()) > 20


def test_text_of_a_record_is_no_xml(hostile: RunRecord) -> None:
    root = ElementTree.fromstring(junit(hostile))
    tags = {element.tag for element in root.iter()}
    assert tags <= {
        *("testsuites", "testsuite", "testcase", "properties", "property"),
        *("failure", "error", "skipped", "system-out"),
    }
    assert b"\x1b" not in junit(hostile)


def test_text_of_a_record_moves_no_cursor(
    hostile: RunRecord, tmp_path: Path, world: Callable[..., int], capsys: Any
) -> None:
    """Of two records, and of evidence that somebody wrote with a right checksum."""
    (tmp_path / "old.json").write_bytes(msgspec.json.encode(run_record()))
    (tmp_path / "new.json").write_bytes(msgspec.json.encode(hostile))
    assert world("diff", str(tmp_path / "old.json"), str(tmp_path / "new.json")) == 1
    store = Store(tmp_path / "out" / "evidence")
    (made,) = store.kept("toy.P.property")
    store.write(msgspec.structs.replace(made, summary=PAYLOAD))
    for more in ((), ("--full",)):
        assert world("show", "toy", "--out", str(tmp_path / "out"), *more) == 0
    printed = capsys.readouterr().out
    assert r"\x1b[2J\u202e" in printed
    assert "\x1b" not in printed
    assert "\u202e" not in printed


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\mathrm{</math><script>alert(1)</script>}",
        r'\class{x" onclick="alert(1)}{y}',
        r"\style{background:url(//x)}{y}",
        r'\color{red" onclick="alert(1)}{y}',
        r"\unicode{x3c}img\unicode{x3e}",
        r"<script>alert(1)</script>",
    ],
)
def test_a_formula_is_no_markup(latex: str) -> None:
    """It is shown as what it says, or refused."""
    try:
        shown = Parsed(str(formula(latex)))
    except ReportError:
        return
    assert not {"img", "script", "a", "style"} & set(shown.tags)
    assert not any(
        name.startswith("on") or name in ("href", "style") or "javascript" in value.lower()
        for name, value in shown.attributes
        if name not in ("alttext", "aria-label", "title")
    )
