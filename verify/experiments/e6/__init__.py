"""Experiment E6."""

from verify.experiments.e6.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
