"""Controls of a refutation: it is void where a hypothesis fails, and refutes nothing where it must not.

For every hypothesis of the refuted reading there is a point that violates that hypothesis and no
other, or a stated reason why every point meets it by construction; and there is a mild point, which
meets all of them and at which nothing may be refuted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Table, finding

Refute = Callable[[Any, str, Context], Finding]
"""A refutation: a function of a point, the id of the reading, and the context; see `counterexample`."""


@dataclass(frozen=True)
class ByConstruction:
    """Why no point that can be written down violates a hypothesis, or is mild; a phrase, printed as it is."""

    reason: str


def controls(
    refute: Refute,
    reading: str,
    violations: Mapping[str, Any],
    mild: Any,
    ctx: Context,
) -> Finding:
    """Try a refutation where it must not count.

    Args:
        refute: the refutation.
        reading: id of the reading that it refutes.
        violations: by hypothesis, the point that violates it alone, or `ByConstruction`.
        mild: a point at which every hypothesis holds and nothing may be refuted, or `ByConstruction`.
        ctx: the context.
    """
    rows, wrong = [], []
    for hypothesis, point in violations.items():
        if isinstance(point, ByConstruction):
            rows.append((hypothesis, f"by construction: {point.reason}"))
            continue
        found = refute(point, reading, ctx)
        failing = [h.id for h in found.witness.hypotheses if not h.holds] if found.witness else []
        rows.append((hypothesis, f"fails: {', '.join(failing) or 'none'}"))
        if found.outcome is not Outcome.VACUOUS or failing != [hypothesis]:
            wrong.append(hypothesis)
    if isinstance(mild, ByConstruction):
        rows.append(("none: the mild point", f"by construction: {mild.reason}"))
    else:
        found = refute(mild, reading, ctx)
        stands = found.outcome is Outcome.SURPRISE and found.witness is not None
        value = found.witness.conclusion.value if found.witness is not None else found.summary
        how = "not refuted" if stands else "wrong"
        rows.append(("none: the mild point", f"{how}: {value}"))
        if not stands:
            wrong.append("the mild point")
    tried = any(not isinstance(point, ByConstruction) for point in violations.values())
    void = (
        "Void at every point made to violate one hypothesis, which fails there alone"
        if tried
        else "Each hypothesis holds by construction"
    )
    return finding(
        not wrong,
        f"{void}{'' if isinstance(mild, ByConstruction) else '; and nothing is refuted at the mild point'}.",
        f"Not as made: {', '.join(wrong)}.",
        cases=len(rows),
        tables=(
            Table(
                title="Points at which nothing may be refuted",
                columns=("violated", "found"),
                rows=tuple(rows),
            ),
        ),
    )
