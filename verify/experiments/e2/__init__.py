"""Experiment E2."""

from verify.experiments.e2.experiment import CHECKS as CHECKS
from verify.experiments.e2.experiment import EXPERIMENT as EXPERIMENT
