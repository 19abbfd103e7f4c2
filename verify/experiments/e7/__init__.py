"""Experiment E7."""

from verify.experiments.e7.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
