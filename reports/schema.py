"""The JSON Schema of what ``--json`` writes, kept beside this file: ``python -m reports.schema`` renews it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import msgspec

from verify.engine.record import RunRecord

KEPT = Path(__file__).with_name("record.schema.json")


def schema() -> bytes:
    """Return the schema of a run's record, as the kept file holds it."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A run of `python -m verify`, as `--json` writes it",
        **msgspec.json.schema(RunRecord),
    }
    return msgspec.json.format(msgspec.json.encode(_settled(found)), indent=1) + b"\n"


def _settled(found: Any) -> Any:
    """The schema as every version of Python and msgspec has it: docstrings flush left, choices sorted."""
    if isinstance(found, list):
        return [_settled(value) for value in found]
    if not isinstance(found, dict):
        return inspect.cleandoc(found) if isinstance(found, str) else found
    settled = {name: _settled(value) for name, value in found.items()}
    if isinstance(choices := settled.get("anyOf"), list):
        choices.sort(key=str)
    return settled


if __name__ == "__main__":
    KEPT.write_bytes(schema())
