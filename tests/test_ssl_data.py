"""CIFAR-10 and CIFAR-100 from files.

Oracles: miniature data sets whose pixels are known, written by Pillow or byte by byte as the
official format describes; every damage that a copy can suffer must end in a sentence.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from verify.ssl.data import DataError, Dataset, floating, load_digits, take
from verify.ssl.data import loading as module
from verify.ssl.data.loading import CIFAR10, CIFAR100, load

TRAIN, TEST = 30, 20
CLASSES = ("airplane", "bird", "cat", "deer", "dog", "frog", "goat", "horse", "ship", "truck")


@pytest.fixture(autouse=True)
def _miniatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """CIFAR-10 with three training and two test images of each class."""
    small = {"cifar10": replace(CIFAR10, train=TRAIN, test=TEST)}
    small["cifar100"] = replace(CIFAR100, classes=10, train=TRAIN, test=TEST)
    monkeypatch.setattr(module, "CIFARS", small)


def pixels(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)


def batch(images: np.ndarray, labels: list[int], coarse: bool = False) -> bytes:
    """The official format: label bytes, then 1024 red, 1024 green and 1024 blue bytes."""
    return b"".join(
        (b"\x63" if coarse else b"") + bytes([label]) + image.tobytes()
        for image, label in zip(images, labels, strict=True)
    )


def write_batches(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Six training images in each batch; returns what was written."""
    folder.mkdir()
    train, test = pixels(1, TRAIN), pixels(2, TEST)
    for n in range(5):
        labels = [(6 * n + i) % 10 for i in range(6)]
        content = batch(train[6 * n : 6 * n + 6], labels)
        (folder / f"data_batch_{n + 1}.bin").write_bytes(content)
    (folder / "test_batch.bin").write_bytes(batch(test, [9 - i % 10 for i in range(TEST)]))
    (folder / "readme.html").write_text("not an image")
    return train, test


def write_pictures(folder: Path, suffix: str) -> None:
    """Pictures of one colour each: red is the class, green the number in it, blue the split."""
    for split, count in (("train", TRAIN), ("test", TEST)):
        for label, name in enumerate(CLASSES):
            (folder / split / name).mkdir(parents=True)
            for n in range(count // 10):
                colour = (20 * label, 60 * n, 200 if split == "test" else 0)
                picture = Image.new("RGB", (32, 32), colour)
                picture.save(folder / split / name / f"{n:04}{suffix}")


def pack(folder: Path, archive: Path, mode: str) -> Path:
    with tarfile.open(archive, mode) as tar:
        tar.add(folder, "cifar")
    return archive


def colours(dataset: Dataset) -> list[list[int]]:
    return dataset.train_images[:, :, 16, 16].tolist()


def test_batches_are_read_to_the_byte(tmp_path: Path) -> None:
    train, test = write_batches(tmp_path / "bin")
    dataset = load("cifar10", tmp_path / "bin", cache=tmp_path / "cache")
    assert dataset.name == "CIFAR-10"
    assert dataset.train_images.dtype == torch.uint8
    assert (dataset.channels, dataset.size, dataset.classes) == (3, 32, 10)
    assert dataset.train_labels.tolist() == list(range(10)) * 3
    assert dataset.test_labels.tolist() == list(range(10)) * 2
    assert np.array_equal(dataset.train_images.numpy(), train)  # stored in balanced order already
    reversed_tens = np.concatenate([test[9::-1], test[:9:-1]])
    assert np.array_equal(dataset.test_images.numpy(), reversed_tens)
    assert torch.equal(floating(dataset.train_images) * 255, dataset.train_images.float())


def test_cifar100_takes_the_second_label(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    labels = [i % 10 for i in range(TRAIN)]
    train = pixels(3, TRAIN)
    (tmp_path / "bin" / "train.bin").write_bytes(batch(train, labels, coarse=True))
    (tmp_path / "bin" / "test.bin").write_bytes(batch(pixels(4, TEST), labels[:TEST], coarse=True))
    dataset = load("cifar100", tmp_path / "bin", cache=tmp_path / "cache")
    assert dataset.name == "CIFAR-100"
    assert dataset.train_labels.tolist() == labels
    assert np.array_equal(dataset.train_images.numpy(), train)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_an_archive_is_its_folder(tmp_path: Path, mode: str) -> None:
    write_batches(tmp_path / "bin")
    archive = pack(tmp_path / "bin", tmp_path / "any.name", mode)
    packed = load("cifar10", archive, cache=tmp_path / "cache")
    unpacked = load("cifar10", tmp_path / "bin", cache=tmp_path / "cache")
    assert packed.fingerprint() == unpacked.fingerprint()
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("packed", [False, True])
def test_png_pictures(tmp_path: Path, packed: bool) -> None:
    folder = tmp_path / "pictures"
    write_pictures(folder, ".png")
    path = pack(folder, tmp_path / "pictures.tar.xz", "w:xz") if packed else folder
    dataset = load("cifar10", path, cache=tmp_path / "cache")
    assert dataset.name == "CIFAR-10"
    assert colours(dataset) == [[20 * (i % 10), 60 * (i // 10), 0] for i in range(TRAIN)]
    assert dataset.train_labels.tolist() == [i % 10 for i in range(TRAIN)]
    assert dataset.test_images[:, 2].unique().tolist() == [200]


def test_jpeg_is_said_in_the_name(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", ".jpg")
    dataset = load("cifar10", tmp_path / "pictures", cache=tmp_path / "cache")
    assert dataset.name == "CIFAR-10 (JPEG)"
    lossless = torch.tensor([[20 * (i % 10), 60 * (i // 10), 0] for i in range(TRAIN)])
    # One colour has no frequencies to lose: what remains is rounding in YCbCr.
    assert (torch.tensor(colours(dataset)) - lossless).abs().max() <= 3


def test_decoded_once_and_the_kept_file_is_a_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = tmp_path / "pictures", tmp_path / "cache"
    write_pictures(folder, ".jpg")
    first = load("cifar10", folder, cache=cache)
    (kept,) = cache.iterdir()
    monkeypatch.setitem(sys.modules, "PIL", None)
    again = load("cifar10", folder, cache=cache)
    carried = load("cifar10", kept, cache=tmp_path / "elsewhere")
    assert first.fingerprint() == again.fingerprint() == carried.fingerprint()
    assert again.name == carried.name == "CIFAR-10 (JPEG)"
    with pytest.raises(DataError, match="pip install pillow"):
        load("cifar10", folder, cache=tmp_path / "empty")


def test_a_damaged_kept_file_is_made_again(tmp_path: Path) -> None:
    write_batches(tmp_path / "bin")
    first = load("cifar10", tmp_path / "bin", cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1000])
    assert load("cifar10", tmp_path / "bin", cache=tmp_path / "cache").fingerprint() == (
        first.fingerprint()
    )
    assert kept.read_bytes() == whole


def test_another_source_is_read_anew(tmp_path: Path) -> None:
    write_batches(tmp_path / "bin")
    before = load("cifar10", tmp_path / "bin", cache=tmp_path / "cache")
    file = tmp_path / "bin" / "test_batch.bin"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    after = load("cifar10", tmp_path / "bin", cache=tmp_path / "cache")
    assert int((before.test_images != after.test_images).sum()) == 1


def truncate(path: Path, missing: int) -> None:
    path.write_bytes(path.read_bytes()[:-missing])


def damaged_picture(folder: Path) -> Path:
    write_pictures(folder, ".jpg")
    (folder / "test" / "cat" / "0001.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    return folder


def missing_picture(folder: Path) -> Path:
    write_pictures(folder, ".jpg")
    (folder / "train" / "cat" / "0001.jpg").unlink()
    return folder


def missing_class(folder: Path) -> Path:
    write_pictures(folder, ".png")
    (folder / "test" / "truck").rename(folder / "test" / "lorry")
    return folder


def large_picture(folder: Path) -> Path:
    write_pictures(folder, ".jpg")
    Image.new("RGB", (40, 32)).save(folder / "train" / "dog" / "0000.jpg")
    return folder


def truncated_archive(folder: Path) -> Path:
    write_pictures(folder, ".jpg")
    archive = pack(folder, folder.with_suffix(".tar.xz"), "w:xz")
    truncate(archive, archive.stat().st_size // 2)
    return archive


def truncated_batch(folder: Path) -> Path:
    write_batches(folder)
    truncate(folder / "data_batch_3.bin", 1)
    return folder


def missing_batch(folder: Path) -> Path:
    write_batches(folder)
    (folder / "data_batch_4.bin").unlink()
    return folder


def no_images(folder: Path) -> Path:
    folder.mkdir()
    (folder / "readme.html").write_bytes(b"no image")
    return folder


def not_a_tar(folder: Path) -> Path:
    path = folder.with_suffix(".tar.xz")
    path.write_bytes(b"<html>moved</html>" * 100)
    return path


def no_kept_file(folder: Path) -> Path:
    path = folder.with_suffix(".npz")
    path.write_bytes(b"PK\x03\x04 nothing")
    return path


def pickled_kept_file(folder: Path) -> Path:
    path = folder.with_suffix(".npz")
    np.savez(path, name=np.array([{}], dtype=object))
    return path


def other_kept_file(folder: Path) -> Path:
    write_batches(folder)
    cache = folder.parent / "made"
    load("cifar10", folder, cache=cache)
    (kept,) = cache.iterdir()
    with np.load(kept) as stored:
        np.savez(kept, **(dict(stored) | {"name": np.array("CIFAR-100")}))
    return kept


DAMAGES: list[tuple[Callable[[Path], Path], str]] = [
    (lambda folder: folder, "There is nothing at|cannot be read"),
    (damaged_picture, r"test/cat/0001.jpg in .* is damaged .*; fetch the images again"),
    (missing_picture, "29 training images in 10 classes of 2 to 3, and CIFAR-10 has 30"),
    (missing_class, "in 11 classes"),
    (large_picture, "train/dog/0000.jpg .* is 40x32 pixels: expected 32x32"),
    (truncated_archive, "cannot be read .*: expected a folder or a whole tar or zip archive"),
    (truncated_batch, "18437 bytes of data_batch_3.bin: expected records of 3073 bytes"),
    (missing_batch, "has 0 bytes of data_batch_4.bin"),
    (no_images, "holds no images of CIFAR-10: expected train/<class>/.* as torchvision keeps them"),
    (not_a_tar, "cannot be read"),
    (no_kept_file, "is no file of decoded images"),
    (pickled_kept_file, "is no file of decoded images"),
    (other_kept_file, "holds CIFAR-100: expected CIFAR-10"),
]


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES)
def test_damage_ends_in_a_sentence(
    tmp_path: Path, damage: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        load("cifar10", damage(tmp_path / "source"), cache=tmp_path / "cache")
    assert str(caught.value).endswith(".")
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").iterdir())


def test_no_source_names_both_remedies(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"--data-path .* --download"):
        load("cifar10", cache=tmp_path)
    with pytest.raises(ValueError, match="not one of digits, cifar10, cifar100"):
        load("mnist", cache=tmp_path)


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    write_batches(tmp_path / "bin")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be kept in .*; choose another folder"):
        load("cifar10", tmp_path / "bin", cache=tmp_path / "file" / "cache")


class Fetcher(ModuleType):
    """Stands in for pooch: hands over a file after comparing its MD5, as pooch does."""

    def __init__(self, archive: Path) -> None:
        super().__init__("pooch")
        self.archive = archive

    def retrieve(self, url: str, known_hash: str, fname: str, path: Path) -> str:
        """See `pooch.retrieve`."""
        assert url == CIFAR10.url
        assert fname == "cifar-10-binary.tar.gz"
        found = hashlib.md5(self.archive.read_bytes()).hexdigest()
        if known_hash != f"md5:{found}":
            raise ValueError(f"MD5 hash of {fname} does not match the known hash")
        return str(self.archive)


def test_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train, _ = write_batches(tmp_path / "bin")
    archive = pack(tmp_path / "bin", tmp_path / "cifar-10-binary.tar.gz", "w:gz")
    monkeypatch.setitem(sys.modules, "pooch", Fetcher(archive))
    with pytest.raises(DataError, match=r"could not be fetched \(MD5 hash .*--data-path"):
        load("cifar10", cache=tmp_path / "cache", download=True)
    digest = hashlib.md5(archive.read_bytes()).hexdigest()
    monkeypatch.setitem(module.CIFARS, "cifar10", replace(module.CIFARS["cifar10"], md5=digest))
    dataset = load("cifar10", cache=tmp_path / "cache", download=True)
    assert np.array_equal(dataset.train_images.numpy(), train)
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DataError, match="pip install pooch"):
        load("cifar10", cache=tmp_path / "cache", download=True)


def test_published_checksums() -> None:
    """As the data sets' page lists them, https://www.cs.toronto.edu/~kriz/cifar.html."""
    assert CIFAR10.md5 == "c32a1d4ab5d03f1284b67883e8d87530"
    assert CIFAR100.md5 == "03b5dce01913d631647c71ecec9e9cb8"


def test_pictures_are_decoded_like_pillow(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    write_pictures(folder, ".jpg")
    smooth = np.asarray(Image.fromarray(pixels(5, 1)[0, 0]).resize((8, 8)).resize((32, 32)))
    expected = np.stack([smooth, smooth.T, 255 - smooth], -1)
    file = io.BytesIO()
    Image.fromarray(expected).save(file, "jpeg", quality=60)
    (folder / "train" / "airplane" / "0000.jpg").write_bytes(file.getvalue())
    dataset = load("cifar10", folder, cache=tmp_path / "cache")
    decoded = np.asarray(Image.open(file)).transpose(2, 0, 1)
    assert np.array_equal(dataset.train_images[0].numpy(), decoded)


def test_take_is_balanced_and_says_so() -> None:
    digits = load_digits()
    part = take(digits, 500, 100)
    assert part.name == f"{digits.name}, 500 + 100 images"
    assert part.train_labels.bincount().tolist() == [50] * 10
    assert part.train_labels[:20].tolist() == list(range(10)) * 2
    assert part.test_labels.bincount().tolist() == [10] * 10
    assert torch.equal(part.train_images, take(digits, 1000, 100).train_images[:500])
    for label in range(10):  # the first ones of every class, in their order
        members = digits.train_images[digits.train_labels == label]
        assert torch.equal(part.train_images[part.train_labels == label], members[:50])


@pytest.mark.parametrize(
    ("train", "test", "sentence"),
    [
        (55, 10, "expected a positive multiple of 10, got 55"),
        (10, 0, "as many test images .* got 0"),
        (1437, 10, "multiple of 10"),
        (1430, 10, "143 of each class, and the smallest class has [0-9]+; ask for at most"),
    ],
)
def test_take_refuses(train: int, test: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        take(load_digits(), train, test)


def test_fingerprint_sees_every_pixel() -> None:
    digits = load_digits()
    images = digits.test_images.clone()
    images[7, 0, 3, 3] += 2**-20
    assert digits.fingerprint() == load_digits().fingerprint()
    assert replace(digits, test_images=images).fingerprint() != digits.fingerprint()
    assert replace(digits, name="other").fingerprint() == digits.fingerprint()


# --- other layouts ------------------------------------------------------------------------------


def write_pickles(folder: Path, protocol: int) -> None:
    """The miniature's batches as dictionaries, as the archive for Python has them."""
    train, test = write_batches(folder.parent / "binary")
    folder.mkdir()
    parts = {
        f"data_batch_{n + 1}": (train[6 * n : 6 * n + 6], [(6 * n + i) % 10 for i in range(6)])
        for n in range(5)
    }
    parts["test_batch"] = (test, [9 - i % 10 for i in range(TEST)])
    for name, (images, labels) in parts.items():
        data = np.ascontiguousarray(images.reshape(len(images), -1))
        content = {b"batch_label": name.encode(), b"data": data, b"labels": labels}
        (folder / name).write_bytes(pickle.dumps(content, protocol))
    (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": [b"a"]}, protocol))


@pytest.mark.parametrize("protocol", [2, 4])
def test_batches_for_python_are_those_in_binary(tmp_path: Path, protocol: int) -> None:
    write_pickles(tmp_path / "cifar-10-batches-py", protocol)
    found = load("cifar10", tmp_path / "cifar-10-batches-py", cache=tmp_path / "a")
    binary = load("cifar10", tmp_path / "binary", cache=tmp_path / "b")
    assert found.fingerprint() == binary.fingerprint()


def test_hostile_batches_are_refused_and_run_nothing(tmp_path: Path) -> None:
    write_pickles(tmp_path / "py", 2)

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "ran",))

    (tmp_path / "py" / "data_batch_3").write_bytes(pickle.dumps({b"data": Hostile()}))
    with pytest.raises(DataError, match="pickle"):
        load("cifar10", tmp_path / "py", cache=tmp_path / "cache")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content", [{b"data": np.zeros((2, 3), np.uint8), b"labels": [1, 2]}, [1, 2], {}]
)
def test_pickles_that_are_no_batches_are_told(content: object, tmp_path: Path) -> None:
    write_pickles(tmp_path / "py", 2)
    (tmp_path / "py" / "data_batch_2").write_bytes(pickle.dumps(content, 2))
    with pytest.raises(DataError, match=r"data_batch_2 .* is no batch of CIFAR-10"):
        load("cifar10", tmp_path / "py", cache=tmp_path / "cache")


def test_a_zip_archive_and_a_folder_named_val(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    write_pictures(folder, ".png")
    plain = load("cifar10", folder, cache=tmp_path / "a")
    (folder / "test").rename(folder / "val")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, Path("pictures", file.relative_to(folder)))
        archive.writestr("__MACOSX/pictures/train/a/._x.png", b"no picture")
    for source in (folder, tmp_path / "p.zip"):
        found = load("cifar10", source, cache=tmp_path / "b")
        assert found.fingerprint() == plain.fingerprint()


def test_side_files_of_macos_are_no_pictures(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", ".jpg")
    plain = load("cifar10", tmp_path / "pictures", cache=tmp_path / "a")
    for file in list((tmp_path / "pictures").rglob("*.jpg"))[:3]:
        file.with_name(f"._{file.name}").write_bytes(b"Mac OS X")
    found = load("cifar10", tmp_path / "pictures", cache=tmp_path / "b")
    assert found.fingerprint() == plain.fingerprint()


def test_only_jpeg_and_png_are_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An EPS named x.jpg is refused before anything that could interpret it is asked."""
    folder = tmp_path / "pictures"
    write_pictures(folder, ".jpg")
    file = next(folder.rglob("*.jpg"))
    file.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n%%EndComments\n")
    monkeypatch.setattr(
        "PIL.EpsImagePlugin.Ghostscript", lambda *_, **__: pytest.fail("Ghostscript was asked")
    )
    with pytest.raises(DataError, match=r"is damaged .*cannot identify image file"):
        load("cifar10", folder, cache=tmp_path / "cache")
    file.write_bytes(b"GIF89a" + bytes(20))
    with pytest.raises(DataError, match="cannot identify image file"):
        load("cifar10", folder, cache=tmp_path / "cache")


@pytest.mark.parametrize("kind", ["bmp", "gif", "tiff", "webp", "ppm", "ico"])
def test_a_whole_picture_of_another_kind_is_not_decoded(tmp_path: Path, kind: str) -> None:
    write_pictures(tmp_path / "pictures", ".png")
    file = next((tmp_path / "pictures").rglob("*.png"))
    Image.open(file).save(file, kind)
    assert Image.open(file).size == (32, 32)
    with pytest.raises(DataError, match=r"is damaged .*cannot identify image file"):
        load("cifar10", tmp_path / "pictures", cache=tmp_path / "cache")


def in_a_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return folder.with_suffix(".zip")


def long_name(folder: Path) -> Path:
    """A file's name is read whole before anything else is known of it."""
    with tarfile.open(folder.with_suffix(".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("x" * 70_000))
    return folder.with_suffix(".tar.gz")


def kept(folder: Path) -> Path:
    np.savez_compressed(folder.with_suffix(".npz"), train_images=np.zeros(70_000, np.uint8))
    return folder.with_suffix(".npz")


@pytest.mark.parametrize(
    "source",
    [
        lambda folder: folder,
        in_a_zip,
        lambda folder: pack(folder, folder.with_suffix(".tar.gz"), "w:gz"),
        long_name,
        kept,
    ],
    ids=["folder", "zip", "tar", "tar-name", "kept"],
)
def test_no_file_unpacks_to_more_than_there_is_in_these_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Callable[[Path], Path]
) -> None:
    """Nothing larger is read into memory, whatever its header says; what is as large is."""
    folder = tmp_path / "bin"
    write_batches(folder)
    largest = (folder / "test_batch.bin").stat().st_size
    path = source(folder)
    monkeypatch.setattr(module, "LARGEST", largest)
    if path.suffix in (".zip", ""):
        load("cifar10", path, cache=tmp_path / "cache")
    monkeypatch.setattr(module, "LARGEST", largest - 1)
    with pytest.raises(DataError, match=r"has more than 0 MB, .* it is not read"):
        load("cifar10", path, cache=tmp_path / "other")


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_too_large_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "data_batch_1.bin").write_bytes(bytes(2**24))
    path = in_a_zip(tmp_path / "bin") if packed else tmp_path / "bin"
    monkeypatch.setattr(module, "LARGEST", 1000)
    tracemalloc.start()
    with pytest.raises(DataError, match="it is not read"):
        load("cifar10", path, cache=tmp_path / "cache")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**22


@pytest.mark.parametrize(("more", "says"), [(0, "cannot be read"), (1, "more than 268 MB")])
def test_the_limit_of_a_file_is_256_mib(tmp_path: Path, more: int, says: str) -> None:
    """Of archives that hold no more than the header of such a file: one is cut off, one is not read."""
    entry = tarfile.TarInfo("data_batch_1.bin")
    entry.size = 256 * 2**20 + more
    (tmp_path / "a.tar").write_bytes(entry.tobuf(tarfile.GNU_FORMAT) + bytes(10240))
    with pytest.raises(DataError, match=says):
        load("cifar10", tmp_path / "a.tar", cache=tmp_path)


def test_no_more_pictures_are_kept_than_there_are_in_these_data(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", ".png")
    folder = tmp_path / "pictures" / "train"
    (folder / "cat" / "x.png").write_bytes((folder / "cat" / "0000.png").read_bytes())
    with pytest.raises(DataError, match="has more pictures than the 50 of CIFAR-10"):
        load("cifar10", tmp_path / "pictures", cache=tmp_path / "cache")


def test_a_vast_kept_file_is_told(tmp_path: Path) -> None:
    """A header asks for a terabyte, of a file that has nothing."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (2**50,)}
    )
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("name.npy", header.getvalue())
    with pytest.raises(DataError, match="is no file of decoded images"):
        load("cifar10", tmp_path / "a.npz", cache=tmp_path)
