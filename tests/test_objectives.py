"""Every objective against its paper's formula, and training against the registry.

Oracle: transcriptions of the formulas by double loops over Python's complex numbers, which share
no code with the project (`naive_objectives`); their gradients by complex steps are exact to
rounding, and central differences of those give Hessian-vector products. Automatic differentiation,
the oracle of `test_objectives_derivatives`, would miss a formula that differs from the paper's.
"""

from __future__ import annotations

import doctest
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from naive_objectives import NAIVE, gradient
from torch import Tensor

from verify.experiments.networks import DIGITS_SIMCLR
from verify.numeric import objectives
from verify.numeric.objectives import OBJECTIVES, Temperature, info_nce, nt_xent
from verify.ssl.data import load_digits
from verify.ssl.training import Mlp, train

TEMPERATURE = 0.1
SEEDS = (0, 1, 2)

# Sums of at most a few hundred rounded terms, amplified by at most 1/0.04 in an exponent.
RELATIVE = 1e-12


def case(name: str, seed: int, batch: int = 6, k: int = 3):
    """A loss bound to drawn constants, those constants, and outputs (B, k)."""
    generator = torch.Generator().manual_seed(seed)
    constants = OBJECTIVES[name].context(batch, k, generator)
    u = torch.randn(batch, k, generator=generator, dtype=torch.float64)
    return OBJECTIVES[name].bind(constants), constants, u


def naive_gradient(name: str, u: Tensor, constants) -> Tensor:
    return torch.tensor(gradient(NAIVE[name], u.tolist(), constants), dtype=torch.float64)


def test_every_objective_has_a_transcription() -> None:
    assert set(NAIVE) == set(OBJECTIVES)
    assert all(name == objective.name for name, objective in OBJECTIVES.items())
    assert all(objective.function.__name__ == name for name, objective in OBJECTIVES.items())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_value(name: str, seed: int) -> None:
    loss, constants, u = case(name, seed)
    wanted = NAIVE[name](u.tolist(), constants).real
    assert loss(u).item() == pytest.approx(wanted, rel=RELATIVE)
    assert loss.jet(u).value.item() == pytest.approx(wanted, rel=RELATIVE)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradient(name: str, seed: int) -> None:
    loss, constants, u = case(name, seed)
    wanted = naive_gradient(name, u, constants)
    allowed = RELATIVE * wanted.abs().max()
    assert (loss.jet(u).rho - wanted).abs().max() <= allowed
    assert (torch.func.grad(loss)(u) - wanted).abs().max() <= allowed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_hessian_product(name: str, seed: int) -> None:
    loss, constants, u = case(name, seed)
    v = torch.randn(u.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    step = 1e-5  # rounding 1e-16 / step; truncation step^2 / temperature^3: both below 1e-6
    sides = [naive_gradient(name, u + sign * step * v, constants) for sign in (1, -1)]
    wanted = (sides[0] - sides[1]) / (2 * step)
    found = loss.jet(u).hessian_product(v)
    assert (found - wanted).abs().max() <= 1e-6 * wanted.abs().max()


CALLS = {
    "info_nce": lambda u, c: (*u.chunk(2), c.temperature),
    "nt_xent": lambda u, c: (*u.chunk(2), c.temperature),
    "moco": lambda u, c: (u, c.keys, c.queue, c.temperature),
    "dino": lambda u, c: (u, c.teacher, c.centre, c.student_temperature, c.teacher_temperature),
    "byol": lambda u, c: (u, c.targets),
    "simsiam": lambda u, c: (*u.chunk(2), *c.targets.chunk(2)[::-1]),
    "vicreg": lambda u, c: (*u.chunk(2), c),
    "barlow_twins": lambda u, c: (*u.chunk(2), c.off_diagonal),
    "mse": lambda u, c: (u, c.targets),
    "softmax_cross_entropy": lambda u, c: (u, c.labels),
    "negative_cosine": lambda u, c: (u, c.targets),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_function_that_trains_is_the_loss_that_is_verified(name: str) -> None:
    loss, constants, u = case(name, 3)
    trained = OBJECTIVES[name].function(*CALLS[name](u, constants))
    assert torch.equal(trained, loss(u))


@pytest.mark.parametrize("name", [n for n, o in OBJECTIVES.items() if o.separable])
def test_the_loss_is_the_mean_of_its_rows(name: str) -> None:
    loss, _, u = case(name, 4)
    assert loss.per_sample(u).shape == (6,)
    assert torch.equal(loss.per_sample(u).mean(), loss(u))


@pytest.mark.parametrize("name", ["moco", "dino", "byol", "simsiam"])
def test_no_gradient_reaches_a_stopped_branch(name: str) -> None:
    _, constants, u = case(name, 5)
    branches = {
        field: getattr(constants, field).requires_grad_() for field in OBJECTIVES[name].network
    }
    u.requires_grad_()
    OBJECTIVES[name].function(*CALLS[name](u, replace(constants, **branches))).backward()
    assert u.grad is not None
    assert all(branch.grad is None for branch in branches.values())


def test_context_repeats_itself_and_follows_dtype() -> None:
    for objective in OBJECTIVES.values():
        drawn = [
            objective.context(4, 3, torch.Generator().manual_seed(7), dtype=torch.float32)
            for _ in range(2)
        ]
        u = torch.randn(4, 3, generator=torch.Generator().manual_seed(8))
        values = [objective.bind(constants)(u) for constants in drawn]
        assert values[0].dtype == torch.float32
        assert torch.equal(*values)


def test_what_is_drawn_is_every_class_and_of_both_signs() -> None:
    labels = OBJECTIVES["softmax_cross_entropy"].context(60, 3, torch.Generator().manual_seed(0))
    assert set(labels.labels.tolist()) == {0, 1, 2}
    targets = OBJECTIVES["mse"].context(60, 3, torch.Generator().manual_seed(0)).targets
    assert targets.mean().abs() < 0.3
    assert targets.std() == pytest.approx(1, abs=0.2)


# --- particular values --------------------------------------------------------------------------


def views(seed: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    first = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    return first, torch.randn(5, 3, generator=generator, dtype=torch.float64)


def test_info_nce_has_one_direction_and_nt_xent_none() -> None:
    z1, z2 = views()
    assert abs(info_nce(z1, z2, TEMPERATURE) - info_nce(z2, z1, TEMPERATURE)) > 1e-3
    forwards, backwards = nt_xent(z1, z2, TEMPERATURE), nt_xent(z2, z1, TEMPERATURE)
    assert forwards.item() == pytest.approx(backwards.item(), rel=1e-14)


def test_equal_vectors_give_the_logarithm_of_the_number_of_candidates() -> None:
    z = torch.ones(7, 4, dtype=torch.float64)
    assert info_nce(z, z, TEMPERATURE).item() == pytest.approx(math.log(7), rel=1e-14)
    assert nt_xent(z, z, TEMPERATURE).item() == pytest.approx(math.log(13), rel=1e-14)


def test_mse_is_half_of_k_times_torchs() -> None:
    u, targets = views()
    wanted = torch.nn.functional.mse_loss(u, targets) * 3 / 2
    torch.testing.assert_close(objectives.mse(u, targets), wanted, rtol=1e-14, atol=0)


def test_doctest() -> None:
    found = doctest.testmod(objectives)
    assert found.attempted > 0
    assert found.failed == 0


# --- training -----------------------------------------------------------------------------------


def test_training_uses_the_registered_objective(monkeypatch: pytest.MonkeyPatch) -> None:
    registered = OBJECTIVES["info_nce"].function
    seen = SimpleNamespace(batches=[], values=[])

    def spy(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
        value = registered(z1, z2, temperature)
        seen.batches.append((torch.cat([z1, z2]).detach(), temperature))
        seen.values.append(value.detach())
        return value

    monkeypatch.setitem(OBJECTIVES, "info_nce", replace(OBJECTIVES["info_nce"], function=spy))
    digits = load_digits()
    head = Mlp(widths=(16, 8), activation="relu", batchnorm=True)
    config = replace(DIGITS_SIMCLR, epochs=1, batch=32, projector=head, representation=16)
    run = train(config, replace(digits, train_images=digits.train_images[:64]))
    assert len(seen.values) == 2
    assert run.losses[0] == pytest.approx(torch.stack(seen.values).mean().item(), rel=1e-6)
    for (u, temperature), value in zip(seen.batches, seen.values, strict=True):
        assert torch.equal(OBJECTIVES["info_nce"].bind(Temperature(temperature))(u), value)
