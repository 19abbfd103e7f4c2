"""Heads and the closed-form effective Hessian. Oracles: torch.func, and a head worked by hand.

Automatic differentiation shares torch's matrix products with ours; the hand-worked head does not.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from verify.numeric.activations import GELU, QUADRATIC, RELU, TANH
from verify.numeric.effective_hessian import interaction, majorant, pullback
from verify.numeric.heads import Head, near_kink


def random_head(sizes, activation, seed=0):
    generator = torch.Generator().manual_seed(seed)
    weights = tuple(
        torch.randn(m, n, generator=generator, dtype=torch.float64) for n, m in pairwise(sizes)
    )
    biases = tuple(torch.randn(m, generator=generator, dtype=torch.float64) for m in sizes[1:])
    return Head(weights, biases, activation)


def test_a_head_worked_by_hand():
    """h = 3 (2z + 1 + (2z + 1)^2) at z = 1: h = 36, h' = 3 (2 + 4 * 3) = 42, h'' = 3 * 8 = 24."""
    head = Head(
        (torch.tensor([[2.0]]), torch.tensor([[3.0]])),
        (torch.tensor([1.0]), torch.tensor([0.0])),
        QUADRATIC,
    )
    trace = head.trace(torch.tensor([1.0]))
    assert trace.output.item() == 36
    assert trace.jacobian().item() == 42
    assert interaction(trace, torch.tensor([1.0])).item() == 24
    assert pullback(trace, torch.tensor([[0.5]])).item() == 882


def test_jacobian_and_adjoints_agree_with_autograd():
    head = random_head((4, 6, 5, 3), GELU)
    z, rho = torch.randn(4, dtype=torch.float64), torch.randn(3, dtype=torch.float64)
    trace = head.trace(z)
    torch.testing.assert_close(trace.jacobian(), torch.func.jacrev(head)(z))
    torch.testing.assert_close(trace.adjoints(rho)[0], trace.jacobian().T @ rho)
    hidden = trace.jets[0][0]
    tail = Head(head.weights[1:], head.biases[1:], GELU)

    def from_first(x):
        return rho @ (tail.weights[1] @ GELU(tail.weights[0] @ x + tail.biases[0]))

    torch.testing.assert_close(trace.adjoints(rho)[1], torch.func.grad(from_first)(hidden))


def test_a_batch_gives_what_its_rows_give():
    head = random_head((4, 6, 5, 3), TANH)
    z, rho = torch.randn(7, 4, dtype=torch.float64), torch.randn(7, 3, dtype=torch.float64)
    batched = interaction(head.trace(z), rho)
    for row in range(7):
        torch.testing.assert_close(batched[row], interaction(head.trace(z[row]), rho[row]))


def test_majorant_bounds_the_formula():
    head = random_head((3, 5, 4, 2), GELU)
    z, rho = torch.randn(3, dtype=torch.float64), torch.randn(2, dtype=torch.float64)
    bound, unit = majorant(head.trace(z), z)
    assert (interaction(head.trace(z), rho).abs() <= interaction(bound, rho.abs())).all()
    assert 0 < unit < 1e-10


def test_near_kink_sees_points_within_rounding_of_a_kink():
    """The preactivation z_1 - z_2 cancels: at one unit in the last place its sign is not known."""
    weights = (torch.tensor([[1.0, -1.0]]).double(), torch.ones(1, 1).double())
    head = Head(weights, (torch.zeros(1).double(), torch.zeros(1).double()), RELU)
    z = torch.tensor([[1.0, 1.0], [1.0, 1.0 + 2**-52], [1.0, 1.001]], dtype=torch.float64)
    assert near_kink(head, z).tolist() == [True, True, False]


def test_mismatched_layers_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"Layer 2 must map 3 inputs"):
        Head((torch.zeros(3, 2), torch.zeros(1, 4)), (torch.zeros(3), torch.zeros(1)), TANH)
    with pytest.raises(ValueError, match="as many biases as weights"):
        Head((torch.zeros(3, 2),), (), TANH)
    with pytest.raises(ValueError, match="last dimension 4"):
        random_head((4, 2), TANH).trace(torch.zeros(3, dtype=torch.float64))
