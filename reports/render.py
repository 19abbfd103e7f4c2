"""A record as HTML pages that need nothing else to be read: no script, no network.

`render` only shows: verdicts, outcomes and reasons are those of the record, and what a template
counts or sorts it counts and sorts from the record. The templates are in reading order:
``report.html`` (a page), ``front.html`` (what is read first), ``notation.html``,
``crosswalk.html`` (published sentences), ``verdicts.html`` (by what each was checked),
``statement.html``, ``experiment.html``, ``check.html`` (what one check found), ``dependencies.html``,
``lemmas.html``, ``definitions.html``, ``power.html`` (the changes to the code that checks faced) and
``provenance.html``; ``words.html`` holds the legends' wording.

The sections are the same in a folder of pages and in one file; only the links differ.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import dedent
from types import CodeType
from typing import TypeVar

import msgspec
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from reports import ReportError, crosswalk, released, tiers, vocabulary
from reports.compact import compact
from reports.dependencies import anchor, drawing, overview
from reports.faults import Faults
from reports.kept import PAGE, Drawn, Rendered, drawn, drawn_by, keep
from reports.mathml import FORMULAS, Drawings, formula, prose, prose_or_source, unbroken
from reports.plain import plain
from reports.styles import rules, styles_once
from reports.typed import as_latex, lettered
from verify.claims.check import Arithmetic, Kind, Role
from verify.claims.evidence import Answer, Evidence, Outcome, Plot, Table
from verify.claims.judgement import Judgement
from verify.claims.lemmas import CONVENTIONS, LemmaKind
from verify.claims.picture import Line, Picture
from verify.claims.proved import AXIOMS
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict
from verify.claims.summary import DATA, Told
from verify.claims.text import count
from verify.engine.mutation.catalogue import is_test
from verify.engine.provenance import DISTRIBUTION, project_version
from verify.engine.record import (
    CheckRecord,
    ExperimentRecord,
    RunRecord,
    StatementRecord,
    by_reason,
)

_Member = TypeVar("_Member")

# A word, not a symbol such as z or lambda_min; "a" is taken for the article.
_FIRST_WORD = re.compile(r"(?:a|[a-z][a-z'’-]+)(?=[\s,;:.?]|$)")
_BRACKETED = re.compile(r"\[[^\[\]$a-z]*\]|\([^()$a-z]*\)")

_RANGE = re.compile(r"-?\d+(?:\.\d+)? to -?\d+(?:\.\d+)?")

FIGURES = Drawings()
"""By the hash of plot and anchor."""

_ABLATION = ".ablation"
"""With it ends the id of the check that withdraws the premises of a derivation."""

_SHORTFALL = re.compile(r"^Not answered with yes: [^.]*\. ")
"""What a measurement's summary begins with; on the page of its experiment the effects stand in a table."""

_NAMES = {
    "adam": "Adam",
    "barlow twins": "Barlow Twins",
    "byol": "BYOL",
    "gelu": "GELU",
    "info nce": "InfoNCE",
    "info_nce": "InfoNCE",
    "moco": "MoCo",
    "mse": "squared error",
    "nt xent": "NT-Xent",
    "relu": "ReLU",
    "resnet18": "ResNet-18",
    "simsiam": "SimSiam",
    "swish": "Swish",
    "vicreg": "VICReg",
    "vit-tiny": "ViT-Tiny",
}
_NAMED = re.compile(rf"(?<![\w.-])(?:{'|'.join(_NAMES)})(?![\w.-]*\w|\()")
_COUNTED = re.compile(rf"(?<=[;,] )(?:{'|'.join(_NAMES)})(?=: \d)|^(?:{'|'.join(_NAMES)})(?=: )")
"""A name in a tally of cases, or before a colon that begins a text; elsewhere in what a statement's check says it may be an id."""

_CODE = re.compile(r"(`[^`]*`)")
_ONE_SEED = re.compile(r"(?<![\w.])(-?[\d.]+(?:e[+-]\d+)?) \(\1\)")
"""A mean over one seed, and that seed's value."""

_SHOWN_CODE = re.compile(r"<code>[^<]*</code>")
_OPTION = re.compile(r"(?<![\w-])-(?:-?[a-z][a-z-]*|&gt;)")
"""An option of a command, or an arrow, in which a line might break after its hyphen."""

_ARROW = re.compile(r"(?:&lt;|\|)?-&gt;")
_QUOTED_CODE = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")
_PAIR = re.compile(r"(?:[^=,;()\[\]]|\[[^\[\]]*\])+[,;](?:[^=,;()\[\]]|\[[^\[\]]*\])+")
"""What of a comment is code, without its brackets, and what in brackets is an interval or a pair."""

_IDENTIFIER = re.compile(r"[\w'.]{2,}[_-][\w'.-]+")

_HREF = re.compile(r' href="#([^"]+)"')
_ID = re.compile(r' id="([^"]+)"')


def _holds(page: Path, html: str) -> bool:
    """Whether a page is there and as it is to be."""
    try:
        return page.read_text(encoding="utf-8") == html
    except (OSError, ValueError):
        return False


class _Compiled(BytecodeCache):
    """The templates as they were compiled for an earlier report of this process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


COMPILED = _Compiled()


@dataclass(frozen=True)
class _Section:
    """A part of the report with a page of its own, where there are several.

    Attributes:
        file: the page.
        title: of the page.
        html: it.
    """

    file: str
    title: str
    html: Markup


def render(
    run: RunRecord, site: Path, *, single_file: bool = False, cache: Path | None = None
) -> Rendered:
    """Write the report of a run, whole or not at all.

    Args:
        run: the record to show.
        site: folder of the pages; made if it is not there.
        single_file: write one page with everything, instead of one for each statement and experiment.
        cache: where formulas and figures are kept; None to draw them all.

    Returns:
        The path of the first page, and what in it stands for something that cannot be shown.

    Raises:
        OSError: if the folder cannot be written to.
    """
    faults = Faults()
    with _drawings(cache):
        written = {PAGE: page(run, faults)} if single_file else pages(run, faults)
    site.mkdir(parents=True, exist_ok=True)
    parts = {}
    for name, html in written.items():
        html = compact(html)
        if _holds(site / name, html):
            continue
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", dir=site, suffix=".part", delete=False
        ) as file:
            file.write(html)
        os.chmod(file.name, 0o644)  # a temporary file is the owner's alone
        parts[name] = file.name
    for name in reversed(parts):  # the first page last, when what it links to is there
        os.replace(parts[name], site / name)
    return Rendered(site / PAGE, tuple(faults.reasons))


@contextlib.contextmanager
def _drawings(cache: Path | None) -> Iterator[None]:
    """Take formulas and figures from a folder, and keep there those that are drawn meanwhile."""
    if cache is None:
        yield
        return
    before = drawn(cache, drawn_by())
    FORMULAS.earlier, FIGURES.earlier = before.formulas, before.figures
    yield
    if before.formulas != FORMULAS or before.figures != FIGURES:
        with contextlib.suppress(OSError):  # the next report draws them again
            keep(Drawn(drawn_by=before.drawn_by, formulas=FORMULAS, figures=FIGURES), cache)


def _figure(
    plot: Plot, anchor: str, places: Sequence[str] = (), lines: Sequence[Line] = ()
) -> Markup:
    """A plot as `reports.figures.svg` draws it."""

    def draw() -> str:
        from reports.figures import svg  # with matplotlib, which what was drawn before does without

        return svg(plot, anchor, places, lines)

    given = msgspec.json.encode([plot, anchor, places, lines])
    return Markup(FIGURES.of(hashlib.sha256(given).hexdigest(), draw))


def page(run: RunRecord, faults: Faults | None = None) -> str:
    """Return the report of a run as one page.

    Args:
        run: the record to show.
        faults: notes what cannot be shown.
    """
    faults = faults or Faults()
    environment = _environment(run, faults)
    sections = _sections(run, environment, faults)
    html = [section.html for section in sections]
    return _page(run, environment, sections[0].title, html, faults, first=True)


def pages(run: RunRecord, faults: Faults | None = None) -> dict[str, str]:
    """Return the report of a run as pages by file name, the first page first.

    Args:
        run: the record to show.
        faults: notes what cannot be shown.
    """
    faults = faults or Faults()
    environment = _environment(run, faults)
    sections = _sections(run, environment, faults)
    written: dict[str, str] = {}
    for section in sections:
        first = not written
        written[section.file] = _page(
            run, environment, section.title, [section.html], faults, first=first
        )
    places = {id: file for file, html in written.items() for id in _ID.findall(html)}
    tops = {Path(section.file).stem: section.file for section in sections}

    def across(file: str) -> Callable[[re.Match[str]], str]:
        own = set(_ID.findall(written[file]))

        def address(link: re.Match[str]) -> str:
            target = link[1]
            if target in own or target not in places:  # what is not shown has no place
                return link[0]
            if target in tops:
                return f' href="{tops[target]}"'
            return f' href="{places[target]}{"" if target == "top" else f"#{target}"}"'

        return address

    return {file: _HREF.sub(across(file), html) for file, html in written.items()}


def _page(
    run: RunRecord,
    environment: Environment,
    title: str,
    sections: list[Markup],
    faults: Faults,
    *,
    first: bool,
) -> str:
    """A page; the first says what cannot be shown anywhere, each other one what cannot be on it."""
    own = {
        reason: ids
        for reason, ids in faults.reasons.items()
        if first or any(f' id="{id}"' in html for id in ids for html in sections)
    }
    template = environment.get_template("report.html")
    html = template.render(run=run, title=title, sections=sections, first=first, faults=own)
    return styles_once(_unindented(_SHOWN_CODE.sub(_unbroken_options, html)))


def _unbroken_options(code: re.Match[str]) -> str:
    """Code of which no line breaks inside ``-m`` or ``--data-path``."""
    return _OPTION.sub(r'<span class="nowrap">\g<0></span>', code[0])


def _unindented(html: str) -> str:
    """A page without its templates' indentation."""
    pieces = re.split(r"(<(pre|blockquote)\b.*?</\2>)", html, flags=re.DOTALL)
    return "".join(
        piece if i % 3 else re.sub(r"\s*\n\s*|(?<=>) {2,}(?=<)", "\n", piece)
        for i, piece in enumerate(pieces)
        if i % 3 != 2
    )


def _sections(run: RunRecord, environment: Environment, faults: Faults) -> list[_Section]:
    """The sections of the report in reading order."""

    def section(file: str, title: str, template: str, **names: object) -> _Section:
        def made(title: str) -> Markup:
            return Markup(environment.get_template(f"{template}.html").render(run=run, **names))

        html = faults.guarded(made)(title)
        if html.startswith('<span class="fault"'):
            html = Markup('<section class="room" id="{}"><p>{}</p></section>').format(
                Path(file).stem, html
            )
        return _Section(file, title, html)

    whole = "The Geometry of Projection Heads: verification report"
    found = [section(PAGE, whole, "front")]
    if environment.globals["crosswalk"]:
        found.append(section("crosswalk.html", "From sentences to verdicts", "crosswalk"))
    if run.statements:
        found.append(
            section("verdicts.html", "By what each part and reading was checked", "verdicts")
        )
    for room in run.statements:
        subject = room.statement
        title = f"{subject.label}: {plain(subject.title)}"
        found.append(section(f"{subject.id}.html", title, "statement", room=room))
    for asked in run.experiments:
        title = f"{asked.experiment.id}: {plain(asked.experiment.title)}"
        found.append(section(f"{asked.experiment.id}.html", title, "experiment", room=asked))
    if run.lemmas or environment.globals["dependencies"]:
        found.append(section("dependencies.html", "What rests on what", "dependencies"))
    if run.lemmas:
        found.append(section("lemmas.html", "Lemmas", "lemmas"))
    if environment.globals["definitions"]:
        found.append(section("definitions.html", "Definitions in Coq", "definitions"))
    found.append(section("provenance.html", "Provenance", "provenance"))
    return found


def _environment(run: RunRecord, faults: Faults) -> Environment:
    """What the templates are rendered with."""
    set_formula = faults.guarded(formula)

    def own_prose(text: str) -> Markup:
        return prose(text, set_formula)

    set_prose = faults.guarded(own_prose)
    environment = Environment(
        loader=PackageLoader("reports"),
        bytecode_cache=COMPILED,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        prose=set_prose,
        prose_or_source=prose_or_source,
        named=_named,
        emphasised=lambda text: _emphasised(set_prose(text)),
        commented=_commented,
        ticked=_ticked,
        arrows=_arrows,
        lines=_lines,
        step=faults.guarded(_step),
        linked=_linker(run),
        link=_link,
        sentence=_sentence,
        cell=_cell,
        breakable=_breakable,
        of_several=lambda one: one.replace("It needs", "They need").replace("It is", "They are"),
        counted=lambda n, one, many: f"{n} {one if n == 1 else many}",
        slug=lambda text: re.sub(r"\W+", "-", text),
        seconds=_seconds,
        figure=lambda number: lettered(f"{number:.3g}"),
        day=lambda iso: iso[:16].replace("T", " "),
    )
    environment.tests["computed"] = _is_computed
    environment.tests["pytest"] = is_test
    quoted = vocabulary.Vocabulary(run)
    withdrawn = _withdrawn(run)
    environment.globals.update(
        svg=faults.guarded(_figure, lambda plot: plot.title),
        style=rules(),
        tally=_tally,
        strengths=_strengths,
        summary=_summary,
        taken=_taken,
        by_reason=by_reason,
        conceded=_conceded,
        AXIOMS=AXIOMS,
        Answer=Answer,
        Arithmetic=Arithmetic,
        DATA=DATA,
        CONVENTIONS=CONVENTIONS,
        anchor=anchor,
        bearing=tiers.bearing,
        bearing_on=_bearing_on,
        counted_standings=_counted_standings,
        crosswalk=crosswalk.shown(run, crosswalk.read()),
        decided_by=crosswalk.decided_by,
        called=vocabulary.called,
        column_class=_column_class,
        definition=vocabulary.anchor,
        definitions=quoted.definitions,
        dependencies=drawing(run),
        overview=overview(run),
        pictures=_pictures(run),
        effects=crosswalk.effects(run),
        here=_here,
        heading=_heading,
        id_of=_id_of,
        made_with=_made_with,
        measured_on=_measured_on,
        named=_plot_named,
        numbered=partial(crosswalk.numbered, run),
        place=_place,
        released=released.table,
        released_answers=crosswalk.released_answers,
        released_elsewhere=released.elsewhere,
        share=tiers.share,
        quoted=quoted,
        version=f"{DISTRIBUTION} {project_version()}",
        tier_words=tiers.words,
        titles=run.titles,
        untold=partial(_untold, withdrawn),
        withdrawn=withdrawn,
        worded=_worded(run),
        Kind=Kind,
        LemmaKind=LemmaKind,
        Origin=Origin,
        Outcome=Outcome,
        Role=Role,
        Standing=crosswalk.Standing,
        TIERS=tiers.TIERS,
        Verdict=Verdict,
    )
    return environment


def _is_computed(latex: str) -> bool:
    """Whether the sides of a step's equation print alike, so that both are the value of what was computed."""
    left, equals, right = latex.partition(" = ")
    return bool(equals) and left.strip() == right.strip()


def _step(latex: str) -> Markup:
    """A step's formula; of an equation whose sides print alike, what was computed."""
    return formula(latex.partition(" = ")[2] if _is_computed(latex) else latex, "block")


def _heading(check: CheckRecord, room: StatementRecord | ExperimentRecord) -> str:
    """What a check is called where it stands: a reading by its title, and theorems without the names below."""
    first, colon, rest = check.title.partition(": ")
    if colon and check.kind is Kind.KERNEL:
        return first
    if colon and isinstance(room, StatementRecord) and first in check.readings:
        return f"“{room.title(room.statement.reading(first))}”: {rest}"
    return _named(check.title)


def _summary(check: CheckRecord, room: StatementRecord | ExperimentRecord) -> str:
    """What a check found in one sentence; effects that it names by their ids in words."""
    text = "" if check.evidence is None else check.evidence.summary
    if isinstance(room, StatementRecord):
        return _COUNTED.sub(lambda name: _NAMES[name[0]], text)
    answers = [measured.answer for measured in check.evidence.answers] if check.evidence else []
    tally = ", ".join(f"{answer} {n}" for answer, n in _tally(Answer, answers))
    told = f"{count(len(answers), 'effect')}: {tally}. " if answers else ""
    return told + _sentence(_named(_SHORTFALL.sub("", text)))


def _named(text: str) -> str:
    """Text with what code calls by a name of its own called as the literature calls it."""
    pieces = _CODE.split(text)
    pieces[::2] = [
        _ONE_SEED.sub(r"\1", _NAMED.sub(lambda name: _NAMES[name[0]], piece))
        for piece in pieces[::2]
    ]
    return "".join(pieces)


def _plot_named(plot: Plot, room: StatementRecord | ExperimentRecord) -> Plot:
    """A plot of an experiment with such names; a statement's letters and ids stay."""
    if isinstance(room, StatementRecord):
        return plot
    series = tuple(msgspec.structs.replace(one, label=_named(one.label)) for one in plot.series)
    return msgspec.structs.replace(plot, series=series, note=_named(plot.note))


def _table_named(table: Table, room: StatementRecord | ExperimentRecord) -> Table:
    """The same of a table."""
    if isinstance(room, StatementRecord):
        return table
    rows = tuple(tuple(map(_named, row)) for row in table.rows)
    return msgspec.structs.replace(table, rows=rows, note=_named(table.note))


def _taken(evidence: Evidence) -> list[list[str]]:
    """What each step of a derivation takes; what a premise or an earlier step says alike is named alone."""
    stated = {f"{premise.name}: {premise.says}" for premise in evidence.premises}
    first: dict[str, int] = {}

    def told(use: str, number: int) -> str:
        name, colon, _ = use.partition(": $")
        earlier = first.setdefault(use, number)
        if use in stated:
            return name
        return f"{name} as in step {earlier}" if colon and earlier < number else use

    return [[told(use, i + 1) for use in step.uses] for i, step in enumerate(evidence.steps)]


def _withdrawn(run: RunRecord) -> dict[str, dict[str, int | str]]:
    """Where derivations fail without each of their premises: the number of a step, or a text.

    By the derivation's id and the premise's name; of a premise that an ablation tells otherwise than the
    derivation nothing.
    """
    checks = {check.id: check.evidence for check in run.checks if check.evidence is not None}
    found: dict[str, dict[str, int | str]] = {}
    for id, whole in checks.items():
        tried = checks.get(f"{id}{_ABLATION}")
        if tried is None:
            continue
        says = {premise.name: premise.text for premise in whole.premises}
        steps = {step.text: i + 1 for i, step in reversed(list(enumerate(whole.steps)))}
        found[id] = {
            row[0]: steps.get(row[2], row[2])
            for table in tried.tables
            for row in table.rows
            if says.get(row[0]) == row[1]
        }
    return found


def _worded(run: RunRecord) -> dict[str, str]:
    """By check, the earlier one beside which the hypotheses at its point are worded: of the same readings."""
    found: dict[str, str] = {}
    for room in run.statements:
        first: dict[tuple[object, ...], str] = {}
        for check in room.checks:
            witness = None if check.evidence is None else check.evidence.witness
            named = () if witness is None else tuple((h.id, h.text) for h in witness.hypotheses)
            if named and set(named) <= {(h.id, h.text) for h in room.statement.hypotheses}:
                told = first.setdefault((check.kind, check.readings, named), check.id)
                if told != check.id:
                    found[check.id] = told
    return found


def _untold(
    withdrawn: Mapping[str, Mapping[str, int | str]],
    check: CheckRecord,
    room: StatementRecord | ExperimentRecord,
) -> Iterable[Table]:
    """The tables of a check without what stands beside the premises of its derivation."""
    told = withdrawn.get(check.id.removesuffix(_ABLATION), {})
    for table in () if check.evidence is None else check.evidence.tables:
        rows = tuple(row for row in table.rows if row[0] not in told)
        if not check.id.endswith(_ABLATION) or not told:
            yield _table_named(table, room)
        elif rows:
            title = "Hypotheses that are no premises, each withdrawn in turn"
            told_all = len(rows) == len(table.rows)
            yield msgspec.structs.replace(
                table, rows=rows, title=table.title if told_all else title
            )


def _column_class(table: Table, i: int) -> Markup:
    """What keeps a column of words from being as narrow as one word, and a short name on one line.

    Where there are many columns, room is lacking for either.
    """
    name, few = table.columns[i], len(table.columns) <= 7
    words = [row[i] for row in table.rows if few and not _BRACKETED.search(row[i])]
    if len(name) > 24 or max(map(len, words), default=0) > 16:
        return Markup(' class="long"')
    return Markup(' class="nowrap"' if few and " " in name and len(name) < 10 else "")


def _made_with(run: RunRecord) -> list[tuple[str, int]]:
    """With which profile and seed the evidence that counts was made here, and how many checks it is of."""
    made = Counter(
        (check.evidence.provenance.profile, check.evidence.provenance.seed)
        for check in run.checks
        if check.evidence is not None and not check.stale and not check.recorded
    )
    return [(f"profile {profile}, seed {seed}", n) for (profile, seed), n in made.most_common()]


def _measured_on(check: CheckRecord) -> str:
    """The data and sizes that a measurement names in its summary; the check's title if it names none."""
    summary = "" if check.evidence is None else check.evidence.summary
    named = re.search(r"(?:^|[.:] )On ([^:]+?)(?:, for heads of [^:]+)?:", summary)
    return named[1] if named else check.title


def _pictures(run: RunRecord) -> list[tuple[str, str, Picture]]:
    """What is to be remembered: the anchor and the label of a room, and its picture."""
    rooms = [(room.statement.id, room.statement.label, room.picture) for room in run.statements]
    rooms += [
        (room.experiment.id, f"Experiment {room.experiment.id}", room.picture)
        for room in run.experiments
    ]
    return [(id, label, picture) for id, label, picture in rooms if picture is not None]


def _here(room: ExperimentRecord, told: Told, data: str) -> tuple[str, bool]:
    """The answer in this record to what is told of some data, and whether only earlier code gave it.

    The answer is empty if there is none.
    """
    form = next(form for form, name in DATA.items() if name == data)
    answers: dict[bool, set[str]] = {False: set(), True: set()}
    for effect in told.effects:
        for check, measured in room.answered(effect):
            of_form = check.id.removesuffix("-1-seed").endswith(f".cifar10-{form}")
            if not check.command if form == "digits" else of_form:
                answers[check.stale].add(measured.answer.value)
    earlier = not answers[False] and bool(answers[True])
    return " and ".join(sorted(answers[earlier])), earlier


def _emphasised(html: Markup) -> Markup:
    """Prose in which the word that matters most is strong."""
    return Markup(re.sub(r"\b([Rr]efuted)\b", r"<strong>\1</strong>", str(html)))


def _commented(text: str) -> Markup:
    """A comment of a Coq source: what stands between brackets as code, and all mathematics in Unicode.

    An interval or a pair keeps its brackets; one in two of them is code.
    """
    html, end = Markup(""), 0
    for found in _QUOTED_CODE.finditer(text):
        if _PAIR.fullmatch(found[1]):
            continue
        html += prose_or_source(text[end : found.start()])
        html += _piece(found[1])
        end = found.end()
    return html + prose_or_source(text[end:])


def _piece(text: str) -> Markup:
    """What stands between the brackets of a comment: a formula, where something is raised or lowered, or code."""
    if _IDENTIFIER.fullmatch(text):
        return Markup("<code>{}</code>").format(text)
    with contextlib.suppress(ReportError):
        if latex := as_latex(text):
            return formula(latex)
    return Markup("<code>{}</code>").format(lettered(text))


def _ticked(text: str) -> Markup:
    """Plain text with code between backticks."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(unbroken(text)))))


def _arrows(text: str) -> Markup:
    """A source of Coq in which no line breaks within an arrow, and nothing is added that a copy would have."""
    return Markup(_ARROW.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))


def _lines(text: str) -> Markup:
    """Lines of code without the indentation that they share, apart where a page loses its own."""
    return Markup(str(escape(dedent(text).strip("\n"))).replace("\n", "&#10;"))


def _breakable(text: str, marks: str) -> Markup:
    """Text in which a line may break after any of some marks."""
    return Markup("<wbr>").join(re.findall(f"[^{marks}]*[{marks}]|[^{marks}]+", text))


def _link(id: str, anchor: str = "", text: str = "") -> Markup:
    """An id, or text, linked to its place in the report; a line may break after an id's dots."""
    if text:
        return Markup('<a href="#{}">{}</a>').format(anchor or id, text)
    words = _breakable(id, ".")
    return Markup('<a class="id" href="#{}">{}</a>').format(anchor or id, words)


def _linker(run: RunRecord) -> Callable[[str], Markup]:
    """A filter that sets text and links the ids in it to their places on the page.

    These are the ids of checks, and of readings and parts where the statement's id stands before
    them: ``thm41, F``. Text that is set already is only linked.
    """
    anchors = {check.id: check.id for check in run.checks}
    for room in run.statements:
        for judgement in (*room.judged.readings, *room.judged.parts):
            id, target = room.statement.id, judgement.target
            anchors[f"{id}, {target}"] = f"{id}--{target}"
    alternatives = "|".join(sorted(map(re.escape, anchors), key=len, reverse=True))
    known = re.compile(rf"(?<![\w.-])(?:{alternatives})(?![\w-]|\.\w)")

    def linked(text: str) -> Markup:
        html = str(text if isinstance(text, Markup) else prose_or_source(text))
        if not anchors:
            return Markup(html)
        return Markup(known.sub(lambda id: _link(id[0], anchors[id[0]]), html))

    return linked


def _id_of(statement: Statement, about: Reading | Part) -> str:
    """The id of a reading or part; a reading that shares it with a part says that it is one."""
    shared = isinstance(about, Reading) and any(part.id == about.id for part in statement.parts)
    return f"{about.id}{' (reading)' if shared else ''}"


def _place(statement: Statement, about: Reading | Part) -> str:
    """The anchor of a reading or part."""
    return anchor(f"{statement.id}.{_id_of(statement, about)}")


def _bearing_on(check: CheckRecord, statement: Statement) -> list[Reading | Part]:
    """The part and readings that a check bears on; a counterexample is against readings only."""
    parts = [part for part in statement.parts if part.id == check.part]
    against = check.role is Role.REFUTES
    return [*([] if against else parts), *(statement.reading(id) for id in check.readings)]


def _sentence(text: str) -> str:
    """Text that begins with a capital letter, unless it begins with a symbol or a formula."""
    return text[0].upper() + text[1:] if _FIRST_WORD.match(lettered(text)) else text


def _cell(text: str) -> Markup:
    """Text of a table's cell: no line breaks between the numbers of a bracket, or where it is one from .. to."""
    if text == "inf":
        return Markup("∞")
    together = _RANGE if _RANGE.fullmatch(text) else _BRACKETED
    unbroken = together.sub(lambda numbers: numbers[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
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


def _counted_standings(rows: Sequence[tuple[crosswalk.Sentence, crosswalk.Standing]]) -> str:
    """How many sentences came to each standing, in words."""
    told = [
        f"{where}: {n}" for where, n in _tally(crosswalk.Standing, (where for _, where in rows))
    ]
    return f"{count(len(rows), 'sentence')}; {', '.join(told)}."


def _seconds(seconds: float) -> str:
    """A time that no line parts from its unit."""
    if seconds < 0.1:
        return f"{1000 * seconds:.0f}\N{NO-BREAK SPACE}ms"
    if seconds < 100:
        return f"{seconds:.1f}\N{NO-BREAK SPACE}s"
    return f"{seconds / 60:.0f}\N{NO-BREAK SPACE}min"
