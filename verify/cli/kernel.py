"""``python -m verify kernel``: every theorem that Coq's kernel checks, what it assumes, and the record of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verify.claims.check import Check, Context, Kind
from verify.claims.evidence import Finding, Outcome
from verify.claims.proved import Proved, entries, reading_digest
from verify.engine.registry import Room
from verify.engine.store import StoreError
from verify.kernel import coq, record


def claim_of(check: Check) -> Proved:
    """The sentence and theorems of a check of this kind."""
    claim: Proved = check.run.args[0]  # type: ignore[attr-defined]
    return claim


def run(rooms: Sequence[Room], ctx: Context) -> Iterator[tuple[Check, Finding]]:
    """Have the theorems of some rooms checked, one sentence after the other."""
    for room in rooms:
        for check in room.checks:
            if check.kind is Kind.KERNEL:
                yield check, check.run(ctx)


def told(check: Check, finding: Finding) -> str:
    """What is printed of one sentence."""
    claim, now = claim_of(check), reading_digest(claim_of(check))
    lines = [f"{check.id}  {finding.outcome}  {finding.summary}"]
    for theorem in finding.theorems:
        assumes = ", ".join(axiom.rpartition(".")[2] for axiom in theorem.axioms) or "nothing"
        lines.append(f"    {theorem.name}  {theorem.seconds:.1f} s, assumes {assumes}")
    if now != claim.said.read:
        lines.append(f'    once sentence and theorems are read against each other: read="{now}"')
    return "\n".join(lines)


def keep(found: Sequence[tuple[Check, Finding]]) -> int:
    """Put what Coq said into the record, in place of what it held of these theorems.

    What did not come out as it is stated is not recorded, and what no sentence of these rooms quotes any more is
    taken out.

    Args:
        found: every sentence of some rooms.

    Returns:
        How many theorems were recorded.

    Raises:
        StoreError: if the record cannot be written.
    """
    fine = [
        (claim_of(check), finding) for check, finding in found if not failed([(check, finding)])
    ]
    told = entries([claim for claim, _ in fine], [finding for _, finding in fine])
    claims = [claim_of(check) for check, _ in found]
    rooms = {claim.room for claim in claims}
    quoted = {name for claim in claims for name in claim.names}
    kept = {
        name: entry
        for name, entry in record.read().items()
        if name in quoted or name.split(".")[1] not in rooms
    }
    libraries = coq.libraries()
    noted = {name: entry._replace(libraries=libraries) for name, entry in told.items()}
    try:
        record.write(kept | noted)
    except OSError as error:
        raise StoreError(f"{record.RECORD} cannot be written ({error.strerror}).") from None
    return len(told)


def missing() -> str:
    """Why nothing can be checked here; empty if it can."""
    if coq.version():
        return ""
    return "Coq is not here: `apt install coq libcoq-mathcomp-algebra-tactics libcoq-mathcomp-real-closed libcoq-mathcomp-analysis libcoq-coquelicot` brings version 8.16 on Debian 12. Until then what was recorded with it stands."


def failed(found: Sequence[tuple[Check, Finding]]) -> bool:
    """Whether a sentence is not proved that is said to be."""
    return any(finding.outcome is not Outcome.AS_STATED for _, finding in found)
