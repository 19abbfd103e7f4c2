"""Effective ranks. Oracles: the definitions in NumPy from spectra put in by hand, and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from verify.numeric import effective_ranks


def rows_with(singular: list[float], n: int, d: int, mean: float = 0.0) -> torch.Tensor:
    """Centred rows (n, d) of given singular values, plus a constant row."""
    rng = np.random.default_rng(0)
    r = len(singular)
    left = rng.standard_normal((n, r))
    left = np.linalg.qr(left - left.mean(0))[0]
    right = np.linalg.qr(rng.standard_normal((d, r)))[0]
    return torch.tensor(left * singular @ right.T + mean)


def entropy_rank(spectrum: np.ndarray) -> float:
    shares = spectrum[spectrum > 0] / spectrum.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
@pytest.mark.parametrize(("n", "d"), [(40, 5), (5, 40)])
def test_singular_values_three_and_one(n: int, d: int, scale: float) -> None:
    found = effective_ranks(rows_with([3.0, 1.0], n, d) * scale)
    # Not 1.384: that is of the squares.
    assert found.roy_vetterli == pytest.approx(1.7548, abs=1e-4)
    assert found.von_neumann == pytest.approx(1.3841, abs=1e-4)
    assert found.rankme == pytest.approx(1.7548, abs=1e-3)  # these rows are centred; its constant
    assert not found.collapsed


@pytest.mark.parametrize("mean", [0.0, 2.0])
def test_by_the_definitions(mean: float) -> None:
    singular = np.array([5.0, 2.0, 1.0, 0.1])
    x = rows_with(list(singular), 30, 7, mean)
    found = effective_ranks(x)
    assert found.roy_vetterli == pytest.approx(entropy_rank(singular), rel=1e-9)
    assert found.von_neumann == pytest.approx(entropy_rank(singular**2), rel=1e-9)
    whole = np.linalg.svd(x.numpy(), compute_uv=False)
    p = whole / whole.sum() + 1e-7
    assert found.rankme == pytest.approx(float(np.exp(-(p * np.log(p)).sum())), rel=1e-9)


def test_two_rows_of_many_dimensions() -> None:
    found = effective_ranks(torch.randn(2, 768, generator=torch.Generator().manual_seed(0)))
    assert found.roy_vetterli == pytest.approx(1, rel=1e-6)  # two rows differ in one direction
    assert found.von_neumann == pytest.approx(1, rel=1e-6)
    assert 1.9 < found.rankme <= 2.01
    assert not found.collapsed


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e4, "tiny", "max", 0.0])
@pytest.mark.parametrize("n", [1, 2, 900])
def test_constant_rows_are_collapsed_at_any_scale(
    n: int, scale: float | str, dtype: torch.dtype
) -> None:
    size = getattr(torch.finfo(dtype), scale) if isinstance(scale, str) else scale
    row = torch.linspace(0.1, 1, 48).to(dtype) * size
    found = effective_ranks(row.repeat(n, 1))
    assert found.collapsed
    assert (found.roy_vetterli, found.von_neumann) == (0, 0)
    assert found.rankme == pytest.approx(1.0 if size else 0.0, abs=1e-3)


def test_collapsed_within_the_rounding_of_the_type_and_not_beyond() -> None:
    row, unit = torch.ones(4), torch.finfo(torch.float32).eps
    nudged = torch.stack([row, row * (1 + unit)])
    assert effective_ranks(nudged).collapsed
    assert not effective_ranks(nudged.double()).collapsed
    assert not effective_ranks(torch.stack([row, row * (1 + 100 * unit)])).collapsed
    wide = torch.ones(400)
    assert effective_ranks(torch.stack([wide, wide * (1 + 70 * unit)])).collapsed  # of 4 sqrt(400)
    assert not effective_ranks(torch.stack([wide, wide * (1 + 90 * unit)])).collapsed


def test_a_spectrum_of_equals_has_full_rank() -> None:
    found = effective_ranks(rows_with([2.0] * 6, 50, 6))
    assert found.roy_vetterli == pytest.approx(6) == found.von_neumann


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (torch.full((3, 2), float("nan")), "3 of 3 rows hold NaN or infinity"),
        (torch.tensor([[1.0, 2.0], [3.0, float("inf")]]), "1 of 2 rows hold NaN or infinity"),
        (torch.ones(3), "at least one row and one column; the shape was \\(3,\\)"),
        (torch.ones(0, 3), "the shape was \\(0, 3\\)"),
        (torch.ones(3, 2, dtype=torch.int64), "real floating point; it was given torch.int64"),
        ([[1.0]], "it was given list"),
    ],
)
def test_what_has_no_effective_rank_is_told_in_a_sentence(rows: object, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        effective_ranks(rows)  # type: ignore[arg-type]
