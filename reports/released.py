"""What the author's released arrays answer, in every setting that was released, for report and README.

Read from what ``python -m verify ssl released --json`` wrote, since the arrays are no part of the project.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import msgspec

from verify.claims.evidence import Answer, Table
from verify.claims.summary import Told

RELEASE = "github.com/farischaudhry/projection-head-geometry, commit 117231d"
"""Where the arrays are, and the code beside them that remarks cite by file and line."""

FILE = Path(__file__).parent / "evidence" / "released.json"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that was put to the arrays of one setting; `verify.experiments.released.rows.Claim` says what its fields are."""

    experiment: str
    setting: str
    id: str
    text: str
    criterion: str
    answer: Answer
    value: str
    remark: str = ""


class _Analysis(msgspec.Struct, frozen=True):
    claims: tuple[Claim, ...]


@functools.cache
def read() -> tuple[Claim, ...]:
    """Every claim, in the order of the file."""
    return msgspec.json.decode(FILE.read_bytes(), type=_Analysis).claims


def asked() -> dict[tuple[str, str], dict[str, Claim]]:
    """By experiment and id of the claim, the claim in each setting that has it, in the order of the file."""
    found: dict[tuple[str, str], dict[str, Claim]] = {}
    for claim in read():
        found.setdefault((claim.experiment, claim.id), {})[claim.setting] = claim
    return found


def by_setting() -> tuple[list[str], dict[tuple[str, str], Mapping[str, Claim]]]:
    """What was asked in more than one setting.

    Returns:
        the settings, that of the paper's main results first; and by experiment and id of the claim, the claim in
        each setting that has it.
    """
    several = {key: of for key, of in asked().items() if len(of) > 1}
    return list(dict.fromkeys(setting for of in several.values() for setting in of)), dict(several)


def elsewhere(experiment: str, told: Told) -> dict[str, list[Answer]]:
    """What the arrays of the other settings answer to what is told of the main one's, each answer once."""
    settings, several = by_setting()
    claims = [several[experiment, id] for id in told.claims if (experiment, id) in several]
    found = {
        setting: list(dict.fromkeys(of[setting].answer for of in claims if setting in of))
        for setting in settings[1:]
    }
    return {setting: answers for setting, answers in found.items() if answers}


def table(experiment: str) -> Table | None:
    """Every claim of an experiment in every setting; None if nothing of it was released."""
    claims = [claim for claim in read() if claim.experiment == experiment]
    if not claims:
        return None
    return Table(
        title=f"What the released arrays say of {experiment}",
        columns=("claim", "setting", "answer", "because", "criterion", "remark"),
        rows=tuple((c.text, c.setting, c.answer, c.value, c.criterion, c.remark) for c in claims),
        note=f"Answers by our criteria, in every setting that was released. The release, with the code that remarks cite by file and line: {RELEASE}.",
    )
