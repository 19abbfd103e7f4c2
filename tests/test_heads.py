"""Heads and the closed-form effective Hessian. Oracles: torch.func, and a head worked by hand.

Automatic differentiation shares torch's matrix products with ours; the hand-worked head does not.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from verify.numeric.activations import GELU, LINEAR, QUADRATIC, RELU, TANH
from verify.numeric.effective_hessian import interaction, pullback, rounding_majorant
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
    bound, unit = rounding_majorant(head.trace(z), z)
    assert (interaction(head.trace(z), rho).abs() <= interaction(bound, rho.abs())).all()
    assert 0 < unit < 1e-10


def test_near_kink_sees_points_within_rounding_of_a_kink():
    """The preactivation z_1 - z_2 cancels: at one unit in the last place its sign is not known."""
    weights = (torch.tensor([[1.0, -1.0]]).double(), torch.ones(1, 1).double())
    head = Head(weights, (torch.zeros(1).double(), torch.zeros(1).double()), RELU)
    z = torch.tensor([[1.0, 1.0], [1.0, 1.0 + 2**-52], [1.0, 1.001]], dtype=torch.float64)
    assert near_kink(head, z).tolist() == [True, True, False]


def test_a_pruned_unit_is_at_no_kink():
    """Its preactivation is 0 whatever z is; with a weight it would be near one."""
    w = torch.tensor([[1.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    head = Head((w, torch.ones(1, 2, dtype=torch.float64)), (None, None), (RELU,))
    z = torch.tensor([[1.0, 2.0], [1.0, -1.0]], dtype=torch.float64)
    assert near_kink(head, z).tolist() == [False, True]


def test_near_kink_carries_the_error_of_earlier_layers():
    """z_1 - z_2 = 1 is known to about 10^6 roundings only, so 1 - 1 + 10^-11 has no certain sign."""
    for gap, expected in ((1e-11, True), (1e-6, False)):
        weights = (torch.tensor([[1.0, -1.0]]).double(), *(torch.ones(1, 1).double(),) * 2)
        head = Head(weights, (None, torch.tensor([gap - 1], dtype=torch.float64), None), RELU)
        z = torch.tensor([[1e6, 1e6 - 1]], dtype=torch.float64)
        assert near_kink(head, z).tolist() == [expected]


def test_near_kink_allows_for_the_rounding_of_fused_weights():
    """W_1 z = 0 without rounding, but each entry of W_2 W_1 is a sum of 2000 rounded products.

    A preactivation of 100 roundings of their size has no certain sign; one of 10^5 has.
    """
    m = 2000
    generator = torch.Generator().manual_seed(0)
    column = torch.rand(m, 1, generator=generator, dtype=torch.float64) + 1
    row = torch.randn(1, m, generator=generator, dtype=torch.float64)
    weights = (torch.cat((column, -column), 1), row, torch.ones(1, 1).double())
    rounding = 2.0**-52 * float(column.norm() * row.norm())
    z = torch.ones(1, 2, dtype=torch.float64)
    for multiple, expected in ((100, True), (1e5, False)):
        bias = torch.full((1,), multiple * rounding, dtype=torch.float64)
        head = Head(weights, (None, bias, None), (LINEAR, RELU))
        assert head.fused.depth == 2
        assert near_kink(head, z).tolist() == [expected]


def test_what_is_multiplied_out_keeps_no_graph():
    narrow = torch.ones(1, 9, dtype=torch.float64, requires_grad=True)
    head = Head(
        (torch.ones(9, 1).double(), narrow, torch.ones(1, 1).double()), (None,) * 3, (LINEAR, RELU)
    )
    assert head.fused.depth == 2
    assert not head.fused.weights[0].requires_grad


def test_what_is_no_layer_is_refused_in_a_sentence():
    w = torch.ones(2, 2)
    with pytest.raises(
        TypeError, match="tensors, its biases tensors or None; one of layer 1 was l"
    ):
        Head([[[1.0]]], None, TANH)
    with pytest.raises(TypeError, match="one of layer 2 was float"):
        Head([w, w], [None, 1.0], TANH)
    with pytest.raises(ValueError, match=r"layer 1 must have shape \(outputs, inputs\).*was \(\)"):
        Head([torch.tensor(1.0)], None, TANH)
    with pytest.raises(ValueError, match=r"at least one of each; its shape was \(0, 2\)"):
        Head([torch.ones(0, 2)], None, TANH)
    with pytest.raises(TypeError, match=r"`activation` must be one of .* it held 'tanh'"):
        Head([w, w], None, ["tanh"])
    with pytest.raises(TypeError, match=r"the bias of layer 1 torch\.float64"):
        Head([w], [torch.ones(2).double()], TANH)
    with pytest.raises(ValueError, match="the bias of layer 1 on meta"):
        Head([w], [torch.ones(2, device="meta")], TANH)


def test_mismatched_layers_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"Layer 2 must map 3 inputs"):
        Head((torch.zeros(3, 2), torch.zeros(1, 4)), (torch.zeros(3), torch.zeros(1)), TANH)
    with pytest.raises(ValueError, match="as many biases as weights"):
        Head((torch.zeros(3, 2),), (), TANH)
    with pytest.raises(ValueError, match="last dimension 4"):
        random_head((4, 2), TANH).trace(torch.zeros(3, dtype=torch.float64))


def test_the_pullback_takes_jacobians_of_any_sign():
    # Oracle: the Jacobian by automatic differentiation, with entries of both signs.
    head = random_head((3, 4, 2), TANH)
    z = torch.tensor([0.5, -1.0, 0.25], dtype=torch.float64)
    form = torch.tensor([[1.0, -2.0], [-2.0, 3.0]], dtype=torch.float64)
    jacobian = torch.func.jacrev(head)(z)
    assert bool((jacobian < 0).any())
    torch.testing.assert_close(pullback(head.trace(z), form), jacobian.T @ form @ jacobian)
