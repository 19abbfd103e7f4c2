"""Where an experiment's images come from, and training on them so that it can be resumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.ssl.augment import rotation_orbit
from verify.ssl.data import Dataset, floating, load_digits
from verify.ssl.training import Config, Observe, Progress, TrainedRun, train

if TYPE_CHECKING:
    from torch import Tensor

    from verify.ssl.session import Session


@dataclass(frozen=True, kw_only=True)
class Source:
    """The images of an experiment.

    Attributes:
        name: first word of the names of what is trained on them.
        load: reads them; a function of the session, which says where the data are.
        size: ``reduced`` or ``published``: how the setting compares with the published one.
        long: training takes minutes, so it is reported, saved every epoch and timed.
    """

    name: str
    load: Callable[[Session], Dataset]
    size: str
    long: bool

    def setting(self, dataset: Dataset) -> str:
        """How every table and plot names the data."""
        return f"{dataset.name}, {self.size} setting"


def digits(session: Session) -> Dataset:
    """The digits, which come with the project's dependencies."""
    return load_digits().to(session.device)


DIGITS_SOURCE = Source(name="digits", load=digits, size="reduced", long=False)


def orbits(images: Tensor, angles: Tensor) -> Tensor:
    """Rotation orbits (N, A, C, H, W) of images as they are kept, bytes or floats."""
    return rotation_orbit(floating(images), angles)


def fit(
    source: Source,
    config: Config,
    session: Session,
    observing: Callable[[Config, Dataset], Observe] | None = None,
) -> tuple[Dataset, TrainedRun]:
    """Train on a source's images; return them and the run.

    Args:
        source: the images.
        config: what is trained; its data set is the source's, whatever it says.
        session: the device, the paths of the data, where to keep checkpoints and how long to go on.
        observing: what is observed, of the configuration and the images.

    Raises:
        OutOfTime: at the deadline; the same call goes on from the last epoch.
    """
    dataset = source.load(session)
    config = replace(config, dataset=dataset.name)
    observe = observing(config, dataset) if observing else None
    if not source.long:
        return dataset, train(config, dataset, session.device, observe)
    run = train(
        config,
        dataset,
        session.device,
        observe,
        checkpoint=Path(session.scratch),
        deadline=session.deadline,
        progress=_Report(session),
    )
    return dataset, run


def timing(source: Source, run: TrainedRun) -> dict[str, np.ndarray]:
    """How long a long run took and how fast it was; nothing of a short one."""
    if not source.long:
        return {}
    return {
        "seconds": np.array(run.seconds),
        "images_per_second": np.array(run.images_per_second),
        "data_share": np.array(run.data_share),
    }


@dataclass
class _Report:
    """Reports a run's progress: a line at each epoch's end, and on a terminal in between."""

    session: Session
    told: int = 0

    def __call__(self, progress: Progress) -> None:
        """Say how far the run is."""
        ended = progress.step * progress.epochs == progress.epoch * progress.steps
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        self.session.report(
            f"epoch {progress.epoch} of {progress.epochs}, "
            f"{100 * progress.step // progress.steps} % of the run, "
            f"{progress.images_per_second:.0f} images/s, {minutes} min {seconds:02d} s left",
            whole=ended and progress.epoch > self.told,
        )
        self.told = progress.epoch if ended else self.told
