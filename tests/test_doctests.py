"""The examples in docstrings do what they show."""

from __future__ import annotations

import doctest
import importlib

import pytest

from verify.__main__ import ROOT

EXAMPLES = [
    file.relative_to(ROOT)
    for top in ("verify", "theorems", "reports")
    for file in sorted((ROOT / top).rglob("*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("file", EXAMPLES, ids=str)
def test_examples(file):
    parts = [part for part in file.with_suffix("").parts if part != "__init__"]
    done = doctest.testmod(importlib.import_module(".".join(parts)), raise_on_error=False)
    assert done.attempted
    assert done.failed == 0
