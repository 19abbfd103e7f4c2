"""The changes to the code that checks faced, as the record of a run shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec.structs import asdict

from verify.engine.mutation import record
from verify.engine.mutation.campaign import Keys, context
from verify.engine.mutation.catalogue import folders, read
from verify.engine.record import ChangeRecord, DrawnRecord, PowerRecord
from verify.engine.registry import Room, load


def faced(
    root: Path,
    recorded: Path,
    modules: dict[str, str],
    names: Iterable[str],
    load: Callable[[str, str], Room] = load,
) -> dict[str, PowerRecord]:
    """Return the catalogues of these names with what is recorded of them.

    Args:
        root: of the checkout, or where the packages are installed.
        recorded: the file of the record.
        modules: the module of each room by its name.
        names: of statements, or of the other catalogues.
        load: returns a room by its name and module.

    Raises:
        MutationError: if a catalogue or the record cannot be read.
    """
    kept, keys = record.read(recorded), Keys(root, context(modules), load)
    where, found = folders(root, modules), {}
    for name in names:
        mutations = read(where[name]) if name in where else ()
        trials = kept.trials.get(name, {})
        changes = []
        for one in mutations:
            trial = trials.get(one.id)
            if trial is not None and trial.key != keys.of(one):  # of what was there before
                trial = None
            noticed_by, by = ("", "") if trial is None else (trial.noticed_by, trial.by)
            written = asdict(one)
            del written["fast"]
            tried = trial is not None
            changes.append(ChangeRecord(**written, tried=tried, noticed_by=noticed_by, by=by))
        sample = kept.samples.get(name)
        if changes or sample is not None:
            found[name] = PowerRecord(
                changes=tuple(changes), drawn=None if sample is None else _drawn(sample)
            )
    return found


def _drawn(sample: record.Sample) -> DrawnRecord:
    low, high = record.interval(sample.noticed, sample.drawn)
    return DrawnRecord(
        seed=sample.seed,
        drawn=sample.drawn,
        noticed=sample.noticed,
        untested=sample.untested,
        low=low,
        high=high,
        survivors=tuple((one.id, one.because) for one in sample.survivors),
    )
