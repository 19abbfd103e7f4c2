"""What the tests of the experiments share: a context whose networks are trained for an epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np

from verify.claims.check import Context
from verify.claims.evidence import Evidence, Outcome
from verify.engine import registry as rooms
from verify.engine.artefact import ADDRESS, Artefact
from verify.ssl.training import Config

PLACES = rooms.contents(["verify.experiments"])


def short_context(cache: Path, experiments: Iterable[ModuleType], epochs: int = 1) -> Context:
    """A context whose cache holds short runs in place of the experiments' artefacts."""
    ctx = Context(
        seed=1, profile="smoke", device="cpu", cache=str(cache), rooms=rooms.modules(PLACES)
    )
    needed = [
        need
        for room in experiments
        for check in room.CHECKS
        if not check.capabilities
        for need in check.artefacts
    ]
    for artefact in dict.fromkeys(need for need in needed if isinstance(need, Artefact)):
        path = artefact.path(ctx)
        path.parent.mkdir(parents=True, exist_ok=True)
        shortened = tuple(
            replace(a, epochs=epochs) if isinstance(a, Config) else a for a in artefact.arguments
        )
        built = artefact.build(shortened, ctx)
        np.savez(path, **built, **{ADDRESS: np.array(path.stem)})  # type: ignore[arg-type]
        assert len(artefact.load(ctx)["losses"]) == epochs, "the whole run was trained instead"
    return ctx


def tables_are_whole(evidence: Evidence) -> None:
    """Every table names its setting and has no hole."""
    assert evidence.outcome is Outcome.AS_STATED, evidence.detail
    assert evidence.tables
    for table in evidence.tables:
        assert "digits (8x8, scikit-learn), reduced setting" in table.title
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(cell and "nan" not in cell for row in table.rows for cell in row)
