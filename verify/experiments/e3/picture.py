"""E3 in a picture: the compression of trained and untrained heads under the published and the consistent protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from verify.claims.evidence import Evidence, Plot, Series
from verify.claims.picture import Line, Picture
from verify.claims.summary import DATA, UNLEARNED
from verify.engine.record import CheckRecord
from verify.experiments.networks import FRESH, TRAINED, UNTRAINED
from verify.ssl.measurements import Protocol

FORMS = {"digits": "E3.orbits", "medium": "E3.orbits.cifar10-medium"}
"""The checks whose tables are drawn, by the form of their data."""

SHORT = {TRAINED: "trained", FRESH: "fresh head", UNTRAINED: "untrained"}


class Ratio(NamedTuple):
    """A ratio of z to h: the mean over training seeds, the least and the largest."""

    mean: float
    low: float
    high: float


def read(cell: str) -> Ratio:
    """Read a cell: a number, and in parentheses those of the seeds or a remark.

    Raises:
        ValueError: if it begins with no number.
    """
    mean, _, others = cell.partition("(")
    seeds = [float(x) for x in others.rstrip(")").split(", ")] if "," in others else []
    value = float(mean)
    return Ratio(value, min(seeds, default=value), max(seeds, default=value))


def ratios(evidence: Evidence, column: str) -> dict[tuple[str, str], Ratio]:
    """A column of the table of spreads, by network and protocol."""
    (table,) = (t for t in evidence.tables if {column, "total variance z / h"} <= set(t.columns))
    at = table.columns.index(column)
    return {(row[0], row[1]): read(row[at]) for row in table.rows if row[at]}


def picture(checks: Mapping[str, CheckRecord]) -> Picture | None:
    """Compressions under both protocols of the data that were measured; nothing without the digits."""
    measured = {
        form: (check, check.evidence)
        for form, id in FORMS.items()
        if (check := checks.get(id)) and check.evidence and check.evidence.answers
    }
    if "digits" not in measured or measured["digits"][0].stale:
        return None
    places: list[str] = []
    drawn: dict[Protocol, list[tuple[int, Ratio]]] = {protocol: [] for protocol in Protocol}
    told = []
    for form, (check, evidence) in measured.items():
        found, selective = (ratios(evidence, name) for name in ("compression z / h", "selectivity"))
        if not places:
            (own,) = (
                name for name in found if name[0].startswith("published: ") and "ResNet" in name[0]
            )
            drawn[Protocol.PUBLISHED].append((0, found[own]))
            places.append("published:\nCIFAR-10,\nResNet-18")
        for network, name in SHORT.items():
            for protocol in Protocol:
                drawn[protocol].append((len(places), found[network, protocol]))
            places.append(f"{DATA[form].partition(' ')[0]}:\n{name}")
        (trained, fresh), (trained_so, fresh_so) = (
            [selective[name, protocol].mean for name in (TRAINED, FRESH)]
            for protocol in (Protocol.CONSISTENT, Protocol.PUBLISHED)
        )
        said = f"{trained:.2g} on {DATA[form]}, where a fresh head has {fresh:.2g} (under the published protocol {trained_so:.2g} and {fresh_so:.2g})"
        said += ", measured with earlier code" if check.stale else ""
        said += (
            ", by networks that do not count as trained" if UNLEARNED in evidence.summary else ""
        )
        told.append(said)
    never = [
        x.low for at, x in drawn[Protocol.PUBLISHED] if at and places[at].split()[-1] != "trained"
    ]
    return Picture(
        plot=Plot(
            title=(
                "Under the published protocol the spread along orbits shrinks behind heads that were never trained, too"
                if min(never) > 1
                else "Compression of orbits under both protocols"
            ),
            kind="scatter",
            series=tuple(
                Series(
                    label=f"{protocol} protocol",
                    x=tuple(at + shift for at, _ in drawn[protocol]),
                    y=tuple(x.mean for _, x in drawn[protocol]),
                    low=tuple(x.low for _, x in drawn[protocol]),
                    high=tuple(x.high for _, x in drawn[protocol]),
                )
                for protocol, shift in ((Protocol.PUBLISHED, -0.1), (Protocol.CONSISTENT, 0.1))
            ),
            xlabel="",
            ylabel="spread along orbits, z over h",
            yscale="log",
        ),
        caption=f"Published: the head is fed the normalised representation; consistent: what it was trained on. Means over training seeds, where there are several, with their range; the published value, of one seed, is from the released arrays, by which the head is selective under the published protocol. Selectivity, the compression over that of the total variance, is of the trained head under the consistent protocol {'; '.join(told)}; 1 is none.",
        places=tuple(places),
        lines=(Line("y", 1.0, "no compression"),),
        shown_by=tuple(check.id for check, _ in measured.values()),
    )
