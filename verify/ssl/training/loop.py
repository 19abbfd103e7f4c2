"""Self-supervised training of a backbone under a projector: one loop, read top to bottom."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from verify.ssl.data import Dataset, Source, floating
from verify.ssl.training.checkpoint import (
    Live,
    OutOfTime,
    Progress,
    Progression,
    Reporter,
    Stopwatch,
    checkpoint_path,
)
from verify.ssl.training.config import TWO_VIEWS, Config, Networks, untrained, weights_to_arrays

if TYPE_CHECKING:
    from verify.ssl.session import Session


@contextlib.contextmanager
def ieee() -> Iterator[None]:
    """Let float32 mean float32: no TF32 in matrix products and convolutions, which cuDNN has by default.

    Convolutions are deterministic besides, so that a run on CUDA repeats itself.
    """
    cudnn, products = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, cudnn.deterministic, cudnn.benchmark, products.allow_tf32
    cudnn.allow_tf32, cudnn.deterministic, cudnn.benchmark = False, True, False
    products.allow_tf32 = False
    try:
        yield
    finally:
        cudnn.allow_tf32, cudnn.deterministic, cudnn.benchmark, products.allow_tf32 = before


def autocast(precision: str, device: str | torch.device) -> torch.autocast:
    """The context in which networks compute while they are trained."""
    kind = torch.device(device).type
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=precision == "bfloat16")


@dataclass(frozen=True)
class State:
    """A run between two epochs, as `train` shows it; the networks are in evaluation mode.

    Attributes:
        epoch: epochs done; 0 is before the first step, and has no gradients.
        steps: steps done.
        networks: parameters hold the gradient of the last minibatch in ``grad``.
        learning_rate: of the last step, or of the first to come.
    """

    epoch: int
    steps: int
    networks: Networks
    learning_rate: float


Observe = Callable[[State], Mapping[str, "float | np.ndarray"]]
"""What is measured of a state, by name; the same names and shapes at every state, and nothing but a
function of the state, the configuration and the data."""

Observing = Callable[[Config, Dataset], Observe]
"""Makes what observes a run, of its configuration and images."""


@dataclass(frozen=True)
class Step:
    """A step of a run, between its gradients and their use; the networks are in training mode.

    Attributes:
        networks: parameters hold the minibatch's gradient in ``grad``, and are not updated yet.
        h: (2n, k), projections of the minibatch's two views, without gradients.
        learning_rate: of this step.
    """

    networks: Networks
    h: Tensor
    learning_rate: float


Watch = Callable[[Step], Mapping[str, Tensor]]
"""What is measured of every step, by name, each a scalar on the networks' device; kept is the mean over
the steps of an epoch. A function of a module, since a checkpoint is named by it."""


@dataclass(frozen=True)
class TrainedRun:
    """What training leaves behind.

    Attributes:
        networks: trained, in evaluation mode, on the device they were trained on.
        losses: mean objective of each epoch.
        curves: what was observed, each of shape (epochs + 1, ...), and what was watched, (epochs,).
        seconds: wall time, of earlier calls too where the run went on from a checkpoint.
        images_per_second: training images, each in two views, per second of training; observing
            and writing checkpoints do not count.
        data_share: share of that time in which images were fetched and augmented.
        resumed: epochs that the checkpoint held.
        checkpoint: the file, to be removed once what the run leads to is stored.
    """

    networks: Networks
    losses: tuple[float, ...]
    curves: dict[str, np.ndarray]
    seconds: float
    images_per_second: float
    data_share: float
    resumed: int = 0
    checkpoint: Path | None = None


def train(
    config: Config,
    dataset: Dataset,
    device: str | torch.device = "cpu",
    observe: Observe | None = None,
    watch: Watch | None = None,
    *,
    checkpoint: Path | None = None,
    every: int = 1,
    apart: float = 0.0,
    deadline: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> TrainedRun:
    """Train a backbone and projector on the training images, without their labels.

    A run that goes on from a checkpoint ends as one that never stopped: to the last bit on the CPU
    with one thread.

    Args:
        config: everything that is chosen.
        dataset: only `name` and `train_images` have a part in training.
        device: where to train.
        observe: called before the first step and after every epoch.
        watch: called at every step.
        checkpoint: a folder; see `checkpoint_path`. A finished run leaves its last checkpoint there,
            and is not trained again.
        every: epochs from one checkpoint to the next.
        apart: seconds from one checkpoint to the next, at least; the last one is always written.
        deadline: on the clock of `time.monotonic`. No epoch is begun that would end after it if it
            took as long as the one before; a call that begins in time trains one at least.
        progress: called twice a second at most, and at the end of every epoch.

    Raises:
        ValueError: if the data set is not the configuration's, there are fewer training images
            than a batch holds, the objective cannot be trained on two views, or there is a deadline
            without a checkpoint.
        OutOfTime: at the deadline, after a checkpoint.
    """
    _require(config, dataset, device, checkpoint, every, deadline)
    start = time.monotonic()
    networks = untrained(config, dataset).to(device)
    networks.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster
    parameters = [p for module in networks.parts().values() for p in module.parameters()]
    optimiser = config.optimiser.of(parameters)
    method = TWO_VIEWS[config.objective](config, networks).to(device)
    images = dataset.train_images.to(device)
    order = torch.Generator().manual_seed(config.seed)
    views = torch.Generator(device).manual_seed(config.seed)
    full_batches = len(images) - len(images) % config.batch  # every image has as many negatives
    steps_per_epoch = full_batches // config.batch
    steps = config.epochs * steps_per_epoch
    outputs = torch.compile(networks.__call__) if config.compiled else networks

    live = Live({**networks.parts(), "method": method}, optimiser, {"order": order, "views": views})
    path = checkpoint and checkpoint_path(checkpoint, config, dataset, device, observe, watch)
    run = live.load(path) if path else Progression()
    resumed = saved = run.epoch
    written = start
    step, rate = resumed * steps_per_epoch, config.optimiser.learning_rate
    report = Reporter(progress, step, steps, config.batch, config.epochs)
    stopwatch = Stopwatch(device)
    earlier, now, length = run.seconds, start, 0.0

    def show() -> None:
        networks.train(False)
        if observe is not None:
            run.note(observe(State(run.epoch, step, networks, rate)))

    with ieee():
        if not resumed:
            show()
        for epoch in range(resumed + 1, config.epochs + 1):
            if deadline is not None and path and now + length > deadline:
                if saved < run.epoch:
                    live.save(path, run)
                raise OutOfTime(run.epoch, config.epochs, path)
            begun = time.monotonic()
            networks.train(True)
            shuffled = torch.randperm(len(images), generator=order)[:full_batches].to(device)
            total = torch.zeros((), device=device)
            watched: list[Mapping[str, Tensor]] = []
            stopwatch.mark()
            for indices in shuffled.split(config.batch):
                both = config.augmentation(floating(images[indices]).repeat(2, 1, 1, 1), views)
                stopwatch.mark()
                with autocast(config.precision, device):
                    h, p = config.passed(outputs, both)
                    targets = method.targets(both, h)
                loss = method.loss(p.float(), targets.float())
                rate = config.optimiser.rate(step / steps)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                optimiser.zero_grad()
                loss.backward()
                if watch is not None:
                    watched.append(watch(Step(networks, h.detach().float(), rate)))
                optimiser.step()
                method.update(networks, step / steps)
                step += 1
                total += loss.detach() * config.batch / full_batches
                stopwatch.mark()
                report(epoch, step)
            laps = stopwatch.read()
            run.making_views += sum(laps[::2])
            run.stepping += sum(laps[1::2])
            run.losses.append(total.item())
            for name in watched[0] if watched else ():
                run.note({name: torch.stack([seen[name] for seen in watched]).mean().item()})
            show()
            run.seconds = earlier + time.monotonic() - start
            due = epoch % every == 0 and time.monotonic() - written >= apart
            if path and (due or epoch == config.epochs):
                live.save(path, run)
                saved, written = epoch, time.monotonic()
            report(epoch, step, always=True)
            now = time.monotonic()
            length = now - begun

    networks.train(False)
    training = run.making_views + run.stepping
    return TrainedRun(
        networks,
        tuple(run.losses),
        run.curves(),
        run.seconds,
        config.epochs * full_batches / training,
        run.making_views / training,
        resumed,
        path,
    )


def to_arrays(run: TrainedRun) -> dict[str, np.ndarray]:
    """A run's weights (``backbone.*``, ...), losses and curves (``curve.*``) as arrays."""
    curves = {f"curve.{name}": values for name, values in run.curves.items()}
    return {"losses": np.array(run.losses), **curves, **weights_to_arrays(run.networks)}


def _require(
    config: Config,
    dataset: Dataset,
    device: str | torch.device,
    checkpoint: Path | None,
    every: int,
    deadline: float | None,
) -> None:
    for fault, message in (
        (
            dataset.name != config.dataset,
            f"The configuration is for the data set {config.dataset!r}, but it was given {dataset.name!r}; load the one or change the other.",
        ),
        (
            len(dataset.train_images) < config.batch,
            f"A batch holds {config.batch} images, but {dataset.name} has only {len(dataset.train_images)} training images; choose a smaller batch.",
        ),
        (
            config.objective not in TWO_VIEWS,
            f"Two views are trained with one of {', '.join(TWO_VIEWS)}; the objective was {config.objective!r}.",
        ),
        (
            config.compiled and torch.device(device).type != "cuda",
            f"Networks are compiled for training on CUDA only, and the device is {device}; set `compiled` to False.",
        ),
        (every < 1, f"There is a checkpoint every so many epochs, at least 1; {every=}."),
        (
            deadline is not None and checkpoint is None,
            "A run that stops at a deadline loses what it has done, unless it keeps checkpoints: give it a folder for them.",
        ),
    ):
        if fault:
            raise ValueError(message)


APART = 60.0
"""Seconds from one checkpoint of a long run to the next. At the published size an epoch takes a second or
two and a checkpoint 150 MB: after each of E2's 2100 epochs it would be 311 GB."""


def fit(
    source: Source,
    config: Config,
    session: Session,
    observing: Observing | None = None,
    watch: Watch | None = None,
) -> TrainedRun:
    """Train on a source's images.

    Args:
        source: the images.
        config: what is trained; its data set is the source's, whatever it says.
        session: the device, the paths of the data, where to keep checkpoints and how long to go on.
        observing: what is observed, of the configuration and the images.
        watch: what is measured of every step.

    Raises:
        OutOfTime: at the deadline; the same call goes on from the last epoch.
    """
    dataset = source.load(session)
    config = replace(config, dataset=dataset.name)
    observe = observing(config, dataset) if observing else None
    if not source.long:
        return train(config, dataset, session.device, observe, watch)
    return train(
        config,
        dataset,
        session.device,
        observe,
        watch,
        checkpoint=Path(session.scratch),
        apart=APART,
        deadline=session.deadline,
        progress=_Report(session),
    )


def build(arguments: tuple[object, ...], session: Session) -> dict[str, np.ndarray]:
    """Train, and keep the losses, how fast a long run was, and the networks or what was observed.

    Args:
        arguments: a `Source`, a `Config` and, where no networks are kept, an `Observing` and
            perhaps a `Watch`.
        session: as for `fit`.
    """
    source, config, *observing = cast("tuple[Source, Config, Observing, Watch]", arguments)
    run = fit(source, config, session, *observing)  # type: ignore[arg-type]  # in this order
    kept = {"losses": np.array(run.losses), **run.curves} if observing else to_arrays(run)
    if source.long:
        for name in ("seconds", "images_per_second", "data_share"):
            kept[name] = np.array(getattr(run, name))
    return kept


@dataclass
class _Report:
    """Reports a run's progress: a line at each epoch's end, and on a terminal in between."""

    session: Session
    told: int = 0

    def __call__(self, progress: Progress) -> None:
        ended = progress.step * progress.epochs == progress.epoch * progress.steps
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        self.session.report(
            f"epoch {progress.epoch} of {progress.epochs}, {100 * progress.step // progress.steps} % of the run, {progress.images_per_second:.0f} images/s, {minutes} min {seconds:02d} s left",
            whole=ended and progress.epoch > self.told,
        )
        self.told = progress.epoch if ended else self.told
