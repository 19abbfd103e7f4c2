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

TRIES = 1000
"""How often at most the lock of a folder is taken that its holders remove."""


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is made if it is not there; others wait. Without locks, none does, which is told.

    Who holds it may remove the folder; who waited for it then makes it anew.

    Raises:
        OSError: if the folder cannot be made or read.
    """
    for left in reversed(range(TRIES)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held = os.open(folder, os.O_RDONLY) if fcntl else -1
        except (FileExistsError, FileNotFoundError):  # its holder removed it meanwhile
            if not left:
                raise
            continue
        if held < 0:
            yield
            return
        try:
            locked = True
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
            except OSError as error:
                locked = False
                warnings.warn(
                    f"The file system of {folder} has no locks ({error.strerror}); let no two runs use it at once.",
                    stacklevel=3,
                )
            # Of one that was removed while we waited others do not wait any more.
            if not (locked and left) or _is(held, folder):
                yield
                return
        finally:
            os.close(held)


def _is(held: int, folder: Path) -> bool:
    """Whether what is held is the folder of that name."""
    try:
        return os.path.samestat(os.fstat(held), folder.stat())
    except FileNotFoundError:
        return False
