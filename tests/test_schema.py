"""The published schema of ``--json`` is that of the record's own types, and a record keeps to it.

The oracle of the schema's completeness is a record that a run wrote, walked by a reader of JSON Schema
of a few lines, which knows the words that the schema uses and refuses any other.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from report_fixture import run_record
from toy import write_registry

from reports.schema import KEPT, schema
from verify.engine.record import SCHEMA, RunRecord

WORDS = {
    *("$schema", "$ref", "$defs", "title", "description", "default", "type", "properties"),
    *(
        "required",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "additionalProperties",
        "anyOf",
        "enum",
    ),
}
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def faults(value: Any, wanted: Any, root: Any, where: str = "record") -> list[str]:
    """Where a value does not keep to a schema; an object may have no property that is not listed."""
    if wanted is False:
        return [f"{where}: there may be no more"]
    assert set(wanted) <= WORDS, set(wanted) - WORDS
    if "$ref" in wanted:
        return faults(value, root["$defs"][wanted["$ref"].removeprefix("#/$defs/")], root, where)
    if "anyOf" in wanted:
        tried = [faults(value, one, root, where) for one in wanted["anyOf"]]
        return min(tried, key=len)
    if "enum" in wanted:
        return [] if value in wanted["enum"] else [f"{where}: {value!r}"]
    kind = TYPES[wanted["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{where}: {type(value).__name__}"]
    found = []
    if isinstance(value, dict):
        known, others = wanted.get("properties", {}), wanted.get("additionalProperties", False)
        found += [f"{where}: no {name}" for name in wanted.get("required", ()) if name not in value]
        for name, inner in value.items():
            found += faults(inner, known.get(name, others), root, f"{where}.{name}")
    if isinstance(value, list):
        first = wanted.get("prefixItems", [])
        if not wanted.get("minItems", 0) <= len(value) <= wanted.get("maxItems", len(value)):
            found.append(f"{where}: {len(value)} items")
        for place, inner in enumerate(value):
            rule = first[place] if place < len(first) else wanted["items"]
            found += faults(inner, rule, root, f"{where}[{place}]")
    return found


def test_the_kept_schema_is_the_records_own() -> None:
    """`python -m reports.schema` renews it; a field that changes its meaning or goes raises SCHEMA."""
    assert KEPT.read_bytes() == schema()


@pytest.mark.parametrize("made", ["by hand", "by a run"])
def test_a_record_keeps_to_the_schema_and_comes_back_whole(made, verify, folder) -> None:
    if made == "by hand":
        written = msgspec.json.encode(run_record())
    else:
        file = folder / "run.json"
        registry = write_registry(folder)
        verify(registry, "all", "--profile", "smoke", "--jobs", "1", "--json", file)
        written = file.read_bytes()
    kept, record = json.loads(KEPT.read_bytes()), json.loads(written)
    assert record["schema"] == SCHEMA
    assert faults(record, kept, kept) == []
    again = msgspec.json.decode(written, type=RunRecord)
    assert json.loads(msgspec.json.encode(again)) == record
    for name in kept["$defs"]["RunRecord"]["required"]:
        less = {key: value for key, value in record.items() if key != name}
        assert faults(less, kept, kept) == [f"record: no {name}"]
    assert faults(record | {"mood": 1, "seed": "1"}, kept, kept) == [
        "record.seed: str",
        "record.mood: there may be no more",
    ]
