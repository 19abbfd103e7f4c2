"""Augmentations and orbits: the only place where an image is transformed.

Every transformation is a batched function of a continuous parameter per image, and composes with
forward-mode differentiation, so that the tangent of an orbit is an exact Jacobian-vector product.
"""

from verify.ssl.augment.colour import brighten, contrast
from verify.ssl.augment.geometry import bilinear_sample, rescale, rotate, similarity, translate
from verify.ssl.augment.orbits import quarter_turns, rotation_orbit
from verify.ssl.augment.views import Augmentation

__all__ = [
    "Augmentation",
    "bilinear_sample",
    "brighten",
    "contrast",
    "quarter_turns",
    "rescale",
    "rotate",
    "rotation_orbit",
    "similarity",
    "translate",
]
