"""``python -m verify ssl released --path FOLDER``: the release's figures, or its citations, as text."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from verify.experiments.released.citations import CITATIONS, check
from verify.experiments.released.reader import COMMIT
from verify.experiments.released.rows import encode


class Answered(NamedTuple):
    """What the command prints, and its exit code."""

    text: str
    code: int


def released(path: Path, *, check_citations: bool = False, json: Path | None = None) -> Answered:
    """Recompute the release's figures; or keep the list of citations against a checkout.

    Args:
        path: a checkout of the release; for the figures its ``results`` or the converted archive do.
        check_citations: look at the citations only.
        json: a file to write the figures to.

    Raises:
        ReleaseError: if there is no release at the path; the message is for the user.
        OSError: if the file cannot be written.
    """
    if check_citations:
        return _citations(path)
    from verify.experiments.released.analysis import analyse  # seconds of imports

    analysis = analyse(path)
    if json is not None:
        json.write_bytes(encode(analysis))
    return Answered(analysis.text(), 0)


def _citations(checkout: Path) -> Answered:
    found = check(checkout)
    count = len(CITATIONS)
    if not found:
        return Answered(f"All {count} citations agree with {checkout}.\n", 0)
    lines = "".join(f"{mismatch}\n" for mismatch in found)
    return Answered(
        f"{len(found)} of {count} citations disagree with {checkout}; they are of the commit "
        f"{COMMIT}.\n{lines}",
        1,
    )
