"""What the experiments' reports share: names, answers over seeds, and the common tables."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from verify.claims.evidence import Answer, Measured, Table
from verify.ssl.augment import Augmentation, CropAugmentation
from verify.ssl.data import DIGITS, Dataset
from verify.ssl.measurements import Interval
from verify.ssl.training import Config, Mlp

SETTING = f"{DIGITS}, reduced setting"
"""How what is measured on the digits alone names them."""

PUBLISHED_SETTING = "published: CIFAR-10, ResNet-18, 1 seed"

AS_READ = "In the published experiment's released code and arrays, as read for this project, "
"""How a remark on the published measurement begins: nothing else of it was read."""


def listed(seeds: Sequence[int]) -> str:
    """Seeds in words."""
    return ", ".join(map(str, seeds))


def not_published(dataset: Dataset) -> str:
    """The sentence that sets a table's own rows apart from the published ones; none of CIFAR's."""
    return "Not CIFAR-10 results, except what is marked published. " * (dataset.name == DIGITS)


def answer_over_seeds(yes: Sequence[bool], no: Sequence[bool]) -> Answer:
    """Yes or no if every seed says so, undecided otherwise."""
    return answer_by(all(yes), all(no))


def answer_by(yes: bool, no: bool) -> Answer:
    """Yes or no if one of the two holds, undecided otherwise."""
    return Answer.YES if yes else Answer.NO if no else Answer.UNDECIDED


def answer_by_interval(interval: Interval) -> Answer:
    """Yes if it lies above 0, no if below, undecided otherwise."""
    return answer_by(interval.low > 0, interval.high < 0)


def shortfall(answers: Sequence[Measured]) -> str:
    """What a summary says first: the effects that were not answered with yes, if any."""
    others = [f"{a.effect} ({a.answer.value})" for a in answers if a.answer is not Answer.YES]
    return f"Not answered with yes: {', '.join(others)}. " if others else ""


def over_seeds(values: Sequence[float], form: str = ".2f") -> str:
    """The mean, and each seed's value in parentheses."""
    return f"{fmean(values):{form}} ({', '.join(f'{value:{form}}' for value in values)})"


def spans(intervals: Sequence[Interval], form: str = ".2f") -> str:
    """Each seed's interval."""
    return ", ".join(f"[{i.low:{form}}, {i.high:{form}}]" for i in intervals)


# --- tables that every experiment begins with -----------------------------------------------

PUBLISHED_SIMCLR = {
    "data": "CIFAR-10, 32x32, 50 000 training images",
    "backbone": "ResNet-18 with a 3x3 stem and no max-pooling, 512-d pooled output",
    "head": "512-2048-2048, no biases",
    "BatchNorm in the head": "after both layers",
    "activation": "ReLU",
    "objective": "one-directional InfoNCE, temperature 0.1",
    "augmentations": (
        "random resized crop, flip, rotation up to 45 degrees either way, colour jitter (0.4, 0.4, "
        "0.4, 0.1) with probability 0.8"
    ),
    "optimiser": "Adam, learning rate 0.001",
    "batch and epochs": "batch 256, 50 epochs",
    "training seeds": "1",
}
"""The published setting of E3 to E6, row by row."""

PUBLISHED_SIMSIAM = {
    "data": "CIFAR-10, 32x32, 50 000 training images",
    "backbone": "ResNet-18 with a 3x3 stem and no max-pooling, 512-d pooled output",
    "head": "512-2048-2048, no biases",
    "predictor": "2048-512-2048, no biases",
    "BatchNorm in the heads": "none, or after every layer of both",
    "activation": "Swish, GELU, ReLU or none",
    "objective": "SimSiam: negative cosine, gradient stopped at the targets",
    "augmentations": "random resized crop (scale 0.2 to 1), flip",
    "optimiser": "SGD, momentum 0.9, no weight decay",
}
"""The published setting of E1, E2 and E7, as far as they share it."""


def describe_mlp(mlp: Mlp | None, inputs: int) -> str:
    """The widths of a projector or predictor, input first."""
    return "none" if mlp is None else f"{'-'.join(map(str, (inputs, *mlp.widths)))}, no biases"


BACKBONES = {
    "small": (
        "three 3x3 convolutions with BatchNorm and ReLU, then linear to {width}, BatchNorm, ReLU"
    ),
    "small, no closing BatchNorm": (
        "three 3x3 convolutions with BatchNorm and ReLU, then linear to {width}, ReLU"
    ),
    "ResNet-18": "ResNet-18 with a 3x3 stem and no max-pooling, {width}-d pooled output",
    "ViT-Tiny": "ViT-Tiny: patches of 4x4, width {width}, 3 pre-norm layers, CLS output",
}
"""The backbones in words."""


def describe_augmentation(a: object) -> str:
    """An augmentation's ranges in words."""
    if isinstance(a, CropAugmentation):
        return _describe_crops(a)
    if not isinstance(a, Augmentation):
        return str(a)
    parts = [f"shift up to {a.translation:g}, scale {a.scale[0]:g} to {a.scale[1]:g}"]
    if a.rotation:
        parts.insert(0, f"rotation up to {a.rotation:g} degrees either way")
    if a.brightness or a.contrast:
        parts.append(f"brightness changed by up to {a.brightness:g}, contrast by {a.contrast:g}")
    return ", ".join(parts)


def _describe_crops(a: CropAugmentation) -> str:
    parts = [f"random resized crop (scale {a.crop[0]:g} to {a.crop[1]:g})", "flip"]
    if a.rotation:
        parts.append(f"rotation up to {a.rotation:g} degrees either way")
    if a.jittered:
        jitter = ", ".join(f"{strength:g}" for strength in a.jitter)
        parts.append(f"colour jitter ({jitter}) with probability {a.jittered:g}")
    return ", ".join(parts)


def describe(config: Config, seeds: Sequence[int], dataset: Dataset) -> dict[str, str]:
    """Our setting, with the rows of `PUBLISHED_SIMCLR`."""
    head, optimiser = config.projector, config.optimiser
    temperature = config.temperature
    warm = f", temperature {temperature:g}" if temperature == temperature else ""  # not NaN
    momentum = f", momentum {optimiser.momentum:g}" if optimiser.momentum else ""
    return {
        "data": (
            f"{dataset.name}, {dataset.size}x{dataset.size}, {len(dataset.train_images)} training "
            f"images"
        ),
        "backbone": BACKBONES[config.backbone].format(width=config.representation),
        "head": describe_mlp(head, config.representation),
        "BatchNorm in the head": "after every layer" if head and head.batchnorm else "none",
        "predictor": describe_mlp(config.predictor, config.output),
        "activation": head.activation if head else "none",
        "objective": f"{config.objective}{warm}",
        "augmentations": describe_augmentation(config.augmentation),
        "optimiser": f"{optimiser.name}, learning rate {optimiser.learning_rate:g}{momentum}",
        "batch and epochs": f"batch {config.batch}, {config.epochs} epochs",
        "training seeds": f"{len(seeds)} ({listed(seeds)})",
    }


def setting_table(
    setting: str, published: dict[str, str], ours: dict[str, str], note: str = ""
) -> Table:
    """Published beside ours, row by row."""
    return Table(
        title=f"Setting: {setting}, beside the published one",
        columns=("", "published", "here"),
        rows=tuple((name, text, ours[name]) for name, text in published.items()),
        note=note,
    )


MEANINGS = {
    "consistent protocol": (
        "z = u(f(x)), h = u(g(f(x))) for backbone f, head g and u(a) = a / |a|: the head sees the "
        "raw representation, as in training"
    ),
    "published protocol": "z = u(f(x)), h = u(g(u(f(x)))): the head sees the normalised one",
    "fresh head": "a head drawn anew and never trained, on the trained backbone",
    "untrained network": "backbone and head as drawn, never trained",
    "spread": "mean squared distance of an orbit's points from the orbit's mean, over all orbits",
    "total variance": "mean squared distance of all points from their common mean",
    "compression": "spread of z over spread of h",
    "selectivity": "compression over the ratio of the total variances of z and h",
    "share": "logarithm of the ratio of the total variances over that of the compression",
    "gain": "D_inter / D_intra of h over that of z",
}
"""What the words of the tables mean."""


def timing_tables(setting: str, runs: dict[str, dict[str, np.ndarray]]) -> tuple[Table, ...]:
    """What training took, of runs that were timed: what was kept of each, by name."""
    timed = {name: run for name, run in runs.items() if "seconds" in run}
    if not timed:
        return ()
    return (
        Table(
            title=f"Training: {setting}",
            columns=("network", "minutes", "images/s", "data and augmentation, %", "loss"),
            rows=tuple(
                (
                    name,
                    f"{float(run['seconds']) / 60:.1f}",
                    f"{float(run['images_per_second']):.0f}",
                    f"{100 * float(run['data_share']):.0f}",
                    f"{run['losses'][0]:.3f} to {run['losses'][-1]:.3f}",
                )
                for name, run in timed.items()
            ),
            note=(
                "Images are training images, each seen in two views. The loss is the mean objective "
                "of the first and the last epoch. Minutes are those of the wall, on a machine that "
                "may have had other work."
            ),
        ),
    )


def words_table(setting: str, *words: str) -> Table:
    """The meanings of some words."""
    return Table(
        title=f"Words: {setting}",
        columns=("word", "meaning"),
        rows=tuple((word, MEANINGS[word]) for word in words),
        note=(
            "BatchNorm statistics of everything untrained are set from augmented training images, "
            "so that controls differ from trained networks by their weights alone."
        ),
    )
