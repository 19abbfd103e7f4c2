"""Experiment E5."""

from verify.experiments.e5.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
