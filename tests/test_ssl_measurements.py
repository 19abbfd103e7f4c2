"""Orbit statistics and probes.

Oracles: loops in NumPy straight from the definitions, closed forms for sets made for the purpose,
SciPy for the quantiles and tails, and probes trained one at a time with `torch.nn`.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch import Tensor, nn

from verify.claims.evidence import Answer
from verify.experiments import report
from verify.ssl.measurements import (
    LEVEL,
    STUDENT,
    Interval,
    Protocol,
    bootstrap_weights,
    contraction,
    equal_weights,
    paired_interval,
    percentile_interval,
    pooled_interval,
    principal_coordinates,
    project,
    represent,
    seeds_to_decide,
    statistics,
    summarise,
    unit,
)
from verify.ssl.probes import ProbeConfig, chance_interval, train_probes

CLASSES = torch.tensor([0, 0, 1, 1, 1, 2])


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def naive_statistics(points: np.ndarray, classes: np.ndarray) -> tuple[float, ...]:
    """Spread, variance, D_intra and D_inter of orbits (n, A, d) by their definitions."""
    spread, intra = [], []
    for orbit in points:
        centre = sum(orbit) / len(orbit)
        spread += [np.sum((x - centre) ** 2) for x in orbit]
        intra += [np.linalg.norm(x - y) for x, y in itertools.combinations(orbit, 2)]
    everything = points.reshape(-1, points.shape[-1])
    variance = np.mean(np.sum((everything - everything.mean(0)) ** 2, axis=1))
    centroids = [points[classes == c].reshape(-1, points.shape[-1]).mean(0) for c in set(classes)]
    inter = [np.linalg.norm(a - b) for a, b in itertools.combinations(centroids, 2)]
    return float(np.mean(spread)), float(variance), float(np.mean(intra)), float(np.mean(inter))


def test_statistics_by_definition() -> None:
    points = normal(6, 5, 3) + 10
    found = statistics(summarise(points, CLASSES), equal_weights(CLASSES))
    expected = naive_statistics(points.numpy(), CLASSES.numpy())
    values = (found.spread, found.variance, found.intra, found.inter)
    assert [v.item() for v in values] == pytest.approx(expected, rel=1e-12)


def test_statistics_of_a_resampled_set() -> None:
    points, chosen = normal(6, 5, 3), [0, 0, 2, 4, 4, 5]
    weights = torch.zeros(1, 6, dtype=torch.float64)
    for index in chosen:
        weights[0, index] += 1 / 6
    found = statistics(summarise(points, CLASSES), weights)
    expected = naive_statistics(points[chosen].numpy(), CLASSES[chosen].numpy())
    values = (found.spread, found.variance, found.intra, found.inter)
    assert [v.item() for v in values] == pytest.approx(expected, rel=1e-12)


def test_variance_keeps_its_digits_far_from_the_origin() -> None:
    points = normal(6, 5, 3)
    near = statistics(summarise(points, CLASSES), equal_weights(CLASSES))
    far = statistics(summarise(points + 2.0**20, CLASSES), equal_weights(CLASSES))
    assert far.variance.item() == pytest.approx(near.variance.item(), rel=1e-9)


def test_a_head_that_only_compresses_orbits() -> None:
    """Halving the deviations from the orbits' centres divides the spread by 4, D_intra by 2."""
    z = normal(6, 5, 3)
    centres = z.mean(1, keepdim=True)
    h = centres + (z - centres) / 2
    found = contraction(summarise(z, CLASSES), summarise(h, CLASSES), equal_weights(CLASSES))
    assert found.compression.item() == pytest.approx(4, rel=1e-12)
    assert found.semantic_gain.item() == pytest.approx(2, rel=1e-12)
    between = found.z.variance - found.z.spread
    shrinkage = found.z.variance / (between + found.z.spread / 4)
    assert found.shrinkage.item() == pytest.approx(shrinkage.item(), rel=1e-12)
    share = np.log(shrinkage.item()) / np.log(4)
    assert found.shrinkage_share.item() == pytest.approx(share, rel=1e-12)


def test_bootstrap_resamples_within_classes() -> None:
    weights = bootstrap_weights(CLASSES, 200, torch.Generator().manual_seed(0))
    counts = weights * len(CLASSES)
    assert torch.allclose(counts, counts.round())
    for label in range(3):
        members = CLASSES.eq(label)
        share = counts[:, members].sum(1)
        assert torch.allclose(share, torch.full_like(share, members.sum().item()))
    assert weights[:, :5].std(0).min() > 0.05


def test_bootstrap_interval_has_the_width_of_the_standard_error() -> None:
    values = normal(400)
    weights = bootstrap_weights(torch.zeros(400), 4000, torch.Generator().manual_seed(1))
    low, high = percentile_interval(weights @ values)
    width = 2 * stats.norm.ppf((1 + LEVEL) / 2) * values.std(correction=0) / 20
    assert high - low == pytest.approx(width.item(), rel=0.1)
    assert low < values.mean() < high


def test_student_quantiles() -> None:
    for freedom, quantile in STUDENT.items():
        assert quantile == pytest.approx(stats.t.ppf((1 + LEVEL) / 2, freedom), abs=1e-4)


def test_paired_interval_against_scipy() -> None:
    differences = [0.3, 0.1, 0.25]
    expected = stats.ttest_1samp(differences, 0).confidence_interval(LEVEL)
    assert tuple(paired_interval(differences)) == pytest.approx(tuple(expected), abs=1e-4)


def test_one_seed_says_nothing_of_others() -> None:
    assert report.interval_over_seeds([3.0]) == (-math.inf, math.inf)
    assert report.interval_over_all([3.0], [torch.tensor([2.9, 3.1])]) == (0, math.inf)
    assert report.interval_over_seeds([3.0, 4.0]) == paired_interval([3.0, 4.0])
    assert [report.drawn(seeds) for seeds in ((0,), range(3))] == [
        "seed 0",
        "mean and range of 3 seeds",
    ]
    assert [report.named(seeds) for seeds in ((0,), range(3))] == ["seed 0", "seeds 0, 1, 2"]


def test_numbers_in_words() -> None:
    assert [report.extent(values) for values in ([44.1, 43.9], [0.96, 1])] == ["44", "0.96 to 1"]
    assert [report.thousands(n) for n in (3900, 50_000)] == ["3900", "50,000"]


@pytest.mark.parametrize("other", [Interval(0.1, 0.5), Interval(0.5, 2), Interval(1, 3)])
def test_one_seed_does_not_answer_for_another(other: Interval) -> None:
    above, below = Interval(2, 3), Interval(0.1, 0.5)
    assert report.answer_above([above, above], 1) is Answer.YES
    assert report.answer_above([below, below], 1) is Answer.NO
    for seeds in ([above, other], [other, above]):
        assert report.answer_above(seeds, 1) is Answer.UNDECIDED
    assert report.answer_above([below, Interval(0.5, 1)], 1) is Answer.UNDECIDED


def test_paired_interval_names_what_it_lacks() -> None:
    with pytest.raises(ValueError, match="asked for 1"):
        paired_interval([0.5])


def test_principal_coordinates_keep_distances() -> None:
    points = normal(12, 3) + 5
    coordinates = principal_coordinates(points, 3)
    assert torch.allclose(torch.pdist(coordinates), torch.pdist(points))
    variances = coordinates.var(0)
    assert variances[0] > variances[1] > variances[2]
    assert torch.allclose(coordinates[:, :2], principal_coordinates(7 - points))


def test_unit_refuses_zero() -> None:
    with pytest.raises(ValueError, match="1 of 3 representations are zero"):
        unit(torch.tensor([[1.0, 0.0], [0.0, 0.0], [3.0, 4.0]]))
    assert torch.equal(unit(torch.tensor([[3.0, 4.0]])), torch.tensor([[0.6, 0.8]]))


def test_protocols_differ_in_what_the_head_is_fed() -> None:
    head = nn.Linear(3, 2).double().eval()
    z = 10 * normal(4, 5, 3)
    for protocol, inputs in (
        (Protocol.CONSISTENT, z),
        (Protocol.PUBLISHED, z / z.norm(dim=-1)[..., None]),
    ):
        outputs = inputs @ head.weight.T + head.bias
        expected = outputs / outputs.norm(dim=-1, keepdim=True)
        assert torch.allclose(project(head, z, protocol), expected)


def test_representing_keeps_leading_axes() -> None:
    images = normal(3, 4, 1, 2, 2)
    backbone = nn.Flatten().eval()
    assert torch.equal(represent(backbone, images), images.flatten(2))


def test_measurements_refuse_training_mode() -> None:
    with pytest.raises(ValueError, match="the Flatten in evaluation mode"):
        represent(nn.Flatten().train(), normal(3, 1, 2, 2))


# --- probes ---------------------------------------------------------------------------------


def test_probes_against_torch_modules() -> None:
    """One of several probes trained at once is the probe that torch.nn trains alone."""
    config, width, seed = ProbeConfig(learning_rate=1e-2, batch=16, epochs=3), 5, 4
    features, labels = normal(3, 40, 6) * 3 + 1, torch.arange(40).remainder(4).expand(3, -1)
    probes = train_probes(features, labels, 4, width, seed, config)
    start = train_probes(features, labels, 4, width, seed, ProbeConfig(epochs=0))

    layers = nn.Linear(6, width).double(), nn.Linear(width, 4).double()
    alone = nn.Sequential(layers[0], nn.ReLU(), layers[1])
    for layer, (weight, bias) in zip(layers, start.layers, strict=True):
        layer.weight.data = weight[1].T.detach().clone()
        layer.bias.data = bias[1, 0].detach().clone()
    generator = torch.Generator().manual_seed(seed)
    for inputs, outputs in ((6, width), (width, 4)):
        torch.rand(3, inputs + 1, outputs, generator=generator)
    standardised = (features[1] - features[1].mean(0)) / features[1].std(0)
    optimiser = torch.optim.Adam(alone.parameters(), lr=config.learning_rate)
    for _ in range(config.epochs):
        for batch in torch.randperm(40, generator=generator).split(config.batch):
            optimiser.zero_grad()
            F.cross_entropy(alone(standardised[batch]), labels[1, batch]).backward()
            optimiser.step()
    logits = probes.logits(features)[1]
    # Adam divides by the gradient's size plus 1e-8, which is all that the summed loss changes.
    assert (logits - alone(standardised)).abs().max() < 1e-5
    assert (start.logits(features)[1] - logits).abs().max() > 0.1


def test_linear_probe_separates_what_is_separable() -> None:
    labels = torch.arange(400).remainder(4)
    features = F.one_hot(labels).double() + 0.1 * normal(400, 4)
    probes = train_probes(features[None], labels[None], 4, 0, 0, ProbeConfig(1e-2, 32, 10))
    assert probes.correct(features[None], labels[None]).tolist() == [400]


def test_mlp_probe_solves_what_a_linear_one_cannot() -> None:
    corners = normal(800, 2).sign()
    labels = (corners.prod(1) > 0).long()
    features = (corners + 0.1 * normal(800, 2, seed=1))[None]
    config = ProbeConfig(1e-2, 32, 10)
    linear, mlp = (train_probes(features, labels[None], 2, w, 0, config) for w in (0, 16))
    assert linear.correct(features, labels[None]).item() < 640
    assert mlp.correct(features, labels[None]).item() > 790


def test_constant_features_do_no_harm() -> None:
    features = torch.cat([normal(1, 50, 2), torch.ones(1, 50, 1)], 2)
    labels = (features[0, :, 0] > 0).long()[None]
    probes = train_probes(features, labels, 2, 0, 0, ProbeConfig(1e-2, 10, 20))
    assert probes.correct(features, labels).item() > 40


@pytest.mark.parametrize(("trials", "classes"), [(50, 4), (1440, 4), (300, 2)])
def test_chance_interval_against_scipy(trials: int, classes: int) -> None:
    tail = Fraction(1, 10**6)
    low, high = chance_interval(trials, classes, tail)
    below = stats.binom(trials, 1 / classes)
    assert below.cdf(low - 1) <= tail < below.cdf(low)
    assert below.sf(high) <= tail < below.sf(high - 1)


def test_an_interval_over_seeds_and_orbits_contains_both_noises() -> None:
    """Each alone in closed form; together by simulation, where it is to cover the truth."""
    still = torch.ones(10, dtype=torch.float64)
    values = [1.0, 2.0, 4.0]
    expected = paired_interval([math.log(v) for v in values])
    found = pooled_interval(values, [v * still for v in values])
    assert found == pytest.approx(tuple(math.exp(end) for end in expected))
    draws = torch.exp(torch.linspace(-1, 1, 11, dtype=torch.float64))
    alike = pooled_interval([3.0] * 3, [3.0 * draws] * 3)
    half = STUDENT[2] * float(draws.log().std())
    assert alike == pytest.approx((3 * math.exp(-half), 3 * math.exp(half)))
    generator, covered, cases = torch.Generator().manual_seed(0), 0, 500
    for _ in range(cases):
        of_orbits, of_seeds = (0.2 * torch.randn(n, generator=generator).double() for n in (51, 3))
        seeds = [math.exp(float(of_orbits[0] + s)) for s in of_seeds]
        low, high = pooled_interval(seeds, [v * of_orbits[1:].exp() for v in seeds])
        covered += low <= 1 <= high
    assert covered >= 0.95 * cases


def test_how_many_seeds_would_decide() -> None:
    """From the table of Student's t: 0.2 of a deviation takes 99 seeds, and 2 take 4."""
    for ratio, seeds in ((0.2, 99), (2, 4), (0, None)):
        centred = torch.tensor([-1.0, 0.0, 1.0])  # of standard deviation 1
        assert seeds_to_decide((centred + ratio).tolist()) == seeds
