"""A picture of what a reader is to remember of a statement or experiment.

A room may have a file `picture`, on which no check rests, with a function ``picture`` of the records of
its checks by id. It draws what evidence holds, or what the room's own code computes exactly, and returns
nothing where the checks that it shows did not find what they state.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from verify.claims.evidence import Plot


class Line(msgspec.Struct, frozen=True):
    """A straight line across a picture, at a place of one axis, with its name."""

    axis: Literal["x", "y"]
    at: float
    label: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn, and what is to be seen in it.

    Attributes:
        plot: the data; its title is a sentence.
        caption: in words no stronger than the evidence.
        places: what stands at 0, 1, .. of the horizontal axis, where that is no quantity.
        lines: lines across it.
        shown_by: ids of the checks whose evidence it shows.
    """

    plot: Plot
    caption: str
    places: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    shown_by: tuple[str, ...] = ()
