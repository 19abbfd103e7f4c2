"""Theorem 3.2: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import pytest

from theorems.thm32 import CHECKS, STATEMENT


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)
