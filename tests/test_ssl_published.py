"""The published size on a stand-in: every run, observer and measurement, with everything but its size.

No GPU is needed: networks, images and epochs are few, and the rest - precision, passes, views, objectives,
cells, observers, probes - is what a GPU would be given.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor

from verify.claims.check import Check, Context
from verify.claims.evidence import Answer, Measured, Outcome
from verify.engine import registry as rooms
from verify.engine.artefact import Artefact
from verify.experiments.e1.display import SIGNIFICANT
from verify.experiments.forms import FORMS, LIVE, MEDIUM, PUBLISHED
from verify.experiments.networks import SIMSIAM as PUBLISHED_SIMSIAM
from verify.experiments.networks import Runs, with_heads
from verify.experiments.rehearsal import rehearse, told
from verify.experiments.report import CLASS_ROW, shown, what_could_decide
from verify.ssl.data import Dataset, Source
from verify.ssl.training import Config, State, build, to_arrays, train
from verify.ssl.variances import observe_variances

PLACES = rooms.contents(["verify.experiments"])
ROOMS = {p.entry.id: rooms.load(p.entry.id, p.module) for p in PLACES}
CLASSES, TRAIN, TEST = 10, 60, 50


def images(session: object) -> Dataset:
    """Noise about a colour for each class: a stand-in for CIFAR-10."""
    del session
    draw = torch.Generator().manual_seed(0)
    colours = torch.randint(60, 200, (CLASSES, 3, 1, 1), generator=draw)

    def part(count: int) -> tuple[Tensor, Tensor]:
        labels = torch.arange(count) % CLASSES
        noise = torch.randint(-50, 51, (count, 3, 32, 32), generator=draw)
        return (colours[labels] + noise).byte(), labels

    return Dataset("CIFAR-10 (stand-in)", "noise", *part(TRAIN), *part(TEST))


SOURCE = Source(name="stand-in", load=images, size="published", long=False)


EPOCHS = {"E1": 2, "E2": 2, "E7": 2}
"""Epochs of an experiment on the stand-in, where one does not show a change."""


def shrunk(config: Config, epochs: int) -> Config:
    """The configuration with small networks and batches, for epochs of three steps."""
    heads = [h.widths[:-1] for h in (config.projector, config.predictor) if h]
    hidden = [{"widths": (*(16,) * len(widths), 16)} for widths in heads]
    small = with_heads(config, *[*hidden, {}, {}][:2])
    return replace(small, representation=8, batch=20, epochs=epochs)


def stand_in(runs: Runs, seeds: int, epochs: int) -> Runs:
    """The same runs on the stand-in, from so many seeds."""
    small = {
        name: count
        for name, count in (("orbits", 50), ("bent", 4), ("probed", (20, 20)))
        if hasattr(runs, name)
    }
    return replace(
        runs,
        source=SOURCE,
        seeds=tuple(range(seeds)),
        config=shrunk(runs.config, epochs),
        cells={cell: shrunk(config, epochs) for cell, config in runs.cells.items()},
        **small,
    )


def context(folder) -> Context:
    return Context(
        seed=1, profile="smoke", device="cpu", cache=str(folder), rooms=rooms.modules(PLACES)
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("artefacts")


def of(experiment: str, form) -> Check:
    return next(c for c in ROOMS[experiment].checks if c.id.endswith(f".{form.name}"))


@pytest.mark.slow
@pytest.mark.parametrize("experiment", PUBLISHED.minutes)
def test_the_published_size_runs_through(experiment: str, cache, monkeypatch) -> None:
    """Only sizes are the stand-in's; what experiments share is trained once."""
    monkeypatch.setattr("verify.experiments.e1.measure.SAMPLES", 4)
    monkeypatch.setitem(SIGNIFICANT, 2, 1.0)
    whole, measured, *_ = of(experiment, PUBLISHED).run.args
    runs = measured if isinstance(measured, tuple) else (measured,)
    seeds = 1 if experiment in ("E1", "E2", "E7") else 2
    small = tuple(stand_in(each, seeds, EPOCHS.get(experiment, 1)) for each in runs)
    for each, before in zip(small, runs, strict=True):
        for cell, config in each.cells.items():
            published = before.cells[cell]
            assert config.precision == published.precision
            assert (config.precision == "bfloat16") == (config.objective == "info_nce")
            assert config.augmentation == published.augmentation
    found = whole(small if isinstance(measured, tuple) else small[0], context(cache))
    assert found.outcome is Outcome.AS_STATED
    assert {a.effect for a in found.answers} == {e.id for e in ROOMS[experiment].subject.effects}
    assert found.tables[0].rows[0][0] == CLASS_ROW
    assert all(len(row) == len(t.columns) for t in found.tables for row in t.rows)


def test_a_measurement_is_one_in_full_float32_and_says_what_could_decide_it(monkeypatch) -> None:
    seen = []

    def run(measured, ctx):
        seen.append((torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32))
        answers = [
            Measured(effect=answer.value, answer=answer, value="1")
            for answer in (Answer.YES, Answer.UNDECIDED)
        ]
        return shown(answers, "So.", cases=1, tables=[])

    check = of("E3", MEDIUM)
    done = partial(check.run.func, run, None, *check.run.args[2:])(context("none"))
    assert seen == [(False, False)]
    assert torch.backends.cudnn.allow_tf32
    yes, undecided = done.answers
    assert yes.value == "1"
    assert undecided.value == f"1; {what_could_decide(MEDIUM, 'E3')}"
    assert PUBLISHED.command("E3") in undecided.value


def test_what_could_decide_is_larger_or_more_of_the_same() -> None:
    assert MEDIUM.command("E9") in what_could_decide(LIVE, "E9")
    assert "each further seed, about 4 min" in what_could_decide(PUBLISHED, "E9")
    (one,) = (form for form in FORMS if form.name == "cifar10-medium-1-seed")
    assert MEDIUM.command("E3") in what_could_decide(one, "E3")
    assert PUBLISHED.command("E2") in what_could_decide(LIVE, "E2", long=True)
    for form in FORMS:
        for experiment in form.minutes:
            assert " min on " in what_could_decide(form, experiment)


def test_a_rehearsal_multiplies_a_few_steps(tmp_path, capsys) -> None:
    """Sizes against those of the same run's arrays, and of the file that it leaves."""
    config = shrunk(PUBLISHED_SIMSIAM, 4)
    for observers in ((), (observe_variances,)):
        artefacts = tuple(
            Artefact(f"run{seed}", build, (SOURCE, replace(config, seed=seed), *observers))
            for seed in range(3)
        )
        check = replace(of("E3", PUBLISHED), artefacts=artefacts)
        piece = rehearse(check, context(tmp_path))
        assert (piece.runs, piece.steps, piece.epochs) == (3, 4 * 3, 4)
        assert piece.step > 0
        assert (piece.observation > 0) == bool(observers)
        named = replace(config, dataset="CIFAR-10 (stand-in)", epochs=1)
        run = train(named, images(None), checkpoint=tmp_path / str(len(observers)))
        if observers:
            seen = observe_variances(named, images(None))(State(1, 3, run.networks, 0.1))
            assert piece.kept == 5 * 8 * len(seen)
        else:
            assert piece.kept == sum(a.nbytes for a in to_arrays(run).values())
            assert piece.checkpoint == pytest.approx(run.checkpoint.stat().st_size, rel=0.05)
        expected = 3 * (piece.steps * piece.step + 5 * piece.observation)
        assert piece.seconds == pytest.approx(expected)
        assert piece.check in told([piece], "cpu")
    with pytest.raises(ValueError, match="trains nothing"):
        rehearse(replace(check, artefacts=()), context(tmp_path))
