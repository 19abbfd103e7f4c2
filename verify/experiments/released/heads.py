"""E4, E5 and E6 of the release: rotation probes, second differences of orbits, and depth of the head.

Of the probes only accuracies were released, on 10,000 test images; of the second differences a mean
for each of three draws of images on one network, and for E6 each of 100 images.
"""

from __future__ import annotations

import math

import torch

from verify.experiments.released.collapse import SETTINGS
from verify.experiments.released.intervals import answer, over_seeds, wilson
from verify.experiments.released.orbits import (
    DEPTHS,
    DRAWS,
    MAIN,
    Measured,
    above_one,
    bootstrapped_ratio,
    depths,
)
from verify.experiments.released.reader import Release
from verify.experiments.released.rows import About, Claim, Estimate, Part, Row
from verify.ssl.measurements import bootstrap_weights

TESTED = 10_000
"""Test images of CIFAR-10 and CIFAR-100, each turned once."""

IMAGES = "Wilson's over the 10,000 test images"

INDEPENDENT = "normal over the test images, as if the accuracies were independent"

# --- E4 -------------------------------------------------------------------------------------

ACCURACIES = {
    "linear probe of z": "backbone_acc_linear",
    "linear probe of h": "head_acc_linear",
    "MLP probe of z": "backbone_acc_mlp",
    "MLP probe of h": "head_acc_mlp",
}

QUOTED = {
    "cifar10/resnet18": ("52.27", "37.55", "55.46", "43.56", "14.72", "3.19 to 6.01"),
    "cifar10/vit_tiny": ("40.75", "34.92", "44.22", "40.87", "", ""),
}


def difference(signed: list[tuple[int, float]]) -> Estimate:
    """A signed sum of accuracies in percent, with its interval over the test images.

    Their images are the same, so that errors that go together make it narrower than this.
    """
    value = sum(sign * share for sign, share in signed)
    half = 1.959964 * math.sqrt(sum(share * (1 - share) / TESTED for _, share in signed))
    return Estimate(
        value=100 * value,
        interval=(100 * (value - half), 100 * (value + half)),
        method=INDEPENDENT,
    )


def probe(release: Release) -> Part:
    """E4: accuracies of the rotation probes, and their differences."""
    rows: list[Row] = []
    claims: list[Claim] = []
    for folder, setting in SETTINGS.items():
        about = About("E4", setting)
        shares = {
            name: release.number(f"{folder}/guillotine_results/{key}")
            for name, key in ACCURACIES.items()
        }
        quoted = QUOTED.get(folder, ("",) * 6)
        rows += [
            about.row(
                quantity=f"accuracy of the {name}, %",
                published=text,
                as_published=Estimate(value=100 * share),
                ours=_proportion(share),
                form=".2f",
            )
            for (name, share), text in zip(shares.items(), quoted, strict=False)
        ]
        linear_z, linear_h, mlp_z, mlp_h = shares.values()
        cost = difference([(1, linear_z), (-1, linear_h)])
        wide = difference([(1, mlp_z), (-1, mlp_h)])
        growth = difference([(1, mlp_h), (-1, linear_h), (-1, mlp_z), (1, linear_z)])
        for name, found, text in (
            ("linear probe, z minus h", cost, quoted[4]),
            ("MLP probe, z minus h", wide, ""),
            ("MLP minus linear probe, of h minus the same of z", growth, quoted[5]),
        ):
            rows.append(
                about.row(
                    quantity=f"{name}, points",
                    published=text,
                    as_published=Estimate(value=found.value),
                    ours=found,
                    form=".2f",
                    remark=(
                        "the MLP has 256 hidden units on z and 512 on h"
                        if name.startswith("MLP")
                        else ""
                    ),
                )
            )
        claims += [
            _positive(
                about,
                "cost",
                "The head costs information on the rotation, for a linear probe.",
                cost,
                "One training seed; no head that was never trained was probed.",
            ),
            _positive(
                about,
                "pattern",
                "The MLP's advantage over the linear probe grows from z to h.",
                growth,
                "Two probes are compared: 256 hidden units on z and 512 on h.",
            ),
        ]
    return Part(rows=tuple(rows), claims=tuple(claims))


def _proportion(share: float) -> Estimate:
    low, high = wilson(share * TESTED, TESTED)
    return Estimate(value=100 * share, interval=(100 * low, 100 * high), method=IMAGES)


def _positive(about: About, id: str, text: str, found: Estimate, remark: str) -> Claim:
    low, high = found.interval or (0, 0)
    return about.claim(
        id=id,
        text=text,
        criterion="Yes: its interval over the test images, without training noise, lies above 0. No: below. Undecided otherwise.",
        answer=answer(low > 0, high < 0),
        value=f"{found.text('.2f')} points",
        remark=remark,
    )


# --- E5 -------------------------------------------------------------------------------------

BENDING = {
    "cifar10/resnet18": ("0.125 ± 0.002", "0.242 ± 0.004", "1.93"),
    "cifar10/vit_tiny": ("", "", "2.59"),
    "cifar100/resnet18": ("", "", "1.84"),
}

DRAWN = "Student's t over three draws of images on one network, without training noise"


def bend(release: Release) -> Part:
    """E5: second differences of the rotation orbit from 0 to 45 degrees in nine steps."""
    rows: list[Row] = []
    claims: list[Claim] = []
    for folder, setting in SETTINGS.items():
        about = About("E5", setting)
        prefix = f"{folder}/curvature_results"
        quoted = dict(
            zip(("mean_curv_z", "mean_curv_h", "mean_ratio"), BENDING[folder], strict=True)
        )
        for name, each, of in (
            ("mean_curv_z", "curvatures_z_per_seed", "mean second difference of unit z"),
            ("mean_curv_h", "curvatures_h_per_seed", "mean second difference of unit h"),
            ("mean_ratio", "ratios_per_seed", "their ratio, h over z"),
        ):
            found = over_seeds([float(value) for value in release[f"{prefix}/{each}"]], DRAWN)
            deviation = release.number(f"{prefix}/{name.replace('mean', 'std')}")
            rows.append(
                about.row(
                    quantity=of,
                    published=quoted[name],
                    as_published=Estimate(value=release.number(f"{prefix}/{name}")),
                    ours=found,
                    form=".4f",
                    remark=f"recorded standard deviation over the draws {deviation:.2g}",
                )
            )
        claims.append(
            about.claim(
                id="bends",
                text="The head, fed the raw z, raises second differences of rotation orbits.",
                criterion="Ratio of the means, h over z. Yes: its interval over the draws of images lies above 1. No: below. Undecided otherwise.",
                answer=above_one(found),
                value=found.text(".3f"),
                remark="One trained network. A second difference grows with the size of an orbit; the points themselves were not released.",
            )
        )
    return Part(rows=tuple(rows), claims=tuple(claims))


# --- E6 -------------------------------------------------------------------------------------


def deepen(release: Release) -> Part:
    """E6: heads of one, two and three layers."""
    about = About("E6", SETTINGS[MAIN])
    measured = depths(release)
    rows: list[Row] = []
    bends: list[Estimate] = []
    costs: list[Estimate] = []
    for depth, found in zip(DEPTHS, measured, strict=True):
        prefix = f"{MAIN}/head_depth_ablations/geometric_ablation_depth_{depth}"
        layers = f"{depth} layer{'s' * (depth > 1)}"
        rows += _depth_rows(about, layers, found)
        z, h = (
            torch.from_numpy(release[f"{prefix}/curvatures_{name}"]).double() for name in ("z", "h")
        )
        groups = torch.zeros(len(z), dtype=torch.int64)
        weights = bootstrap_weights(groups, DRAWS, torch.Generator().manual_seed(0))
        bends.append(bootstrapped_ratio(z, h, weights, "images"))
        linear = [release.number(f"{prefix}/acc_{name}_linear") for name in ("z", "h")]
        costs.append(difference([(1, linear[0]), (-1, linear[1])]))
        rows += [
            about.row(
                quantity=f"second differences, h over z: {layers}",
                as_published=Estimate(value=float(h.mean() / z.mean())),
                ours=bends[-1],
                form=".3f",
                remark=f"of {len(z)} images; {int((h > z).sum())} of them above 1",
            ),
            about.row(
                quantity=f"linear rotation probe, z minus h, points: {layers}",
                as_published=Estimate(value=costs[-1].value),
                ours=costs[-1],
                form=".2f",
                remark=f"{100 * linear[0]:.2f} % and {100 * linear[1]:.2f} %",
            ),
        ]
    return Part(rows=tuple(rows), claims=tuple(_depth_claims(about, measured, bends, costs)))


def _depth_rows(about: About, layers: str, found: Measured) -> list[Row]:
    named = (
        ("compression", "compression", ".1f"),
        ("shrinkage", "total variance, z over h", ".1f"),
        ("selectivity", "selectivity", ".2f"),
        ("semantic_gain", "D_inter over D_intra, h over z", ".2f"),
    )
    return [
        about.row(
            quantity=f"{name}: {layers}",
            as_published=(
                found.estimate(quantity, within=False) if quantity == "compression" else None
            ),
            ours=found.estimate(quantity),
            form=form,
        )
        for quantity, name, form in named
    ]


def _depth_claims(
    about: About, measured: tuple[Measured, ...], bends: list[Estimate], costs: list[Estimate]
) -> list[Claim]:
    compressions = [m.plain.compression.item() for m in measured]
    selective = [m.estimate("selectivity", within=False) for m in measured]
    figures = (
        (
            "selective",
            "A deeper head compresses orbits more, beyond the total variance.",
            selective,
            "Under the published protocol, one training run for each depth.",
        ),
        (
            "bends",
            "A deeper head raises the second differences of rotation orbits more.",
            bends,
            "Fed the raw z, one training run for each depth.",
        ),
        (
            "cost",
            "A deeper head loses more of the rotation, for a linear probe.",
            costs,
            "One training run for each depth.",
        ),
    )
    return [
        about.claim(
            id="compresses",
            text="A deeper head compresses orbits more.",
            criterion="Compression as published. Yes: it grows from 1 to 2 layers and from 2 to 3. No: at 3 layers it is at most what it is at 1. Undecided otherwise.",
            answer=answer(
                compressions[0] < compressions[1] < compressions[2],
                compressions[2] <= compressions[0],
            ),
            value=", ".join(f"{value:.1f}" for value in compressions),
            remark="One training run for each depth, no interval.",
        ),
        *(
            about.claim(
                id=id,
                text=text,
                criterion="Yes: the interval over orbits or images, without training noise, at 3 layers lies above that at 1. No: below. Undecided otherwise.",
                answer=answer(
                    (e[-1].interval or (0, 0))[0] > (e[0].interval or (0, 0))[1],
                    (e[-1].interval or (0, 0))[1] < (e[0].interval or (0, 0))[0],
                ),
                value="; ".join(found.text(".2f") for found in e),
                remark=remark,
            )
            for id, text, e, remark in figures
        ),
    ]
