"""E6: does the depth of the head decide how much it can compress?

E3, E4 and E5 are measured again for heads of one, two and three layers with Swish and BatchNorm.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.claims.text import count
from verify.engine.artefact import Arrays
from verify.experiments import report
from verify.experiments.e4.display import mean, points
from verify.experiments.e4.measure import differences
from verify.experiments.e6 import display, invariants
from verify.experiments.e6.measure import DEPTHS, Depth, deepen, layers, measure
from verify.experiments.forms import LIVE, MEDIUM, Form
from verify.experiments.networks import Trained, config_of, trained, with_head
from verify.ssl.measurements import Interval, Protocol, paired_interval

EXPERIMENT = Experiment(
    id="E6",
    title="Depth of the head",
    question="Does a deeper head compress augmentation orbits more, and what does that cost?",
    published="CIFAR-10, ResNet-18, heads of 1, 2 and 3 layers with Swish and BatchNorm, one seed: depth decides the capacity to compress. From the released arrays, the spread along orbits shrinks 49.1x, 57.2x and 78.5x.",
    effects=(
        Effect(
            id="compresses",
            text="A deeper head compresses orbits more.",
            published="claimed; from the released arrays 49.1x, 57.2x, 78.5x for 1, 2, 3 layers",
            criterion="Published protocol. Yes: in every seed the compression grows from each depth that is run to the next, 1 to 2 to 3 layers or 1 to 3, and the 95 % t interval over training seeds of the logarithm of the quotient, 3 layers over 1, lies above 0. No: in every seed it is at 3 layers at most what it is at 1, and that interval lies below 0. Undecided otherwise. The interval, which the other effects here ask for, was asked after it was seen that three seeds may all fall by chance.",
        ),
        Effect(
            id="selective",
            text="A deeper head compresses orbits more, beyond the total variance.",
            published="0.81, 1.50, 2.03 from the released arrays, under the published protocol",
            criterion="Consistent protocol. Yes: in every seed the selectivity's 95 % bootstrap interval at 3 layers lies above that at 1, and so does the 95 % t interval over training seeds of the logarithm of the two selectivities' quotient above 0. No: below it in every seed, and over them. Undecided otherwise.",
        ),
        Effect(
            id="cost",
            text="A deeper head loses more of the rotation.",
            published="",
            criterion="Ours. Accuracy of a linear probe of quarter turns, z minus h, at 3 layers minus the same at 1, paired over the training seeds. Yes: the 95 % t interval lies above 0. No: below 0. Undecided otherwise.",
        ),
        Effect(
            id="bends",
            text="A deeper head raises the second differences of rotation orbits more.",
            published="",
            criterion="Ours. Consistent protocol: the ratio of the mean second differences, h over z. Yes: in every seed its 95 % bootstrap interval at 3 layers lies above that at 1, and so does the 95 % t interval over training seeds of the logarithm of their quotient above 0. No: below it in every seed, and over them. Undecided otherwise.",
        ),
    ),
)


def setup(form: Form) -> tuple[Trained, ...]:
    """For each of `DEPTHS`, heads with Swish and BatchNorm, on fewer of the digits than in E3 to E5.

    In the medium form the shallowest and the deepest alone.
    """
    depths = DEPTHS[::2] if form is MEDIUM else DEPTHS
    few = {"orbits": 120, "bent": 60, "probed": (400, 360)} if form is LIVE else {}
    config = config_of(form, "E6")
    heads = {depth: with_head(deepen(config, depth), "swish", True) for depth in depths}
    return tuple(trained(form, f"depth{d}", head, **few) for d, head in heads.items())


def answers(depths: Sequence[Depth]) -> tuple[Measured, ...]:
    """Apply the criteria."""

    def over_seeds(of: Callable[[Depth], list[float]]) -> tuple[Interval, str]:
        """The interval of the logarithm of the quotient, 3 layers over 1, and the quotient's in words."""
        pairs = zip(of(one), of(three), strict=True)
        together = paired_interval([math.log(b / a) for a, b in pairs])
        quotient = Interval(math.exp(together.low), math.exp(together.high))
        return together, f"their quotient over seeds {report.spans([quotient])}"

    def above(
        effect: str,
        orbits: Callable[[Depth], list[Interval]],
        of: Callable[[Depth], list[float]],
        what: str,
    ) -> Measured:
        pairs = list(zip(orbits(one), orbits(three), strict=True))
        together, quotient = over_seeds(of)
        return report.decided(
            effect,
            all(b.low > a.high for a, b in pairs) and together.low > 0,
            all(a.low > b.high for a, b in pairs) and together.high < 0,
            f"{what} {report.spans(orbits(one))} at 1 layer, {report.spans(orbits(three))} at 3; {quotient}",
        )

    one, three = depths[0], depths[-1]
    compression = [depth.contraction("compression", Protocol.PUBLISHED) for depth in depths]
    seeds = list(zip(*compression, strict=True))
    together, quotient = over_seeds(lambda d: d.contraction("compression", Protocol.PUBLISHED))
    lost = paired_interval(differences(three.loss, one.loss))
    return (
        report.decided(
            "compresses",
            all(all(a < b for a, b in itertools.pairwise(seed)) for seed in seeds)
            and together.low > 0,
            all(seed[-1] <= seed[0] for seed in seeds) and together.high < 0,
            f"{'; '.join(report.over_seeds(values, '.1f') for values in compression)}; 3 layers over 1, {quotient}",
        ),
        above("selective", lambda d: d.selectivity, lambda d: d.selected, "selectivity"),
        report.decided(
            "cost",
            lost.low > 0,
            lost.high < 0,
            f"{mean(one.loss)} points at 1 layer, {mean(three.loss)} at 3; difference {points(lost)}",
        ),
        above("bends", lambda d: d.second, lambda d: d.curved, "h over z"),
    )


def run_depth(form: tuple[Trained, ...], ctx: Context) -> Finding:
    """Measure E3, E4 and E5 for every depth."""
    first = form[0]
    dataset = first.source.load(ctx)
    setting = first.source.setting(dataset)
    depths: list[Depth] = []
    kept: dict[str, Arrays] = {}
    probes: list[float] = []
    for networks in form:
        runs = list(networks.runs(ctx, dataset))
        depths.append(measure(networks, runs, dataset))
        probes += report.class_probes(runs, dataset)
        depth = count(layers(networks), "layer")
        kept |= {f"{depth}, seed {run.seed}": run.arrays for run in runs}
    return report.shown(
        answers(depths),
        display.summary(setting, depths),
        cases=sum(len(networks.seeds) for networks in form),
        tables=(
            *display.settings(form, dataset),
            display.depth_table(first, dataset, depths),
            *report.timing_tables(setting, kept),
        ),
        plots=(display.depth_plot(setting, depths),),
        probes=probes,
    )


CHECKS = (
    *report.measurements(
        "E6.depth",
        "E3, E4 and E5 for heads of one, two and three layers",
        run_depth,
        setup,
        cost=6.0,
    ),
    *invariants.CHECKS,
)
