"""``python -m verify ssl``: one form of some experiments, on data that a user has.

Training is kept once a minute at most and where a budget ends, and the results as they come, so that the
same command goes on from there when it was stopped, by a budget, by Ctrl-C or by a kill.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.claims.check import Check, Context, Kind, Role
from verify.claims.evidence import Outcome
from verify.cli.arguments import UsageError, refuse
from verify.cli.cluster import Pool
from verify.engine.registry import RegistryEntry, Room, find
from verify.engine.runner import Results
from verify.engine.store import Store
from verify.experiments.forms import DIGITS, FORMS, NETWORKS, PUBLISHED, RELEASED, Form, listing

NAMING = ("command", "names", "list")
"""What of a command line names the forms that are to be listed."""

CHECKPOINT, IMAGES = "checkpoint", "cifar10"
"""The data of E8: released networks, in a file or a folder of files, and the images they are shown."""


class Unavailable(Exception):
    """What was asked for by name is not to be had here; the message is a sentence for the user."""


@dataclass(frozen=True)
class ExperimentSelection:
    """What is to be run.

    Attributes:
        form: None for the digits, and for a checkpoint.
        names: the rooms.
        data: what `verify.claims.check.Context.data` is to hold.
    """

    form: Form | None
    names: tuple[str, ...]
    data: dict[str, str]

    @property
    def may_use_gpu(self) -> bool:
        """Whether it runs on a GPU if there is one: on the digits, and in forms of the published size."""
        return not self.data or (self.form is not None and "cuda" in self.form.capabilities)

    def checks(self, rooms: Sequence[Room]) -> list[Check]:
        """The checks of the form in these rooms.

        Raises:
            UsageError: if there is none.
        """
        found = [check for room in rooms for check in room.checks if self._holds(check)]
        if not found:
            raise UsageError(
                f"Nothing of {' and '.join(self.names)} is measured on these data; `python -m verify ssl --list` names the forms of every experiment."
            )
        return found

    def _holds(self, check: Check) -> bool:
        if self.form is not None:
            return check.id.endswith(f".{self.form.name}")
        if self.data:
            return CHECKPOINT in check.capabilities
        measures = check.role is Role.CONTEXT and check.kind is Kind.TRAINING
        return measures and check.capabilities in ((), ("standard",))


def experiments(options: argparse.Namespace, places: Sequence[RegistryEntry]) -> tuple[str, ...]:
    """Return the ids of the experiments that are named; none if all are meant.

    Raises:
        UsageError: if none is named, what is named is no experiment, or more is asked than a list.
        RoomError: if there is nothing of that name.
    """
    if not options.names and not options.list:
        raise UsageError("`ssl` expects the names of experiments, `all`, or --list.")
    if options.list:
        refuse(options, (name for name in vars(options) if name not in NAMING), "with `--list`")
    if options.names in ([], ["all"]):
        return ()
    found = [find(places, name) for name in options.names]
    for place in found:
        if not _trains(place):
            raise UsageError(
                f"`ssl` runs experiments, and {place.entry.label} is a statement, which needs no data; `python -m verify {place.entry.id}` decides it."
            )
    return tuple(dict.fromkeys(place.entry.id for place in found))


def _trains(place: RegistryEntry) -> bool:
    return not place.module.startswith("theorems.")


def require_paths(options: argparse.Namespace) -> None:
    """See that what is named is there, before anything heavy is imported.

    Raises:
        Unavailable: if it is not.
    """
    for name in ("data_path", "checkpoint"):
        path = getattr(options, name)
        if path is not None and not (os.path.isfile(path) or os.path.isdir(path)):
            raise Unavailable(
                f"There is no file or folder {path}, which --{name.replace('_', '-')} names."
            )


def choose(
    options: argparse.Namespace, names: Sequence[str], places: Sequence[RegistryEntry]
) -> ExperimentSelection:
    """Return what the options and names ask for.

    Args:
        options: of the command line.
        names: ids of the experiments; none for all of the form.
        places: every room.

    Raises:
        UsageError: if there is no such form, an experiment does not have it, or an option is not used.
    """
    if options.cluster and options.download:
        raise UsageError(
            "`--download` fetches images to this machine alone; with `--cluster` name where they are, on every machine, with `--data-path`."
        )
    if options.rehearse:
        refuse(options, ("record", "budget", "fresh", "seed"), "with `--rehearse`")
    if options.data_path is not None:
        refuse(options, ("download",), "with `--data-path`")
    if options.checkpoint is not None:
        if tuple(names) != ("E8",):
            raise UsageError(f"`--checkpoint` is for E8: `{RELEASED}`.")
        refuse(options, ("data", "network", "form", "seeds", "seed"), "with `--checkpoint`")
        path = "" if options.data_path is None else str(options.data_path)
        return ExperimentSelection(
            None, ("E8",), {CHECKPOINT: str(options.checkpoint), IMAGES: path}
        )
    if options.data == DIGITS:
        own = ("data_path", "download", "network", "form", "seeds")
        refuse(options, own, "without `--data cifar10` or `cifar100`")
        every = tuple(
            place.entry.id for place in places if place.module.startswith("verify.experiments.")
        )
        return ExperimentSelection(None, tuple(names) or every, {})
    refuse(options, ("seed",), f"with `--data {options.data}`: the seeds of a form are its own")
    form = _form(options)
    lacking = [name for name in names if name not in form.minutes]
    if lacking:
        raise UsageError(
            f"{' and '.join(lacking)} has no form {form.name}; `python -m verify ssl --list` names the forms of every experiment."
        )
    path = "" if options.data_path is None else str(options.data_path)
    return ExperimentSelection(form, tuple(names) or tuple(form.minutes), {form.data: path})


def _form(options: argparse.Namespace) -> Form:
    network, size = options.network or NETWORKS[0], options.form or PUBLISHED.size
    found = [
        form
        for form in FORMS
        if (form.data, form.network, form.size) == (options.data, network, size)
        and options.seeds in (None, form.seeds)
    ]
    if not found:
        seeds = "" if options.seeds is None else f" with {options.seeds} training seeds"
        raise UsageError(
            f"No experiment has a form on {options.data} with {network}, {size}{seeds}; `python -m verify ssl --list` names the forms there are."
        )
    return max(found, key=lambda form: form.seeds)


def require(chosen: ExperimentSelection, cache: Path, *, has_gpu: bool, download: bool) -> None:
    """See that the data and the device are there, before anything is trained.

    Raises:
        Unavailable: if they are not, with a sentence that says what to do.
    """
    if chosen.form is None:
        if CHECKPOINT in chosen.data:
            _require_checkpoints(Path(chosen.data[CHECKPOINT]))
            _require_images(IMAGES, chosen.data[IMAGES], cache, download=download)
        return
    if "cuda" in chosen.form.capabilities and not has_gpu:
        raise Unavailable(
            f"The form {chosen.form.name} is of the published size and needs a CUDA device, and none was found; with `--data cifar10`, the default network and `--form reduced` or `medium`, E1 to E7 and E9 run on the CPU."
        )
    _require_images(chosen.form.data, chosen.data[chosen.form.data], cache, download=download)


def _require_images(name: str, path: str, cache: Path, *, download: bool) -> None:
    from verify.ssl.data import DataError
    from verify.ssl.data.loading import load

    if not path and not download:
        raise Unavailable(
            f"The images of {name} do not come with the project: name where they are with --data-path, or fetch them with --download."
        )
    try:
        load(name, Path(path) if path else None, cache=cache / "data", download=download)
    except DataError as error:
        raise Unavailable(str(error)) from None


def _require_checkpoints(path: Path) -> None:
    from verify.ssl.released import CheckpointError, files, load

    try:
        for file in files(path):
            load(file)
    except CheckpointError as error:
        raise Unavailable(str(error)) from None


def listed(names: Sequence[str]) -> str:
    """The forms of some experiments and what they cost; of all if none is named."""
    lines = listing().splitlines()
    return "\n".join(line for line in lines if not names or line.partition(" ")[0] in names)


def record(results: Results, folder: Path) -> list[Path]:
    """Keep what was found in the project's records, in place of what was recorded earlier."""
    store, written = Store(folder), []
    for evidence in results.evidence.values():
        if evidence.outcome in (Outcome.NOT_RUN, Outcome.ERROR):
            continue
        written.append(store.write(evidence))
        store.forget(evidence.check, besides=evidence.provenance.key)
    return written


def left(results: Results) -> list[str]:
    """What was not finished, one line each."""
    return [
        f"{name}: {evidence.summary}"
        for name, evidence in results.evidence.items()
        if evidence.outcome is Outcome.NOT_RUN
    ]


def rehearsed(checks: Sequence[Check], ctx: Context, runs: Pool) -> str:
    """What the training of these checks would take here, or on a cluster's workers, a line each.

    Raises:
        UsageError: if they train nothing.
    """
    from verify.experiments.rehearsal import rehearse, told

    training = [check for check in checks if check.artefacts]
    if not training:
        raise UsageError("`--rehearse` tells what training takes, and nothing is trained here.")
    if runs.cluster is None:
        pieces = [rehearse(check, ctx) for check in training]
    else:
        out = [runs.cluster.submit(rehearse, check, ctx) for check in training]
        pieces = [future.result() for future in out]
    return told(pieces, ctx.device, runs.jobs)


def deadline(budget: float | None) -> float | None:
    """When a budget of seconds that begins now ends, on `time.monotonic`'s clock."""
    return None if budget is None else time.monotonic() + budget
