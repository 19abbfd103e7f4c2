"""Experiment E3: what was asked, how it is measured, shown, and what must hold of it."""

from __future__ import annotations

from verify.experiments.e3.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
