"""Experiment E8."""

from verify.experiments.e8.experiment import CHECKS as CHECKS
from verify.experiments.e8.experiment import EXPERIMENT as EXPERIMENT
