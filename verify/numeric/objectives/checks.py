"""Validation shared by all objectives: one place, whole sentences.

Shapes, dtypes and devices are checked by every objective on every call, which costs nothing. That
the entries are finite is checked by a `Loss` only: it waits for the device, once per step of a
training loop.
"""

from __future__ import annotations

import math
from numbers import Real

import torch
from torch import Tensor

NORM_FLOOR = 1e-12
"""The `eps` of `torch.nn.functional.normalize`: a shorter row is not normalised by it."""


def require_batch(where: str, name: str, tensor: Tensor) -> None:
    """Require a non-empty floating-point batch of shape (B, k).

    Raises:
        TypeError: if it is not a tensor, or not of a real floating-point type.
        ValueError: if it is not two-dimensional, or has no entries.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"{where} expects `{name}` to be a tensor of shape (B, k); it was given "
            f"{type(tensor).__name__}."
        )
    if tensor.ndim != 2:
        raise ValueError(
            f"{where} expects `{name}` to have shape (B, k), one row per sample; its shape was "
            f"{tuple(tensor.shape)}."
        )
    if tensor.numel() == 0:
        raise ValueError(
            f"{where} expects `{name}` to hold at least one row and one column; its shape was "
            f"{tuple(tensor.shape)}, so there is nothing to average."
        )
    if not tensor.dtype.is_floating_point:
        raise TypeError(
            f"{where} expects `{name}` to be real floating point; its type was {tensor.dtype}. "
            "Convert it with .double()."
        )


def require_alike(where: str, **tensors: Tensor) -> None:
    """Require every tensor to have the dtype and the device of the first.

    Raises:
        TypeError: if the dtypes differ.
        ValueError: if the devices differ.
    """
    (first, reference), *others = tensors.items()
    for name, tensor in others:
        if tensor.dtype != reference.dtype:
            raise TypeError(
                f"{where} expects one type for all of its tensors: `{first}` is "
                f"{reference.dtype}, but `{name}` was {tensor.dtype}. Convert one of them."
            )
        if tensor.device != reference.device:
            raise ValueError(
                f"{where} expects one device for all of its tensors: `{first}` is on "
                f"{reference.device}, but `{name}` was on {tensor.device}. Move one of them."
            )


def require_matching(where: str, **batches: Tensor) -> None:
    """Require batches of one shape (B, k), one dtype and one device.

    Raises:
        TypeError: as `require_batch` and `require_alike` do.
        ValueError: as they do, and if the shapes differ.
    """
    for name, batch in batches.items():
        require_batch(where, name, batch)
    (first, reference), *others = batches.items()
    for name, batch in others:
        if batch.shape != reference.shape:
            raise ValueError(
                f"{where} expects `{first}` and `{name}` to have the same shape; it was given "
                f"{tuple(reference.shape)} and {tuple(batch.shape)}."
            )
    require_alike(where, **batches)


def require_width(where: str, name: str, batch: Tensor, k: int) -> None:
    """Require k columns, the number of the head's outputs.

    Raises:
        ValueError: if there are more or fewer.
    """
    if batch.shape[-1] != k:
        raise ValueError(
            f"{where} expects `{name}` to have as many columns as the outputs, {k}; its shape "
            f"was {tuple(batch.shape)}."
        )


def require_positive(where: str, **numbers: float) -> None:
    """Require positive finite numbers.

    Raises:
        TypeError: if one is not a real number.
        ValueError: if one is not positive and finite.
    """
    for name, number in numbers.items():
        _require_number(where, name, number)
        if not (number > 0 and math.isfinite(number)):
            raise ValueError(f"The {name} of {where} must be positive and finite; it was {number}.")


def require_nonnegative(where: str, **numbers: float) -> None:
    """Require finite numbers that are not negative.

    Raises:
        TypeError: if one is not a real number.
        ValueError: if one is negative, infinite or NaN.
    """
    for name, number in numbers.items():
        _require_number(where, name, number)
        if not (number >= 0 and math.isfinite(number)):
            raise ValueError(
                f"The {name} of {where} must be finite and at least 0; it was {number}."
            )


def _require_number(where: str, name: str, number: object) -> None:
    if not isinstance(number, Real):
        raise TypeError(f"The {name} of {where} must be a number; it was {type(number).__name__}.")


def is_finite(tensor: Tensor) -> bool:
    """Whether no entry is infinite or NaN."""
    # A finite sum has finite terms; a sum that is not may have overflowed, so look again.
    return math.isfinite(float(tensor.detach().sum())) or bool(tensor.isfinite().all())


def require_finite(where: str, name: str, tensor: Tensor) -> None:
    """Require entries that are neither infinite nor NaN.

    Raises:
        ValueError: naming the first that is.
    """
    if not is_finite(tensor):
        bad = ~torch.isfinite(tensor)
        index = tuple(int(i) for i in bad.nonzero()[0])
        raise ValueError(
            f"{where} expects `{name}` to be finite; {int(bad.sum())} of its {tensor.numel()} "
            f"entries were not, the first at index {index}: {float(tensor[index])}."
        )


def have_directions(rows: Tensor) -> bool:
    """Whether every row is longer than `NORM_FLOOR` and of a finite length, so itself finite."""
    lengths = torch.linalg.vector_norm(rows.detach(), dim=-1)
    shortest, longest = torch.aminmax(lengths)  # both are NaN if a length is
    return float(shortest) > NORM_FLOOR and float(longest) < math.inf


def require_directions(where: str, name: str, rows: Tensor) -> None:
    """Require rows that have a direction: longer than `NORM_FLOOR`, and of a length that is finite.

    Raises:
        ValueError: naming the first row that has none.
    """
    if not have_directions(rows):
        lengths = torch.linalg.vector_norm(rows, dim=-1)
        without = ~((lengths > NORM_FLOOR) & (lengths < math.inf))
        row = int(without.nonzero()[0])
        raise ValueError(
            f"{where} sees directions only, and row {row} of `{name}` has none: every row must be "
            f"longer than {NORM_FLOOR}, and not overflow, but its length was {float(lengths[row])}."
        )


def require_varying(where: str, name: str, view: Tensor) -> None:
    """Require features that vary over a batch by more than rounding: (n, k).

    The rounding allowed is that of a mean of n numbers, ``n eps`` relative (Higham 2002, 4.2).

    Raises:
        ValueError: naming the first feature that is constant.
    """
    spread = (view - view.mean(dim=0)).norm(dim=0)
    rounding = len(view) * torch.finfo(view.dtype).eps * view.norm(dim=0)
    constant = spread <= rounding
    if bool(constant.any()):
        raise ValueError(
            f"{where} divides by the standard deviation of each feature over a view's rows; "
            f"feature {int(constant.nonzero()[0])} of `{name}` is constant to within rounding, so "
            "the objective is 0/0 there."
        )
