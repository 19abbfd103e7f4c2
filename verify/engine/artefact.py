"""Artefacts: results that several checks need, built once and addressed by content.

An artefact is a dictionary of NumPy arrays, kept as one ``.npz`` file (never pickled) whose name
holds the hash of the code that built it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from verify.claims.check import Context
from verify.claims.progress import SCRATCH
from verify.engine.locks import exclusive
from verify.identity.closure import closure_digest, modified_since_import, versions
from verify.identity.fingerprint import canonical_form

Arrays = dict[str, np.ndarray]

ADDRESS = "address"
"""The member of a file that says whose it is; no array of an artefact has this name."""


class Postponed(Exception):
    """An artefact was not finished in the time given; the message says how far it has come."""


@dataclass(frozen=True)
class Artefact:
    """A result that is built once, e.g. the digits head trained from seed 0.

    Attributes:
        name: e.g. ``digits-simclr-seed0``; used in file names.
        build: a module-level function of (arguments, context). Of the context it may use the
            device, the cache, the data's paths, the deadline and the scratch folder; seed and profile
            are fixed, so a seed belongs in `arguments`. Past the deadline it raises TimeoutError.
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
        words, modules = canonical_form((self.build, self.arguments))
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

        A damaged file is set aside with a warning. Two runs do not build the same one at once.

        Raises:
            ValueError: if what was built holds Python objects, which cannot be kept.
            RuntimeError: if the building code changed on disk since it was imported.
            Postponed: if the context's deadline came first.
            OSError: if the folder cannot be written.
        """
        path = self.path(ctx)
        try:
            return _read(path)
        except FileNotFoundError:
            pass
        except Exception as error:  # whatever is wrong with a file, it can be built again
            _set_aside(path, error)
        scratch = path.with_name(path.name + SCRATCH)
        with exclusive(scratch):
            try:
                if path.exists():  # another run has built it meanwhile
                    return _read(path)
                return self._build(path, scratch, ctx)
            finally:
                with contextlib.suppress(OSError):  # what a run left to be resumed stays
                    scratch.rmdir()

    def _build(self, path: Path, scratch: Path, ctx: Context) -> Arrays:
        # What the address leaves out, the building code must not see.
        fixed = replace(ctx, seed=0, profile="standard", scratch=str(scratch))
        try:
            arrays = self.build(self.arguments, fixed)
        except TimeoutError as error:
            raise Postponed(str(error)) from None
        for name, array in arrays.items():
            if array.dtype.hasobject:
                raise ValueError(
                    f"Artefact {self.name!r}: expected arrays of numbers or text, got Python objects in {name!r}; convert them before returning."
                )
        _, modules = canonical_form((self.build, self.arguments))
        if edited := modified_since_import(*sorted(modules)):
            raise RuntimeError(
                f"Artefact {self.name!r} is not kept: {', '.join(edited)} changed on disk after this process had imported it; run again."
            )
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                np.savez(file, **arrays, **{ADDRESS: np.array(path.stem)})  # type: ignore[arg-type]
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
        return arrays


def _read(path: Path) -> Arrays:
    """Read an artefact's file, every member against its checksum."""
    with zipfile.ZipFile(path) as archive:
        if (member := archive.testzip()) is not None:
            raise ValueError(f"the checksum of {member} differs")
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if ADDRESS not in arrays or str(arrays.pop(ADDRESS)) != path.stem:
        raise ValueError("it is the file of another artefact")
    return arrays


def _set_aside(path: Path, error: Exception) -> None:
    aside = path.with_name(f"{path.name}.damaged")
    with contextlib.suppress(OSError):
        os.replace(path, aside)
    warnings.warn(
        f"{path.name} is damaged ({error}); it was set aside as {aside.name} and is built again.",
        stacklevel=3,
    )
