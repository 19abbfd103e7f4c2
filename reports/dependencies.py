"""What rests on what, as a drawing: parts and readings in columns, each right of what rests on it.

The layout is a function of the record alone. Columns follow the longest way down to something that
rests on nothing; in a column, places follow the mean place of the neighbours. Ink is
``currentColor`` and the page's CSS variables, so that it reads on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from statistics import mean

from markupsafe import Markup

from verify.engine.record import RunRecord

_ROW, _COLUMN, _LETTER, _MARGIN = 25, 330, 7.3, 8
"""Heights and widths, in units of the drawing; `_LETTER` is the width of one at 12 units."""

_SWEEPS = 8
"""How often the places in the columns are sorted anew."""


def anchor(name: str) -> str:
    """The place on the page of what is judged, from its name in `RunRecord.reached`."""
    room, _, about = name.partition(".")
    shared = about.endswith(" (reading)")
    return f"{room}--{'reading--' if shared else ''}{about.removesuffix(' (reading)')}"


def edges(run: RunRecord) -> dict[str, tuple[str, ...]]:
    """What each part and reading rests on, of those that rest on something or carry something."""
    below = {name: judgement.rests_on for name, judgement in run.reached.items()}
    carrying = {target for targets in below.values() for target in targets}
    return {
        name: tuple(target for target in targets if target in below)
        for name, targets in below.items()
        if targets or name in carrying
    }


def columns(below: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The columns of the drawing from left to right, sorted so that few edges cross.

    Args:
        below: what each node rests on, without circles.
    """
    depth: dict[str, int] = {}

    def deep(node: str) -> int:
        if node not in depth:
            depth[node] = 0
            depth[node] = max((deep(target) + 1 for target in below[node]), default=0)
        return depth[node]

    deepest = max(map(deep, below), default=0)
    found = [[node for node in below if deep(node) == deepest - k] for k in range(deepest + 1)]
    near: dict[str, list[str]] = {node: list(targets) for node, targets in below.items()}
    for node, targets in below.items():
        for target in targets:
            near[target].append(node)
    place = {node: (i + 0.5) / len(column) for column in found for i, node in enumerate(column)}
    for _ in range(_SWEEPS):
        for column in found:
            column.sort(key=lambda node: mean([place[other] for other in near[node]] or [0.5]))
            place |= {node: (i + 0.5) / len(column) for i, node in enumerate(column)}
    return found


def drawing(run: RunRecord) -> Markup:
    """Return the drawing as an inline ``<svg>`` element; empty if nothing rests on anything."""
    below = edges(run)
    if not below:
        return Markup("")
    found = columns(below)
    height = _ROW * max(map(len, found)) + 2 * _MARGIN
    width = _COLUMN * (len(found) - 1) + _wide(found[-1]) + 2 * _MARGIN
    at = {
        node: (_MARGIN + k * _COLUMN, _MARGIN + (i + 0.5) * (height - 2 * _MARGIN) / len(column))
        for k, column in enumerate(found)
        for i, node in enumerate(column)
    }
    lines = [_edge(run, at, node, target) for node in below for target in below[node]]
    boxes = [_box(run, *at[node], node) for node in below]
    title = (
        f"What rests on what: {len(below)} parts and readings, {len(lines)} times one on another"
    )
    return Markup(
        f'<svg class="dependencies" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'role="group" aria-label="{title}"><title>{title}</title>{"".join(lines + boxes)}</svg>'
    )


def _wide(column: Sequence[str]) -> float:
    """Width of the widest box of a column."""
    return max(len(node) for node in column) * _LETTER + 2 * _MARGIN


def _box(run: RunRecord, x: float, y: float, node: str) -> str:
    """A part or reading, linked to its place on the page."""
    judgement = run.reached[node]
    cited = [lemma.name for lemma in run.lemmas if lemma.id in judgement.lemmas]
    told = f"{node}: {judgement.verdict}" + (f"; cites {', '.join(cited)}" if cited else "")
    kind = "stands" if judgement.stands else "falls"
    return (
        f'<a href="#{escape(anchor(node))}" class="{kind}"><title>{escape(told)}</title>'
        f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="{_wide([node]):.1f}" height="18" rx="3"/>'
        f'<text x="{x + _MARGIN:.1f}" y="{y + 4:.1f}">{escape(node)}</text></a>'
    )


def _edge(run: RunRecord, at: Mapping[str, tuple[float, float]], node: str, target: str) -> str:
    """From what rests to what it rests on."""
    (x, y), (end, below) = at[node], at[target]
    x += _wide([node])
    bend = (end - x) / 2
    kind = "stands" if run.reached[target].stands else "falls"
    return (
        f'<path class="{kind}" d="M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} '
        f'{end - bend:.1f} {below:.1f} {end:.1f} {below:.1f}"/>'
    )
