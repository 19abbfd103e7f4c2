"""What E1 measures: curvature of the training objective in z, and variances, while a network may collapse.

The head under the objective is projector and predictor together, so that H_eff = G + M is the
Hessian of z -> L(predictor(projector(z))) with the targets held constant. Its extremes are exact,
sample by sample, and as published.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from verify.experiments.e1.published_power_iteration import published_estimate
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head, near_kink
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.modules import head_of
from verify.numeric.objectives import OBJECTIVES, Invariance, Targets
from verify.numeric.objectives.checks import NORM_FLOOR
from verify.ssl.data import Dataset, floating
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.training import Config, Networks, Observe, Start, State
from verify.ssl.variances import observe_variances, spearman, with_statistics

ACTIVATIONS = ("swish", "gelu", "relu", "linear")

SMOOTH, PIECEWISE = ACTIVATIONS[:2], ACTIVATIONS[2:]

STARTS = (Start.NORMAL, Start.SHRUNK_PROJECTOR)
"""Those that were published."""

PER_SAMPLE = {"simsiam": "negative_cosine", "mse": "mse"}
"""The objective of one sample with its target, by the objective that is trained."""


def whole_head(networks: Networks, config: Config) -> Head:
    """Projector and predictor as one head, in float64.

    Raises:
        ValueError: if the configuration has no projector.
    """
    if config.projector is None:
        raise ValueError("The curvature under a head needs one, but the projector is None.")
    head = head_of(networks.projector)
    return head if config.predictor is None else head.then(head_of(networks.predictor))


def extremes(head: Head, objective: str, z: Tensor, targets: Tensor) -> dict[str, Tensor]:
    """Exact extreme eigenvalues at each z (B, d), under the objective with targets (B, k) held constant.

    Not defined where a preactivation of a piecewise-linear head is within rounding of a kink, or an
    objective of directions meets an output without one. Of the sample's own loss, not of its share
    in the mean.

    Returns:
        ``effective`` and ``pullback``, smallest and largest of H_eff and of G, (B, 2), NaN where they
        are not defined; ``residuals``, the largest of a sample's pairs, (B,). All float64.
    """
    z, targets = z.double(), targets.double()
    entry = OBJECTIVES[PER_SAMPLE[objective]]
    defined = ~(near_kink(head, z) | near_kink(head.fused, z))
    if entry.invariance is Invariance.ROW:
        defined &= head(z).norm(dim=1) > NORM_FLOOR
    found = torch.full((3, len(z), 2), float("nan"), dtype=torch.float64, device=z.device)
    if bool(defined.any()):
        loss = entry.bind(Targets(targets[defined]))
        operator = EffectiveHessian(head, loss, z[defined])
        own = len(z[defined])  # a sample has this times its share in the mean
        pairs = [extreme_eigenpairs(part) for part in (operator, operator.pullback)]
        residual = torch.maximum(*(pair.residuals for pair in pairs))
        found[:, defined] = own * torch.stack([pairs[0].values, pairs[1].values, residual])
    return {"effective": found[0], "pullback": found[1], "residuals": found[2].amax(1)}


def estimate_as_published(
    head: Head, objective: str, z: Tensor, targets: Tensor, seed: int
) -> float:
    """The published estimator on the mean loss of a batch z (B, d), in float32."""
    single = Head(
        [w.float() for w in head.weights], [b.float() for b in head.biases], head.activations
    )
    function = OBJECTIVES[PER_SAMPLE[objective]].function
    return published_estimate(lambda z: function(single(z), targets.float()), z.float(), seed).value


class Cell(NamedTuple):
    """One run: objective, activation and start."""

    objective: str
    activation: str
    start: Start

    @property
    def head(self) -> str:
        """Activation and start, as tables call them."""
        return f"{self.activation}, {self.start.value}"


CELLS = tuple(
    Cell(objective, activation, start)
    for objective in PER_SAMPLE
    for activation in ACTIVATIONS
    for start in Start
    if objective == "simsiam" or start is not Start.COLLAPSED
)


# --- what is observed while training --------------------------------------------------------

SAMPLES = 32
"""Fixed images whose curvature is computed."""


def observe_tracks(config: Config, dataset: Dataset) -> Observe:
    """Variances, and extreme eigenvalues of H_eff and G of fixed views of fixed images, and as published.

    The first view gives z, the second the target. Also the lengths of the outputs and their cosines
    with the targets, which determine the Hessian of the negative cosine.
    """
    variances = observe_variances(config, dataset)
    views = torch.Generator(dataset.test_images.device).manual_seed(config.seed)
    images = floating(dataset.test_images[:SAMPLES]).repeat(2, 1, 1, 1)
    images = config.augmentation(images, views)

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        raw = represent(networks.backbone, images)
        z = raw[:SAMPLES]
        targets = head_outputs(networks.projector, raw)[SAMPLES:]
        head = whole_head(networks, config)
        found = extremes(head, config.objective, z, targets)
        outputs = head(z.double())
        return {
            **variances(state),
            **{name: values.cpu().numpy() for name, values in found.items()},
            "dimensions": z.shape[1],
            "length": outputs.norm(dim=1).cpu().numpy(),
            "cosine": F.cosine_similarity(outputs, targets.double()).cpu().numpy(),
            "estimate": estimate_as_published(head, config.objective, z, targets, state.epoch),
        }

    return observe


# --- what is read off a run -----------------------------------------------------------------

Track = dict[str, np.ndarray]
"""What was tracked in one run, each of shape (epochs + 1, ...)."""

Tracks = dict[Cell, Track]

MARGIN = 64 * float(np.finfo(np.float64).eps)
"""Times d, the modulus, over the largest one of the spectrum, below which an eigenvalue's sign is not
resolved: d eps is the eigensolver's backward error, and the rest allows for the matrix's rounding."""

INJECTED = 0.1
"""How much of lambda_min(H_eff) must come from M for it to be called injected."""


def epochs(tracks: Tracks) -> int:
    """Epochs of every run."""
    return min(len(track["variance_z"]) for track in tracks.values()) - 1


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's correlation."""
    return spearman(*(torch.from_numpy(np.asarray(values, float)) for values in (x, y)))


def resolved_below(track: Track, of: str) -> tuple[np.ndarray, np.ndarray]:
    """Where the smallest eigenvalue of H_eff or G is resolved below 0; an undefined one is not.

    Returns:
        That, and what a modulus must exceed to be resolved, (epochs + 1, samples) each.
    """
    size = np.abs(track[of]).max(-1)
    tolerance = 3 * track["residuals"] + MARGIN * float(track["dimensions"][0]) * size
    return track[of][..., 0] < -tolerance, tolerance


def negative(track: Track) -> np.ndarray:
    """Where lambda_min(H_eff) is resolved below 0."""
    return resolved_below(track, "effective")[0]


def injected(track: Track) -> np.ndarray:
    """Where it is, and below min(0, lambda_min(G)) by more than a tenth of itself."""
    below, tolerance = resolved_below(track, "effective")
    lowest = track["effective"][..., 0]
    gap = np.minimum(0, track["pullback"][..., 0]) - lowest
    return below & (gap > np.maximum(INJECTED * np.abs(lowest), tolerance))


def share(states: np.ndarray) -> float:
    """Share of the states after the first step."""
    return float(states[1:].mean())


def semidefinite_pullback(track: Track) -> float:
    """Share of the states in which G is not resolved negative."""
    return 1 - share(resolved_below(track, "pullback")[0])


def loss_hessian(track: Track) -> tuple[np.ndarray, np.ndarray]:
    """Extremes (epochs + 1, samples, 2) of the negative cosine's Hessian: in space, on directions.

    In closed form, which check E1.cosine compares with eigenvalues; on directions both are equal.
    """
    c, scale = track["cosine"], 1 / track["length"] ** 2
    root = np.sqrt(c**2 + 4 * (1 - np.minimum(c**2, 1)))
    space = np.stack([(c - root) / 2 * scale, (c + root) / 2 * scale], axis=-1)
    return space, np.stack([c * scale] * 2, axis=-1)


def estimates_wrong(track: Track) -> int:
    """Epochs in which the published estimate has the wrong sign.

    The batch's smallest eigenvalue is the least of the samples': below 0 if one of them is resolved
    to be, and otherwise 0 or more. An estimate of exactly 0 counts as not negative.
    """
    below = negative(track)[1:].any(axis=1)
    return int((below != (track["estimate"][1:] < 0)).sum())


def shows(values: np.ndarray, pattern: str) -> bool:
    """Whether a condition number by epoch shows a published pattern.

    `peak`: the maximum lies in the first fifth and is at least 1.5 times the last value. `static`:
    largest over smallest at most 1.2, and |Spearman with epoch| below 0.3. `drift`: at least 0.7.
    """
    trend = abs(rank_correlation(values, np.arange(len(values))))
    return {
        "peak": int(values.argmax()) < len(values) / 5 and values.max() >= 1.5 * values[-1],
        "static": values.max() <= 1.2 * values.min() and trend < 0.3,
        "drift": trend >= 0.7,
    }[pattern]
