"""Experiment E9: what was asked, how it is measured, shown, and what must hold of it."""

from __future__ import annotations

from verify.experiments.e9.experiment import CHECKS, EXPERIMENT

__all__ = ["CHECKS", "EXPERIMENT"]
