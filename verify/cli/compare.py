"""``python -m verify diff OLD NEW``: what changed between two runs, from their records as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from verify.cli.arguments import UsageError
from verify.engine.record import SCHEMA, RunRecord


class _Layout(msgspec.Struct):
    """Of a record, the number of its layout; the first ones did not say it."""

    schema: int = SCHEMA


def read(path: Path) -> RunRecord:
    """Return the record of a run that was written with ``--json``.

    Raises:
        UsageError: if the file cannot be read, or holds no such record.
    """
    try:
        content = path.read_bytes()
        layout = msgspec.json.decode(content, type=_Layout).schema
        if layout > SCHEMA:
            raise UsageError(
                f"{path} has the layout {layout}, and this code reads up to {SCHEMA}; take later code."
            )
        return msgspec.json.decode(content, type=RunRecord)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); name a record.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"{path} holds no record of a run ({error}); `python -m verify all --json {path}` writes one."
        ) from None


def changes(old: RunRecord, new: RunRecord) -> list[str]:
    """Return what changed between two runs, one line each; none if nothing did."""
    lines = [
        f"{name}: {before} -> {after}"
        for name, before, after in (
            ("checkout", old.git, new.git),
            ("seed", old.seed, new.seed),
            ("profile", old.profile, new.profile),
            ("device", old.device, new.device),
        )
        if before != after
    ]
    lines += _differences("version of", old.versions, new.versions)
    lines += _differences("verdict on", _verdicts(old), _verdicts(new))
    lines += _differences("answer to", _answers(old), _answers(new))
    lines += _differences("check", _outcomes(old), _outcomes(new))
    return lines


def _verdicts(run: RunRecord) -> dict[str, str]:
    return {name: judgement.verdict for name, judgement in run.reached.items()}


def _answers(run: RunRecord) -> dict[str, str]:
    return {
        f"{room.experiment.id}, {effect}, by {by}": f"{measured.answer}, {measured.value}"
        for room in run.experiments
        for effect, (by, measured) in room.answers.items()
    }


def _outcomes(run: RunRecord) -> dict[str, str]:
    return {check.id: check.outcome for check in run.checks}


def _differences(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[str]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name, "not there"), new.get(name, "not there")
        if before != after:
            yield f"{what} {name}: {before} -> {after}"
