"""Artefacts: results that several checks need, built once and addressed by content.

An artefact is a dictionary of NumPy arrays, kept as one ``.npz`` file (never pickled) whose name
holds the hash of the code that built it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from msgspec.structs import replace

from verify.check import Context
from verify.closure import changed, closure_digest, versions
from verify.spelling import spell

Arrays = dict[str, np.ndarray]

SCRATCH, PROGRESS = ".work", "progress"
"""What the folder of an unfinished artefact ends in, and the file in it that says how far it is."""


class Postponed(Exception):
    """An artefact was not finished in the time given; the message says how far it has come."""


@dataclass(frozen=True)
class Artefact:
    """A result that is built once, e.g. the digits head trained from seed 0.

    Attributes:
        name: e.g. ``digits-simclr-seed0``; used in file names.
        build: a module-level function of (arguments, context). Of the context it may use the
            device, the cache, the data's paths, the deadline and the scratch folder; seed and profile
            are fixed, so a seed belongs in `arguments`.
        arguments: literals handed to `build`; part of the address.
        cost: CPU-seconds, roughly; for scheduling only.
    """

    name: str
    build: Callable[[tuple[object, ...], Context], Arrays]
    arguments: tuple[object, ...] = ()
    cost: float = 5.0

    def key(self, ctx: Context, installed: Mapping[str, str] | None = None) -> str:
        """Hash of the building code's import closure, the arguments, device and versions.

        Args:
            ctx: only its device has a part in the key.
            installed: versions by package name; those of this process by default.

        Raises:
            ValueError: if the building function is no module-level one, or has no source file.
        """
        installed = versions() if installed is None else installed
        words, modules = spell((self.build, self.arguments))
        parts = (
            closure_digest(*sorted(modules)),
            words,
            ctx.device,
            repr(sorted(installed.items())),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def path(self, ctx: Context) -> Path:
        """Where the artefact is kept."""
        return Path(ctx.cache) / f"{self.name}-{self.key(ctx)[:16]}.npz"

    def load(self, ctx: Context) -> Arrays:
        """Return the artefact, building it first if it is not there or is damaged.

        Raises:
            ValueError: if what was built holds Python objects, which cannot be kept.
            RuntimeError: if the building code changed on disk since it was imported.
            Postponed: if the context's deadline came first.
            OSError: if the folder cannot be written.
        """
        path = self.path(ctx)
        try:
            with np.load(path, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            return self._build(path, ctx)

    def _build(self, path: Path, ctx: Context) -> Arrays:
        # What the address leaves out, the building code must not see.
        scratch = path.with_name(path.name + SCRATCH)
        arrays = self.build(
            self.arguments, replace(ctx, seed=0, profile="standard", scratch=str(scratch))
        )
        for name, array in arrays.items():
            if array.dtype.hasobject:
                raise ValueError(
                    f"Artefact {self.name!r}: expected arrays of numbers or text, got Python "
                    f"objects in {name!r}; convert them before returning."
                )
        _, modules = spell((self.build, self.arguments))
        if edited := changed(*sorted(modules)):
            raise RuntimeError(
                f"Artefact {self.name!r} is not kept: {', '.join(edited)} changed on disk after this "
                "process had imported it; run again."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
        return arrays


def report_progress(scratch: Path, sentence: str, *, whole: bool) -> None:
    """Say how far an artefact has come: in its folder and, line by line, where no table is drawn.

    Args:
        scratch: its folder.
        sentence: what to say.
        whole: whether it is worth a line of its own.
    """
    name = scratch.name.removesuffix(SCRATCH).rpartition("-")[0]
    with contextlib.suppress(OSError):  # nothing rests on it
        scratch.mkdir(parents=True, exist_ok=True)
        (scratch / PROGRESS).write_text(sentence, encoding="utf-8")
    if whole and not draws(sys.stdout):
        print(f"{name}  {sentence}", flush=True)


def progress_of(name: str, cache: Path) -> str:
    """What was last said of an unfinished artefact of this name; empty if nothing was."""
    for file in cache.glob(f"{name}-*{SCRATCH}/{PROGRESS}"):
        with contextlib.suppress(OSError):
            return file.read_text(encoding="utf-8")
    return ""


def draws(out: TextIO) -> bool:
    """Whether a stream is a terminal that can move its cursor, on which a table is drawn."""
    return out.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")
