"""Experiment E3."""

from verify.experiments.e3.experiment import CHECKS as CHECKS
from verify.experiments.e3.experiment import EXPERIMENT as EXPERIMENT
