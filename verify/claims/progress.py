"""How far long work has come, said while it goes on. Nothing rests on it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TextIO

SCRATCH, PROGRESS = ".work", "progress"
"""What the folder of an unfinished artefact ends in, and the file in it that says how far it is."""


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
