"""Experiment E6."""

from verify.experiments.e6.experiment import CHECKS as CHECKS
from verify.experiments.e6.experiment import EXPERIMENT as EXPERIMENT
