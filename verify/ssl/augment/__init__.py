"""Augmentations and orbits: the only place where an image is transformed.

Every transformation is a batched function of a continuous parameter per image, and composes with
forward-mode differentiation, so that the tangent of an orbit is an exact Jacobian-vector product.
"""

from verify.ssl.augment.colour import blur, brighten, contrast, rotate_hue, saturate
from verify.ssl.augment.geometry import (
    bilinear_sample,
    crop,
    mirror,
    rescale,
    rotate,
    similarity,
    translate,
)
from verify.ssl.augment.orbits import orbit, quarter_turns, rotation_orbit
from verify.ssl.augment.views import SIMCLR_CIFAR, SIMSIAM_CIFAR, Augmentation, CropAugmentation

__all__ = [
    "SIMCLR_CIFAR",
    "SIMSIAM_CIFAR",
    "Augmentation",
    "CropAugmentation",
    "bilinear_sample",
    "blur",
    "brighten",
    "contrast",
    "crop",
    "mirror",
    "orbit",
    "quarter_turns",
    "rescale",
    "rotate",
    "rotate_hue",
    "rotation_orbit",
    "saturate",
    "similarity",
    "translate",
]
