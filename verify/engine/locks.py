"""One process at a time, where the file system has locks: one that ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a POSIX system: simultaneous runs are not kept apart there
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made if it is not there; others wait. Without locks, none does, which is told.

    Raises:
        OSError: if the folder cannot be made or read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError as error:
            warnings.warn(
                f"The file system of {folder} has no locks ({error.strerror}); let no two runs use it at once.",
                stacklevel=3,
            )
        yield
    finally:
        os.close(held)
