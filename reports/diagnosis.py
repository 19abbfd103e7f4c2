"""The diagnosis of one head as one HTML page in the report's style."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.faults import Faults
from reports.figures import svg
from reports.mathml import prose_or_source, unbroken
from reports.styles import rules, styles_once
from reports.typed import lettered
from verify.claims.evidence import Plot, Series
from verify.diagnose import Diagnosis
from verify.diagnose.words import repels


def page(found: Diagnosis) -> str:
    """Return the page of a diagnosis as HTML; a plot that cannot be drawn is told in its place."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(svg=Faults().guarded(svg, lambda plot: plot.title), style=rules())
    environment.filters |= {"figure": _figure, "prose_or_source": prose_or_source}
    template = environment.get_template("diagnosis.html")
    return styles_once(template.render(found=found, plots=plots(found), places=places(found)))


def places(found: Diagnosis) -> list[str]:
    """The samples of the batch by their places among the outputs; of many, those with a share of 1/20."""
    few = len(found.samples) <= 12
    return [
        str(sample) if few or share > 0.05 else ""
        for sample, share in zip(found.samples, found.escape, strict=True)
    ]


def _figure(number: float) -> str:
    """Four digits of a number, and all of a count."""
    return unbroken(lettered(f"{number:.0f}" if number.is_integer() else f"{number:.4g}"))


def plots(found: Diagnosis) -> list[Plot]:
    """The pictures of a diagnosis: spectra of z and h, of H_eff, and where the way out lies."""
    drawn = []
    singular = {
        name: [value for value in values if value > 1e-17]
        for name, values in found.spectra.items()
        if name.startswith("singular")
    }
    if any(singular.values()):
        drawn.append(
            Plot(
                title="Singular values of the centred z and h, over the largest",
                kind="line",
                series=tuple(_line(name, values) for name, values in singular.items() if values),
                xlabel="index",
                ylabel="singular value",
                yscale="log",
            )
        )
    values = found.spectra.get("eigenvalues of H_eff", ())
    if values:
        drawn.append(
            Plot(
                title="Eigenvalues of H_eff on the batch",
                kind="line",
                series=(_line("", values),),
                xlabel="index",
                ylabel="eigenvalue",
                note="Middles of proved enclosures.",
            )
        )
    if repels(found.term("H_eff")):
        drawn.append(
            Plot(
                title="How the least eigenvalue's direction, or directions, lie on the samples of the batch",
                kind="bar",
                series=(_line("", found.escape, first=0),),
                xlabel="samples of the batch, by their places among the outputs",
                ylabel="share",
            )
        )
    return drawn


def _line(label: str, values: tuple[float, ...] | list[float], first: int = 1) -> Series:
    x = tuple(float(first + i) for i in range(len(values)))
    return Series(label=label, x=x, y=tuple(values))
