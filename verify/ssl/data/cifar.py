"""CIFAR-10 and CIFAR-100 from files: class folders of pictures, or the official binary batches.

Both are read where they are, unpacked in a folder or in a tar archive that is read as a stream;
nothing is extracted, and nothing is unpickled.
"""

from __future__ import annotations

import io
import lzma
import math
import tarfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import torch

from verify.ssl.data.dataset import DataError, balanced_order

SIDE = 32
"""Side of an image in pixels."""

PICTURE = (3, SIDE, SIDE)
"""Shape of an image: the red plane, the green one, the blue one."""

JPEG, PNG, BATCH = (".jpg", ".jpeg"), (".png",), (".bin",)
"""What the name of a picture, or of a batch, may end in."""


@dataclass(frozen=True)
class Cifar:
    """What is known of a data set beforehand (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html).

    Attributes:
        title: its name.
        classes: number of classes, all of them equally large.
        train, test: number of images.
        train_batches, test_batches: names of the binary batches, in order.
        label_bytes: bytes before the pixels of an image; the last one is its class.
        url, md5: the official binary archive and its MD5.
    """

    title: str
    classes: int
    train: int
    test: int
    train_batches: tuple[str, ...]
    test_batches: tuple[str, ...]
    label_bytes: int
    url: str
    md5: str

    @property
    def layouts(self) -> str:
        """What is expected of a folder or archive, in words."""
        return (
            f"train/<class>/*.jpg and test/<class>/*.jpg (or .png) for {self.classes} classes, or "
            f"the official binary batches {self.train_batches[0]}, ..., {self.test_batches[-1]}"
        )


CIFAR10 = Cifar(
    title="CIFAR-10",
    classes=10,
    train=50_000,
    test=10_000,
    train_batches=tuple(f"data_batch_{n}.bin" for n in range(1, 6)),
    test_batches=("test_batch.bin",),
    label_bytes=1,
    url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5="c32a1d4ab5d03f1284b67883e8d87530",
)

CIFAR100 = Cifar(
    title="CIFAR-100",
    classes=100,
    train=50_000,
    test=10_000,
    train_batches=("train.bin",),
    test_batches=("test.bin",),
    label_bytes=2,  # the superclass, then the class
    url="https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    md5="03b5dce01913d631647c71ecec9e9cb8",
)


class Part(NamedTuple):
    """Images (N, 3, 32, 32) and labels (N,), both uint8."""

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Decoded:
    """A data set as bytes, each part in a balanced order.

    Attributes:
        name: its title, and what sets the copy apart from the original.
        source: how it was stored.
    """

    name: str
    source: str
    train: Part
    test: Part


def read(cifar: Cifar, path: Path) -> Decoded:
    """Read a data set from a folder or a tar archive, whichever layout it has.

    Raises:
        DataError: if it is not there, damaged, incomplete, or another data set.
    """
    batches: dict[str, bytes] = {}
    pictures: dict[tuple[str, str], dict[str, np.ndarray]] = defaultdict(dict)
    suffixes = set()
    for name, content in _files(path):
        if name.suffix in BATCH:
            batches[name.name] = content
        elif len(name.parts) > 2:
            split, label, _ = name.parts[-3:]
            pictures[split, label][name.name] = _decode(content, f"{name} in {path}")
            suffixes.add(name.suffix.lower())
    if not batches and not pictures:
        raise DataError(
            f"{path} holds no images of {cifar.title}: expected {cifar.layouts}. The batches for "
            "Python are pickles, which are never read."
        )
    if batches:
        title, source = cifar.title, "official binary batches"
        train = _from_batches(cifar, batches, cifar.train_batches, path)
        test = _from_batches(cifar, batches, cifar.test_batches, path)
    else:
        lossy = not suffixes.isdisjoint(JPEG)
        title = f"{cifar.title} (JPEG)" if lossy else cifar.title
        source = f"{'JPEG' if lossy else 'PNG'} pictures in class folders"
        classes = sorted({label for _, label in pictures})  # the official order is alphabetical
        train = _from_pictures([pictures.get(("train", label), {}) for label in classes])
        test = _from_pictures([pictures.get(("test", label), {}) for label in classes])
    decoded = Decoded(title, source, train, test)
    require_whole(cifar, decoded, path)
    return Decoded(title, source, _balanced(train), _balanced(test))


def require_whole(cifar: Cifar, decoded: Decoded, path: Path) -> None:
    """Raise unless there are as many images as in the original, and of each class as many.

    Raises:
        DataError: if there are not.
    """
    for what, part, expected in (
        ("training", decoded.train, cifar.train),
        ("test", decoded.test, cifar.test),
    ):
        found = np.bincount(part.labels, minlength=cifar.classes)
        if len(found) != cifar.classes or (found != expected // cifar.classes).any():
            raise DataError(
                f"{path} has {found.sum()} {what} images in {len(found)} classes of {found.min()} "
                f"to {found.max()}, and {cifar.title} has {expected} in {cifar.classes} equal "
                f"classes. Give --data-path {cifar.layouts}; or fetch the images again."
            )


def _files(path: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The pictures and batches in a folder or tar archive, by their paths inside it."""

    def wanted(name: PurePosixPath) -> bool:
        return name.suffix.lower() in JPEG + PNG + BATCH

    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                name = PurePosixPath(*file.relative_to(path).parts)
                if wanted(name) and file.is_file():
                    yield name, file.read_bytes()
            return
        # As a stream ("r|*"), a compressed archive that breaks off could pass for a shorter one.
        with tarfile.open(path, "r:*") as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                stream = archive.extractfile(member) if wanted(name) and member.isreg() else None
                if stream is not None:
                    yield name, stream.read()
    except FileNotFoundError:
        raise DataError(
            f"There is nothing at {path}; give --data-path the archive or folder of the images, or "
            "fetch the official archive with --download."
        ) from None
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be read ({error or type(error).__name__}): expected a folder or a whole "
            "tar archive. If it was copied or downloaded, do that again."
        ) from None


def _decode(content: bytes, where: str) -> np.ndarray:
    """The pixels (3, 32, 32) of a picture, uint8."""
    try:
        from PIL import Image
    except ImportError:
        raise DataError(
            "Reading pictures needs Pillow, which is not installed: `pip install pillow`, or give "
            "--data-path the .npz file that a machine with Pillow keeps after its first reading."
        ) from None
    try:
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{where} is damaged ({error}); fetch the images again.") from None
    height, width, _ = pixels.shape
    if (height, width) != (SIDE, SIDE):
        raise DataError(
            f"{where} is {width}x{height} pixels: expected {SIDE}x{SIDE}. Give --data-path the "
            "images at their original size."
        )
    return pixels.transpose(2, 0, 1)


def _from_pictures(classes: Sequence[Mapping[str, np.ndarray]]) -> Part:
    """A part from the pictures of each class by file name."""
    pixels = [members[name] for members in classes for name in sorted(members)]
    sizes = [len(members) for members in classes]
    images = np.stack(pixels) if pixels else np.empty((0, *PICTURE), np.uint8)
    return Part(images, np.repeat(np.arange(len(classes)), sizes))


def _from_batches(
    cifar: Cifar, batches: Mapping[str, bytes], names: Sequence[str], path: Path
) -> Part:
    """A part from the records of its binary batches."""
    length = cifar.label_bytes + math.prod(PICTURE)
    for name in names:
        if not batches.get(name) or len(batches[name]) % length:
            raise DataError(
                f"{path} has {len(batches.get(name, b''))} bytes of {name}: expected records of "
                f"{length} bytes. Fetch the official archive of {cifar.title}, for example with "
                "--download."
            )
    records = np.frombuffer(b"".join(batches[name] for name in names), np.uint8)
    records = records.reshape(-1, length)
    pixels = records[:, cifar.label_bytes :].reshape(-1, *PICTURE)
    return Part(pixels, records[:, cifar.label_bytes - 1])


def _balanced(part: Part) -> Part:
    order = balanced_order(torch.from_numpy(part.labels.astype(np.int64))).numpy()
    return Part(part.images[order], part.labels[order].astype(np.uint8))
