"""Data, networks and the training loop.

Oracles: counts and parameter numbers known beforehand, exact equality of repeated runs, and
PyTorch's own default initialisation.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from verify.experiments.networks import DIGITS_SIMCLR
from verify.ssl.backbones import Projector, SmallConvNet, calibrate, seeded
from verify.ssl.data import Dataset, load_digits
from verify.ssl.steps import coordinate_deviation, relative_update, watch_collapse
from verify.ssl.training import (
    Mlp,
    Optimiser,
    Start,
    State,
    Step,
    from_arrays,
    to_arrays,
    train,
    untrained,
)

pytestmark = pytest.mark.slow  # it trains networks

SMALL_HEAD = Mlp(widths=(64, 16), activation="relu", batchnorm=True)
SHORT = replace(DIGITS_SIMCLR, epochs=1, projector=SMALL_HEAD, representation=32)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_digits()


def test_digits(digits: Dataset) -> None:
    assert digits.train_images.shape == (1437, 1, 16, 16)
    assert digits.test_images.shape == (360, 1, 16, 16)
    assert digits.train_images.dtype == torch.float32
    assert digits.train_images.min() == 0
    assert 0.9 < digits.train_images.max() <= 1
    for labels in (digits.train_labels, digits.test_labels):
        assert labels.unique().tolist() == list(range(10))


def test_every_digit_is_used_once(digits: Dataset) -> None:
    images = torch.cat([digits.train_images, digits.test_images]).flatten(1)
    assert len(images.unique(dim=0)) == 1797  # no two of scikit-learn's images are equal


def test_split_is_fixed(digits: Dataset) -> None:
    assert torch.equal(load_digits().test_labels, digits.test_labels)


def test_backbone_size(digits: Dataset) -> None:
    backbone = untrained(DIGITS_SIMCLR, digits).backbone
    assert sum(p.numel() for p in backbone.parameters()) == 154_736
    assert backbone(digits.test_images[:5]).shape == (5, 128)


def test_backbone_refuses_odd_sizes() -> None:
    with pytest.raises(ValueError, match="multiple of 4; it was 18"):
        SmallConvNet(1, 18, 8)


def test_projector_layers() -> None:
    names = [type(m).__name__ for m in Projector((4, 8, 3), "gelu", True).layers]
    assert names == ["Linear", "BatchNorm1d", "GELU", "Linear", "BatchNorm1d"]
    assert [type(m).__name__ for m in Projector((4, 3), "relu", False).layers] == ["Linear"]
    for module in Projector((4, 8, 3), "relu", False).modules():
        assert not isinstance(module, nn.Linear) or module.bias is None


def test_projector_names_its_activations() -> None:
    with pytest.raises(ValueError, match="one of relu, swish, gelu, linear; it was 'tanh'"):
        Projector((4, 3), "tanh", True)


def test_seeded_is_the_default_initialisation() -> None:
    before = torch.get_rng_state()
    layer = seeded(lambda: nn.Linear(3, 2), 5)
    assert torch.equal(torch.get_rng_state(), before)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        assert torch.equal(layer.weight, nn.Linear(3, 2).weight)


def test_calibrate_normalises_its_batch() -> None:
    inputs = 3 + 2 * torch.randn(500, 4, generator=torch.Generator().manual_seed(0))
    layer = nn.Sequential(nn.BatchNorm1d(4))
    calibrate(layer, inputs)
    outputs = layer(inputs)
    assert not layer.training
    assert layer[0].momentum == 0.1
    assert outputs.mean(0).abs().max() < 1e-5
    assert (outputs.std(0) - 1).abs().max() < 1e-4


def test_training_lowers_the_objective_and_repeats(digits: Dataset) -> None:
    longer = replace(SHORT, epochs=2)
    first, again = train(longer, digits), train(longer, digits)
    assert first.losses[-1] < first.losses[0] - 0.2
    assert first.losses == again.losses
    assert train(replace(SHORT, seed=1), digits).losses[0] != first.losses[0]
    assert not first.networks.backbone.training


def test_training_never_reads_labels_or_test_images(digits: Dataset) -> None:
    blind = replace(
        digits,
        train_labels=torch.zeros(0, dtype=torch.int64),
        test_images=digits.test_images[:0],
        test_labels=torch.zeros(0, dtype=torch.int64),
    )
    assert train(SHORT, blind).losses == train(SHORT, digits).losses


def test_arrays_bring_the_networks_back(digits: Dataset) -> None:
    run = train(SHORT, digits)
    arrays = to_arrays(run)
    assert arrays["losses"].shape == (1,)
    assert all(isinstance(a, np.ndarray) and a.dtype != object for a in arrays.values())
    back = from_arrays(arrays, SHORT, digits)
    z = run.networks.backbone(digits.test_images)
    # The weights come back in another memory layout, so sums may be taken in another order.
    assert (back.backbone(digits.test_images) - z).abs().max() < 1e-4
    assert torch.equal(back.projector(z), run.networks.projector(z))


def test_a_batch_must_fit(digits: Dataset) -> None:
    few = replace(digits, train_images=digits.train_images[:100])
    with pytest.raises(ValueError, match=r"holds 128 images, but .* has only 100"):
        train(SHORT, few)


def test_names_and_values_are_checked(digits: Dataset) -> None:
    with pytest.raises(ValueError, match="for the data set 'other', but it was given 'digits"):
        train(replace(SHORT, dataset="other"), digits)
    with pytest.raises(ValueError, match=r"one of info_nce, .*; the objective was 'hinge'"):
        train(replace(SHORT, objective="hinge"), digits)
    with pytest.raises(ValueError, match="adam or sgd; it was 'lars'"):
        Optimiser(name="lars", learning_rate=1)
    with pytest.raises(ValueError, match="constant or cosine; it was 'step'"):
        Optimiser(name="sgd", learning_rate=1, schedule="step")


def test_starts(digits: Dataset) -> None:
    """A shrunk projector scales the outputs only; a collapsed z has hardly any directions left."""
    config = replace(SHORT, projector=replace(SMALL_HEAD, batchnorm=False))
    images = digits.test_images
    directions = {}
    for start in Start:
        networks = untrained(replace(config, start=start), digits)
        z = networks.backbone.train()(images)
        directions[start] = nn.functional.normalize(z, dim=1).var(0).sum().item()
        if start is Start.NORMAL:
            normal = z, networks.projector(z)
        if start is Start.SHRUNK_PROJECTOR:
            assert torch.equal(z, normal[0])
            assert torch.allclose(networks.projector(z), normal[1] / 100, atol=1e-7)
    assert directions[Start.COLLAPSED] < directions[Start.NORMAL] / 10


def test_observing_changes_nothing_and_sees_every_epoch(digits: Dataset) -> None:
    config = replace(SHORT, epochs=2)

    def look(state: State) -> dict[str, float | np.ndarray]:
        assert not state.networks.backbone.training
        weight = next(state.networks.backbone.parameters())
        assert (weight.grad is None) is (state.epoch == 0)
        return {"epoch": state.epoch, "steps": state.steps, "two": np.zeros(2)}

    seen = train(config, digits, observe=look)
    assert seen.losses == train(config, digits).losses
    assert seen.curves["epoch"].tolist() == [0, 1, 2]
    assert seen.curves["steps"].tolist() == [0, 11, 22]
    assert seen.curves["two"].shape == (3, 2)
    assert to_arrays(seen)["curve.epoch"].tolist() == [0, 1, 2]


def test_cosine_schedule_ends_near_zero() -> None:
    schedule = Optimiser(name="sgd", learning_rate=0.2, schedule="cosine")
    assert [schedule.rate(p) for p in (0, 0.5, 1)] == pytest.approx([0.2, 0.1, 0])


@pytest.mark.parametrize("objective", ["simsiam", "mse"])
def test_predictors_are_trained(digits: Dataset, objective: str) -> None:
    predictor = Mlp(widths=(8, 16), activation="swish", batchnorm=False)
    config = replace(
        SHORT,
        backbone="small, no closing BatchNorm",
        predictor=predictor,
        objective=objective,
        optimiser=Optimiser(name="sgd", learning_rate=0.01, momentum=0.9),
        epochs=2,
    )
    before = untrained(config, digits).predictor
    run = train(config, digits)
    assert run.losses[1] < run.losses[0]
    after = run.networks.predictor
    moved = [
        not torch.equal(a, b) for a, b in zip(before.parameters(), after.parameters(), strict=True)
    ]
    assert all(moved)


def test_no_head_is_the_identity(digits: Dataset) -> None:
    networks = untrained(replace(SHORT, projector=None), digits)
    z = networks.backbone(digits.test_images[:3])
    assert torch.equal(networks.predictor(networks.projector(z)), z)


# --- two forward passes, and what is watched at every step ----------------------------------


def test_each_view_has_its_own_batch_statistics() -> None:
    """In two passes BatchNorm makes each view's mean 0; in one that of both together."""
    views = torch.cat([torch.randn(8, 3), 5 + torch.randn(8, 3)])
    normed = nn.BatchNorm1d(3, affine=False)
    both, alone = (replace(SHORT, passes=n).passed(normed, views) for n in (1, 2))
    assert all(part.mean(0).abs().max() < 1e-6 for part in alone.chunk(2))
    assert both.mean(0).abs().max() < 1e-6
    assert both[:8].mean() < -0.5
    pair = replace(SHORT, passes=2).passed(lambda x: (x, normed(x)), views)
    assert torch.equal(pair[0], views)
    assert torch.equal(pair[1], alone)
    with pytest.raises(ValueError, match="1 forward pass together or 2 alone; it was 3"):
        replace(SHORT, passes=3)


@pytest.mark.parametrize("passes", [1, 2])
def test_training_passes_views_as_configured(digits: Dataset, passes: int) -> None:
    run = train(replace(SHORT, passes=passes), digits)
    steps = len(digits.train_images) // SHORT.batch
    counts = [
        m.num_batches_tracked
        for m in run.networks.projector.modules()
        if isinstance(m, nn.BatchNorm1d)
    ]
    assert counts == [passes * steps] * 2


def test_watching_sees_every_step_in_training_mode(digits: Dataset) -> None:
    """Oracle: of what was handed over, kept and worked out again in NumPy; nothing is changed by it."""
    config, seen = replace(SHORT, epochs=2), []

    def watch(step: Step) -> dict[str, torch.Tensor]:
        assert step.networks.backbone.training
        assert not step.h.requires_grad
        weight = next(step.networks.projector.parameters())
        assert weight.grad is not None
        seen.append(
            (step.h.numpy().copy(), weight.grad.numpy().copy(), weight.detach().numpy().copy())
        )
        return {"size": step.h.abs().max()}

    run = train(config, digits, watch=watch)
    steps = len(digits.train_images) // config.batch
    assert len(seen) == 2 * steps
    sizes = np.array([np.abs(h).max() for h, _, _ in seen]).reshape(2, steps)
    np.testing.assert_allclose(run.curves["size"], sizes.mean(1), rtol=1e-6)
    assert seen[0][0].shape == (2 * config.batch, 16)
    first = next(untrained(config, digits).projector.parameters()).detach().numpy()
    np.testing.assert_array_equal(seen[0][2], first)  # before the update
    unwatched = to_arrays(train(config, digits))
    for name, values in to_arrays(run).items():
        if name != "curve.size":
            assert np.array_equal(values, unwatched[name]), name


def test_what_the_published_runs_track(digits: Dataset) -> None:
    """By NumPy, from outputs, gradients and weights of a step."""
    kept = {}

    def watch(step: Step) -> dict[str, torch.Tensor]:
        found = watch_collapse(step)
        for name, part in step.networks.parts().items():
            vectors = [
                np.concatenate([t.detach().double().numpy().ravel() for t in tensors])
                for tensors in ([p.grad for p in part.parameters()], list(part.parameters()))
                if tensors
            ]
            if vectors:
                gradient, weights = map(np.linalg.norm, vectors)
                kept[f"update_{name}"] = step.learning_rate * gradient / weights
        h = step.h.double().numpy()
        kept["deviation"] = (h / np.linalg.norm(h, axis=1, keepdims=True)).std(0, ddof=1).mean()
        kept["log_ratio"] = np.log(kept["update_projector"] / kept["update_backbone"])
        assert kept == pytest.approx(
            {name: float(value) for name, value in found.items()}, rel=1e-4
        )
        return found

    predictor = replace(SMALL_HEAD, batchnorm=False)
    config = replace(SHORT, objective="simsiam", predictor=predictor)
    run = train(config, digits, watch=watch)
    assert {name: len(curve) for name, curve in run.curves.items()} == dict.fromkeys(kept, 1)
    assert set(kept) == {
        "deviation",
        "log_ratio",
        *(f"update_{part}" for part in ("backbone", "projector", "predictor")),
    }


def test_a_relative_update_needs_gradients() -> None:
    layer = nn.Linear(1, 1)
    layer.weight.data, layer.bias.data = torch.tensor([[3.0]]), torch.tensor([4.0])
    with pytest.raises(ValueError, match="take a step first"):
        relative_update(layer, 0.1)
    (layer(torch.tensor([[2.0]])) * 3).sum().backward()  # gradient (6, 3)
    assert relative_update(layer, 0.1).item() == pytest.approx(0.1 * 45**0.5 / 5)


def test_deviation_of_directions_by_hand() -> None:
    """Along the axes of the plane, of any length: each coordinate is 1, 0, -1, 0."""
    cross = torch.tensor([[2.0, 0], [0, 3], [-0.1, 0], [0, -7]])
    assert coordinate_deviation(cross).item() == pytest.approx((2 / 3) ** 0.5)
    assert coordinate_deviation(torch.ones(4, 2)).item() == 0
