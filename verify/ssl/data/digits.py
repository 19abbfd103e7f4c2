"""The embedded default: handwritten digits, without a network."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from verify.ssl.data.dataset import Dataset

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
