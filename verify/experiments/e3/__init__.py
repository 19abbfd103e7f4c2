"""Experiment E3."""

from verify.experiments.e3.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
