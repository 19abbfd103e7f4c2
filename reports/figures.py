"""A `Plot` of the record as inline SVG that follows the page's colours.

The drawing is a function of the plot alone: no date, no random id, nothing of the user's
matplotlib settings. Ink is ``currentColor`` and every series has a CSS variable, so that the
figure reads on a light and on a dark page; series differ in marker and line style as well as in
colour. Text is text, which can be searched and read aloud, in the letters of the page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogFormatterSciNotation,
    NullFormatter,
    NullLocator,
)

from reports import ReportError
from reports.plain import plain
from reports.typed import lettered, typeset
from verify.claims.evidence import Plot, Series
from verify.claims.picture import Line

_INK, _FAINT = "#000001", "#000002"
_SERIES = ("#000011", "#000012", "#000013", "#000014", "#000015", "#000016")
_CSS = {_INK: "currentColor", _FAINT: "var(--rule)"}
_CSS |= {colour: f"var(--series-{i + 1})" for i, colour in enumerate(_SERIES)}

_MARKERS = ("o", "s", "^", "D", "v", "P")
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))

_WIDTH, _HEIGHT, _ROW = 5.2, 3.1, 0.19
"""Of a figure and of each row of its legend, in inches."""

_NUMBERS = {"d", "x", "y", "width", "height", "transform"}
_DECIMALS = re.compile(r"\.0\d*|(\.\d)\d+")  # less than a tenth of a point is invisible
_GAPS = re.compile(r"\s*([A-Za-z])\s+|\s+(?=\s)")
_LINK = re.compile(r"^(#|url\(#)([^)]+)")
_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": _INK,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": _INK,
    "axes.prop_cycle": "cycler('color', [" + ", ".join(f"{c!r}" for c in _SERIES) + "])",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 10,
    "grid.color": _FAINT,
    "grid.linewidth": 0.6,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "mathtext.fontset": "dejavuserif",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


_ACROSS: dict[str, Any] = {"color": _INK, "linewidth": 0.9, "linestyle": (0, (4, 3))}
_LINE = 68
"""Characters of the legend that fit beside each other, with seven for each line's sample."""


def svg(plot: Plot, anchor: str, places: Sequence[str] = (), lines: Sequence[Line] = ()) -> Markup:
    """Return the plot as an inline ``<svg>`` element, the same for the same plot.

    Args:
        plot: what to draw.
        anchor: prefix of the ids inside the drawing, unique on the page.
        places: names of the places 0, 1, .. on the horizontal axis.
        lines: lines across the drawing.

    Raises:
        ReportError: if the plot's data or labels cannot be drawn.
    """
    _check(plot)
    with matplotlib.style.context(["default", _STYLE]):
        longest = max((len(series.label) for series in plot.series), default=0)
        columns = max(1, min(3, len(plot.series), _LINE // (longest + 7)))
        rows = -(-len(plot.series) // columns)
        figure = Figure(figsize=(_WIDTH, _HEIGHT + rows * _ROW), layout="constrained")
        axes = figure.add_subplot()
        for i, series in enumerate(plot.series):
            _draw(axes, plot, series, i)
        axes.set(
            xlabel=_axis(plot.xlabel),
            ylabel=_axis(plot.ylabel),
            xscale=plot.xscale,
            yscale=plot.yscale,
        )
        _label_ticks(axes, plot)
        if places:
            axes.set_xticks(range(len(places)), places, fontsize=8)
        for line in lines:
            _across(axes, line)
        if plot.equal_axes:
            axes.set_aspect("equal", adjustable="box")
        if any(series.label for series in plot.series):
            figure.legend(loc="outside upper left", ncols=columns)
        file = io.StringIO()
        try:
            figure.savefig(file, format="svg")
        except ValueError as error:
            raise ReportError(
                f"The plot {plot.title!r} cannot be drawn: {error}. Its labels may hold "
                "mathematics that matplotlib does not read."
            ) from error
    return _inline(file.getvalue(), plot, anchor)


def _axis(label: str) -> str:
    """What an axis shows; an x between two words of it is a product."""
    return typeset(re.sub(r"(?<=\w\w) x (?=\w\w)", " × ", label))


def _check(plot: Plot) -> None:
    if plot.kind not in ("line", "scatter", "bar"):
        raise ReportError(
            f"The plot {plot.title!r} has kind {plot.kind!r}; expected line, scatter or bar."
        )
    for series in plot.series:
        lengths = {len(series.x), len(series.y)}
        lengths |= {len(bound) for bound in (series.low, series.high) if bound}
        if len(lengths) > 1 or bool(series.low) != bool(series.high):
            raise ReportError(
                f"The series {series.label!r} of the plot {plot.title!r} has "
                f"{len(series.x)} x, {len(series.y)} y, {len(series.low)} low and "
                f"{len(series.high)} high values; expected as many of each, or neither bound."
            )


def _draw(axes: Axes, plot: Plot, series: Series, i: int) -> None:
    """Add the i-th series to the axes, with its interval where it has one."""
    other = i + i // len(_SERIES)  # where colours come again, marks and dashes differ
    colour = _SERIES[i % len(_SERIES)]
    marker, dashes = _MARKERS[other % len(_MARKERS)], _DASHES[other % len(_DASHES)]
    error = None
    if series.low:
        below = [y - low for y, low in zip(series.y, series.low, strict=True)]
        above = [high - y for y, high in zip(series.y, series.high, strict=True)]
        error = (below, above)
    if plot.kind == "line":
        few = marker if len(series.x) <= 40 else ""
        axes.plot(
            series.x, series.y, color=colour, marker=few, ls=dashes, label=typeset(series.label)
        )
        if series.low:
            axes.fill_between(series.x, series.low, series.high, color=colour, alpha=0.15, lw=0)
        return
    if plot.kind == "bar":
        steps = [b - a for a, b in zip(series.x, series.x[1:], strict=False)]
        width = 0.8 * min(steps, default=1.0) / len(plot.series)
        centres = [x + (i - (len(plot.series) - 1) / 2) * width for x in series.x]
        axes.bar(centres, series.y, width, color=colour, alpha=0.75, label=typeset(series.label))
    else:
        centres = list(series.x)
        axes.scatter(
            centres,
            series.y,
            s=14 if len(series.x) > 20 else 26,
            color=colour,
            marker=marker,
            alpha=0.8,
            label=typeset(series.label),
        )
    if error is not None:
        ink = _INK if plot.kind == "bar" else colour
        axes.errorbar(centres, series.y, yerr=error, fmt="none", ecolor=ink, elinewidth=1)


def _across(axes: Axes, line: Line) -> None:
    """Add a thin line across the axes, with its name at its end."""
    if line.axis == "x":
        axes.axvline(line.at, **_ACROSS)
        beside, at = axes.get_xaxis_transform(), (line.at, 0.98)
    else:
        axes.axhline(line.at, **_ACROSS)
        beside, at = axes.get_yaxis_transform(), (0.99, line.at)
    axes.annotate(
        typeset(line.label),
        at,
        (3, 2),
        beside,
        "offset points",
        fontsize=8,
        ha="left" if line.axis == "x" else "right",
        va="top" if line.axis == "x" else "bottom",
    )


def _label_ticks(axes: Axes, plot: Plot) -> None:
    """Label few places on the horizontal axis one by one; keep logarithmic labels apart."""
    places = sorted({x for series in plot.series for x in series.x})
    counted = plot.kind != "bar" and all(x == int(x) for x in places)
    if 0 < len(places) <= 8 and (counted or plot.kind == "bar" or plot.xscale == "log"):
        axes.xaxis.set_major_locator(FixedLocator(places))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: lettered(f"{x:.5g}")))
        axes.xaxis.set_minor_locator(NullLocator())
    for axis, scale in ((axes.xaxis, plot.xscale), (axes.yaxis, plot.yscale)):
        low, high = sorted(axis.get_view_interval())
        fixed = isinstance(axis.get_major_locator(), FixedLocator)
        if scale == "log" and low >= 1e-3 and high <= 1e4 and not fixed:
            axis.set_major_formatter(_Decimals())
            axis.set_minor_formatter(_Decimals())
        if scale == "log" and high >= 100 * low > 0:
            axis.set_minor_formatter(NullFormatter())


class _Decimals(LogFormatterSciNotation):
    """Of a logarithmic axis near 1: the same ticks have a label, 0.2 and not 2 × 10⁻¹."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


def _inline(drawing: str, plot: Plot, anchor: str) -> Markup:
    """Turn matplotlib's SVG document into an element that can stand beside others on a page."""
    root = ElementTree.fromstring(drawing.replace("xlink:href", "href"))
    ids: dict[str, str] = {}

    def renamed(link: re.Match[str]) -> str:
        return f"{link[1]}{ids.setdefault(link[2], f'{anchor}-{len(ids) + 1}')}"

    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name, value in list(element.attrib.items()):
            element.set(name, _LINK.sub(renamed, value))
        _tidied(element)
    for element in root.iter():
        id = element.attrib.pop("id", None)
        if id in ids:
            element.set("id", ids[id])
    found = ElementTree.Element(
        "svg",
        viewBox=root.get("viewBox", ""),
        role="img",
        attrib={"aria-label": _description(plot)},
    )
    found.extend(_without_bare_groups(root))
    return Markup(ElementTree.tostring(found, encoding="unicode").replace(" />", "/>"))


def _tidied(element: Element) -> None:
    """Leave an element what is seen: the page's colours and letters, and tenths of a point."""
    for name in _NUMBERS & element.attrib.keys():
        element.set(name, _GAPS.sub(r"\1", _DECIMALS.sub(r"\1", element.attrib[name])).strip())
    if element.get("transform", "").startswith("rotate(-0"):
        del element.attrib["transform"]
    if "style" in element.attrib:
        style = re.sub(r"font-family:[^;]*;?", "", element.attrib["style"]).rstrip("; ")
        for colour, css in _CSS.items():
            style = style.replace(colour, css)
        element.set("style", re.sub(r"([;:]) +", r"\1", style))
        if _CSS[_FAINT] in style:  # the grid, which ends where the axes do
            element.attrib.pop("clip-path", None)
    element.text = (element.text or "").strip() or None
    element.tail = None


def _without_bare_groups(parent: Element) -> list[Element]:
    """The children of an element, those of groups without attributes in the place of the group."""
    found: list[Element] = []
    for child in parent:
        if child.tag in ("metadata", "style", "title") or child.get("style") == "fill:none":
            continue
        own = _without_bare_groups(child)
        if child.tag in ("g", "defs") and not child.attrib and not (child.tag == "defs" and own):
            found += own
            continue
        for grandchild in list(child):
            child.remove(grandchild)
        child.extend(own)
        found.append(child)
    return found


def _description(plot: Plot) -> str:
    """What a reader who cannot see the figure is told."""
    names = "; ".join(
        f"{s.label or 'data'}: {len(s.x)} points, y from {min(s.y):.3g} to {max(s.y):.3g}"
        for s in plot.series
        if s.y
    )
    text = f"{plot.kind} plot of {plot.ylabel} against {plot.xlabel}. {names}."
    return plain(text)
