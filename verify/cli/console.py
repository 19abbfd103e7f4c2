"""What a run prints: progress while it goes, verdicts and counts at its end.

On a terminal progress is a table, one row per room; elsewhere, and on a terminal that cannot move
its cursor (``TERM=dumb``), it is one line per finished check. ``NO_COLOR`` is honoured. Rich, and what
needs NumPy, are imported only where a run is shown, so that listing stays instant.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from verify.claims.evidence import Evidence, Outcome
from verify.claims.lemmas import Lemma, LemmaKind
from verify.claims.progress import draws
from verify.claims.statement import Experiment, Part, Reading
from verify.claims.summary import UNLEARNED, sentence
from verify.claims.text import count, printable
from verify.engine.record import (
    CheckRecord,
    ExperimentRecord,
    RunRecord,
    StatementRecord,
    by_reason,
)
from verify.engine.registry import RegistryEntry, Room
from verify.engine.runner import Event, Stage

if TYPE_CHECKING:
    from rich.table import Table


LISTED = 3
"""Check ids that a list inside a sentence has at most."""

SCREEN = 45
"""Lines on a statement that are shown as one screen; where titles would make it more, ids stand alone."""

_UNCOUNTED = f", by networks that {UNLEARNED}"
"""What is said behind an answer that does not count."""

NAMED = 16
"""Check ids that a line on what did not run has at most; the report has them all."""


class Progress(AbstractContextManager["Progress"]):
    """Prints one line per finished check."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def __call__(self, event: Event) -> None:
        """Take note of one event of the run; what did not run is listed at its end."""
        if event.evidence is not None and event.evidence.outcome is Outcome.NOT_RUN:
            return
        if event.evidence is not None:
            print(finished_line(event.evidence, event.stage), file=self.out, flush=True)
        elif event.stage is Stage.FINISHED:
            print(f"{event.name}  built", file=self.out, flush=True)

    def __exit__(self, *raised: object) -> None:
        """Nothing is left to close."""


@dataclass
class _Row:
    """One line of the live table."""

    label: str
    total: int
    done: int = 0
    wrong: int = 0
    now: str = ""


class LiveProgress(Progress):
    """Draws a table with a row per room; what went wrong is printed above it at once."""

    def __init__(
        self, out: TextIO, rooms: Sequence[Room], chosen: Sequence[str], cache: Path | None = None
    ) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__(out)
        self.cache = cache
        self.rows = {
            room.name: _Row(
                getattr(room.subject, "label", room.subject.id),
                sum(id.startswith(f"{room.name}.") for id in chosen),
            )
            for room in rooms
        }
        self.cost_left = 0.0
        self.cost_done = 0.0
        self.started = time.monotonic()
        console = Console(file=out, color_system=None if os.environ.get("NO_COLOR") else "auto")
        self.live = Live(get_renderable=self.table, console=console, refresh_per_second=4)

    def __enter__(self) -> Self:
        """Start drawing."""
        self.live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        """Draw the table a last time."""
        self.live.stop()

    def __call__(self, event: Event) -> None:
        """Take note of one event of the run."""
        row = self.rows[event.room]
        if event.stage is Stage.QUEUED:
            self.cost_left += event.cost
        elif event.stage is Stage.STARTED:
            row.now = event.name
        if event.evidence is not None:
            row.done += 1
            if event.evidence.outcome not in (Outcome.AS_STATED, Outcome.NOT_RUN):
                row.wrong += 1
                self.live.console.print(
                    finished_line(event.evidence, event.stage), markup=False, highlight=False
                )
        # What needs a missing capability was never queued.
        ended = event.stage in (Stage.FINISHED, Stage.FAILED)
        if ended and (event.evidence is None or event.evidence.outcome is not Outcome.NOT_RUN):
            self.cost_left -= event.cost
            self.cost_done += event.cost

    def table(self) -> Table:
        """Return the table as it stands."""
        from rich.table import Table
        from rich.text import Text

        table = Table(title=Text(f"time left: {self.time_left()}"), title_justify="left")
        for column in ("", "checks", "not as stated", "last started"):
            table.add_column(column)
        for row in self.rows.values():
            table.add_row(
                Text(row.label),
                f"{row.done}/{row.total}",
                Text(str(row.wrong), style="red" if row.wrong else ""),
                Text(self._now(row.now) if row.done < row.total else ""),
            )
        return table

    def _now(self, name: str) -> str:
        """What was started last, and how far it is if it says so."""
        from verify.claims.progress import progress_of

        said = progress_of(name, self.cache) if self.cache is not None and name else ""
        return f"{name}: {said}" if said else name

    def time_left(self) -> str:
        """Return an estimate from what is done so far, in words."""
        if self.cost_left <= 0.0:
            return "none"
        if self.cost_done <= 0.0:
            return "not yet known"
        elapsed = time.monotonic() - self.started
        return duration(elapsed * self.cost_left / self.cost_done)


def progress(
    out: TextIO, rooms: Sequence[Room], chosen: Sequence[str], cache: Path | None = None
) -> Progress:
    """Return what reports the run on this stream.

    Args:
        out: the stream.
        rooms: the rooms of the run.
        chosen: ids of the checks to run.
        cache: where the artefacts are built, to show how far they are.
    """
    return LiveProgress(out, rooms, chosen, cache) if draws(out) else Progress(out)


@contextlib.contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """Say on standard error, where that is a terminal, what is being done; nothing of it stays."""
    drawn = draws(sys.stderr)

    def say(what: str) -> None:
        if drawn:
            print(f"\r\x1b[2K{what}", end="", file=sys.stderr, flush=True)

    try:
        yield say
    finally:
        say("")


def duration(seconds: float) -> str:
    """Return a time in words: ``0.8 s``, ``2 min 05 s``, ``1 h 03 min``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def finished_line(evidence: Evidence, stage: Stage = Stage.FINISHED) -> str:
    """Return the line on a finished check: id, outcome, time, summary."""
    took = "reused" if stage is Stage.REUSED else duration(evidence.provenance.wall_s)
    return printable(f"{evidence.check}  {evidence.outcome}  {took}  {evidence.summary}")


def listing(places: Sequence[RegistryEntry]) -> str:
    """Return the table of contents, one line per room."""
    rows = [(place.entry.id, place.entry.label, place.entry.title) for place in places]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return "\n".join(f"{id:{widths[0]}}  {label:{widths[1]}}  {title}" for id, label, title in rows)


def verdicts(run: RunRecord) -> str:
    """Return the verdicts of every statement and the answers of every experiment."""
    lines: list[str] = []
    for record in run.statements:
        lines += ["", f"{record.statement.label}: {record.statement.title}"]
        lines += _verdict_lines(record, run)
    for room in run.experiments:
        lines += ["", f"{room.experiment.id}: {room.experiment.title}"]
        lines += [
            f"  {effect.text.rstrip('.')}: {_answer(room, effect.id)}"
            for effect in room.experiment.effects
        ]
    if run.foundations:
        lines += ["", *_foundation_lines(run)]
    return "\n".join(lines)


def _foundation_lines(run: RunRecord) -> list[str]:
    return [
        "Foundations in other rooms, judged by their derivations only:",
        *(
            f"  {ground.id}: {ground.judgement.verdict} ({shortened(ground.judgement.reason, ground.judgement.checks)})"
            for ground in run.foundations
        ),
    ]


def answered(rooms: Iterable[Room], found: Iterable[Evidence]) -> str:
    """Return the answers of every check that measured some, one line each."""
    texts = {
        (room.name, effect.id): effect.text
        for room in rooms
        if isinstance(room.subject, Experiment)
        for effect in room.subject.effects
    }
    lines: list[str] = []
    for evidence in found:
        if evidence.answers:
            lines += ["", evidence.check]
            room = evidence.check.partition(".")[0]
            mark = _UNCOUNTED if UNLEARNED in evidence.summary else ""
            lines += [
                f"  {texts[room, measured.effect]} {measured.answer}, {measured.value}{mark}"
                for measured in evidence.answers
            ]
    return "\n".join(lines)


def _verdict_lines(record: StatementRecord, run: RunRecord) -> list[str]:
    lines = []
    names = {lemma.id: lemma.name for lemma in run.lemmas}
    for _, about, judgement in record.judgements:
        what = "reading" if isinstance(about, Reading) else "part"
        cited = [names.get(id, id) for id in judgement.lemmas]
        citing = f", citing {'; '.join(cited)}" if cited else ""
        resting = (
            f", derivations resting on {', '.join(judgement.rests_on)}"
            if judgement.rests_on
            else ""
        )
        against = (
            f" [the specification predicts: {judgement.predicted}]"
            if judgement in record.judged.surprises
            else ""
        )
        lines.append(
            f"  {what} {about.id}, {record.title(about).rstrip('.')}: {judgement.verdict}{citing}{resting} "
            f"({shortened(judgement.reason, judgement.checks)}){against}"
        )
    return lines


def shortened(text: str, ids: Iterable[str]) -> str:
    """Return a text in which each list of more than `LISTED` of these check ids is cut short."""
    known = set(ids)

    def cut(found: re.Match[str]) -> str:
        names = found[0].split(", ")
        if not known.issuperset(names):
            return found[0]
        return f"{', '.join(names[:LISTED])} and {len(names) - LISTED} more"

    return re.sub(rf"[\w.+-]+(?:, [\w.+-]+){{{LISTED},}}", cut, text)


def not_run(run: RunRecord) -> str:
    """Return what did not run, a line for each reason; empty if everything ran."""
    lines = [
        f"not run, {count(len(ids), 'check')}: {reason} {_some(ids)}"
        for reason, ids in by_reason(run.not_run).items()
    ]
    if any(check.command and check.outcome is Outcome.NOT_RUN for check in run.checks):
        lines.append(
            "What to type for data of your own: `python -m verify ssl --list`, and the report."
        )
    return "\n".join(lines)


def _some(ids: Sequence[str]) -> str:
    """All of some ids, or the first of many."""
    if len(ids) <= NAMED:
        return ", ".join(ids)
    return f"{', '.join(ids[:LISTED])} and {len(ids) - LISTED} more, which the report names"


def last_line(run: RunRecord, seconds: float) -> str:
    """Return the counts of a run in one line, with the time that all of it took."""
    counts = run.counts
    return (
        f"{counts[Outcome.AS_STATED]} as stated, {count(counts[Outcome.SURPRISE], 'surprise')}, "
        f"{count(counts[Outcome.ERROR], 'error')}, "
        f"{counts[Outcome.UNDECIDED] + counts[Outcome.VACUOUS]} undecided or vacuous, "
        f"{counts[Outcome.NOT_RUN]} not run; {run.reused} reused; {duration(seconds)}."
    )


def shown(run: RunRecord) -> str:
    """Return the rooms of a run as text: what is stated, its checks, and what is stored of them."""
    blocks = []
    for record in run.statements:
        blocks += [_stated(record), "Verdicts on stored evidence:"]
        blocks += ["\n".join(_verdict_lines(record, run)), "Checks:", _check_lines(record.checks)]
    for room in run.experiments:
        asked = room.experiment
        blocks += [f"{asked.id}: {asked.title}", asked.question, f"Published: {asked.published}"]
        blocks += [f"Remark: {flaw}" for flaw in asked.flaws]
        blocks += [
            f"Effect {effect.id}: {effect.text}\n"
            f"  published: {effect.published}\n  criterion: {effect.criterion}\n"
            f"  measured: {_answer(room, effect.id)}"
            for effect in asked.effects
        ]
        blocks += ["Checks:", _check_lines(room.checks)]
    if run.foundations:
        blocks.append("\n".join(_foundation_lines(run)))
    if carrying := _carrying_lines(run):
        blocks += ["What rests on what, of these rooms:", "\n".join(carrying)]
    if run.lemmas:
        blocks += ["Lemmas cited:", "\n".join(_lemma_lines(lemma, run) for lemma in run.lemmas)]
    return "\n\n".join(blocks)


def overview(run: RunRecord, plain: Callable[[str], str], width: int) -> str:
    """Return one screen on each room of a run: what became of it, by the best evidence that is stored.

    Args:
        run: the record.
        plain: turns formulas into plain text.
        width: characters of a line.
    """

    def wrapped(text: str, first: str = "") -> str:
        return textwrap.fill(
            plain(text),
            width,
            initial_indent=first,
            subsequent_indent="    ",
            break_on_hyphens=False,
        )

    blocks = []
    for room in run.statements:
        judged = (*room.judged.readings, *room.judged.parts)
        lines = [wrapped(f"{room.statement.label}: {room.statement.title}")]
        if room.summary is not None:
            met = all(one.verdict is one.predicted for one in judged)
            lines.append(
                "In words:" if met else "In words, where every check finds what it states:"
            )
            lines.append(wrapped(sentence(room.summary.readings), "  "))
            if room.summary.smallest:
                lines.append(wrapped(f"Counterexample: {room.summary.smallest}", "  "))
            if room.summary.instead:
                lines.append(wrapped(f"Instead: {sentence(room.summary.instead)}", "  "))
        told = [*lines, *_reached(room, wrapped)]
        if sum(line.count("\n") + 1 for line in told) > SCREEN:
            told = [*lines, *_reached(room, wrapped, titled=False)]
        blocks.append("\n".join([*told, *_tallied(room.checks, wrapped)]))
    for asked in run.experiments:
        lines = [wrapped(f"{asked.experiment.id}: {asked.experiment.title}")]
        lines += [
            wrapped(f"{effect.text.rstrip('.')}: {_answer(asked, effect.id)}", "  ")
            for effect in asked.experiment.effects
        ]
        blocks.append("\n".join([*lines, *_tallied(asked.checks, wrapped)]))
    return "\n\n".join(blocks)


def _reached(
    room: StatementRecord, wrapped: Callable[[str, str], str], titled: bool = True
) -> Iterator[str]:
    """The readings and parts of a room by their verdicts: a line each with its title, or their ids alone."""
    wide = max((len(about.id) for _, about, _ in room.judgements), default=0)
    for what, judged in (
        ("Readings, as quoted:", room.quoted),
        ("Readings that ask for more than was quoted:", room.beyond),
        ("Parts, as repaired:", room.judged.parts),
    ):
        reached: dict[str, list[Reading | Part]] = {}
        for _, about, judgement in room.judgements:
            if judgement in judged:
                reached.setdefault(judgement.verdict, []).append(about)
        if reached:
            yield what
        for word, abouts in reached.items():
            if titled:
                yield f"  {word}:"
                for about in abouts:
                    yield wrapped(f"{about.id:{wide}}  {room.title(about)}", "    ")
            else:
                yield wrapped(f"{word}: {', '.join(about.id for about in abouts)}", "  ")


def _tallied(checks: Sequence[CheckRecord], wrapped: Callable[[str, str], str]) -> Iterator[str]:
    """How many checks found what; those that did not find what they state by id."""
    found: dict[Outcome, list[str]] = {}
    for check in checks:
        found.setdefault(check.outcome, []).append(check.id)
    counts = (f"{len(ids)} {outcome}" for outcome, ids in found.items())
    yield f"{count(len(checks), 'check')}: {', '.join(counts)}"
    for outcome, ids in found.items():
        if outcome not in (Outcome.AS_STATED, Outcome.NOT_RUN):
            yield wrapped(f"{outcome}: {shortened(', '.join(ids), ids)}", "  ")


def _lemma_lines(lemma: Lemma, run: RunRecord) -> str:
    """A lemma with its text, its source and what rests on it."""
    argued = ", argued in words, not checked" if lemma.kind is LemmaKind.ARGUED else ""
    lines = [f"  {lemma.name} ({lemma.id}{argued})", lemma.text, lemma.source]
    if resting := run.resting_on(lemma.id):
        lines.append(f"rests on it: {', '.join(resting)}")
    return "\n    ".join(lines)


def _carrying_lines(run: RunRecord) -> list[str]:
    """What parts and readings carry others, and which."""
    carried = {about: run.resting_on(about) for about in run.reached}
    return [f"  {about}: {', '.join(top)}" for about, top in carried.items() if top]


def _stated(record: StatementRecord) -> str:
    statement = record.statement
    lines = [f"{statement.label}: {statement.title}", f"Source: {statement.source}", ""]
    lines += [f"  {line}" for line in statement.quoted.strip().splitlines()]
    if statement.unseen:
        lines += ["", f"Left open by the source: {statement.unseen}"]
    for reading in statement.readings:
        lines += ["", f"Reading {reading.id}, {record.title(reading)}: {reading.text}"]
        for id in reading.hypotheses:
            hypothesis = statement.hypothesis(id)
            lines.append(f"  assumes {hypothesis.id} ({hypothesis.origin}): {hypothesis.text}")
    for part in statement.parts:
        lines += ["", f"Part {part.id}, {record.title(part)}: {part.text}"]
    return "\n".join(lines)


def _check_lines(checks: Sequence[CheckRecord]) -> str:
    return "\n".join(
        f"  {check.id} ({check.role}, {check.kind}, {check.arithmetic}): {check.title}\n"
        f"    {_found(check)}"
        for check in checks
    )


def _found(check: CheckRecord) -> str:
    """The outcome and its sentence, where the sentence does not begin with the outcome itself."""
    found = check.summary
    if not found.lower().startswith(check.outcome.value):
        found = f"{check.outcome}: {found}"
    if check.outcome is Outcome.NOT_RUN and check.command:
        found += f" To run it: `{check.command}`."
    return found


def _answer(room: ExperimentRecord, effect: str) -> str:
    by, measured = room.answers.get(effect, ("", None))
    others = [
        f"{check.id}: {other.answer}{', with earlier code' if check.stale else ''}{_UNCOUNTED if check.unlearned else ''}"
        for check, other in room.answered(effect)
        if check.id != by
    ]
    elsewhere = f" ({'; '.join(others)})" if others else ""
    said = "not run" if measured is None else f"{measured.answer}, {measured.value}"
    return f"{said}{elsewhere}"
