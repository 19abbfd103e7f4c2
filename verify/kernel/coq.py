"""Coq itself: compiling sources, file by file and only what changed, and asking what theorems assume."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from verify.kernel import record
from verify.kernel.sources import PREFIX, Library, SourceError

CLOSED = "Closed under the global context"

TIME_LIMIT = 300.0
"""Seconds that one file may take, many times what any does."""

_BEGIN = "BEGIN "
_AXIOM = re.compile(r"([\w.']+)(?=\s*:|\s*$| is assumed | relies on )")

_NOWHERE = dict.fromkeys(("XDG_DATA_HOME", "XDG_DATA_DIRS"), os.devnull)
"""Besides what `libraries` digests Coq would search the folders ``coq`` in those of the user's data."""


class CoqError(Exception):
    """Coq refused a file; the message says which, and what it printed."""


class Compiled(NamedTuple):
    """A compiled module.

    Attributes:
        seconds: wall time of compiling this file alone.
        axioms: by theorem, what it rests on besides definitions, in alphabetical order.
    """

    seconds: float
    axioms: dict[str, tuple[str, ...]]


@functools.cache
def version() -> str:
    """Coq's version, e.g. ``8.16.1``; empty if there is no ``coqc`` on the path."""
    if shutil.which("coqc") is None:
        return ""
    try:
        told = subprocess.run(
            ["coqc", "--print-version"], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.split()[0] if told.stdout.split() else ""


@functools.cache
def libraries() -> str:
    """Digest of the libraries that `coqc` finds, of every compiled file by path and content; empty without Coq.

    They are below its ``user-contrib``, where MathComp and Coquelicot are, and the folders of ``COQPATH``; `_run` has
    it search no others.
    """
    if not version():
        return ""
    told = subprocess.run(
        ["coqc", "-where"], capture_output=True, text=True, check=True, timeout=60
    )
    digest = hashlib.sha256()
    for folder in (f"{told.stdout.strip()}/user-contrib", os.environ.get("COQPATH", "")):
        for root in map(Path, filter(None, folder.split(os.pathsep))):
            for file in sorted(root.rglob("*.vo")):
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:12]


def check(library: Library, module: str, theorems: tuple[str, ...], folder: Path) -> Compiled:
    """Compile a module and what it rests on, and ask what its theorems assume.

    What was compiled from the same sources and libraries by the same Coq is used again. Before Coq is asked, what is recorded of
    the module's room is compiled too, by all workers that are at it, so that it is asked once.

    Args:
        library: the sources.
        module: its full name.
        theorems: their names in the module.
        folder: where compiled files are kept.

    Raises:
        SourceError: if a source is missing or holds what it may not.
        CoqError: if Coq refuses a file or knows no such theorem.
    """
    found = library.faults(module)
    if found:
        raise SourceError(" ".join(found))
    _compile(library, module, folder)
    if not set(theorems) <= _told(library, module, folder).keys():
        room = dict.fromkeys(map(_module, _recorded(library)))
        for wait in (False, True):
            for other in (one for one in room if _module(one) == _module(module)):
                _compile(library, other, folder, wait=wait)
    made = _kept(_stamp(folder, module), _key(library, module))
    if made is None:
        raise CoqError(f"The source of {module} was compiled anew meanwhile; run again.")
    with _alone(folder / "asked.lock"):
        axioms = _told(library, module, folder)
        if not set(theorems) <= axioms.keys():
            _learn(library, [f"{module}.{name}" for name in theorems], folder)
            axioms = _told(library, module, folder)
    return Compiled(made["seconds"], {name: axioms[name] for name in theorems})


def ahead(library: Library, folder: Path) -> None:
    """Compile every module, and ask what the theorems that are recorded assume, so that `check` finds it.

    Raises:
        SourceError, CoqError: as `check`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for module in library.sources:
        check(library, module, (), folder)
    with _alone(folder / "asked.lock"):
        _learn(library, (), folder)


def _compile(library: Library, module: str, folder: Path, *, wait: bool = True) -> None:
    """Compile a module and what it rests on; without `wait` only up to what somebody else is compiling."""
    for name in library.closure(module):
        source, stamp = _place(folder, name), _stamp(folder, name)
        key = _key(library, name)
        source.parent.mkdir(parents=True, exist_ok=True)
        with _alone(stamp.with_suffix(".lock"), wait=wait) as mine:
            if not mine:
                return
            if _is_current(stamp, key):
                continue
            stamp.unlink(missing_ok=True)
            source.write_text(library.sources[name].text, encoding="utf-8")
            begun = time.perf_counter()
            _run(folder, source, name)
            taken = time.perf_counter() - begun
            made = {"seconds": round(taken, 2), "compiled": _hash(source.with_suffix(".vo"))}
            _keep(stamp, key, made)


def _recorded(library: Library) -> dict[str, tuple[str, ...]]:
    """What this Coq said of each theorem, by its full name, when these very sources were recorded.

    The libraries may have been others: what theorems are found to assume together is never less than what each does.
    """
    return {
        name: entry.axioms
        for name, entry in record.read().items()
        if _module(name) in library.sources
        and (entry.coq, entry.digest) == (version(), library.digest(_module(name)))
    }


def _learn(library: Library, wanted: Sequence[str], folder: Path) -> None:
    """Have Coq say what theorems assume, and keep it.

    For each question Coq goes through all that a proof rests on. Theorems are therefore asked about together, in
    one process, those apart that are recorded with other axioms; all that is recorded of what is compiled by now
    along with them. What several assume together is what each assumes if it is nothing, or what Coq said of each
    of them alone when these sources were recorded; otherwise each is asked about alone.
    """
    compiled = {
        name for name in library.sources if _is_current(_stamp(folder, name), _key(library, name))
    }
    ready = {name for name in compiled if library.closure(name).keys() <= compiled}
    if lost := [name for name in wanted if _module(name) not in ready]:
        raise CoqError(f"The sources of {', '.join(lost)} were compiled anew meanwhile; run again.")
    recorded = {n: axioms for n, axioms in _recorded(library).items() if _module(n) in ready}
    asked = dict.fromkeys((*wanted, *recorded))
    known = {module: _told(library, module, folder) for module in map(_module, asked)}
    alike: dict[tuple[str, ...] | None, list[str]] = {}
    for name in asked:
        if _theorem(name) not in known[_module(name)]:
            alike.setdefault(recorded.get(name), []).append(name)
    alone, learnt = [], []
    for (expected, names), axioms in zip(
        alike.items(), _ask(list(alike.values()), folder), strict=True
    ):
        if len(names) == 1 or axioms in ((), expected):
            learnt += [(name, axioms) for name in names]
        else:
            alone += names
    learnt += zip(alone, _ask([[name] for name in alone], folder), strict=True)
    for name, axioms in learnt:
        known[_module(name)][_theorem(name)] = axioms
    for module in dict.fromkeys(_module(name) for name, _ in learnt):
        _keep(_axioms(folder, module), _key(library, module), known[module])


def _told(library: Library, module: str, folder: Path) -> dict[str, tuple[str, ...]]:
    """What Coq said of a module's theorems when its sources were these."""
    told = _kept(_axioms(folder, module), _key(library, module)) or {}
    return {name: tuple(axioms) for name, axioms in told.items()}


def _ask(groups: Sequence[Sequence[str]], folder: Path) -> list[tuple[str, ...]]:
    """Print what each group of theorems, by their full names, assumes together."""
    if not groups:
        return []
    modules = dict.fromkeys(_module(name) for names in groups for name in names)
    lines = [
        "From Coq Require Import String.",
        *(f"Require {module}." for module in modules),
        "Set Printing Width 100.",
    ]
    for number, names in enumerate(groups):
        terms = ", ".join(f"@{name}" for name in names)
        lines += [
            f"Definition group_{number} := ({terms}).",
            f'Eval compute in "{_BEGIN}{number}"%string.',
            f"Print Assumptions group_{number}.",
        ]
    asked = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    query = folder / f"ask_{asked}.v"
    query.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        printed = _run(folder, query, f"a question about {', '.join(modules)}")
    finally:
        for left in folder.glob(f"*ask_{asked}.*"):
            left.unlink(missing_ok=True)
    axioms: dict[str, tuple[str, ...]] = {}
    for piece in printed.split(f'= "{_BEGIN}')[1:]:
        number_read, _, rest = piece.partition('"')
        assumed = rest.partition(": string")[2]
        axioms[number_read] = _assumptions(assumed)
    if lost := [names for number, names in enumerate(groups) if str(number) not in axioms]:
        raise CoqError(f"Coq did not say what {', '.join(lost[0])} assume.")
    return [axioms[str(number)] for number in range(len(groups))]


def _assumptions(printed: str) -> tuple[str, ...]:
    """The names in what Coq printed of assumptions; ``?`` for one that it told in other words, so that none is lost."""
    if CLOSED in printed:
        return ()
    told = [line for line in printed.splitlines() if line[:1].strip() and line != "Axioms:"]
    names = [found[1] if (found := _AXIOM.match(line)) else "?" for line in told]
    return tuple(sorted(names)) or ("?",)


def _run(folder: Path, file: Path, module: str) -> str:
    command = ["coqc", "-q", "-w", "none", "-R", str(folder / PREFIX), PREFIX, str(file)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",  # it quotes what it read
            timeout=TIME_LIMIT,
            cwd=folder,  # where the tactics leave their caches
            env={**os.environ, **_NOWHERE, "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        raise CoqError(f"Coq did not finish {module} within {TIME_LIMIT:.0f} s.") from None
    except OSError as error:
        raise CoqError(f"coqc could not be started: {error}.") from None
    if done.returncode != 0:
        raise CoqError(f"Coq refuses {module}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _key(library: Library, module: str) -> str:
    return f"{version()} {libraries()} {library.digest(module)}"


def _is_current(stamp: Path, key: str) -> bool:
    """Whether what was compiled from these sources is there as Coq wrote it."""
    made, compiled = _kept(stamp, key), stamp.with_suffix(".vo")
    if made is None or not compiled.is_file():
        return False
    if made["compiled"] != _hash(compiled):
        _tell_damaged(compiled)
        return False
    return True


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _keep(path: Path, key: str, content: dict[str, Any]) -> None:
    """Write down what was found of sources that have this key, after a checksum."""
    text = json.dumps({"key": key, "content": content})
    path.write_text(f"{hashlib.sha256(text.encode()).hexdigest()} {text}", encoding="utf-8")


def _kept(path: Path, key: str) -> dict[str, Any] | None:
    """What was written down of the sources of this key; None if nothing was, or it is damaged, which is told."""
    try:
        digest, _, text = path.read_bytes().partition(b" ")
    except OSError:
        return None
    if digest.decode("ascii", "replace") != hashlib.sha256(text).hexdigest():
        _tell_damaged(path)
        return None
    written: dict[str, Any] = json.loads(text)
    return written["content"] if written["key"] == key else None


def _tell_damaged(path: Path) -> None:
    warnings.warn(f"{path} is damaged, or of earlier code; it is made again.", stacklevel=3)


def _place(folder: Path, module: str) -> Path:
    return folder.joinpath(*module.split(".")).with_suffix(".v")


def _stamp(folder: Path, module: str) -> Path:
    return _place(folder, module).with_suffix(".stamp")


def _axioms(folder: Path, module: str) -> Path:
    return _place(folder, module).with_suffix(".axioms.json")


def _module(name: str) -> str:
    return name.rpartition(".")[0]


def _theorem(name: str) -> str:
    return name.rpartition(".")[2]


@contextmanager
def _alone(lock: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock file, since several workers compile in one folder; False without `wait` if another holds it."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            held = False
        except OSError:  # a file system without locks, see `verify.engine.locks`: what two then spoil is made again
            held = True
        else:
            held = True
        yield held
