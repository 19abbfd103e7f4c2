"""Experiment E1."""

from verify.experiments.e1.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
