"""One run's record as one HTML file that needs nothing else to be read.

`render` only shows: verdicts, outcomes and reasons are those of the record, and what a template
counts or sorts it counts and sorts from the record. The templates are in reading order:
``report.html`` (the page), ``front.html`` (its first screen), ``notation.html``,
``statement.html``, ``experiment.html``, ``check.html`` (what one check found), ``dependencies.html``,
``lemmas.html``, ``power.html`` (the changes that checks faced) and ``provenance.html``; ``words.html`` holds the legends' wording.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.dependencies import anchor, drawing
from reports.figures import each_glyph_once, svg
from reports.mathml import formula, prose, prose_or_source
from verify.claims.check import Arithmetic, Kind, Role
from verify.claims.evidence import Answer, Outcome
from verify.claims.judgement import Judgement
from verify.claims.lemmas import CONVENTIONS, LemmaKind
from verify.claims.proved import AXIOMS
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict
from verify.engine.record import CheckRecord, RunRecord, by_reason

_Member = TypeVar("_Member")

# A word, not a symbol such as z or lambda_min; "a" is taken for the article.
_FIRST_WORD = re.compile(r"(?:a|[a-z][a-z'’-]+)(?=[\s,;:.?]|$)")
_BRACKETED = re.compile(r"\[[^\[\]$a-z]*\]|\([^()$a-z]*\)")

PAGE = "index.html"
"""Name of the file in the site folder."""


def render(run: RunRecord, site: Path) -> Path:
    """Write the report of a run, whole or not at all.

    Args:
        run: the record to show.
        site: folder of the page; made if it is not there.

    Returns:
        The path of the page.

    Raises:
        ReportError: if a formula or a plot of the record cannot be shown.
        OSError: if the folder cannot be written to.
    """
    html = page(run)
    site.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=site, suffix=".part", delete=False
    ) as file:
        file.write(html)
    os.chmod(file.name, 0o644)  # a temporary file is the owner's alone
    target = site / PAGE
    os.replace(file.name, target)
    return target


def page(run: RunRecord) -> str:
    """Return the report of a run as HTML.

    Raises:
        ReportError: if a formula or a plot of the record cannot be shown.
    """
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        prose=prose,
        prose_or_source=prose_or_source,
        display=lambda latex: formula(latex, "block"),
        linked=_linker(run),
        link=_link,
        sentence=_sentence,
        cell=_cell,
        counted=lambda n, one, many: f"{n} {one if n == 1 else many}",
        slug=lambda text: re.sub(r"\W+", "-", text),
        seconds=_seconds,
        figure=lambda number: f"{number:.3g}",
        day=lambda iso: iso[:16].replace("T", " "),
    )
    environment.globals.update(
        svg=svg,
        style=Markup(Path(__file__).with_name("assets").joinpath("style.css").read_text("utf-8")),
        tally=_tally,
        strengths=_strengths,
        by_reason=by_reason,
        conceded=_conceded,
        AXIOMS=AXIOMS,
        Answer=Answer,
        Arithmetic=Arithmetic,
        CONVENTIONS=CONVENTIONS,
        anchor=anchor,
        bearing=_bearing,
        dependencies=drawing(run),
        place=_place,
        Kind=Kind,
        LemmaKind=LemmaKind,
        Origin=Origin,
        Outcome=Outcome,
        Role=Role,
        Verdict=Verdict,
    )
    return each_glyph_once(environment.get_template("report.html").render(run=run))


def _link(id: str, anchor: str = "") -> Markup:
    """An id, linked to its place on the page; a line may break after its dots."""
    words = Markup("<wbr>").join(
        Markup("<span>{}</span>").format(word) for word in re.findall(r"[^.]*\.?", id) if word
    )
    return Markup('<a class="id" href="#{}">{}</a>').format(anchor or id, words)


def _linker(run: RunRecord) -> Callable[[str], Markup]:
    """A filter that sets text and links the ids in it to their places on the page.

    These are the ids of checks, and of readings and parts where the statement's id stands before
    them: ``thm41, F``.
    """
    anchors = {check.id: check.id for check in run.checks}
    for room in run.statements:
        for judgement in (*room.judged.readings, *room.judged.parts):
            id, target = room.statement.id, judgement.target
            anchors[f"{id}, {target}"] = f"{id}--{target}"
    alternatives = "|".join(sorted(map(re.escape, anchors), key=len, reverse=True))
    known = re.compile(rf"(?<![\w.-])(?:{alternatives})(?![\w-]|\.\w)")

    def linked(text: str) -> Markup:
        html = str(prose_or_source(text))
        if not anchors:
            return Markup(html)
        return Markup(known.sub(lambda id: _link(id[0], anchors[id[0]]), html))

    return linked


def _place(statement: Statement, about: Reading | Part) -> str:
    """The anchor of a reading or part; a reading may share its id with a part."""
    shared = isinstance(about, Reading) and any(part.id == about.id for part in statement.parts)
    return anchor(f"{statement.id}.{about.id}{' (reading)' if shared else ''}")


def _bearing(check: CheckRecord, statement: Statement) -> list[Reading | Part]:
    """The part and readings that a check bears on; a counterexample is against readings only."""
    parts = [part for part in statement.parts if part.id == check.part]
    against = check.role is Role.REFUTES
    return [*([] if against else parts), *(statement.reading(id) for id in check.readings)]


def _sentence(text: str) -> str:
    """Text that begins with a capital letter, unless it begins with a symbol or a formula."""
    return text[0].upper() + text[1:] if _FIRST_WORD.match(text) else text


def _cell(text: str) -> Markup:
    """Text of a table's cell: no line breaks between the numbers of a bracket."""
    unbroken = _BRACKETED.sub(lambda numbers: numbers[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
    return prose_or_source(unbroken)


def _conceded(reading: Reading, statement: Statement) -> list[Hypothesis]:
    """The hypotheses of a reading that the statement as quoted does not make."""
    assumed = map(statement.hypothesis, reading.hypotheses)
    return [hypothesis for hypothesis in assumed if hypothesis.origin is not Origin.QUOTED]


def _tally(members: Iterable[_Member], items: Iterable[_Member]) -> list[tuple[_Member, int]]:
    """How often each member of an enumeration occurs, in the enumeration's order."""
    counts = Counter(items)
    return [(member, counts[member]) for member in members if counts[member]]


def _strengths(judgement: Judgement, checks: Sequence[CheckRecord]) -> list[tuple[Arithmetic, int]]:
    """How many of a verdict's checks came out as stated, by arithmetic, strongest first."""
    agreeing = (
        check.arithmetic
        for check in checks
        if check.id in judgement.checks and check.outcome is Outcome.AS_STATED
    )
    return _tally(Arithmetic, agreeing)


def _seconds(seconds: float) -> str:
    if seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min"
