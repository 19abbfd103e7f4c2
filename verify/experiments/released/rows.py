"""What the analysis of the release is made of: figures with intervals, claims with answers, tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from verify.claims.evidence import Answer, Table

COLUMNS = (
    "quantity",
    "published",
    "released arrays, as published",
    "released arrays, our statistic",
    "remark",
)


class Estimate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure computed from the release.

    Attributes:
        value: the figure.
        each: what it summarises, one for each seed.
        interval: 95 % interval; None if there is nothing to take one from.
        method: what the interval was taken from.
    """

    value: float
    each: tuple[float, ...] = ()
    interval: tuple[float, float] | None = None
    method: str = ""

    def __post_init__(self) -> None:
        """Refuse what JSON cannot hold."""
        if not all(map(math.isfinite, (self.value, *self.each, *(self.interval or ())))):
            raise ValueError(f"An estimate must be finite, but it is {self}.")

    def text(self, form: str) -> str:
        """The figure, each seed's in parentheses, and the interval in brackets."""
        parts = [f"{self.value:{form}}"]
        if self.each:
            parts.append(f"({', '.join(f'{value:{form}}' for value in self.each)})")
        if self.interval:
            parts.append("[{0:{2}}, {1:{2}}]".format(*self.interval, form))
        return " ".join(parts)


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One quantity of an experiment.

    Attributes:
        experiment: its id, E1 to E8.
        setting: data and backbone.
        quantity: what is measured, with its unit.
        published: the published figure, as quoted; empty if none is known.
        as_published: the same from the released arrays, by the published statistic.
        ours: from the released arrays by our statistic.
        remark: what a reader has to know beside it.
        form: format of its numbers.
    """

    experiment: str
    setting: str
    quantity: str
    published: str = ""
    as_published: Estimate | None = None
    ours: Estimate | None = None
    remark: str = ""
    form: str = ".3g"

    def cells(self) -> tuple[str, ...]:
        """Its row of a table, under `COLUMNS`."""
        figures = [e.text(self.form) if e else "none" for e in (self.as_published, self.ours)]
        return (self.quantity, self.published or "none", *figures, self.remark)


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim of the paper, or one that it needs, put to the released arrays.

    Attributes:
        id: names it within the experiment.
        text: the claim; *yes* is in the paper's favour, but for E8's heads that expand orbits, and E2's linear head.
        criterion: when the answer is yes, and when it is no.
        value: the figures it rests on.
        remark: what the answer does and does not mean.
    """

    experiment: str
    setting: str
    id: str
    text: str
    criterion: str
    answer: Answer
    value: str
    remark: str = ""


class About(NamedTuple):
    """What rows and claims are about: an experiment, in a setting of data and backbone."""

    experiment: str
    setting: str

    def row(self, quantity: str, **figures: Any) -> Row:
        """A row about it."""
        return Row(experiment=self.experiment, setting=self.setting, quantity=quantity, **figures)

    def claim(self, id: str, text: str, **found: Any) -> Claim:
        """A claim about it."""
        return Claim(experiment=self.experiment, setting=self.setting, id=id, text=text, **found)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The rows and claims of one experiment."""

    rows: tuple[Row, ...]
    claims: tuple[Claim, ...]


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure of the release, recomputed."""

    rows: tuple[Row, ...]
    claims: tuple[Claim, ...]

    def tables(self, experiments: Sequence[str] = ()) -> tuple[Table, ...]:
        """The claims, then one table for each experiment and setting; of these experiments or all."""
        chosen = experiments or sorted({row.experiment for row in self.rows})
        claims = [claim for claim in self.claims if claim.experiment in chosen]
        groups = dict.fromkeys(
            (row.experiment, row.setting) for row in self.rows if row.experiment in chosen
        )
        return (
            *([_claims(claims)] if claims else []),
            *(
                _figures(name, setting, [r for r in self.rows if (r.experiment, r.setting) == key])
                for key in groups
                for name, setting in [key]
            ),
        )

    def text(self) -> str:
        """The same as plain text."""
        return "\n\n".join(plain(table) for table in self.tables()) + "\n"


def _claims(claims: Sequence[Claim]) -> Table:
    return Table(
        title="What the released arrays say of the paper's claims",
        columns=("claim", "setting", "answer", "because", "criterion", "remark"),
        rows=tuple(
            (f"{c.experiment}: {c.text}", c.setting, c.answer, c.value, c.criterion, c.remark)
            for c in claims
        ),
        note="Yes is in the paper's favour, but for E8's heads that expand orbits, which no sentence that we have claims, and for E2's linear head, which the paper's main table has escape and the release remain collapsed. Figures are computed from the released arrays, those of E8 from what the release's notebook printed.",
    )


def _figures(experiment: str, setting: str, rows: Sequence[Row]) -> Table:
    methods = [
        _methods("As published", [row.as_published for row in rows]),
        _methods("Our statistic", [row.ours for row in rows]),
    ]
    return Table(
        title=f"{experiment}, released arrays: {setting}",
        columns=COLUMNS,
        rows=tuple(row.cells() for row in rows),
        note=" ".join(
            ["Seeds in parentheses, 95 % intervals in brackets.", *filter(None, methods)]
        ),
    )


def _methods(label: str, estimates: Sequence[Estimate | None]) -> str:
    """What the intervals of a column were taken from, as a sentence; empty if nothing is said."""
    found = dict.fromkeys(e.method for e in estimates if e and e.method)
    return f"{label}: {'; '.join(found)}." if found else ""


def plain(table: Table) -> str:
    """A table as text: its title, then one block for each row."""
    blocks = []
    for row in table.rows:
        name, *cells = row
        named = zip(table.columns[1:], cells, strict=True)
        blocks.append("\n".join((f"  {name}", *(f"    {c}: {text}" for c, text in named if text))))
    return "\n".join((table.title, *blocks, f"  ({table.note})"))


def encode(analysis: Analysis) -> bytes:
    """The figures as JSON, to which tests hold what is told of the arrays where those are not."""
    return msgspec.json.format(msgspec.json.encode(analysis), indent=1) + b"\n"


def decode(text: bytes) -> Analysis:
    """The same, read back."""
    return msgspec.json.decode(text, type=Analysis)
