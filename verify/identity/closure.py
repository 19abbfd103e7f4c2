"""Which code a result rests on: the import closure of modules, and the versions beneath it.

The closure is found by reading, never by importing: each file's imports are taken from its syntax
tree, wherever in the file they stand, and followed inside this project. What counts is the tree
without docstrings and locations, so that prose and formatting change nothing and any change of a
formula, a constant or a sign changes the digest. Imports by computed name cannot be seen this way.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from verify.identity.syntax import Import, Source, parse

PACKAGES = {
    "hypothesis": "hypothesis",
    "mpmath": "mpmath",
    "msgspec": "msgspec",
    "numpy": "numpy",
    "python-flint": "flint",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "sympy": "sympy",
    "torch": "torch",
}
"""The packages whose versions a result may depend on, with the names they are imported by."""

PROJECT = __name__.partition(".")[0]
"""This package; a closure reaches into it and into the packages of the modules asked about."""

_SETTLED_NS = 2 * 10**9
"""A file that changed less than this (2 s) ago may change again under the same time stamp, of
which the coarsest file systems have one every 2 s; until then its content is compared instead."""

_PINNED: dict[str, str] = {}
"""Digest of each module's code when this process imported it."""


class Stamp(NamedTuple):
    """What a file system notes of a file or folder, and changes when its content changes."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int


class _Reading:
    """What was read of the project's files: good for as long as they stay as they were.

    Folders are watched too, since a new file in one may be what an import finds.
    """

    def __init__(self) -> None:
        self.digests: dict[tuple[str, ...], str] = {}
        self._folders: dict[str, tuple[Path, ...]] = {}
        self._places: dict[str, Path | None] = {}
        self._sources: dict[str, Source] = {}
        self._seen: dict[Path, tuple[Stamp | None, object]] = {}

    def stands(self) -> bool:
        """Whether nothing that was read has changed since."""
        return all(_folders(top) == found for top, found in self._folders.items()) and all(
            _stamp(path) == stamp and (content is None or _content(path) == content)
            for path, (stamp, content) in self._seen.items()
        )

    def place(self, module: str) -> Path | None:
        """The source file of a module, or None if it has none."""
        if module not in self._places:
            self._places[module] = next(filter(Path.is_file, self._candidates(module)), None)
        return self._places[module]

    def source(self, module: str) -> Source:
        """What matters of a module's file, of a module that has one."""
        if module not in self._sources:
            path = self.place(module)
            if path is None:
                raise ValueError(f"The module {module!r} has no source file.")
            self._watch(path)
            is_package = path.name == "__init__.py"
            self._sources[module] = parse(path.read_bytes(), module, is_package)
        return self._sources[module]

    def closure(self, modules: Sequence[str], besides: str) -> dict[str, Path]:
        """See `closure`."""
        packages = frozenset({PROJECT, *(module.partition(".")[0] for module in modules)})
        for module in modules:
            if self.place(module) is None:
                raise ValueError(
                    f"The code that {module!r} rests on cannot be read: expected a module with a source file. Move the function into a module of the project."
                )
        followed: set[str] = set()
        implied: set[str] = set()
        waiting = list(modules)
        while waiting:
            module = waiting.pop()
            if module in followed or self.place(module) is None:
                continue
            followed.add(module)
            implied.update(_parents(module))
            for wanted in self.source(module).imports:
                if wanted.module.partition(".")[0] in packages:
                    waiting += self._targets(wanted)
                    implied.update((wanted.module, *_parents(wanted.module)))
        counted = followed | {
            module
            for module in implied - {besides}
            if self.place(module) is not None and not self.source(module).only_defines
        }
        return {module: path for module in sorted(counted) if (path := self.place(module))}

    def digest(self, modules: Sequence[str], besides: str) -> str:
        """See `closure_digest`."""
        digest = hashlib.sha256()
        for module in self.closure(modules, besides):
            digest.update(f"{module} {self.source(module).digest}\n".encode())
        return digest.hexdigest()

    def _targets(self, wanted: Import) -> Iterator[str]:
        """The modules whose code an import statement can put to use."""
        if wanted.name is None:  # `import a.b.c` binds `a`, through which all three are in reach
            yield wanted.module
            yield from _parents(wanted.module)
            return
        below = f"{wanted.module}.{wanted.name}"
        is_module = wanted.name != "*" and self.place(below) is not None
        if is_module:
            yield below
        # A package may bind another object to the name of a module inside it.
        if not is_module or (
            self.place(wanted.module) and wanted.name in self.source(wanted.module).binds
        ):
            yield wanted.module

    def _candidates(self, module: str) -> Iterator[Path]:
        """Where a module's file may lie; the folders that decide it are watched."""
        top, *rest = module.split(".")
        if top not in self._folders:
            self._folders[top] = _folders(top)
        for folder in self._folders[top]:
            path = folder.joinpath(*rest)
            self._watch(path.parent)
            if path.is_dir():
                self._watch(path)
            yield path / "__init__.py"
            yield path.with_name(path.name + ".py")

    def _watch(self, path: Path) -> None:
        """Note the state of a file or folder, before it is read."""
        if path not in self._seen:
            stamp = _stamp(path)
            changed = max(stamp.mtime_ns, stamp.ctime_ns) if stamp is not None else 0
            young = time.time_ns() - changed < _SETTLED_NS
            self._seen[path] = (stamp, _content(path) if young else None)


_reading = _Reading()
"""The latest reading; `closure_digest` uses it again while it stands."""

_ONE_AT_A_TIME = threading.Lock()
"""Held while the latest reading is used: threads may run checks."""


@functools.cache
def versions() -> dict[str, str]:
    """Version by name of Python and of the installed ones among `PACKAGES`."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def closure(*modules: str, besides: str = "") -> dict[str, Path]:
    """Return the file of every module that `modules` import inside this project, themselves too.

    A package that is imported only because a module inside it is contributes its own file, and
    its imports are not followed; it contributes nothing if its file only defines names, which
    nobody then uses.

    Args:
        modules: absolute module names.
        besides: a package that contributes nothing where it is only implied in this way.

    Raises:
        ValueError: if one of `modules` has no source file.
    """
    return _Reading().closure(modules, besides)


def closure_digest(*modules: str, besides: str = "") -> str:
    """Return the SHA-256 of the code in the closure of `modules`, docstrings and layout left out.

    Files are read again only once one of them, or a folder that they are in, has changed.

    Raises:
        ValueError: if one of `modules` has no source file.
    """
    global _reading
    with _ONE_AT_A_TIME:
        if not _reading.stands():
            _reading = _Reading()
        asked = (besides, *modules)
        if asked not in _reading.digests:
            _reading.digests[asked] = _reading.digest(modules, besides)
        return _reading.digests[asked]


def snapshot_sources(module: str) -> None:
    """Note the code of a module's closure as it is now, just before the module is imported.

    What is imported already keeps its earlier note.
    """
    reading = _Reading()
    for name in reading.closure((module,), besides=""):
        digest = reading.source(name).digest
        if name in sys.modules:
            _PINNED.setdefault(name, digest)
        else:
            _PINNED[name] = digest


def modified_since_import(*modules: str, besides: str = "") -> list[str]:
    """Return the modules of a closure whose files no longer hold the code that was pinned.

    What this process runs is then not what the files say, and must not be kept under their key.
    The files are read for this, whatever their time stamps say.
    """
    reading = _Reading()
    return [
        name
        for name in reading.closure(modules, besides)
        if _PINNED.get(name, "") not in ("", reading.source(name).digest)
    ]


def locate(module: str) -> Path | None:
    """Return the source file of a module, or None if it has none; nothing is imported."""
    return _Reading().place(module)


def _folders(top: str) -> tuple[Path, ...]:
    """Where the modules below a top-level name lie; for a single file, the file less its suffix."""
    try:
        spec = importlib.util.find_spec(top)
    except ValueError:  # a module without a spec, such as __main__
        return ()
    if spec is None:
        return ()
    if spec.submodule_search_locations is not None:
        return tuple(Path(folder) for folder in spec.submodule_search_locations)
    if spec.origin is not None and spec.origin.endswith(".py"):
        return (Path(spec.origin).with_suffix(""),)
    return ()


def _parents(module: str) -> Iterator[str]:
    """The packages around a module, nearest first."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _stamp(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _content(path: Path) -> object:
    try:
        return sorted(os.listdir(path)) if path.is_dir() else path.read_bytes()
    except OSError:
        return None
