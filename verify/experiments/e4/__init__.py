"""Experiment E4."""

from verify.experiments.e4.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
