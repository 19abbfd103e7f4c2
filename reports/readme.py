"""The tables of README and RESULTS, and what a large run takes in USING, from the same source as the report: ``python -m reports.readme`` renews them.

What they tell is what the rooms predict. A run that finds otherwise is red, and a room whose summary tells
otherwise contradicts itself; so a table here that differs from a file is one that was not renewed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import released
from reports.plain import plain
from verify.claims.check import CASES, Kind
from verify.claims.evidence import Answer
from verify.claims.statement import Statement, Verdict
from verify.claims.summary import DATA, Summary, Told, sentence
from verify.claims.text import count
from verify.engine import registry
from verify.engine.registry import Room

ROOT = Path(__file__).parents[1]
README, RESULTS, USING = "README.md", "reports/RESULTS.md", "USING.md"
"""What is read first, the whole of what was found, and the whole of what can be done."""

EVIDENCE = ROOT / "reports" / "evidence"
BENCH = EVIDENCE / "bench.json"
"""What ``python -m verify bench --json`` wrote."""

_HEADS = [
    f"{name}: not asked whether trained" if form == "digits" else name
    for form, name in DATA.items()
]
"""What was measured on, and whether its networks count as trained."""

_BEGIN = "<!-- {}: `python -m reports.readme` renews this -->\n"
_END = "<!-- end of {} -->\n"


def blocks(rooms: Sequence[Room]) -> dict[str, dict[str, str]]:
    """Return the generated parts of each file by name, as Markdown."""
    bench = json.loads(BENCH.read_bytes())
    return {
        README: {
            "counts": _counts(rooms),
            "headlines": _headlines(rooms),
            "answers": _answers(rooms),
            "ahead": f"{_ahead(bench)}\n",
        },
        RESULTS: {
            "statements": _statements(rooms),
            "experiments": _experiments(rooms),
            "released": _released(rooms),
            "speed": _speed(bench),
        },
        USING: {"costs": f"{_costs(rooms)}\n"},
    }


def renewed(text: str, parts: Mapping[str, str]) -> str:
    """Return a file's text in which the generated parts, by name, are these.

    Raises:
        ValueError: if the text does not hold each of them once.
    """
    for name, block in parts.items():
        begin, end = _BEGIN.format(name), _END.format(name)
        if (text.count(begin), text.count(end)) != (1, 1):
            raise ValueError(
                f"Expected one generated part {name!r} between the lines {begin.strip()!r} and {end.strip()!r}; "
                "restore them."
            )
        before, _, rest = text.partition(begin)
        text = before + begin + block + end + rest.partition(end)[2]
    return text


def _costs(rooms: Sequence[Room]) -> str:
    """What many seeds take, from the records of the soak: few checks were timed with the cases of `deep`."""
    each, deep = _seconds("soak.json"), _seconds("soak_deep.json")
    properties = {one.id for room in rooms for one in room.checks if one.kind is Kind.PROPERTY}

    def rate(ids: set[str]) -> float:
        """How many times as long `deep` took for these."""
        return sum(deep[id] for id in ids) / sum(each[id] for id in ids)

    slower, others = rate(deep.keys() & properties), rate(deep.keys() - properties)
    estimated = [one * (slower if id in properties else others) for id, one in each.items()]
    hours, longest = 10_000 / 3600, max(each, key=each.__getitem__)
    (timed,) = {
        room.subject.label
        for room in rooms
        if isinstance(room.subject, Statement) and any(one.id in deep for one in room.checks)
    }
    return (
        f"So far, by `reports/evidence/soak.json` (timed with earlier code), the {len(each)} checks that draw take {sum(each.values()):.1f} CPU-seconds a seed "
        f"with the {CASES['smoke']} cases of `smoke`, and 10,000 seeds {sum(each.values()) * hours:.0f} CPU-hours, not below "
        f"{each[longest] * hours:.0f} hours of any number of workers, which `{longest}` takes. With the {CASES['deep']} of `deep` only the "
        f"{len(deep)} of {timed.rpartition(' ')[2]} were timed (`soak_deep.json`): properties took {slower:.0f} times as long, what else draws "
        f"{others:.1f} times. If it is so elsewhere, 10,000 seeds of all take about {round(sum(estimated) * hours, -2):.0f} "
        f"CPU-hours, not below {round(max(estimated) * hours, -1):.0f} hours of any number of workers; it is more where larger heads are "
        "taken besides, as `thm41.identity.production` does."
    )


def _seconds(file: str) -> dict[str, float]:
    """The CPU-seconds a seed of each check that draws, from a record of the soak."""
    return {
        id: one["cpu_s"] / one["seeds"]
        for id, one in json.loads((EVIDENCE / file).read_bytes()).items()
        if one["draws"] and one["seeds"]
    }


def _counts(rooms: Sequence[Room]) -> str:
    statements = [room.subject for room in rooms if isinstance(room.subject, Statement)]
    parts = Counter(part.predicted for one in statements for part in one.parts)
    quoted, beyond = _readings(rooms)
    claims = [c.run.args[0] for room in rooms for c in room.checks if c.kind is Kind.KERNEL]  # type: ignore[attr-defined]
    theorems = {f"{claim.room}.{theorem}" for claim in claims for theorem in claim.theorems}
    whole = [claim for claim in claims if not claim.said.missing]
    return (
        f"Of {quoted.total()} readings as quoted {quoted[Verdict.REFUTED]} are refuted, "
        f"{quoted[Verdict.HOLDS]} hold, and {quoted[Verdict.HOLDS_ADDED]} hold with an added hypothesis; of {beyond.total()} that ask\n"
        f"for more than was quoted {beyond[Verdict.REFUTED]} are refuted, {beyond[Verdict.HOLDS]} hold, and {beyond[Verdict.HOLDS_ADDED]} hold with one.\n"
        f"Of {sum(parts.values())} parts as repaired {parts[Verdict.PROVED]} are proved by Coq's kernel, "
        f"{parts[Verdict.DERIVED]} derived, and {parts[Verdict.SUPPORTED]} supported by numerics only.\n"
        f"{count(len(theorems), 'theorem')} of Coq say {len(whole)} of these sentences whole, and "
        f"{len(claims) - len(whole)} in part.\n"
    )


def _readings(rooms: Sequence[Room]) -> tuple[Counter[Verdict], Counter[Verdict]]:
    """How many readings of what was quoted have which verdict, and how many that ask for more."""
    quoted: Counter[Verdict] = Counter()
    beyond: Counter[Verdict] = Counter()
    for room in rooms:
        if isinstance(room.subject, Statement):
            more = room.summary.beyond if isinstance(room.summary, Summary) else ()
            for reading in room.subject.readings:
                (beyond if reading.id in more else quoted)[reading.predicted] += 1
    return quoted, beyond


def _headlines(rooms: Sequence[Room]) -> str:
    lines = ["| statement | what became of it | counterexample |", "| --- | --- | --- |"]
    for name, summary in _summed_up(rooms):
        told = _cell(_strong(plain(sentence(summary.headline))))
        smallest = _cell(plain(summary.smallest)) or "none"
        lines.append(f"| {name} | {told} | {smallest} |")
    return "\n".join(lines) + "\n"


def _statements(rooms: Sequence[Room]) -> str:
    lines = ["| statement as quoted | what became of it |", "| --- | --- |"]
    for name, summary in _summed_up(rooms):
        told = [_strong(sentence(summary.readings))]
        if summary.smallest:
            told.append(f"Counterexample: {summary.smallest}")
        if summary.instead:
            told.append(f"Instead: {sentence(summary.instead)}")
        lines.append(f"| {name} | {_cell(plain('<br>'.join(told)))} |")
    return "\n".join(lines) + "\n"


def _summed_up(rooms: Sequence[Room]) -> Iterable[tuple[str, Summary]]:
    """What each statement is called, and what became of it."""
    for room in rooms:
        if isinstance(room.subject, Statement) and room.summary is not None:
            title = room.subject.title
            name = f"{room.subject.label.rpartition(' ')[2]} {title[0].lower()}{title[1:]}"
            yield name, room.summary


def _strong(text: str) -> str:
    """The text with the word that matters most in bold."""
    return re.sub(r"\b([Rr]efuted)\b", r"**\1**", text)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, of cells that are escaped."""
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _answers(rooms: Sequence[Room]) -> str:
    """The answers alone: the figures are those of the long table."""
    short = (data.rpartition(", ")[2] for data in _HEADS)
    return _table(
        ("effect", "published", "released arrays", *short),
        (_answered(name, one, _word) for name, one in _told(rooms)),
    )


def _experiments(rooms: Sequence[Room]) -> str:
    arrays = "released arrays (CIFAR-10, ResNet-18; E8: what the notebook printed), by criteria as near to ours as they allow"
    return _table(
        ("effect", "published", arrays, *_HEADS),
        (_answered(name, one, _answer) for name, one in _told(rooms)),
    )


def _answered(name: str, one: Told, said: Callable[..., str]) -> list[str]:
    """The row of an effect: what was asked, what was published, and each answer as it is said here."""
    forms = (said(getattr(one, form)) for form in DATA)
    published = _cell(one.published) or "none"
    return [f"{name}: {_cell(one.text)}", published, said(one.arrays, "no arrays"), *forms]


def _told(rooms: Sequence[Room]) -> Iterable[tuple[str, Told]]:
    """The effects that were answered alike, each with its experiment."""
    return ((room.name, one) for room in rooms for one in room.told)


def _released(rooms: Sequence[Room]) -> str:
    """What the released arrays answer where they are of several settings, or no row above tells it; an answer unlike the first one's stands out."""
    settings, several = released.by_setting()
    told = {(name, id) for name, one in _told(rooms) for id in one.claims}
    asked = {key: of for key, of in released.asked().items() if key in several or key not in told}
    lines = [f"| claim | {' | '.join(settings)} |", "| --- " * (1 + len(settings)) + "|"]
    for (name, _), found in asked.items():
        main = found[settings[0]]
        cells = [_claim(found.get(setting), main) for setting in settings]
        lines.append(f"| {name}: {_cell(main.text.rstrip('.'))} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _claim(claim: released.Claim | None, main: released.Claim) -> str:
    if claim is None:
        return "no arrays"
    answer = claim.answer.value if claim.answer is main.answer else f"**{claim.answer.value}**"
    figures = re.sub(r"^[^:]*, 0[.]\d+: ", "", claim.value)  # the run is said by the claim
    return f"{answer}: {_cell(figures).replace('-', '−')}"


def _speed(bench: dict[str, Any]) -> str:
    """The peers' processor times over ours, row by row, and where a peer is ahead."""
    lines = ["| row | peers: processor time over ours |", "| --- | --- |"]
    for row in bench["rows"]:
        told = []
        for name, peer in row["peers"].items():
            ratio = peer["cpu ratio"]
            median, least, largest = (f"{ratio[k]:.2g}" for k in ("median", "least", "largest"))
            one = f"{name} {median} ({least} to {largest})"
            told.append(one if ratio["largest"] >= 1 else f"**{one}**")
        lines.append(f"| {_cell(row['name'])}: {row['asked']} | {_cell('; '.join(told))} |")
    here = bench["environment"]
    used = ", ".join(f"{name} {version}" for name, version in here["versions"].items())
    load = max(here["load before"][0], here["load after"][0])
    where = f"One thread of {here['processor']}, load up to {load:.1f} on {here['cpus']} CPUs; Python {here['python']}, {used}."
    return "\n".join([*lines, "", f"{_ahead(bench)} {where}"]) + "\n"


def _ahead(bench: dict[str, Any]) -> str:
    """Where a peer is ahead in every round, and where in some."""
    ahead, unsure = [], []
    for row in bench["rows"]:
        for name, peer in row["peers"].items():
            ratio = peer["cpu ratio"]
            if ratio["largest"] < 1:
                ahead.append(f"{name} ({row['name']})")
            elif ratio["least"] <= 1:
                unsure.append(f"{name} ({row['name']})")
    return f"Ahead of ours in every round: {'; '.join(ahead) or 'none'}. Now ahead, now behind: {'; '.join(unsure) or 'none'}."


TURNED = "undecided on another machine"
"""How a summary ends what it tells of an answer that another machine's rounding turned."""


def _word(told: tuple[Answer, str] | None, missing: str = "not run") -> str:
    if told is None:
        return missing
    answer, figures = told
    return f"{answer.value}; {TURNED}" if figures.endswith(TURNED) else answer.value


def _answer(told: tuple[Answer, str] | None, missing: str = "not run") -> str:
    if told is None:
        return missing
    answer, figures = told
    return _cell(f"{answer}: {figures}" if figures else answer.value)


def _cell(text: str) -> str:
    """Text of a Markdown table's cell: a bar would end it, a star or underscore lean it."""
    escaped = re.sub(r"(?<!\*)\*(?!\*)", r"\\*", text.replace("|", r"\|"))
    return re.sub(r"_(?=\S)", r"\\_", escaped)


def renew(root: Path = ROOT) -> list[Path]:
    """Write the generated parts of README, RESULTS and USING in a checkout anew, and return the files."""
    places = registry.contents(registry.REGISTRIES)
    rooms = [registry.load(place.entry.id, place.module) for place in places]
    written = []
    for name, parts in blocks(rooms).items():
        file = root / name
        file.write_text(renewed(file.read_text(encoding="utf-8"), parts), encoding="utf-8")
        written.append(file)
    return written


if __name__ == "__main__":
    renew()
