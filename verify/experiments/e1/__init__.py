"""Experiment E1."""

from verify.experiments.e1.experiment import CHECKS as CHECKS
from verify.experiments.e1.experiment import EXPERIMENT as EXPERIMENT
