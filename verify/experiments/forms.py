"""The forms of the experiments: which data and networks, how many seeds, and what a run costs.

Nothing heavy, so that ``python -m verify ssl --list`` is instant. What a form trains and measures
is in `verify.experiments.networks`.
"""

from __future__ import annotations

from dataclasses import dataclass

DIGITS = "digits"
"""The form that runs inside ``verify all``: its checks bear no form's name."""

NETWORKS = ("resnet18", "vit-tiny")

SIZES = {
    "reduced": "two CPU cores",
    "medium": "one CPU core",
    "published": "one data-centre GPU",
}
"""How large the networks and data are, smallest first, and what that takes; see `verify.experiments.networks.SCALES`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Form:
    """One form of some experiments.

    Attributes:
        data: the data set, a key of `verify.ssl.data.loading.DATASETS`.
        network: the backbone.
        size: one of `SIZES`.
        seeds: training seeds; E1 has one, as published.
        minutes: by experiment, what it takes: at the published size on one data-centre GPU, by
            arithmetic; medium on one CPU core, by arithmetic from seconds per step; reduced on two
            CPU cores, measured. What is not named has no such form.
    """

    data: str
    network: str = NETWORKS[0]
    size: str
    seeds: int
    minutes: dict[str, float]

    @property
    def published(self) -> bool:
        """Whether it is of the published size."""
        return self.size == PUBLISHED.size

    @property
    def images(self) -> str:
        """What its runs are called by, which are the same runs in a form with other seeds."""
        parts = [self.data] + [self.network] * (self.network != NETWORKS[0])
        return "-".join(parts + [self.size] * (not self.published))

    @property
    def name(self) -> str:
        """The last component of its checks' ids."""
        return self.images + "-1-seed" * (self.seeds == 1)

    @property
    def words(self) -> str:
        """What it is called in a title."""
        size = "published size" if self.published else self.size
        seed = ", 1 seed" * (self.seeds == 1)
        return f"{self.data.upper().replace('CIFAR', 'CIFAR-')}, {self.network}, {size}{seed}"

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its checks need of a machine: the images and, at the published size, a GPU."""
        return (self.data, "cuda") if self.published else (self.data,)

    def command(self, experiment: str) -> str:
        """What to type to run an experiment in this form."""
        words = ["python -m verify ssl", experiment, "--data", self.data, "--data-path PATH"]
        words += ["--network", self.network] * (self.network != NETWORKS[0])
        words += ["--seeds 1"] * (self.seeds == 1)
        return " ".join([*words, "--device cuda" if self.published else f"--form {self.size}"])


LIVE = Form(data=DIGITS, size="digits", seeds=3, minutes={})
"""The digits' own form, which every experiment has, E8 for its objectives alone."""

REDUCED = Form(
    data="cifar10",
    size="reduced",
    seeds=3,
    minutes={"E1": 8, "E2": 9, "E3": 5, "E4": 5, "E5": 5, "E6": 12, "E7": 9, "E9": 18},
)

MEDIUM = Form(
    data="cifar10",
    size="medium",
    seeds=3,
    minutes={
        "E1": 150,
        "E2": 150,
        "E3": 340,
        "E4": 320,
        "E5": 310,
        "E6": 240,
        "E7": 150,
        "E9": 600,
    },
)

PUBLISHED = Form(
    data="cifar10",
    size="published",
    seeds=3,
    minutes={"E1": 16, "E2": 60, "E3": 4, "E4": 4, "E5": 4, "E6": 9, "E7": 60, "E9": 12},
)

FORMS = (
    REDUCED,
    MEDIUM,
    Form(
        size=MEDIUM.size,
        data="cifar10",
        seeds=1,
        minutes={"E2": 90, "E3": 120, "E4": 110, "E5": 105, "E7": 90},
    ),
    PUBLISHED,
    Form(
        size=PUBLISHED.size, data="cifar10", seeds=1, minutes={"E2": 20, "E7": 20}
    ),  # the whole is too long for some visits
    Form(size=PUBLISHED.size, data="cifar100", seeds=3, minutes={"E3": 4, "E4": 4, "E5": 4}),
    Form(
        size=PUBLISHED.size,
        data="cifar10",
        network="vit-tiny",
        seeds=3,
        minutes={"E3": 4, "E4": 4, "E5": 4},
    ),
)
"""Every form but the digits'."""

RELEASED = "python -m verify ssl E8 --checkpoint FILE --data-path PATH"
"""What to type to run E8, on a released network of the user's."""

DATASETS = tuple(dict.fromkeys(form.data for form in FORMS))
"""The data sets that do not come with the project."""


def listing() -> str:
    """Every form of every experiment with what it costs, one line each; E8's cost is the checkpoint's."""
    lines = []
    for form in FORMS:
        for experiment, minutes in form.minutes.items():
            lines.append(
                f"{experiment}  {form.name:15}  about {minutes:3g} min on {SIZES[form.size]:19}  {form.command(experiment)}"
            )
    return "\n".join([*lines, f"E8  {'checkpoint':15}  {'':37}  {RELEASED}"])
