"""Experiment E4."""

from verify.experiments.e4.experiment import CHECKS as CHECKS
from verify.experiments.e4.experiment import EXPERIMENT as EXPERIMENT
