"""What Coq said of every theorem recorded when it was last asked, for machines without Coq.

An entry stands for sources of one digest only: a changed file has none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

RECORD = Path(__file__).parent / "record.json"


class Entry(NamedTuple):
    """One theorem.

    Attributes:
        digest: of its module's sources and all they rest on.
        coq: the version that checked it.
        axioms: what it assumes.
        seconds: that compiling its file took.
        libraries: digest of the libraries that it was checked with, see `coq.libraries`; empty if not noted.
    """

    digest: str
    coq: str
    axioms: tuple[str, ...]
    seconds: float
    libraries: str = ""


def read(path: Path = RECORD) -> dict[str, Entry]:
    """The entries by full name of the theorem; none if the file is missing or damaged."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Entry(
                str(entry["digest"]),
                str(entry["coq"]),
                tuple(map(str, entry["axioms"])),
                float(entry["seconds"]),
                str(entry.get("libraries", "")),
            )
            for name, entry in stored.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(entries: Mapping[str, Entry], path: Path = RECORD) -> None:
    """Keep the entries, whole or not at all, in alphabetical order; raise OSError if that cannot be."""
    stored = {name: entries[name]._asdict() for name in sorted(entries)}
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
