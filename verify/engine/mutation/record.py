"""What became of the changes, in one file: to go on from, and to be shown in the report."""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from statistics import NormalDist

import msgspec

from verify.engine.mutation.campaign import Trial
from verify.engine.mutation.catalogue import MutationError
from verify.engine.store import write_record

FILE = "mutants.json"


class Survivor(msgspec.Struct, frozen=True, kw_only=True):
    """A change drawn at random that no check noticed.

    Attributes:
        id: file, line, and what became what.
        because: what was found when it was looked at; empty until then.
    """

    id: str
    because: str = ""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Changes drawn at random from a room or from the kernels.

    Attributes:
        seed: they were drawn with.
        drawn, noticed: how many.
        untested: how many of those drawn are in files that no check or test reaches by name; none was tried.
        survivors: those that were not noticed.
    """

    seed: int
    drawn: int
    noticed: int
    untested: int = 0
    survivors: tuple[Survivor, ...] = ()


def interval(noticed: int, drawn: int) -> tuple[float, float]:
    """The 95 % interval of the share that is noticed, by Wilson's score (1927)."""
    # The standard library's, since SciPy's statistics take a second to import.
    z = NormalDist().inv_cdf(0.975)
    centre = (noticed + z * z / 2) / (drawn + z * z)
    half = z * sqrt(noticed * (drawn - noticed) / drawn + z * z / 4) / (drawn + z * z)
    return max(0.0, centre - half), min(1.0, centre + half)


class Record(msgspec.Struct, kw_only=True):
    """Trials by catalogue and id, and samples by catalogue."""

    trials: dict[str, dict[str, Trial]] = msgspec.field(default_factory=dict)
    samples: dict[str, Sample] = msgspec.field(default_factory=dict)


def read(path: Path) -> Record:
    """Return a record; an empty one if there is none.

    Raises:
        MutationError: if it is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError:
        return Record()
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise MutationError(f"The record {path} is damaged: {error}; remove it.") from None


def write(path: Path, record: Record) -> None:
    """Write a record, whole or not at all, in an order that does not depend on time.

    Raises:
        StoreError: if it cannot be written.
    """
    ordered = Record(
        trials={name: dict(sorted(record.trials[name].items())) for name in sorted(record.trials)},
        samples=dict(sorted(record.samples.items())),
    )
    write_record(path, ordered)
