"""Probes: small classifiers that ask what a frozen representation still tells.

Several probes are trained at once, each on its own features and labels; they share nothing but the
order of the minibatches, so that training P of them costs little more than training one.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class ProbeConfig:
    """Hyperparameters of a probe: Adam on the cross-entropy, minibatches, no regularisation.

    Attributes:
        standardised: whether every feature is brought to mean 0 and deviation 1 first.
    """

    learning_rate: float = 1e-3
    batch: int = 128
    epochs: int = 5
    standardised: bool = True


PROBE = ProbeConfig()
"""The probes of E4: 5 epochs of Adam at 1e-3, as published, on standardised features."""

PUBLISHED_PROBE = ProbeConfig(batch=256, standardised=False)
"""The published probes."""

LONGER = ProbeConfig(epochs=20)
"""On the digits about as many steps (900) as 5 epochs over CIFAR-10 take at batch 256."""


@dataclass(frozen=True)
class Probes:
    """P trained probes, linear (one layer) or with one hidden ReLU layer (two).

    Attributes:
        centre, scale: (P, 1, d), mean and standard deviation of the training features.
        layers: weights (P, inputs, outputs) and biases (P, 1, outputs) of each layer.
    """

    centre: Tensor
    scale: Tensor
    layers: tuple[tuple[Tensor, Tensor], ...]

    def logits(self, features: Tensor) -> Tensor:
        """Logits (P, n, classes) for features (P, n, d)."""
        values = (features - self.centre) / self.scale
        for index, (weight, bias) in enumerate(self.layers):
            values = torch.baddbmm(bias, values.relu() if index else values, weight)
        return values

    @torch.no_grad()
    def correct(self, features: Tensor, labels: Tensor) -> Tensor:
        """How many of the labels (P, n) each probe predicts from features (P, n, d): (P,)."""
        return (self.logits(features).argmax(-1) == labels).sum(-1)


def train_probes(
    features: Tensor, labels: Tensor, classes: int, width: int, seed: int, config: ProbeConfig
) -> Probes:
    """Train P probes.

    Args:
        features: (P, n, d).
        labels: (P, n), int64 in [0, classes).
        classes: number of classes.
        width: of the hidden layer; 0 for a linear probe.
        seed: of the initial weights and the order of the samples.
        config: the hyperparameters.
    """
    generator = torch.Generator().manual_seed(seed)
    count, samples, length = features.shape
    widths = (length, width, classes) if width else (length, classes)
    layers = []
    for inputs, outputs in itertools.pairwise(widths):
        bound = 1 / math.sqrt(inputs)  # as torch.nn.Linear draws its weights
        drawn = torch.rand(count, inputs + 1, outputs, generator=generator)
        drawn = ((2 * drawn - 1) * bound).to(features)
        layers.append((drawn[:, :-1].clone(), drawn[:, -1:].clone()))
    centre, scale = features.mean(1, keepdim=True), features.std(1, keepdim=True)
    if not config.standardised:
        centre, scale = torch.zeros_like(centre), torch.ones_like(scale)
    probes = Probes(
        centre=centre,
        scale=scale.masked_fill(scale == 0, 1),  # a constant feature stays constant
        layers=tuple(layers),
    )
    parameters = [tensor.requires_grad_() for layer in layers for tensor in layer]
    optimiser = torch.optim.Adam(parameters, lr=config.learning_rate, fused=True)
    for _ in range(config.epochs):
        order = torch.randperm(samples, generator=generator).to(features.device)
        for batch, answers in zip(
            features[:, order].split(config.batch, 1),
            labels[:, order].split(config.batch, 1),
            strict=True,
        ):
            logits = probes.logits(batch)
            # The sum over probes: each has the gradient that it would have alone.
            loss = count * F.cross_entropy(logits.flatten(0, 1), answers.flatten())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return probes


def chance_interval(trials: int, classes: int, tail: Fraction) -> tuple[int, int]:
    """Exact bounds on how many of `trials` independent uniform labels a guesser gets right.

    The number is binomial with probability 1 / classes, whatever the guesser does, as long as it
    has not seen the labels.

    Returns:
        (low, high): fewer than `low` has probability at most `tail`, more than `high` likewise.
    """
    outcomes = [math.comb(trials, k) * (classes - 1) ** (trials - k) for k in range(trials + 1)]
    allowed = tail * classes**trials

    def cut(weights: list[int]) -> int:
        total = 0
        for index, weight in enumerate(weights):
            total += weight
            if total > allowed:
                return index
        return len(weights)

    return cut(outcomes), trials - cut(outcomes[::-1])


CHUNK = 20_000
"""Features that are in float64 at a time: of the published size 200 000 x 2048 of them would be 3.3 GB."""

RIDGE = 1e-2
"""Penalty of `ridge_scores`, relative to the mean square of the features."""


def ridge_scores(features: Tensor, labels: Tensor, others: Tensor, classes: int) -> Tensor:
    """Scores (m, classes) of other features (m, d) by a linear probe in closed form, in float64.

    Ridge regression of the labels' indicators on the centred features, with a penalty relative to
    their size, so that rotating, shifting and rescaling the features changes nothing.

    Args:
        features: (n, d), of the samples that the probe sees.
        labels: (n,), int64 in [0, classes).
        others: (m, d), of the samples that it is to judge.
        classes: number of classes.
    """
    mean = features.mean(0, dtype=torch.float64)
    share = labels.bincount(minlength=classes).double() / len(labels)
    gram = mean.new_zeros(len(mean), len(mean))
    product = mean.new_zeros(len(mean), classes)
    for part, answers in zip(features.split(CHUNK), labels.split(CHUNK), strict=True):
        seen = part.double() - mean
        gram += seen.T @ seen
        product += seen.T @ (F.one_hot(answers, classes).double() - share)
    penalty = RIDGE * gram.diagonal().mean()
    system = gram + penalty * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    weights = torch.linalg.solve(system, product)
    return torch.cat([share + (part.double() - mean) @ weights for part in others.split(CHUNK)])


def ridge_accuracy(
    features: Tensor, labels: Tensor, others: Tensor, answers: Tensor, classes: int
) -> float:
    """Share of the answers (m,) that `ridge_scores` gives the highest score."""
    scores = ridge_scores(features, labels, others, classes)
    return float((scores.argmax(1) == answers).double().mean())
