"""The forms of the experiments on images that do not come with the project.

The published size follows the published settings. The reduced one, for a CPU, has fewer images and
epochs and a ResNet-18 of a quarter of the width, under SimSiam of an eighth.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from verify.experiments.forms import FORMS, REDUCED, Form
from verify.experiments.trained_networks import Trained
from verify.ssl.augment import SIMCLR_CIFAR, SIMSIAM_CIFAR
from verify.ssl.image_source import Source
from verify.ssl.pictures import images
from verify.ssl.training import Config, Mlp, Optimiser


def source(form: Form, train: int = 2000) -> Source:
    """The images of a form; so many training images if it is reduced."""
    count = (train, 500) if form.reduced else (None, None)
    return Source(
        name=form.name,
        load=partial(images, form.data, *count),
        size="reduced" if form.reduced else "published",
        long=True,
    )


def simsiam_source(form: Form) -> Source:
    """The images of E1, E2 and E7 in a form."""
    return source(form, 1000)


SIMCLR = Config(
    dataset="cifar10",
    backbone="ResNet-18",
    representation=512,
    projector=Mlp(widths=(2048, 2048), activation="relu", batchnorm=True),
    objective="info_nce",
    temperature=0.1,
    optimiser=Optimiser(name="adam", learning_rate=1e-3),
    augmentation=SIMCLR_CIFAR,
    batch=256,
    epochs=50,
    seed=0,
    precision="bfloat16",
)
"""SimCLR as published, seed 0."""

SIMSIAM = Config(
    dataset="cifar10",
    backbone="ResNet-18",
    representation=512,
    projector=Mlp(widths=(2048, 2048), activation="swish", batchnorm=False),
    predictor=Mlp(widths=(512, 2048), activation="swish", batchnorm=False),
    objective="simsiam",
    optimiser=Optimiser(name="sgd", learning_rate=0.05, momentum=0.9),
    augmentation=SIMSIAM_CIFAR,
    batch=256,
    epochs=100,
    seed=0,
    precision="bfloat16",
)
"""SimSiam as published for E1, with a Swish head, seed 0."""

SIMCLR_REDUCED = replace(
    SIMCLR,
    representation=128,
    projector=Mlp(widths=(512, 512), activation="relu", batchnorm=True),
    batch=100,
    epochs=6,
    precision="float32",
)

SIMSIAM_REDUCED = replace(
    SIMSIAM,
    representation=64,
    projector=Mlp(widths=(256, 256), activation="swish", batchnorm=False),
    predictor=Mlp(widths=(64, 256), activation="swish", batchnorm=False),
    batch=50,
    epochs=6,
    precision="float32",
)


def trained(form: Form, name: str = "simclr") -> Trained:
    """SimCLR in a form, and how many images its networks are measured on."""
    config = SIMCLR_REDUCED if form.reduced else SIMCLR
    if form.network == "vit-tiny":
        config = replace(config, backbone="ViT-Tiny", representation=192)
    return Trained(
        source=source(form),
        name=name,
        config=config,
        seeds=tuple(range(form.seeds)),
        orbits=200 if form.reduced else 1000,
        bent=100,
        probed=(1000, 500) if form.reduced else (10000, 10000),
        cost=200.0,
    )


IMAGES_SIMCLR = {form: trained(form) for form in FORMS if "E3" in form.minutes}
"""What E3, E4 and E5 measure."""

PUBLISHED = next(form for form in FORMS if form.data == "cifar10" and not form.reduced)

SIMSIAMS = {REDUCED: SIMSIAM_REDUCED, PUBLISHED: SIMSIAM}
"""The SimSiam runs of E1, E2 and E7 in the forms that have them."""
