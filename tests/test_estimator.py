"""The published estimator, its audit, and the report's table of it.

Oracles: functions with a known Hessian, on which the published recipe can be worked out by hand,
and numpy.linalg.eigvalsh of `torch.func.hessian` for the audit's exact side. The hand-worked cases
would miss an audit that compares the right estimate with the wrong eigenvalue; the audit's would
miss an estimator that is wrong in another way than the published one.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from curvature_fixture import normal
from hypothesis import find, settings

from verify.bench.reference_functions import plain_function
from verify.experiments.e1 import estimator_audit, invariants
from verify.experiments.e1.estimator_audit import (
    CELLS,
    Cell,
    Setting,
    State,
    audit,
    audit_table,
    initial_state,
)
from verify.experiments.e1.published_power_iteration import published_estimate
from verify.numeric.activations import SWISH
from verify.numeric.heads import Head

SMALL = Setting((12, 20, 16), (16, 8, 16), 4)


def quadratic(*eigenvalues: float):
    diagonal = torch.tensor(eigenvalues)
    return lambda z: (diagonal.to(z.dtype) * z.square()).sum() / 2


POINT = torch.zeros(1, 3)


def test_where_the_positive_end_is_larger_the_shift_finds_the_negative_one():
    estimate = published_estimate(quadratic(-1.0, 0.5, 4.0), POINT, seed=0)
    assert estimate.first == pytest.approx(4, rel=1e-5)
    assert estimate.value == pytest.approx(-1, rel=1e-2)
    assert not estimate.faded
    assert estimate.residual < 0.2


def test_where_the_negative_end_is_larger_it_returns_the_largest_eigenvalue():
    """The sign is wrong, and its own residual does not show it."""
    estimate = published_estimate(quadratic(-4.0, 0.5, 1.0), POINT, seed=0)
    assert estimate.first == pytest.approx(-4, rel=1e-5)
    assert estimate.value == pytest.approx(1, rel=1e-2)
    assert estimate.value > 5 * estimate.residual


def test_shifted_upwards_it_finds_the_smallest_eigenvalue_from_either_end():
    for eigenvalues in ((-4.0, 0.5, 1.0), (-1.0, 0.5, 4.0)):
        estimate = published_estimate(quadratic(*eigenvalues), POINT, seed=0, upwards=True)
        assert estimate.value == pytest.approx(eigenvalues[0], rel=1e-2)


def test_a_small_hessian_makes_the_vector_fade_and_the_value_vanish():
    """With |H| = 1e-10 a step multiplies v by about 1e-10 / (1e-10 |v| + 1e-8) <= 1e-2."""
    estimate = published_estimate(quadratic(-1e-10, 0.5e-10, 4e-10), POINT, seed=0)
    assert estimate.faded
    assert abs(estimate.value) < 1e-36
    same = published_estimate(quadratic(-1e-4, 0.5e-4, 4e-4), POINT, seed=0)
    assert same.value == pytest.approx(-1e-4, rel=1e-2)


@pytest.mark.parametrize(("claim", "largest"), [(invariants.FLIPPED, -1), (invariants.TINY, 1e-9)])
def test_a_case_shows_the_size_of_its_matrix(claim, largest):
    case = find(claim.cases(), lambda case: True, settings=settings(database=None))
    assert case.values[0] == largest
    assert ("scale", f"{largest:g}") in claim.describe(case)
    assert claim.normalised_error(case) > 1


def test_a_vanished_vector_has_no_residual():
    estimate = published_estimate(quadratic(0.0, 0.0, 0.0), POINT + 1, seed=0)
    assert (estimate.value, estimate.residual, estimate.lengths) == (0, math.inf, (0, 0))


def test_the_steps_are_those_described():
    """One step from v: v <- H v / (|H v| + 1e-8), and the value is v^T H v, of the matrix that is not shifted."""
    diagonal = torch.tensor([-1.0, 0.5, 4.0])
    generator = torch.Generator().manual_seed(7)
    found = []
    for _ in range(2):
        shift = found[0] if found else 0.0
        v = torch.randn(1, 3, generator=generator)
        v = v / v.norm()
        image = (diagonal - shift) * v
        v = image / (image.norm() + 1e-8)
        found.append(float((v * diagonal * v).sum()))
    estimate = published_estimate(quadratic(*diagonal.tolist()), POINT, seed=7, steps=1)
    assert estimate.first == pytest.approx(found[0], rel=1e-6)
    assert estimate.value == pytest.approx(found[1], rel=1e-6)


def test_a_vector_hardly_shortened_does_not_add_the_shift():
    """Of length 0.97 it would add 2e-8 to the value, and turn its sign."""
    estimate = published_estimate(quadratic(4e-7, 4e-7, -1.5e-8), POINT, seed=0)
    assert 0.95 < estimate.lengths[1] < 0.99
    assert estimate.value == pytest.approx(-1.5e-8 * estimate.lengths[1] ** 2, rel=0.02)


def test_plain_functions_are_the_heads_they_come_from():
    state = initial_state(Cell(SWISH), SMALL, 0)
    cosines = torch.nn.functional.cosine_similarity(state.head(state.z), state.targets, dim=1)
    found = plain_function(state.head, state.targets)(state.z)
    torch.testing.assert_close(found, -cosines.mean())


def test_initial_weights_are_pytorchs():
    """Uniform up to one over the root of the number of inputs, either way."""
    head = initial_state(Cell(SWISH), SMALL, 0).head
    for weight in head.weights:
        bound = 1 / math.sqrt(weight.shape[1])
        assert 0.95 * bound < weight.max() < bound
        assert -bound < weight.min() < -0.95 * bound


def test_the_target_of_a_state_is_the_other_view():
    """The projector maps z to something near the target, and not to it."""
    state = initial_state(Cell(SWISH), SMALL, 0)
    projector = Head(state.head.weights[:2], None, state.head.activations[:1])
    apart = (projector(state.z) - state.targets).norm() / state.targets.norm()
    assert 0.01 < apart < 0.8


def test_scaling_a_projector_by_a_tenth_does_so():
    one, tenth = (initial_state(Cell(SWISH, scale), SMALL, 3) for scale in (1.0, 0.1))
    torch.testing.assert_close(tenth.head.weights[0], one.head.weights[0] / 10)
    torch.testing.assert_close(tenth.head.weights[2], one.head.weights[2])
    assert torch.equal(tenth.z, one.z)


def test_the_audit_compares_with_the_smallest_eigenvalue_of_the_batch_mean():
    """Recomputed from `torch.func.hessian` of the plain function over all of z.

    The published products differ from the audit's by rounding to float32.
    """
    cells, states = CELLS[-2:], 6
    for cell, found in zip(cells, audit(cells, states, 10, SMALL), strict=True):
        errors, beyond, wrong, negative = [], [], 0, 0
        for seed in range(10, 10 + states):
            state = initial_state(cell, SMALL, seed)
            function = plain_function(state.head, state.targets)
            n = state.z.numel()
            matrix = torch.func.hessian(function)(state.z).reshape(n, n)
            exact = np.linalg.eigvalsh(matrix.numpy())[0]
            estimate = published_estimate(function, state.z.float(), seed)
            value = estimate.value
            beyond.append(abs(value - exact) / estimate.residual)
            errors.append(abs(value - exact) / abs(exact))
            wrong += (value < 0) != (exact < 0)
            negative += exact < 0
        assert (found.cell, found.states) == (cell.name, states)
        assert (found.negative, found.wrong_sign) == (negative, wrong)
        assert found.errors == pytest.approx(
            (np.median(errors), min(errors), max(errors)), rel=1e-3, abs=1e-5
        )
        assert found.beyond == pytest.approx(np.median(beyond), rel=1e-3)


def test_wrong_signs_at_initialisation_are_those_of_the_first_iteration():
    """Under negative cosine half of the states land on the negative end, with confidence."""
    audits = audit(CELLS, 12, 0, SMALL)
    assert [a.cell for a in audits] == [c.name for c in CELLS]
    for found in audits:
        assert found.negative == found.states == 12
        assert found.wrong_upwards <= 3
        assert abs(found.wrong_sign - found.negative_end) <= 1
    assert 0.25 < sum(a.wrong_sign for a in audits) / 96 < 0.75
    assert min(a.confidence for a in audits) > 2


def test_faded_vectors_are_counted():
    """A state whose outputs are long has a small Hessian: that of the cosine falls like 1/|u|^2."""

    def long(cell: Cell, setting: Setting, seed: int) -> State:
        state = initial_state(cell, setting, seed)
        z = state.z * 1e5
        return State(Head(state.head.weights, None, state.head.activations), z, state.targets)

    (found,) = audit(CELLS[:1], 4, 0, SMALL, make=long)
    assert found.faded == found.zero == found.wrong_sign == 4


def test_the_table_says_what_was_found():
    audits = audit(CELLS[:2], 2, 0, SMALL)
    table = audit_table(audits, SMALL)
    assert [row[0] for row in table.rows] == ["linear, normal", "linear, x0.1"]
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert "12-20-16 + 16-8-16" in table.note
    assert "mean of 4 samples" in table.note


def test_an_audit_of_nothing_is_refused():
    with pytest.raises(ValueError, match="`states` must be at least 1; it was 0"):
        audit(CELLS, 0, 0, SMALL)


def test_the_estimators_type_is_that_of_z():
    """In float64 it lands where it lands all the same: precision is not what is wrong with it."""
    z = normal(1, 3, seed=0)
    estimate = published_estimate(quadratic(-4.0, 0.5, 1.0), z, seed=0)
    assert estimate.value == pytest.approx(1, rel=1e-2)


def test_an_eigenvalue_within_its_residual_is_not_negative(monkeypatch):
    """Of a Hessian that is all rounding no sign is known."""
    resolved = estimator_audit.extreme_eigenpairs

    def coarse(operator):
        pairs = resolved(operator)
        return replace(pairs, residuals=2 * pairs.values.abs())

    assert audit(CELLS[:1], 2, 0, SMALL)[0].negative == 2
    monkeypatch.setattr(estimator_audit, "extreme_eigenpairs", coarse)
    assert audit(CELLS[:1], 2, 0, SMALL)[0].negative == 0
