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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from verify.kernel import record
from verify.kernel.sources import PREFIX, Library, SourceError

CLOSED = "Closed under the global context"

TIME_LIMIT = 300.0
"""Seconds that one file may take, many times what any does."""

_BEGIN = "BEGIN "
_AXIOM = re.compile(r"^(?!Axioms:)([\w.']+)(?=\s*:|\s*$| is assumed)", re.MULTILINE)


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


def check(library: Library, module: str, theorems: tuple[str, ...], folder: Path) -> Compiled:
    """Compile a module and what it rests on, and ask what its theorems assume.

    What was compiled from the same sources by the same Coq is used again.

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
    for name in library.closure(module):
        _compile(library, name, folder)
    seconds = json.loads(_stamp(folder, module).read_text(encoding="utf-8"))["seconds"]
    with _alone(_stamp(folder, module).with_suffix(".lock")):
        axioms = _assumed(library, module, theorems, folder)
    return Compiled(seconds, {name: axioms[name] for name in theorems})


def _compile(library: Library, module: str, folder: Path) -> None:
    source, stamp = _place(folder, module), _stamp(folder, module)
    key = _key(library, module)
    source.parent.mkdir(parents=True, exist_ok=True)
    with _alone(stamp.with_suffix(".lock")):
        if _is_current(stamp, key) and source.with_suffix(".vo").is_file():
            return
        stamp.unlink(missing_ok=True)
        source.write_text(library.sources[module].text, encoding="utf-8")
        begun = time.perf_counter()
        _run(folder, source, module)
        taken = time.perf_counter() - begun
        stamp.write_text(json.dumps({"key": key, "seconds": round(taken, 2)}), encoding="utf-8")


def _assumed(
    library: Library, module: str, theorems: tuple[str, ...], folder: Path
) -> dict[str, tuple[str, ...]]:
    """What theorems of a module assume; what Coq said of the same sources is used again.

    For each question Coq goes through all that a proof rests on. Theorems are therefore asked about together, those
    apart that are recorded with other axioms; the others recorded of the module along with them. What
    several assume together is what each assumes if it is nothing, or what Coq said of each of them alone when these
    sources were recorded; otherwise each is asked about alone.
    """
    key = _key(library, module)
    kept = _place(folder, module).with_suffix(".axioms.json")
    known = _told(kept, key)
    recorded = {
        name.rpartition(".")[2]: entry.axioms
        for name, entry in record.read().items()
        if name.rpartition(".")[0] == module and f"{entry.coq} {entry.digest}" == key
    }
    if set(theorems) <= known.keys():
        return known
    alike: dict[tuple[str, ...] | None, list[str]] = {}
    for name in dict.fromkeys((*theorems, *recorded)):
        if name not in known:
            alike.setdefault(recorded.get(name), []).append(name)
    alone = []
    for (expected, names), axioms in zip(
        alike.items(), _ask(module, list(alike.values()), folder), strict=True
    ):
        if len(names) == 1 or axioms in ((), expected):
            known |= dict.fromkeys(names, axioms)
        else:
            alone += names
    if alone:
        known |= zip(alone, _ask(module, [[name] for name in alone], folder), strict=True)
    kept.write_text(json.dumps({"key": key, "axioms": known}), encoding="utf-8")
    return known


def _told(kept: Path, key: str) -> dict[str, tuple[str, ...]]:
    """What Coq said of a module's theorems when its key was this one."""
    try:
        told = json.loads(kept.read_text(encoding="utf-8"))
        return {n: tuple(a) for n, a in told["axioms"].items()} if told["key"] == key else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _ask(module: str, groups: Sequence[Sequence[str]], folder: Path) -> list[tuple[str, ...]]:
    """Print what each group of a module's theorems assumes together."""
    lines = ["From Coq Require Import String.", f"Require {module}.", "Set Printing Width 100."]
    for number, names in enumerate(groups):
        terms = ", ".join(f"@{module}.{name}" for name in names)
        lines += [
            f"Definition group_{number} := ({terms}).",
            f'Eval compute in "{_BEGIN}{number}"%string.',
            f"Print Assumptions group_{number}.",
        ]
    asked = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    query = folder / f"ask_{asked}.v"
    query.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        printed = _run(folder, query, module)
    finally:
        for left in folder.glob(f"*ask_{asked}.*"):
            left.unlink(missing_ok=True)
    axioms: dict[str, tuple[str, ...]] = {}
    for piece in printed.split(f'= "{_BEGIN}')[1:]:
        number_read, _, rest = piece.partition('"')
        assumed = rest.partition(": string")[2]
        axioms[number_read] = (
            () if CLOSED in assumed else tuple(sorted(_AXIOM.findall(assumed))) or ("?",)
        )
    if lost := [names for number, names in enumerate(groups) if str(number) not in axioms]:
        raise CoqError(f"Coq did not say what {', '.join(lost[0])} of {module} assume.")
    return [axioms[str(number)] for number in range(len(groups))]


def _run(folder: Path, file: Path, module: str) -> str:
    command = ["coqc", "-q", "-w", "none", "-R", str(folder / PREFIX), PREFIX, str(file)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
            cwd=folder,  # where the tactics leave their caches
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        raise CoqError(f"Coq did not finish {module} within {TIME_LIMIT:.0f} s.") from None
    except OSError as error:
        raise CoqError(f"coqc could not be started: {error}.") from None
    if done.returncode != 0:
        raise CoqError(f"Coq refuses {module}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _key(library: Library, module: str) -> str:
    return f"{version()} {library.digest(module)}"


def _is_current(stamp: Path, key: str) -> bool:
    try:
        return bool(json.loads(stamp.read_text(encoding="utf-8"))["key"] == key)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _place(folder: Path, module: str) -> Path:
    return folder.joinpath(*module.split(".")).with_suffix(".v")


def _stamp(folder: Path, module: str) -> Path:
    return _place(folder, module).with_suffix(".stamp")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock file: several workers compile in one folder."""
    with lock.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
