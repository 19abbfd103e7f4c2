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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

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
        axioms = _ask(library, module, theorems, folder)
    return Compiled(seconds, axioms)


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


def _ask(
    library: Library, module: str, theorems: tuple[str, ...], folder: Path
) -> dict[str, tuple[str, ...]]:
    """Print what theorems assume."""
    asked = hashlib.sha256("\n".join((_key(library, module), *theorems)).encode()).hexdigest()
    kept = _place(folder, module).with_suffix(f".{asked[:16]}.axioms.json")
    if kept.is_file():
        told = json.loads(kept.read_text(encoding="utf-8"))
        return {name: tuple(axioms) for name, axioms in told.items()}
    lines = [f"Require {module}.", "Set Printing Width 100."]
    for name in theorems:
        lines += [
            f'Eval compute in "{_BEGIN}{name}"%string.',
            f"Print Assumptions {module}.{name}.",
        ]
    query = folder / f"ask_{asked[:16]}.v"
    query.write_text(
        "From Coq Require Import String.\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    try:
        printed = _run(folder, query, module)
    finally:
        for left in folder.glob(f"*ask_{asked[:16]}.*"):
            left.unlink(missing_ok=True)
    axioms: dict[str, tuple[str, ...]] = {}
    for piece in printed.split(f'= "{_BEGIN}')[1:]:
        name, _, rest = piece.partition('"')
        assumed = rest.partition(": string")[2]
        axioms[name] = () if CLOSED in assumed else tuple(sorted(_AXIOM.findall(assumed))) or ("?",)
    if lost := [name for name in theorems if name not in axioms]:
        raise CoqError(f"Coq did not say what {', '.join(lost)} of {module} assume.")
    kept.write_text(json.dumps(axioms), encoding="utf-8")
    return axioms


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
