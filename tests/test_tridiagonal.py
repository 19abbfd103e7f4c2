"""Eigenvectors at both ends of matrices, without the others.

Oracles: matrices of a known spectrum and basis; `torch.linalg.eigh`, which is another library's divide and conquer.
"""

from __future__ import annotations

import pytest
import torch
from curvature_fixture import normal, symmetric

from verify.numeric import tridiagonal
from verify.numeric.tridiagonal import FEWEST, extreme_eigenvectors


def spectra(n: int) -> dict[str, torch.Tensor]:
    ramp = torch.linspace(-0.3, 1, n, dtype=torch.float64)
    return {
        "apart": ramp,
        "of one sign": ramp + 1,
        "a cluster at one end": ramp.clamp(min=0.2),
        "near one another": torch.where(ramp < 0, ramp / 1e9 - 1, ramp / 1e9 + 1),
        "one value": torch.ones(n, dtype=torch.float64),
        "nothing": torch.zeros(n, dtype=torch.float64),
        "graded": torch.logspace(-300, 0, n, dtype=torch.float64),
    }


@pytest.mark.parametrize("n", [1, 2, FEWEST - 1, FEWEST, 90])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_each_vector_is_of_its_end_up_to_rounding(n, dtype):
    """Of a batch of full, diagonal and block matrices, the blocks of which share an end."""
    batch = [symmetric(n, values, seed=n) for values in spectra(n).values()]
    batch += [values.diag() for values in spectra(n).values()]
    half = symmetric(n // 2, torch.linspace(-1, 1, n // 2)) if n > 1 else torch.zeros(0, 0)
    rest = torch.zeros(n % 2, n % 2, dtype=torch.float64)
    batch.append(torch.block_diag(half, half, rest) if n > 1 else rest)
    matrices = torch.stack([matrix.to(dtype) for matrix in batch])
    kept = matrices.clone()
    found = extreme_eigenvectors(matrices)
    assert torch.equal(matrices, kept)
    assert (found.shape, found.dtype) == ((len(matrices), 2, n), dtype)
    vectors, exact = found.double(), matrices.double()
    values = torch.linalg.eigvalsh(exact)[:, [0, -1]]
    allowed = 40 * n * torch.finfo(dtype).eps
    assert float((vectors.norm(dim=-1) - 1).abs().max()) <= allowed
    assert float((vectors @ exact - values.unsqueeze(-1) * vectors).norm(dim=-1).max()) <= allowed


def test_the_vectors_are_those_of_the_spectrum():
    n = 60
    values = torch.linspace(-1, 1, n, dtype=torch.float64)
    basis, _ = torch.linalg.qr(normal(n, n, seed=3))
    matrix = symmetric(n, values, seed=3)
    overlap = (extreme_eigenvectors(matrix[None])[0] @ basis[:, [0, -1]]).abs()
    torch.testing.assert_close(overlap, torch.eye(2, dtype=torch.float64), rtol=0, atol=1e-12)


@pytest.mark.parametrize("routine", ["sytrd", "stebz", "stein", "ormqr"])
def test_what_lapack_does_not_find_is_found_by_all_eigenvectors(monkeypatch, routine):
    matrices = torch.stack([symmetric(30, torch.linspace(-1, 2, 30), seed=s) for s in (1, 2)])
    wanted = extreme_eigenvectors(matrices)
    usual, called = tridiagonal.get_lapack_funcs, []

    def failing(names, arrays):
        def fail(*arguments, **options):
            called.append(routine)
            *found, _ = dict(zip(names, usual(names, arrays), strict=True))[routine](
                *arguments, **options
            )
            return (*found, 1)

        routines = dict(zip(names, usual(names, arrays), strict=True)) | {routine: fail}
        return [routines[name] for name in names]

    monkeypatch.setattr(tridiagonal, "get_lapack_funcs", failing)
    found = extreme_eigenvectors(matrices)
    assert called
    everything = torch.linalg.eigh(matrices).eigenvectors[:, :, [0, -1]].mT
    assert torch.equal(found, everything)
    torch.testing.assert_close((found * wanted).sum(-1).abs(), torch.ones(2, 2).double())
