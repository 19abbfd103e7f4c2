"""What a worker does: run one check, or build one artefact, and nothing else.

`run_check` is the one way in which a check is run, by pytest and by the runner alike. Whatever
goes wrong inside a check becomes its outcome.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from msgspec import structs

from verify.claims.acceptance import validate_finding
from verify.claims.check import DATA, Check, Context, evidence_for
from verify.claims.evidence import Finding, Outcome, Provenance
from verify.claims.text import printable
from verify.engine import registry as rooms
from verify.engine.isolation import leaving_no_trace
from verify.engine.origin import provide, replaced
from verify.engine.provenance import (
    EARLIER,
    Traced,
    configuration,
    data_of,
    edited,
    effective_context,
    evidence_key,
    processor,
    versions_for,
)

THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""One numerical thread per process: sums are then taken in one order, whatever ``--jobs`` is."""

CHANGED = "changed on disk after this process had imported it"
"""What is said of code that a check may not have run with."""

DATA_WORDS = {
    "cifar10": "the images of CIFAR-10",
    "cifar100": "the images of CIFAR-100",
    "checkpoint": "a released checkpoint",
}
"""What the capabilities among `verify.claims.check.DATA` are called in a sentence."""


def run_check(check_id: str, ctx: Context) -> Traced:
    """Run one check and return its evidence; what goes wrong in the check is its outcome.

    Raises:
        RoomError: if there is no such check.
    """
    from verify.engine.artefact import Postponed  # with NumPy, which listing must not wait for

    room = _room(check_id, ctx)
    check = room.check(check_id)
    wall, cpu = time.perf_counter(), time.process_time()
    reason, data = missing_capability(check, ctx), {}
    if reason:
        finding = Finding(outcome=Outcome.NOT_RUN, summary=reason)
    else:
        try:
            # What comes with the project's libraries is of one version, which keys hold.
            used = effective_context(check, ctx)
            known = [provide(need, used) for need in check.artefacts if check.ignores_run_seed]
            with leaving_no_trace(seed=ctx.seed_for(check.id)):
                found = check.run(used)
            if other := [
                one.name
                for one in check.artefacts
                if check.ignores_run_seed and replaced(one, used)
            ]:
                raise RuntimeError(
                    f"{', '.join(other)} was replaced meanwhile by another run, which has other images and the same --out; run the check again"
                )
            finding = validate_finding(check, room.subject, found)
            data = data_of(check, ctx) | ({} if all(known) else {EARLIER: "unknown"})
            if moved := edited(check, ctx):
                raise RuntimeError(f"{', '.join(moved)} {CHANGED}; run the check again")
        except Postponed as error:
            finding = Finding(outcome=Outcome.NOT_RUN, summary=str(error))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever it is, the other checks go on
            finding = failure(error)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return with_provenance(check, ctx, finding, wall, cpu, data)


def missing_capability(check: Check, ctx: Context) -> str:
    """Return why this machine cannot run a check, as a sentence; empty if it can."""
    lacking = [name for name in check.capabilities if name in DATA and name not in ctx.data]
    if lacking:
        needed = " and ".join([DATA_WORDS[name] for name in lacking] + _gpu_words(check))
        return f"It needs {needed}."
    if "cuda" in check.capabilities and ctx.device != "cuda":
        return "It needs a CUDA device, and this run is on the CPU."
    if "standard" in check.capabilities and ctx.profile == "smoke":
        return "It is not run in the shortest profile, smoke."
    return ""


def _gpu_words(check: Check) -> list[str]:
    return ["a CUDA device"] * ("cuda" in check.capabilities)


def _room(check_id: str, ctx: Context) -> rooms.Room:
    name = check_id.partition(".")[0]
    if name not in ctx.rooms:
        raise rooms.RoomError(f"There is no room {name!r} for the check {check_id!r}.")
    return rooms.load(name, ctx.rooms[name])


def failure(error: BaseException) -> Finding:
    """Return the finding that an exception leaves: its name and first line in one sentence."""
    try:
        lines = str(error).strip().splitlines()
        detail = "".join(traceback.format_exception(error))
    except Exception:  # an exception that cannot say what it is
        lines, detail = (
            ["it has no readable message"],
            "".join(traceback.format_tb(error.__traceback__)),
        )
    summary = f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
    return Finding(outcome=Outcome.ERROR, summary=printable(summary), detail=printable(detail))


def with_provenance(
    check: Check,
    ctx: Context,
    finding: Finding,
    wall_s: float = 0.0,
    cpu_s: float = 0.0,
    data: Mapping[str, str] = MappingProxyType({}),
) -> Traced:
    """Return a finding of a check in a context as evidence made here and now; times in seconds."""
    try:
        key = evidence_key(check, ctx)
    except Exception as error:  # code without a source file, or not readable just now
        key, finding = "", failure(error)
    ctx = effective_context(check, ctx)
    ran = finding.outcome is not Outcome.NOT_RUN
    provenance = Provenance(
        key=key,
        seed=ctx.seed,
        profile=ctx.profile,
        device=ctx.device,
        versions=versions_for(check),
        git=ctx.git,
        date=datetime.now(UTC).isoformat(timespec="milliseconds"),
        wall_s=wall_s,
        cpu_s=cpu_s,
        machine=processor(ctx.device) if ran else "",
        configuration=configuration(check) if ran and check.ignores_run_seed else "",
    )
    return Traced(**structs.asdict(evidence_for(check, finding, provenance)), data=dict(data))


def build_artefact(check_id: str, name: str, ctx: Context) -> None:
    """Build the artefact of this name that a check needs, unless it is there.

    Raises:
        Postponed: if the context's deadline came first.
    """
    check = _room(check_id, ctx).check(check_id)
    for need in check.artefacts:
        if need.name == name:
            used = effective_context(check, ctx)
            if check.ignores_run_seed:
                provide(need, used)
            else:
                need.load(used)
