"""Experiment E8."""

from verify.experiments.e8.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
