"""Experiment E7."""

from verify.experiments.e7.experiment import CHECKS as CHECKS
from verify.experiments.e7.experiment import EXPERIMENT as EXPERIMENT
