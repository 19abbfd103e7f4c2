"""E8: do the heads of released networks compress the orbits of augmentations?

The weights do not come with the project: a user names a file. What the published measurement
depends on besides is shown without them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from verify.claims.check import Context
from verify.claims.declare import measurement
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments.e8 import display, invariants, objectives
from verify.experiments.e8.display import PUBLISHED, span
from verify.experiments.e8.measure import IMAGES, KINDS, Cell, measure
from verify.experiments.forms import RELEASED
from verify.experiments.report import decided, shown
from verify.ssl.data import floating
from verify.ssl.data.loading import load as load_images
from verify.ssl.released import RELEASES, files, load
from verify.ssl.training import ieee

EXPANDING = ("VICReg ResNet-50", "Barlow Twins ResNet-50")
"""The networks whose heads expand orbits by the published cosines; the others' compress them."""

CRITERION = "Unit vectors of 50 CIFAR-10 test images. {yes}: for every kind of orbit the selectivity's 95 % bootstrap interval over images lies above 1 and above that of a head that was never trained. {no}: below both for every kind. Undecided otherwise."


def effect_of(name: str) -> str:
    """The id of the effect that is about a network."""
    return name.lower().replace(" ", "-").replace("/", "")


def _effect(name: str) -> Effect:
    expands = name in EXPANDING
    figures = ", ".join(
        f"{gain:+g} ({kind})" if expands else f"{ratio:g} ({kind})"
        for kind, (ratio, gain) in zip(KINDS, PUBLISHED[name], strict=True)
    )
    return Effect(
        id=effect_of(name),
        text=f"The head of {name} {'expands' if expands else 'compresses'} orbits.",
        published=f"{'gain of the cosine to the original' if expands else 'variance ratio'} {figures}",
        criterion=CRITERION.format(yes="No" if expands else "Yes", no="Yes" if expands else "No"),
    )


EXPERIMENT = Experiment(
    id="E8",
    title="Orbits of released networks",
    question="Do the heads of released networks compress the orbits of augmentations?",
    published="DINO ViT-S/16 and ResNet-50, VICReg and Barlow Twins ResNet-50, with their heads, on CIFAR-10 test images at 224 pixels; 12 steps of rotation (0 to 45 degrees), hue, saturation and blur. By the figures that a notebook printed, DINO's heads compress orbits, and by its cosines those of VICReg and Barlow Twins expand them; no sentence that we have says so.",
    effects=(*(_effect(release.name) for release in RELEASES), *objectives.EFFECTS),
)


def answer(name: str, cells: dict[str, Cell]) -> Measured:
    """Apply the criterion to one network."""
    kinds = list(cells.values())
    compresses = all(c.selectivity.low > max(1, c.fresh.high) for c in kinds)
    expands = all(c.selectivity.high < min(1, c.fresh.low) for c in kinds)
    said, otherwise = (expands, compresses) if name in EXPANDING else (compresses, expands)
    return decided(
        effect_of(name),
        said,
        otherwise,
        "; ".join(
            f"{kind}: selectivity {span(cell.selectivity)}, never trained {span(cell.fresh)}"
            for kind, cell in cells.items()
        ),
    )


def run_orbits(ctx: Context) -> Finding:
    """Measure every checkpoint that the context names."""
    path = ctx.data["cifar10"]
    dataset = load_images(
        "cifar10", Path(path) if path else None, cache=Path(ctx.cache) / "data", download=not path
    )
    images = floating(dataset.test_images[:IMAGES]).to(ctx.device)
    labels = dataset.test_labels[:IMAGES].to(ctx.device)
    found: dict[str, dict[str, Cell]] = {}
    for file in files(Path(ctx.data["checkpoint"])):
        network = load(file)
        network.backbone.to(ctx.device)
        network.head.to(ctx.device)
        with ieee():
            found[network.release.name] = measure(network, images, labels)
    of_networks = "; ".join(
        f"{name}: selectivity "
        + ", ".join(f"{span(cell.selectivity)} ({kind})" for kind, cell in cells.items())
        for name, cells in found.items()
    )
    return shown(
        # Of other networks nothing was published that could be answered.
        [answer(name, cells) for name, cells in found.items() if name in PUBLISHED],
        f"On {IMAGES} test images of {dataset.name}, 95 % intervals over images: {of_networks}.",
        cases=len(images) * len(KINDS) * len(found),
        tables=display.tables(dataset, found),
    )


CHECKS = (
    replace(
        measurement(
            "E8.orbits",
            "Orbits of released networks and of heads that were never trained",
            run_orbits,
            capabilities=("checkpoint", "cifar10"),
            cost=400.0,
        ),
        command=RELEASED,
    ),
    measurement(
        "E8.objectives",
        "Orbits, probes and spectra of networks that differ by their objective alone",
        objectives.run_objectives,
        artefacts=tuple(a for form in objectives.FORMS.values() for a in form.artefacts),
        capabilities=("standard",),
        cost=10.0,
    ),
    *invariants.CHECKS,
)
