"""Data sets by name: read once from wherever they are, and kept decoded beside the other results.

The kept file is one ``.npz`` of bytes whose name holds a hash of what it was read from. It can be
given as a source itself, on a machine that cannot decode pictures.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch

from verify.ssl.data.cifar import (
    CIFAR10,
    CIFAR100,
    PICTURE,
    Cifar,
    Decoded,
    Part,
    read,
    require_whole,
)
from verify.ssl.data.dataset import DataError, Dataset
from verify.ssl.data.digits import load_digits

CIFARS = {"cifar10": CIFAR10, "cifar100": CIFAR100}
"""Data sets that are read from files, by the name on the command line."""

DATASETS = ("digits", *CIFARS)
"""Every data set's name on the command line."""

LAYOUT = 1
"""Number of the kept file's layout; part of its name, so that another layout is read anew."""


def load(name: str, path: Path | None = None, *, cache: Path, download: bool = False) -> Dataset:
    """Load a data set.

    Args:
        name: one of `DATASETS`.
        path: where the images are: a folder or tar archive (`verify.ssl.data.cifar`), or a file
            that an earlier call kept. The digits need none.
        cache: folder where the decoded images are kept, and the official archive if fetched.
        download: fetch the official archive if there is no path.

    Raises:
        DataError: if the data cannot be had.
        ValueError: for a name that is not in `DATASETS`.
    """
    if name == "digits":
        return load_digits()
    if name not in CIFARS:
        raise ValueError(f"The data set {name!r} is not one of {', '.join(DATASETS)}.")
    cifar = CIFARS[name]
    if path is None:
        if not download:
            raise DataError(
                f"{cifar.title} is not part of this project: give its place with --data-path "
                f"({cifar.layouts}; or a tar archive of these), or fetch it with --download."
            )
        path = fetch(cifar, cache)
    if path.suffix == ".npz":
        return _dataset(_kept(cifar, path))
    kept = cache / f"{name}-{LAYOUT}-{identity(path)[:16]}.npz"
    try:
        decoded = _kept(cifar, kept)
    except DataError:  # not there yet, or damaged since
        decoded = read(cifar, path)
        _keep(decoded, kept)
    return _dataset(decoded)


def identity(path: Path) -> str:
    """Hash of a file's content; of a folder, of the names, sizes and times of all its files.

    Raises:
        DataError: if there is nothing, or it cannot be read.
    """
    try:
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        for entry in sorted(path.rglob("*")):
            stamp = entry.stat()
            line = (str(entry.relative_to(path)), stamp.st_size, stamp.st_mtime_ns)
            digest.update(f"{line}\n".encode())
        path.stat()
        return digest.hexdigest()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}); give --data-path the archive or folder of "
            "the images, or fetch the official archive with --download."
        ) from None


def fetch(cifar: Cifar, cache: Path) -> Path:
    """The official binary archive, downloaded unless it is in the cache with the right MD5.

    Raises:
        DataError: if it cannot be fetched, or is not the archive that was published.
    """
    try:
        import pooch
    except ImportError:
        raise DataError(
            "--download needs pooch, which is not installed: `pip install pooch`, or fetch "
            f"{cifar.url} yourself and give it as --data-path."
        ) from None
    try:
        return Path(pooch.retrieve(cifar.url, f"md5:{cifar.md5}", cifar.url.split("/")[-1], cache))
    except Exception as error:  # of whatever library carries the download
        raise DataError(
            f"{cifar.url} could not be fetched ({error}); fetch it another way and give it as "
            "--data-path."
        ) from error


def _kept(cifar: Cifar, path: Path) -> Decoded:
    """Read what `_keep` wrote."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            decoded = Decoded(
                str(stored["name"]),
                str(stored["source"]),
                Part(stored["train_images"], stored["train_labels"]),
                Part(stored["test_images"], stored["test_labels"]),
            )
    except (
        OSError,
        EOFError,
        LookupError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise DataError(
            f"{path} is no file of decoded images ({error}); give --data-path the archive or folder "
            "that it was made from, or copy it again."
        ) from None
    if not decoded.name.startswith(cifar.title + " ") and decoded.name != cifar.title:
        raise DataError(
            f"{path} holds {decoded.name}: expected {cifar.title}. Choose that data set with "
            "--data, or another file with --data-path."
        )
    for images, labels in (decoded.train, decoded.test):
        kinds = (images.shape, images.dtype, labels.shape, labels.dtype)
        whole = np.dtype(np.uint8)
        if kinds != ((len(labels), *PICTURE), whole, (len(labels),), whole):
            raise DataError(
                f"{path} holds images {kinds[0]} of {kinds[1]} and labels {kinds[2]} of {kinds[3]}: "
                f"expected (N, {str(PICTURE)[1:]} and (N,) of uint8; copy it again."
            )
    require_whole(cifar, decoded, path)
    return decoded


def _keep(decoded: Decoded, path: Path) -> None:
    """Write the file whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(
                file,
                name=np.array(decoded.name),
                source=np.array(decoded.source),
                train_images=decoded.train.images,
                train_labels=decoded.train.labels,
                test_images=decoded.test.images,
                test_labels=decoded.test.labels,
            )
        os.replace(part, path)
    except OSError as error:
        raise DataError(
            f"The decoded images cannot be kept in {path.parent} ({error.strerror}); choose another "
            "folder with --out."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _dataset(decoded: Decoded) -> Dataset:
    return Dataset(
        name=decoded.name,
        source=decoded.source,
        train_images=torch.from_numpy(decoded.train.images),
        train_labels=torch.from_numpy(decoded.train.labels.astype(np.int64)),
        test_images=torch.from_numpy(decoded.test.images),
        test_labels=torch.from_numpy(decoded.test.labels.astype(np.int64)),
    )
