"""What rests on what, as a drawing: parts and readings in columns, each right of what rests on it.

The layout is a function of the record alone. Columns follow the longest way down to something that
rests on nothing; in a column, places follow the mean place of the neighbours. Ink is
``currentColor`` and the page's CSS variables, so that it reads on a light and on a dark page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from statistics import mean

from markupsafe import Markup

from reports.plain import plain
from verify.claims.statement import Verdict
from verify.engine.record import RunRecord

_ROW, _COLUMN, _HIGH, _MARGIN = 36, 400, 30, 8
_LETTER, _OF_ID = 6.1, 6.1
"""Heights and widths, in units of the drawing: of a row, a column, a box, and the letters of titles and ids."""

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
    width = _COLUMN * (len(found) - 1) + _wide(run, found[-1]) + 2 * _MARGIN
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


_SHAPES = {
    Verdict.PROVED: "M-5-5H5V5H-5Z",
    Verdict.DERIVED: "M-4.5-4.5H4.5V4.5H-4.5Z",
    Verdict.SUPPORTED: "M0-5.5L5.5 0L0 5.5L-5.5 0Z",
    Verdict.HOLDS: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",
    Verdict.HOLDS_ADDED: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0ZM0-5V5",
    Verdict.REFUTED: "M-5-4.5H5L0 5Z",
    Verdict.FAILED: "M-5-5L5 5M5-5L-5 5",
    Verdict.UNDECIDED: "M-5 0H5",
}
"""The mark of each verdict, around the origin."""

_BAND, _STEP, _LABEL, _LEMMAS, _NAME = 58, 13, 112, 830, 5.6
"""Of the overview: height of a statement's band, width of a mark and of a label, where the lemmas are, width of their letters."""


def overview(run: RunRecord) -> Markup:
    """Return statements, their readings and parts, and the lemmas that these rest on, as an ``<svg>`` element.

    Every reading and part is a mark whose shape is its verdict, which stands beside it in words.
    """
    judged = [
        (room.statement, group)
        for room in run.statements
        for group in (room.judged.readings, room.judged.parts)
    ]
    used = {id for _, group in judged for judgement in group for id in judgement.lemmas}
    lemmas = [lemma for lemma in run.lemmas if lemma.id in used]
    if not judged:
        return Markup("")
    height = max(_BAND * len(run.statements), 12 * len(lemmas)) + 2 * _MARGIN
    band = (height - 2 * _MARGIN) / len(run.statements)
    names = {id(judgement): name for name, judgement in run.reached.items()}
    at: dict[str, tuple[float, float]] = {}
    drawn = []
    for row, (statement, group) in enumerate(judged):
        y = _MARGIN + (row // 2 + (0.27 if row % 2 == 0 else 0.67)) * band
        if row % 2 == 0:
            drawn.append(
                f'<a href="#{statement.id}"><text class="label" x="{_MARGIN}" y="{y + 4:.0f}">'
                f"{escape(statement.label)}</text></a>"
            )
        x = float(_MARGIN + _LABEL)
        for verdict in Verdict:
            alike = [judgement for judgement in group if judgement.verdict is verdict]
            for judgement in alike:
                name = names[id(judgement)]
                at[name] = (x + _STEP / 2, y)
                drawn.append(_mark(run, name, *at[name]))
                x += _STEP
            if alike:
                words = f"{len(alike)} {verdict}"
                drawn.append(f'<text x="{x + 3:.0f}" y="{y + 4:.0f}">{escape(words)}</text>')
                x += 6.4 * len(words) + 2 * _MARGIN
    heights = {
        lemma.id: mean([y for name, (_, y) in at.items() if lemma.id in run.reached[name].lemmas])
        for lemma in lemmas
    }
    lemmas.sort(key=lambda lemma: heights[lemma.id])
    place = {
        lemma.id: _MARGIN + (i + 0.5) * (height - 2 * _MARGIN) / len(lemmas)
        for i, lemma in enumerate(lemmas)
    }
    for lemma in lemmas:
        drawn.append(
            f'<a href="#lemma--{escape(lemma.id)}"><circle cx="{_LEMMAS}" cy="{place[lemma.id]:.0f}" r="3"/>'
            f'<text class="lemma" x="{_LEMMAS + _MARGIN}" y="{place[lemma.id] + 3.5:.0f}">'
            f"{escape(plain(lemma.name))}</text></a>"
        )
    lines = []
    for name, (x, y) in at.items():
        judgement = run.reached[name]
        for cited in judgement.lemmas:
            if cited in place:
                lines.append(_sweep(x, y, _LEMMAS - 4, place[cited], ""))
        for target in judgement.rests_on:
            if target in at:
                lines.append(_sweep(x, y, *at[target], ' class="rests"'))
    width = _LEMMAS + 2 * _MARGIN + _NAME * max((len(plain(one.name)) for one in lemmas), default=0)
    title = (
        f"{len(run.statements)} statements, {len(at)} readings and parts with their verdicts, and "
        f"the {len(lemmas)} lemmas cited for those that Coq's kernel does not say"
    )
    return Markup(
        f'<svg class="overview" viewBox="0 0 {width:.0f} {height:.0f}" role="group" '
        f'aria-label="{title}"><title>{title}</title>{"".join(lines + drawn)}</svg>'
    )


def _mark(run: RunRecord, name: str, x: float, y: float) -> str:
    """A reading or part as the shape of its verdict, linked to its place on the page."""
    kind = re.sub(r"\W+", "-", run.reached[name].verdict)
    return (
        f'<a href="#{escape(anchor(name))}" class="m-{kind}"><title>{escape(_told(run, name))}</title>'
        f'<path transform="translate({x:.0f} {y:.0f})" d="{_SHAPES[run.reached[name].verdict]}"/></a>'
    )


def _sweep(x: float, y: float, end: float, below: float, kind: str) -> str:
    """A line that leaves a mark downwards, so that it crosses no other one of its row."""
    return (
        f'<path{kind} d="M{x:.0f} {y + 5:.0f}C{x:.0f} {y + 18:.0f} '
        f'{(x + 2 * end) / 3:.0f} {below:.0f} {end:.0f} {below:.0f}"/>'
    )


def _told(run: RunRecord, node: str) -> str:
    """A part or reading with its verdict and lemmas, in words."""
    judgement = run.reached[node]
    cited = [plain(lemma.name) for lemma in run.lemmas if lemma.id in judgement.lemmas]
    citing = f"; cites {', '.join(cited)}" if cited else ""
    return f"{plain(run.titles[node])} ({node}): {judgement.verdict}{citing}"


def _wide(run: RunRecord, column: Sequence[str]) -> float:
    """Width of the widest box of a column."""
    widths = (max(_LETTER * len(run.titles[node]), _OF_ID * len(node)) for node in column)
    return max(widths) + 2 * _MARGIN


def _box(run: RunRecord, x: float, y: float, node: str) -> str:
    """A part or reading, linked to its place on the page."""
    kind = "stands" if run.reached[node].stands else "falls"
    return (
        f'<a href="#{escape(anchor(node))}" class="{kind}"><title>{escape(_told(run, node))}</title>'
        f'<rect x="{x:.0f}" y="{y - _HIGH / 2:.0f}" width="{_wide(run, [node]):.0f}" height="{_HIGH}" rx="3"/>'
        f'<text x="{x + _MARGIN:.0f}" y="{y - 2:.0f}">{escape(plain(run.titles[node]))}</text>'
        f'<text class="id" x="{x + _MARGIN:.0f}" y="{y + 10:.0f}">{escape(node)}</text></a>'
    )


def _edge(run: RunRecord, at: Mapping[str, tuple[float, float]], node: str, target: str) -> str:
    """From what rests to what it rests on."""
    (x, y), (end, below) = at[node], at[target]
    x += _wide(run, [node])
    bend = (end - x) / 2
    kind = "stands" if run.reached[target].stands else "falls"
    return (
        f'<path class="{kind}" d="M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} '
        f'{end - bend:.0f} {below:.0f} {end:.0f} {below:.0f}"/>'
    )
