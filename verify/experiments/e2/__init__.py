"""Experiment E2."""

from verify.experiments.e2.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
