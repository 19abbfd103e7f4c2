"""Remarks on the author's released code. What measures imports none of them, so that no result rests on their words."""

from __future__ import annotations

from verify.experiments.released.citations import cite


def as_read(ids: str, remark: str) -> str:
    """A remark on what the author's released code does, with the places that it can be read at.

    Args:
        ids: of entries of `verify.experiments.released.citations`, with a space between two.
        remark: what is so there, a clause.
    """
    return f"In the released code, {', '.join(cite(id).place for id in ids.split())}, {remark}"
