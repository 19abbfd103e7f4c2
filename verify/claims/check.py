"""What is run: a check, what it is for and how it works, and the context that it runs in."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from verify.claims.evidence import Evidence, Finding, Provenance
from verify.claims.progress import report_progress

CASES = {"smoke": 60, "standard": 200, "deep": 2000}
"""Random cases per property, by profile."""

DATA = ("cifar10", "cifar100", "checkpoint")
"""What a check may read that does not come with the project; see `Context.data`."""

MINIMUM_CASES = 50
"""A property that saw fewer non-vacuous cases than this is an error."""


class Role(enum.StrEnum):
    """What a check is for. All but `CONTEXT` gate the exit code."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    CONTROL = (
        "control"  # shows that another check could have failed: false variants, attacks, mutants
    )
    CONTEXT = "context"


class Kind(enum.StrEnum):
    """How a check works; what `--only` and `--skip` select by."""

    KERNEL = "kernel"
    DERIVATION = "derivation"
    PROPERTY = "property"
    COUNTEREXAMPLE = "counterexample"
    EXAMPLE = "example"
    MUTANT = "mutant"
    ATTACK = "attack"
    SCALE = "scale"
    TRAINING = "training"


class Arithmetic(enum.StrEnum):
    """The arithmetic a check's conclusion rests on, strongest first."""

    KERNEL = "kernel"
    SYMBOLIC = "symbolic"
    EXACT = "exact"
    BALL = "ball"
    FLOAT64 = "float64"
    FLOAT32 = "float32"

    @property
    def is_rigorous(self) -> bool:
        """Whether a sign found in this arithmetic is proved rather than estimated."""
        return self not in (Arithmetic.FLOAT64, Arithmetic.FLOAT32)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """All that a check may depend on besides its code. Pickles.

    Attributes:
        seed: the run's seed; a check draws from `seed_for(check_id)`.
        profile: ``smoke``, ``standard`` or ``deep``.
        device: ``cpu`` or ``cuda``; checks that can use a GPU use this.
        cache: folder in which artefacts are kept.
        rooms: module of each room, by the first component of a check id.
        git: state of the checkout, for provenance.
        data: where the data sets are that do not come with the project, by name: a path, or empty
            if the data are fetched.
        deadline: on `time.monotonic`'s clock, when long work is to stop and be resumed later.
        scratch: folder for what building an artefact leaves to be resumed.
    """

    seed: int
    profile: str
    device: str
    cache: str
    rooms: dict[str, str]
    git: str = "unknown"
    data: dict[str, str] = {}
    deadline: float | None = None
    scratch: str = ""

    @property
    def cases(self) -> int:
        """Random cases that one property draws."""
        return CASES[self.profile]

    def report(self, sentence: str, *, whole: bool) -> None:
        """Say how far the artefact being built has come; `whole` is worth a line of its own."""
        report_progress(Path(self.scratch), sentence, whole=whole)

    def seed_for(self, name: str) -> int:
        """A seed in [0, 2^63) that depends on the run's seed and on `name` only."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1


class Buildable(Protocol):
    """A result that several checks need, built once: `verify.engine.artefact.Artefact`."""

    @property
    def name(self) -> str:
        """What it is called, among the artefacts of one check."""

    @property
    def cost(self) -> float:
        """CPU-seconds, roughly; for scheduling only."""

    def key(self, ctx: Context, installed: Mapping[str, str] | None = None) -> str:
        """Hash of everything that it depends on; `installed` are the versions to assume."""

    def path(self, ctx: Context) -> Path:
        """Where it is kept."""

    def load(self, ctx: Context) -> Mapping[str, Any]:
        """Return it, building it first if it is not there."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One piece of work whose outcome is evidence.

    Attributes:
        id: ``room.part.name``; the first component names the room.
        title: what is checked, one line.
        readings: ids of the readings that this check bears on.
        part: id of the part that it bears on, if any.
        all_dimensions: for a derivation, that it closes with symbolic dimensions (or that its
            fixed-dimension algebra proves every dimension by a named reduction).
        rests_on: for such a derivation, what it takes from elsewhere: parts, or readings where no
            part has that id, as ``room.part``. It proves nothing unless all of them stand.
        artefacts: what is built before it runs.
        violates: for the controls of a refutation, the hypotheses that are violated one by one.
        capabilities: what it needs of the machine, ``cuda`` or one of `DATA`, or of the run,
            ``standard``, a profile that is not smoke; without them it is not run.
        command: what to type to run it where it is not run otherwise.
        cost: CPU-seconds in the standard profile, roughly; for scheduling only.
        run: a function of the context.
    """

    id: str
    title: str
    role: Role
    kind: Kind
    arithmetic: Arithmetic
    run: Callable[[Context], Finding]
    part: str = ""
    readings: tuple[str, ...] = ()
    all_dimensions: bool = False
    rests_on: tuple[str, ...] = ()
    violates: tuple[str, ...] = ()
    artefacts: tuple[Buildable, ...] = ()
    capabilities: tuple[str, ...] = ()
    cost: float = 1.0
    command: str = ""

    @property
    def room(self) -> str:
        """The first component of the id."""
        return self.id.partition(".")[0]

    @property
    def gates(self) -> bool:
        """Whether anything but `AS_STATED` turns the run red."""
        return self.role is not Role.CONTEXT

    @property
    def ignores_run_seed(self) -> bool:
        """Whether all that it draws is fixed in what it runs: the run's seed and profile are not used."""
        return any(name in DATA for name in self.capabilities)


def evidence_for(check: Check, finding: Finding, provenance: Provenance) -> Evidence:
    """Stamp a finding with its check and provenance."""
    fields: dict[str, Any] = {name: getattr(finding, name) for name in finding.__struct_fields__}
    return Evidence(check=check.id, provenance=provenance, **fields)
