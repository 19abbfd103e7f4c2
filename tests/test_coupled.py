"""Closed-form Hessian products of the objectives that couple a batch.

Oracle: automatic differentiation of the objectives' own formulas, `torch.func.hessian` and `grad`,
which the closed forms share no line with; a head behind them, and counts of what a product costs.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import generator, normal, random_head
from torch.utils._python_dispatch import TorchDispatchMode

from verify.numeric import EffectiveHessian
from verify.numeric.activations import SWISH
from verify.numeric.coupled import FORMS, coupled_jet
from verify.numeric.inertia import inertia
from verify.numeric.objectives import OBJECTIVES
from verify.numeric.objectives.contrastive import Keys, Temperature
from verify.numeric.released_objectives import RELEASED

EVERY = OBJECTIVES | RELEASED
NAMES = sorted(objective.name for objective in FORMS)
RELATIVE = 1e-12
"""Largest difference allowed, over the largest entry: 1e4 roundings."""

SMALL = 1e-2
"""A smaller Hessian is the difference of terms of order 1, as under a saturated softmax."""


def test_what_has_neither_closed_rows_nor_a_form_here_is_nothing():
    assert sorted(n for n, o in EVERY.items() if o.closed is None) == NAMES


@pytest.mark.parametrize("spread", [1.0, 0.05, 30.0])
@pytest.mark.parametrize("shape", [(10, 3), (6, 7)])  # more rows than columns, and fewer
@pytest.mark.parametrize("name", NAMES)
def test_gradients_and_products_are_those_of_automatic_differentiation(name, shape, spread):
    """At spread 0.05 all of VICReg's hinges are active, at 30 none of them."""
    batch, k = shape
    loss = EVERY[name].bind(EVERY[name].context(batch, k, generator(1)))
    u = spread * normal(batch, k, seed=2) + normal(k, seed=3)
    found = coupled_jet(loss, u)
    assert found is not None
    rho, product = found
    wanted = torch.func.hessian(loss.unchecked)(u).reshape(u.numel(), u.numel())
    identity = torch.eye(u.numel(), dtype=u.dtype).reshape(-1, batch, k)
    matrix = product(identity).reshape(wanted.shape)
    assert (matrix - wanted).abs().max() <= RELATIVE * max(SMALL, float(wanted.abs().max()))
    gradient = torch.func.grad(loss.unchecked)(u)
    assert (rho - gradient).abs().max() <= RELATIVE * max(SMALL, float(gradient.abs().max()))


def _margins(name, u, temperature, keys, queue):
    """exp of every other candidate's logit less the own one's, (rows, candidates)."""
    e = F.normalize(u, dim=1)
    rows = torch.arange(len(u))
    if name == "moco":
        own = (e * F.normalize(keys, dim=1)).sum(1, keepdim=True)
        return ((e @ F.normalize(queue, dim=1).T - own) / temperature).exp()
    first, partner, absent = e, rows.roll(len(u) // 2), torch.eye(len(u))
    if name == "info_nce":
        first, e = e.chunk(2)
        partner, absent = rows[: len(e)], torch.zeros(len(e), len(e))
    cosines = first @ e.T
    margins = ((cosines - cosines.gather(1, partner[:, None])) / temperature).exp()
    return margins * (1 - absent - F.one_hot(partner, len(e)))


@pytest.mark.parametrize("temperature", [0.2, 0.02])
@pytest.mark.parametrize("name", ["info_nce", "nt_xent", "moco"])
def test_a_saturated_softmax_keeps_its_digits(name, temperature):
    """At 0.02 1 - p is e^-50. Oracle: log1p of the others' sum, which takes nothing from 1, differentiated."""
    rows = torch.eye(3, 4, dtype=torch.float64).repeat(2, 1) + 0.05 * normal(6, 4, seed=2)
    keys, queue = rows.roll(3, 0), torch.eye(4, dtype=torch.float64)[3:]
    constants = Keys(keys, queue, temperature) if name == "moco" else Temperature(temperature)

    def oracle(u):
        return _margins(name, u, temperature, keys, queue).sum(1).log1p().mean()

    loss = OBJECTIVES[name].bind(constants)
    rho, product = coupled_jet(loss, rows)
    wanted = torch.func.hessian(oracle)(rows).reshape(24, 24)
    found = product(torch.eye(24, dtype=torch.float64).reshape(24, 6, 4)).reshape(24, 24)
    assert (found - wanted).abs().max() <= RELATIVE * wanted.abs().max()
    ends, counted = torch.linalg.eigvalsh(wanted)[[0, -1]], inertia(loss, rows)
    assert [counted.smallest, counted.largest] == pytest.approx(ends.tolist(), rel=1e-9, abs=0)
    gradient = torch.func.grad(oracle)(rows)
    assert (rho - gradient).abs().max() <= RELATIVE * gradient.abs().max()


@pytest.mark.parametrize("name", NAMES)
def test_the_hessian_of_a_head_uses_them(name, monkeypatch):
    """Without automatic differentiation of the loss, and with the same matrix as with it."""
    head = random_head((4, 6, 5), SWISH)
    loss = EVERY[name].bind(EVERY[name].context(6, 5, generator(1)))
    z = normal(6, 4, seed=2)
    other = replace(loss.objective, name="another formula")
    slow = EffectiveHessian(head, other.bind(loss.constants), z)

    def never(*_):
        raise AssertionError("the loss was differentiated")

    monkeypatch.setattr("verify.numeric.objectives.base.differentiated", never)
    fast = EffectiveHessian(head, loss, z)
    wanted = slow.dense()
    assert (fast.dense() - wanted).abs().max() <= 1e-11 * wanted.abs().max()
    torch.testing.assert_close(fast.gradient, slow.gradient, rtol=1e-10, atol=1e-12)


class Largest(TorchDispatchMode):
    """The most entries that one result has."""

    def __init__(self):
        super().__init__()
        self.entries = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            self.entries = max(self.entries, out.numel())
        return out


@pytest.mark.parametrize("shape", [(8, 100), (200, 5)])
@pytest.mark.parametrize("name", ["vicreg", "barlow_twins"])
def test_a_product_takes_the_smaller_gram_matrix(name, shape):
    batch, k = shape
    loss = EVERY[name].bind(EVERY[name].context(batch, k, generator(1)))
    with Largest() as seen:
        _, product = coupled_jet(loss, normal(batch, k, seed=2))
        product(normal(1, batch, k, seed=3))
    assert seen.entries == batch * k


def test_a_hinge_at_its_kink_is_still_refused():
    weights = EVERY["vicreg"].context(4, 3, generator(1))
    u = normal(4, 3, seed=2)
    at = (u[:2].var(0) + weights.epsilon).sqrt()[0]
    loss = EVERY["vicreg"].bind(replace(weights, target=float(at)))
    with pytest.raises(ValueError, match="undefined at kink"):
        EffectiveHessian(lambda z: 1 * z, loss, u)
