"""What every data set is: labelled images, split once; and the digits, which need no network.

A `Source` says where an experiment's images come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from verify.ssl.session import Session
import torch.nn.functional as F


class DataError(Exception):
    """A data set cannot be had; the message is a sentence for the user, with the remedy."""


@dataclass(frozen=True)
class Dataset:
    """A labelled image data set, split once.

    Attributes:
        name: what a table calls it, with everything that sets it apart from the original.
        source: where the images come from.
        train_images, test_images: (N, C, H, W), float32 in [0, 1], or uint8 as photographs come;
            `floating` reads both.
        train_labels, test_labels: (N,), int64 in [0, number of classes).
    """

    name: str
    source: str
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor

    @property
    def channels(self) -> int:
        """Channels of an image."""
        return self.train_images.shape[1]

    @property
    def size(self) -> int:
        """Height of an image in pixels."""
        return self.train_images.shape[2]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.train_labels.max()) + 1

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Images and labels by name."""
        return {
            f"{part}_{what}": getattr(self, f"{part}_{what}")
            for part in ("train", "test")
            for what in ("images", "labels")
        }

    def to(self, device: str | torch.device) -> Dataset:
        """The same data set with its tensors on `device`."""
        return Dataset(self.name, self.source, *(t.to(device) for t in self.tensors.values()))

    def chosen(self, name: str, train: Tensor, test: Tensor) -> Dataset:
        """The training and the test images of these indices, under another name."""
        indices = (train, train, test, test)
        chosen = (t[i] for t, i in zip(self.tensors.values(), indices, strict=True))
        return Dataset(name, self.source, *chosen)

    def fingerprint(self) -> str:
        """SHA-256 of all images and labels, by which a record of a run knows its data."""
        digest = hashlib.sha256()
        for tensor in self.tensors.values():
            digest.update(f"{tensor.dtype} {tuple(tensor.shape)}\n".encode())
            digest.update(tensor.cpu().contiguous().numpy().data)
        return digest.hexdigest()


def floating(images: Tensor) -> Tensor:
    """Images as numbers in [0, 1]: bytes are divided by 255 (float32), others are left alone."""
    return images if images.is_floating_point() else images.float() / 255


def take(dataset: Dataset, train: int, test: int) -> Dataset:
    """The first images of every class, as many of each class, in a balanced order.

    Args:
        dataset: where they are taken from.
        train: number of training images.
        test: number of test images.

    Raises:
        ValueError: if a number is not a positive multiple of the number of classes, or a class has
            too few images.
    """
    known = _first(dataset.train_labels, train, dataset.classes, "training")
    held_out = _first(dataset.test_labels, test, dataset.classes, "test")
    return dataset.chosen(f"{dataset.name}, {train} + {test} images", known, held_out)


def balanced_order(labels: Tensor) -> Tensor:
    """The first image of every class, then the second of every class, and so on: indices (N,).

    Where the classes are equally large, every part from the beginning whose length is a multiple of
    their number holds as many images of each.
    """
    within = torch.empty_like(labels)
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        within[members] = torch.arange(len(members), device=labels.device)
    return (within * (int(labels.max()) + 1) + labels).argsort()


def _first(labels: Tensor, count: int, classes: int, what: str) -> Tensor:
    if count < 1 or count % classes:
        raise ValueError(
            f"A part of a data set has as many {what} images of each of its {classes} classes: expected a positive multiple of {classes}, got {count}."
        )
    fewest = int(labels.bincount(minlength=classes).min())
    if count > fewest * classes:
        raise ValueError(
            f"{count} {what} images were asked for, {count // classes} of each class, and the smallest class has {fewest}; ask for at most {fewest * classes}."
        )
    return balanced_order(labels)[:count]


SPLIT_SEED = 0
"""Seed of the split into training and test images; the same for every training seed."""

DIGITS_TRAIN = 1437
"""Training images of the 1797 digits (80 %); the other 360 are test images."""

DIGITS = "digits (8x8, scikit-learn)"
"""What every table calls the digits."""

DIGITS_SIZE = 16
"""Side in pixels to which the 8x8 digits are enlarged, so that a convolution has room."""


def load_digits() -> Dataset:
    """scikit-learn's 1797 handwritten digits, enlarged bilinearly from 8x8 to 16x16."""
    from sklearn.datasets import load_digits as bundled

    digits = bundled()
    images = torch.tensor(digits.images, dtype=torch.float32)[:, None] / 16  # grey levels 0..16
    images = F.interpolate(images, size=DIGITS_SIZE, mode="bilinear", align_corners=False)
    labels = torch.tensor(digits.target, dtype=torch.int64)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SPLIT_SEED))
    train, test = order[:DIGITS_TRAIN], order[DIGITS_TRAIN:]
    return Dataset(
        name=DIGITS,
        source="sklearn.datasets.load_digits: test part of the UCI optical handwritten digits",
        train_images=images[train],
        train_labels=labels[train],
        test_images=images[test],
        test_labels=labels[test],
    )


@dataclass(frozen=True, kw_only=True)
class Source:
    """The images of an experiment.

    Attributes:
        name: first word of the names of what is trained on them.
        load: reads them; a function of the session, which says where the data are.
        size: ``reduced`` or ``published``: how the setting compares with the published one.
        long: training takes minutes, so it is reported, saved once a minute at most and timed.
    """

    name: str
    load: Callable[[Session], Dataset]
    size: str
    long: bool

    def setting(self, dataset: Dataset) -> str:
        """How every table and plot names the data."""
        return f"{dataset.name}, {self.size} setting"


def digits(session: Session) -> Dataset:
    """The digits, which come with the project's dependencies."""
    return load_digits().to(session.device)


DIGITS_SOURCE = Source(name="digits", load=digits, size="reduced", long=False)
