"""Experiment E9."""

from verify.experiments.e9.experiment import CHECKS as CHECKS
from verify.experiments.e9.experiment import EXPERIMENT as EXPERIMENT
