"""Image data sets, as tensors in memory. Nothing is ever unpickled."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

SPLIT_SEED = 0
"""Seed of the split into training and test images; the same for every training seed."""

DIGITS_TRAIN = 1437
"""Training images of the 1797 digits (80 %); the other 360 are test images."""

DIGITS = "digits (8x8, scikit-learn)"
"""What every table calls the digits."""

DIGITS_SIZE = 16
"""Side in pixels to which the 8x8 digits are enlarged, so that a convolution has room."""


@dataclass(frozen=True)
class Dataset:
    """A labelled image data set, split once.

    Attributes:
        name: what a table calls it, with everything that sets it apart from the original.
        source: where the images come from.
        train_images, test_images: (N, C, H, W), float32 in [0, 1].
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

    def to(self, device: str | torch.device) -> Dataset:
        """The same data set with its tensors on `device`."""
        return Dataset(
            self.name,
            self.source,
            self.train_images.to(device),
            self.train_labels.to(device),
            self.test_images.to(device),
            self.test_labels.to(device),
        )


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
