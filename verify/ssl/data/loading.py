"""Data sets by name: CIFAR-10 and CIFAR-100 from files, kept decoded beside the other results.

Files are class folders of pictures, the official binary batches or the batches for Python, unpacked in
a folder, or in a tar or zip archive; nothing is extracted. The batches for Python, which torchvision
keeps, are pickles: they are read as data by a reader that can call nothing (`restricted_pickle`). The kept file is one
``.npz`` of bytes whose name holds a hash of what it was read from. It can be given as a source itself,
on a machine that cannot decode pictures.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import lzma
import math
import os
import tarfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Self

import numpy as np
import torch

from verify.ssl.data.dataset import DataError, Dataset, balanced_order, load_digits, take
from verify.ssl.data.restricted_pickle import loads

if TYPE_CHECKING:
    from verify.ssl.session import Session

SIDE = 32
"""Side of an image in pixels."""

PICTURE = (3, SIDE, SIDE)
"""Shape of an image: the red plane, the green one, the blue one."""

JPEG, PNG, BATCH = (".jpg", ".jpeg"), (".png",), (".bin",)
"""What the name of a picture, or of a batch, may end in."""

FORMATS = ("JPEG", "PNG")
"""What is decoded, whatever a file is called: an EPS named x.jpg must not reach an interpreter."""

LARGEST = 2**28
"""Bytes that one file may unpack to: the largest, a whole batch of CIFAR-100, has 155 million."""

SPLITS = {"train": "train", "test": "test", "val": "test", "valid": "test"}
"""Names of the folders of the training and the test images."""


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
    train_batches: tuple[str, ...]
    test_batches: tuple[str, ...]
    label_bytes: int
    url: str
    md5: str
    train: int = 50_000
    test: int = 10_000

    @property
    def layouts(self) -> str:
        """What is expected of a folder or archive, in words."""
        return f"train/<class>/*.jpg and test/<class>/*.jpg (or .png) for {self.classes} classes, or the official batches {self.train_batches[0]}, ..., {self.test_batches[-1]}, or those for Python, as torchvision keeps them"

    def pickles(self, batches: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the same batches for Python."""
        return tuple(name.removesuffix(".bin") for name in batches)


CIFAR10 = Cifar(
    title="CIFAR-10",
    classes=10,
    train_batches=tuple(f"data_batch_{n}.bin" for n in range(1, 6)),
    test_batches=("test_batch.bin",),
    label_bytes=1,
    url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5="c32a1d4ab5d03f1284b67883e8d87530",
)

CIFAR100 = Cifar(
    title="CIFAR-100",
    classes=100,
    train_batches=("train.bin",),
    test_batches=("test.bin",),
    label_bytes=2,  # the superclass, then the class
    url="https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    md5="03b5dce01913d631647c71ecec9e9cb8",
)


def read(cifar: Cifar, path: Path) -> Dataset:
    """Read a data set from a folder or a tar archive, whichever layout it has, in a balanced order.

    Raises:
        DataError: if it is not there, damaged, incomplete, or another data set.
    """
    batches: dict[str, bytes] = {}
    pictures: dict[tuple[str, str], dict[str, np.ndarray]] = defaultdict(dict)
    suffixes = set()
    binary = (*cifar.train_batches, *cifar.test_batches)
    names = {*binary, *cifar.pickles(binary)}
    found = 0
    for name, content in _files(path, names):
        if name.name in names:
            batches[name.name] = content
        elif len(name.parts) > 2:
            split, label = SPLITS.get(name.parts[-3], name.parts[-3]), name.parts[-2]
            pictures[split, label][name.name] = _decode(content, f"{name} in {path}")
            suffixes.add(name.suffix.lower())
            found += 1
            if found > cifar.train + cifar.test:
                raise DataError(
                    f"{path} has more pictures than the {cifar.train + cifar.test} of {cifar.title}. Give --data-path {cifar.layouts}, and nothing else beside them."
                )
    if not batches and not pictures:
        raise DataError(f"{path} holds no images of {cifar.title}: expected {cifar.layouts}.")
    title, source = cifar.title, "official binary batches"
    if batches and not any(name.endswith(BATCH) for name in batches):
        source = "official batches for Python"
        train, test = (
            _from_pickles(cifar, batches, cifar.pickles(part), path)
            for part in (cifar.train_batches, cifar.test_batches)
        )
    elif batches:
        train = _from_batches(cifar, batches, cifar.train_batches, path)
        test = _from_batches(cifar, batches, cifar.test_batches, path)
    else:
        lossy = not suffixes.isdisjoint(JPEG)
        title += " (JPEG)" * lossy
        source = f"{'JPEG' if lossy else 'PNG'} pictures in class folders"
        classes = sorted({label for _, label in pictures})  # the official order is alphabetical
        train, test = (
            _from_pictures([pictures.get((split, label), {}) for label in classes])
            for split in ("train", "test")
        )
    dataset = _dataset(title, source, *train, *test)
    require_whole(cifar, dataset, path)
    orders = (balanced_order(labels) for labels in (dataset.train_labels, dataset.test_labels))
    return dataset.chosen(title, *orders)


def require_whole(cifar: Cifar, dataset: Dataset, path: Path) -> None:
    """Raise unless there are as many images as in the original, and of each class as many.

    Raises:
        DataError: if there are not.
    """
    for what, labels, expected in (
        ("training", dataset.train_labels, cifar.train),
        ("test", dataset.test_labels, cifar.test),
    ):
        found = labels.bincount(minlength=cifar.classes).numpy()
        if len(found) != cifar.classes or (found != expected // cifar.classes).any():
            raise DataError(
                f"{path} has {found.sum()} {what} images in {len(found)} classes of {found.min()} to {found.max()}, and {cifar.title} has {expected} in {cifar.classes} equal classes. Give --data-path {cifar.layouts}; or fetch the images again."
            )


def _files(path: Path, named: set[str]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The pictures and batches in a folder or archive, by their paths inside it.

    Args:
        path: the folder, or tar or zip archive.
        named: names of the batches that are wanted.

    Raises:
        DataError: if it cannot be read, or a file is larger than `LARGEST`.
    """

    def wanted(name: PurePosixPath) -> bool:
        # macOS leaves a file "._x" beside every x.
        if name.name.startswith("._") or "__MACOSX" in name.parts:
            return False
        return name.suffix.lower() in JPEG + PNG or name.name in named

    def whole(stream: IO[bytes], name: PurePosixPath) -> bytes:
        content = stream.read(LARGEST + 1)
        _require_small(len(content), f"{name} in {path}")
        return content

    try:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                name = PurePosixPath(*file.relative_to(path).parts)
                if wanted(name) and file.is_file():
                    with file.open("rb") as plain:
                        yield name, whole(plain, name)
            return
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for entry in packed.infolist():
                    name = PurePosixPath(entry.filename)
                    if wanted(name) and not entry.is_dir():
                        with packed.open(entry) as unpacked:
                            yield name, whole(unpacked, name)
            return
        # As a stream ("r|*"), a compressed archive that breaks off could pass for a shorter one.
        with tarfile.open(path, "r:*", tarinfo=_Entry) as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                stream = archive.extractfile(member) if wanted(name) and member.isreg() else None
                if stream is not None:
                    yield name, whole(stream, name)
    except FileNotFoundError:
        raise DataError(
            f"There is nothing at {path}; give --data-path the archive or folder of the images, or fetch the official archive with --download."
        ) from None
    except (
        OSError,
        EOFError,
        tarfile.TarError,
        lzma.LZMAError,
        zlib.error,
        zipfile.BadZipFile,
        RuntimeError,  # a zip archive that is encrypted, or packed by a method unknown here
    ) as error:
        raise DataError(
            f"{path} cannot be read ({error or type(error).__name__}): expected a folder or a whole tar or zip archive. If it was copied or downloaded, do that again."
        ) from None


class _Entry(tarfile.TarInfo):
    """The header of a file in a tar archive; a long name or attributes are read whole, so they have a limit too."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        entry = super().frombuf(buf, encoding, errors)
        _require_small(entry.size, f"What {entry.name!r} in the archive holds")
        return entry


def _require_small(size: int, what: str) -> None:
    """Raise if a file has more bytes than `LARGEST`."""
    if size > LARGEST:
        raise DataError(
            f"{what} has more than {LARGEST / 1e6:.0f} MB, and no file of these data sets has: it is not read. Fetch the images again."
        )


def _decode(content: bytes, where: str) -> np.ndarray:
    """The pixels (3, 32, 32) of a picture, uint8."""
    try:
        from PIL import Image
    except ImportError:
        raise DataError(
            "Reading pictures needs Pillow, which is not installed: `pip install pillow`, or give --data-path the .npz file that a machine with Pillow keeps after its first reading."
        ) from None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.size != (SIDE, SIDE):
                raise DataError(
                    f"{where} is {image.width}x{image.height} pixels: expected {SIDE}x{SIDE}. Give --data-path the images at their original size."
                )
            pixels = np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{where} is damaged ({error}); fetch the images again.") from None
    return pixels.transpose(2, 0, 1)


def _from_pictures(classes: Sequence[Mapping[str, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels from the pictures of each class by file name."""
    pixels = [members[name] for members in classes for name in sorted(members)]
    sizes = [len(members) for members in classes]
    images = np.stack(pixels) if pixels else np.empty((0, *PICTURE), np.uint8)
    return images, np.repeat(np.arange(len(classes)), sizes)


def _from_batches(
    cifar: Cifar, batches: Mapping[str, bytes], names: Sequence[str], path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels from the records of binary batches."""
    length = cifar.label_bytes + math.prod(PICTURE)
    for name in names:
        if not batches.get(name) or len(batches[name]) % length:
            raise DataError(
                f"{path} has {len(batches.get(name, b''))} bytes of {name}: expected records of {length} bytes. Fetch the official archive of {cifar.title}, for example with --download."
            )
    whole = bytearray().join(batches[name] for name in names)
    records = np.frombuffer(whole, np.uint8).reshape(-1, length)
    pixels = records[:, cifar.label_bytes :].reshape(-1, *PICTURE)
    return pixels, records[:, cifar.label_bytes - 1]


def _from_pickles(
    cifar: Cifar, batches: Mapping[str, bytes], names: Sequence[str], path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels from the batches for Python: dictionaries of ``data`` and labels."""
    images, labels = [], []
    for name in names:
        if name not in batches:
            raise DataError(f"{path} has no {name}; give --data-path {cifar.layouts}.")
        content = loads(batches[name])
        entries = {
            key.decode() if isinstance(key, bytes) else key: value
            for key, value in (content.items() if isinstance(content, dict) else ())
        }
        pixels = entries.get("data")
        known = entries.get("fine_labels" if cifar.classes == 100 else "labels")
        shape = (len(known), math.prod(PICTURE)) if isinstance(known, list) else None
        if not isinstance(pixels, np.ndarray) or (pixels.dtype, pixels.shape) != (np.uint8, shape):
            raise DataError(
                f"{name} in {path} is no batch of {cifar.title}: expected `data` of bytes (N, {math.prod(PICTURE)}) and N labels. Fetch the images again."
            )
        images.append(pixels.reshape(-1, *PICTURE))
        labels.append(np.asarray(known))
    return np.concatenate(images), np.concatenate(labels).astype(np.uint8)


def _dataset(name: str, source: str, *arrays: np.ndarray) -> Dataset:
    """A data set from training images and labels, and test images and labels."""
    tensors = map(torch.from_numpy, arrays)
    return Dataset(name, source, *(t.long() if t.ndim == 1 else t for t in tensors))


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
        path: where the images are: a folder or tar archive (see above), or a file
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
                f"{cifar.title} is not part of this project: give its place with --data-path ({cifar.layouts}; or a tar archive of these), or fetch it with --download."
            )
        path = fetch(cifar, cache)
    if path.suffix == ".npz":
        return _kept(cifar, path)
    kept = cache / f"{name}-{LAYOUT}-{identity(path)[:16]}.npz"
    try:
        return _kept(cifar, kept)
    except DataError:  # not there yet, or damaged since
        dataset = read(cifar, path)
        _keep(dataset, kept)
        return dataset


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
            f"{path} cannot be read ({error.strerror}); give --data-path the archive or folder of the images, or fetch the official archive with --download."
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
            f"--download needs pooch, which is not installed: `pip install pooch`, or fetch {cifar.url} yourself and give it as --data-path."
        ) from None
    try:
        return Path(pooch.retrieve(cifar.url, f"md5:{cifar.md5}", cifar.url.split("/")[-1], cache))
    except Exception as error:  # of whatever library carries the download
        raise DataError(
            f"{cifar.url} could not be fetched ({error}); fetch it another way and give it as --data-path."
        ) from error


def _kept(cifar: Cifar, path: Path) -> Dataset:
    """Read what `_keep` wrote."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            _require_small(sum(entry.file_size for entry in stored.zip.infolist()), str(path))
            name, source = str(stored["name"]), str(stored["source"])
            arrays = [
                stored[f"{part}_{w}"] for part in ("train", "test") for w in ("images", "labels")
            ]
    except (
        OSError,
        EOFError,
        LookupError,
        MemoryError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise DataError(
            f"{path} is no file of decoded images ({error}); give --data-path the archive or folder that it was made from, or copy it again."
        ) from None
    if not name.startswith(cifar.title + " ") and name != cifar.title:
        raise DataError(
            f"{path} holds {name}: expected {cifar.title}. Choose that data set with --data, or another file with --data-path."
        )
    for images, labels in (arrays[:2], arrays[2:]):
        kinds = (images.shape, images.dtype, labels.shape, labels.dtype)
        whole = np.dtype(np.uint8)
        if kinds != ((len(labels), *PICTURE), whole, (len(labels),), whole):
            raise DataError(
                f"{path} holds images {kinds[0]} of {kinds[1]} and labels {kinds[2]} of {kinds[3]}: expected (N, {str(PICTURE)[1:]} and (N,) of uint8; copy it again."
            )
    dataset = _dataset(name, source, *arrays)
    require_whole(cifar, dataset, path)
    return dataset


def _keep(dataset: Dataset, path: Path) -> None:
    """Write the file whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    words = {"name": np.array(dataset.name), "source": np.array(dataset.source)}
    arrays = {name: tensor.byte().numpy() for name, tensor in dataset.tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, **words, **arrays)  # type: ignore[arg-type]
        os.replace(part, path)
    except OSError as error:
        raise DataError(
            f"The decoded images cannot be kept in {path.parent} ({error.strerror}); choose another folder with --out."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def images(name: str, train: int | None, test: int | None, session: Session) -> Dataset:
    """A data set from where the session says it is, or so many of its images, on its device.

    Raises:
        DataError: if it cannot be read, with a sentence that says what to do.
    """
    place = session.data[name]
    folder = Path(session.cache) / "data"
    dataset = load(name, Path(place) if place else None, cache=folder, download=not place)
    if train is not None and test is not None:
        dataset = take(dataset, train, test)
    return dataset.to(session.device)
