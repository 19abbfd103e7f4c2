"""Reads the arrays of the author's release: from its own result files, or from a converted archive.

The release keeps dicts in ``.npy`` files, which only a pickle can hold: `restricted_pickle` reads
them as data. Its ``.npz`` files and the converted archive hold plain arrays and are read without
pickles. Either way every array has the same name: its path below ``results/``, the file's suffix
left out, then the keys of the dicts.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verify.ssl.data.dataset import DataError
from verify.ssl.data.restricted_pickle import RefusedPickle, loads

REPOSITORY, COMMIT = "farischaudhry/projection-head-geometry", "117231d"
"""The release."""

ARCHIVE = "released-arrays.npz"
"""Name of the converted archive."""

RESULTS, NOTEBOOK = "results", "pretrained.ipynb"
"""Where a checkout keeps its arrays, and what its analysis of released networks printed."""

MOST = 10_000
"""Arrays of a release at most; it has 505."""


class ReleaseError(DataError):
    """The release cannot be read, or lacks an array; the message is a sentence for the user."""


@dataclass(frozen=True)
class Release:
    """What was released.

    Attributes:
        arrays: by name, such as ``cifar10/resnet18/collapse_results/swish_bn_False_lr_base/raw``.
        printed: what `NOTEBOOK` printed when it was run last; empty in the archive.
    """

    arrays: Mapping[str, np.ndarray]
    printed: str = ""

    def __getitem__(self, name: str) -> np.ndarray:
        """An array; numbers are arrays of no dimension.

        Raises:
            ReleaseError: if there is none of that name.
        """
        if name not in self.arrays:
            raise ReleaseError(
                f"The release has no array {name}; expected is a checkout of {REPOSITORY} at commit {COMMIT}, or its converted archive."
            )
        return self.arrays[name]

    def number(self, name: str) -> float:
        """A number."""
        return float(self[name])

    def below(self, prefix: str) -> list[str]:
        """The names directly below a prefix without its closing slash, in the order of the file."""
        inner = (name[len(prefix) + 1 :] for name in self.arrays if name.startswith(f"{prefix}/"))
        return list(dict.fromkeys(name.split("/")[0] for name in inner))


def read(path: Path) -> Release:
    """Read a release: a checkout, its ``results`` folder, the converted archive, or a folder with it.

    Raises:
        ReleaseError: if there is none, or a file of it is not plain data.
    """
    if path.is_file():
        return Release(dict(_archive(path)))
    if (path / ARCHIVE).is_file():
        return Release(dict(_archive(path / ARCHIVE)))
    folder = path / RESULTS if (path / RESULTS).is_dir() else path
    files = sorted(f for f in folder.rglob("*") if f.suffix in (".npy", ".npz") and f.is_file())
    if not files:
        raise ReleaseError(
            f"{path} holds no released arrays; expected is a checkout with a folder {RESULTS} of .npy and .npz files, or the archive {ARCHIVE}."
        )
    arrays: dict[str, np.ndarray] = {}
    for file in files:
        name = file.relative_to(folder).with_suffix("").as_posix()
        found = _archive(file) if file.suffix == ".npz" else _flat(_object(file), "", set())
        for inner, array in found:
            arrays[f"{name}/{inner}".removesuffix("/")] = array
            if len(arrays) > MOST:
                raise ReleaseError(f"{path} holds more than {MOST} arrays; it is not the release.")
    return Release(arrays, _printed(folder.parent / NOTEBOOK))


def _archive(file: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Names and arrays of an ``.npz`` file of plain arrays."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            yield from ((name, archive[name]) for name in archive.files)
    except (ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ReleaseError(
            f"{file} is no .npz archive of plain arrays ({error}); nothing of it was run."
        ) from error


def _object(file: Path) -> Any:
    """What an ``.npy`` file holds: an array, or the plain objects of its pickle."""
    try:
        with file.open("rb") as stream:
            version = np.lib.format.read_magic(stream)
            if version not in ((1, 0), (2, 0)):
                raise ValueError(f"version {version[0]}.{version[1]} of the format")
            old = version == (1, 0)
            header = (
                np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
            )
            _, _, dtype = header(stream)
            if dtype.hasobject:
                return loads(stream.read())
        return np.load(file, allow_pickle=False)
    except RefusedPickle as error:
        raise ReleaseError(f"{file} is not read. {error}") from error
    except (ValueError, OSError, EOFError) as error:
        raise ReleaseError(f"{file} is no .npy file ({error}).") from error


def _flat(value: Any, name: str, seen: set[int]) -> Iterator[tuple[str, np.ndarray]]:
    """Names and arrays within nested dicts; a list of numbers or strings is one array."""
    if isinstance(value, dict):
        if id(value) in seen:
            raise ReleaseError(f"The release holds the dict called {name} twice; it is not read.")
        seen.add(id(value))
        for key, inner in value.items():
            yield from _flat(inner, f"{name}/{key}".removeprefix("/"), seen)
        return
    array = np.asarray(value)
    if array.dtype.kind not in "biufSU":
        raise ReleaseError(
            f"The release has a {type(value).__name__} called {name} that is neither numbers nor strings; it is not read."
        )
    yield name, array


def _printed(notebook: Path) -> str:
    """The text that a notebook's cells printed; empty if there is no notebook."""
    if not notebook.is_file():
        return ""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        return "".join("".join(output.get("text", [])) for output in outputs)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(f"{notebook} is no notebook ({error}).") from error
