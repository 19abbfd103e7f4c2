"""Experiment E5."""

from verify.experiments.e5.experiment import CHECKS as CHECKS
from verify.experiments.e5.experiment import EXPERIMENT as EXPERIMENT
