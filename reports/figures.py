"""A `Plot` of the record as inline SVG that follows the page's colours.

The drawing is a function of the plot alone: no date, no random id, nothing of the user's
matplotlib settings. Ink is ``currentColor`` and every series has a CSS variable, so that the
figure reads on a light and on a dark page; series differ in marker and line style as well as in
colour. Text is drawn as paths, which look the same wherever the page is read.
"""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedLocator,
    NullFormatter,
    NullLocator,
    StrMethodFormatter,
)

from reports import ReportError
from verify.claims.evidence import Plot, Series

_INK, _FAINT = "#000001", "#000002"
_SERIES = ("#000011", "#000012", "#000013", "#000014", "#000015", "#000016")
_CSS = {_INK: "currentColor", _FAINT: "var(--rule)"}
_CSS |= {colour: f"var(--series-{i + 1})" for i, colour in enumerate(_SERIES)}

_MARKERS = ("o", "s", "^", "D", "v", "P")
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))

_INCHES = (5.2, 3.3)
_NUMBERS = re.compile(r' (?:d|x|y)="[^"]*"|translate\([^)]*\)')
_DECIMALS = re.compile(r"(\.\d\d)\d+")  # a hundredth of a point is invisible
_GLYPH = "glyph-"
_DRAWN_GLYPH = re.compile(rf'<path id="({_GLYPH}[^"]+)"[^>]*/>')
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
    "svg.fonttype": "path",
    "svg.hashsalt": "report",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


_LINE = 68
"""Characters of the legend that fit beside each other, with seven for each line's sample."""


def svg(plot: Plot, anchor: str) -> Markup:
    """Return the plot as an inline ``<svg>`` element, the same for the same plot.

    Args:
        plot: what to draw.
        anchor: prefix of the ids inside the drawing, unique on the page. Characters are shared
            by all drawings (`each_glyph_once`).

    Raises:
        ReportError: if the plot's data or labels cannot be drawn.
    """
    _check(plot)
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.add_subplot()
        for i, series in enumerate(plot.series):
            _draw(axes, plot, series, i)
        axes.set(xlabel=plot.xlabel, ylabel=plot.ylabel, xscale=plot.xscale, yscale=plot.yscale)
        _label_ticks(axes, plot)
        if plot.equal_axes:
            axes.set_aspect("equal", adjustable="datalim")
        if any(series.label for series in plot.series):
            longest = max(len(series.label) for series in plot.series)
            columns = max(1, min(3, len(plot.series), _LINE // (longest + 7)))
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
    colour, marker = _SERIES[i % len(_SERIES)], _MARKERS[i % len(_MARKERS)]
    error = None
    if series.low:
        below = [y - low for y, low in zip(series.y, series.low, strict=True)]
        above = [high - y for y, high in zip(series.y, series.high, strict=True)]
        error = (below, above)
    if plot.kind == "line":
        few = marker if len(series.x) <= 40 else ""
        dashes = _DASHES[i % len(_DASHES)]
        axes.plot(series.x, series.y, color=colour, marker=few, ls=dashes, label=series.label)
        if series.low:
            axes.fill_between(series.x, series.low, series.high, color=colour, alpha=0.15, lw=0)
        return
    if plot.kind == "bar":
        steps = [b - a for a, b in zip(series.x, series.x[1:], strict=False)]
        width = 0.8 * min(steps, default=1.0) / len(plot.series)
        centres = [x + (i - (len(plot.series) - 1) / 2) * width for x in series.x]
        axes.bar(centres, series.y, width, color=colour, alpha=0.75, label=series.label)
    else:
        centres = list(series.x)
        axes.scatter(
            centres, series.y, s=14, color=colour, marker=marker, alpha=0.8, label=series.label
        )
    if error is not None:
        ink = _INK if plot.kind == "bar" else colour
        axes.errorbar(centres, series.y, yerr=error, fmt="none", ecolor=ink, elinewidth=1)


def _label_ticks(axes: Axes, plot: Plot) -> None:
    """Label few places on the horizontal axis one by one; keep logarithmic labels apart."""
    places = sorted({x for series in plot.series for x in series.x})
    if 0 < len(places) <= 8 and (plot.kind == "bar" or plot.xscale == "log"):
        axes.xaxis.set_major_locator(FixedLocator(places))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.5g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    for axis, scale in ((axes.xaxis, plot.xscale), (axes.yaxis, plot.yscale)):
        low, high = sorted(axis.get_view_interval())
        if scale == "log" and high >= 100 * low > 0:
            axis.set_minor_formatter(NullFormatter())


def _inline(drawing: str, plot: Plot, anchor: str) -> Markup:
    """Turn matplotlib's SVG document into an element that can stand beside others on a page."""
    opening = re.search(r'<svg[^>]*viewBox="([^"]*)"[^>]*>', drawing)
    if opening is None:
        raise ReportError(f"The plot {plot.title!r} did not come back as an SVG drawing.")
    body = drawing[opening.end() :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.S)
    body = _NUMBERS.sub(lambda numbers: _DECIMALS.sub(r"\1", numbers[0]), body)
    body = re.sub(r"\s+", " ", body.replace("xlink:href", "href")).replace("> <", "><")
    body = re.sub(r' style="[^"]*"', lambda style: style[0].replace("; ", ";"), body)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', body))
    body = re.sub(
        r' id="([^"]*)"', lambda id: f' id="{_name(id[1], anchor)}"' if id[1] in used else "", body
    )
    body = re.sub(r'(href="#|url\(#)([^")]+)', lambda use: f"{use[1]}{_name(use[2], anchor)}", body)
    for colour, css in _CSS.items():
        body = body.replace(colour, css)
    label = escape(_description(plot))
    return Markup(f'<svg viewBox="{opening[1]}" role="img" aria-label="{label}">{body.strip()}')


def _name(id: str, anchor: str) -> str:
    """An id that is unique on the page; a glyph's is that of the glyph in every drawing."""
    return _GLYPH + id if re.fullmatch(r"\w+-[0-9a-f]+", id) else f"{anchor}-{id}"


def each_glyph_once(page: str) -> str:
    """Drop the outlines of characters that an earlier drawing on the page holds already."""
    seen: set[str] = set()

    def first(path: re.Match[str]) -> str:
        if path[1] in seen:
            return ""
        seen.add(path[1])
        return path[0]

    return _DRAWN_GLYPH.sub(first, page)


def _description(plot: Plot) -> str:
    """What a reader who cannot see the figure is told."""
    names = "; ".join(
        f"{s.label or 'data'}: {len(s.x)} points, y from {min(s.y):.3g} to {max(s.y):.3g}"
        for s in plot.series
        if s.y
    )
    text = f"{plot.kind} plot of {plot.ylabel} against {plot.xlabel}. {names}."
    return text.replace("$", "")
