"""Experiment E9."""

from verify.experiments.e9.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
