"""Of which images an artefact was built: noted beside it, since its address does not hold them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
from pathlib import Path

from verify.claims.check import Buildable, Context
from verify.engine.locks import exclusive
from verify.engine.provenance import fingerprints
from verify.engine.store import write_whole

NOTE, LOCK = ".images", ".lock"
"""What the name of the note beside an artefact ends in, and that of the folder that is held meanwhile."""


def provide(need: Buildable, ctx: Context) -> bool:
    """See that an artefact is there, and of the images that the context names.

    One of other images is kept under another name, and taken again where those are named.

    Args:
        need: the artefact.
        ctx: what it is built in.

    Returns:
        Whether it is known of which images it was built; of one that was kept before that was noted it is not.

    Raises:
        OSError: if the folder cannot be written; besides what building it raises.
    """
    now = _named(need, ctx)
    path = need.path(ctx)
    note, lock = path.with_name(path.name + NOTE), path.with_name(path.name + LOCK)
    with exclusive(lock):
        try:
            then = note.read_text(encoding="utf-8") if note.exists() else ""
            if now and path.exists() and then != now:
                if not then:
                    warnings.warn(
                        f"{path.name} was kept before it was noted of which images an artefact is; it is used, and "
                        "it is not known whether it is of these. Remove it to have it built anew.",
                        stacklevel=2,
                    )
                    return False
                os.replace(path, _aside(path, then))
                warnings.warn(
                    f"{path.name} is of other images; it was set aside as {_aside(path, then).name}.",
                    stacklevel=2,
                )
            if not path.exists():
                if now:
                    write_whole(note, now.encode())  # first: who finds the file finds whose it is
                    with contextlib.suppress(FileNotFoundError):
                        os.replace(_aside(path, now), path)
                need.load(ctx)
        finally:
            with contextlib.suppress(OSError):  # another waits for it
                lock.rmdir()
    return True


def replaced(need: Buildable, ctx: Context) -> bool:
    """Whether an artefact that was provided is noted by now to be of other images: another run was given others."""
    path = need.path(ctx)
    note = path.with_name(path.name + NOTE)
    return note.exists() and note.read_text(encoding="utf-8") != _named(need, ctx)


def _named(need: Buildable, ctx: Context) -> str:
    """What is noted of the images that the context names."""
    return "".join(f"{name} {digest}\n" for name, digest in fingerprints([need], ctx).items())


def _aside(path: Path, images: str) -> Path:
    """Where an artefact of these images is kept while the images are others."""
    return path.with_name(f"{path.name}.{hashlib.sha256(images.encode()).hexdigest()[:16]}")
