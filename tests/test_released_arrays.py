"""The release re-analysed.

Oracles: figures computed by hand for a made-up release, Python's own pickles, SciPy's Spearman and
quantiles; the real archive and the committed figures, where the archive is there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.released import RELEASE
from reports.released import table as released_table
from verify.claims.evidence import Answer
from verify.claims.statement import Experiment
from verify.engine.registry import load
from verify.experiments.released import (
    collapse,
    command,
    heads,
    orbits,
    pretrained,
    reader,
    tracks,
)
from verify.experiments.released.analysis import analyse
from verify.experiments.released.citations import CITATIONS, Citation, check, cite
from verify.experiments.released.intervals import on_logarithms, wilson
from verify.experiments.released.pretrained import table
from verify.experiments.released.reader import COMMIT, REPOSITORY, Release, ReleaseError, read
from verify.experiments.released.rows import About, Analysis, Claim, Estimate, Row, decode, encode
from verify.ssl.data.restricted_pickle import RefusedPickle, loads

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = ROOT.parent / "shared" / "data" / "released-arrays.npz"
FIGURES = ROOT / "reports" / "evidence" / "released.json"

# --- pickles --------------------------------------------------------------------------------

PLAIN: dict[Any, Any] = {
    "big-endian": np.arange(6, dtype=">f4").reshape(2, 3),
    "by columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "words": np.array(["ab", "c"]),
    "scalars": [np.float32(1.5), np.int64(-2), 3.25, None, True, -(10**30)],
    b"bytes": (b"\x00\xff", "ü", ()),
    7: {"nested": [{}, []]},
}


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.shape == b.shape and bool((a == b).all())
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


@pytest.mark.parametrize("protocol", range(5))
def test_plain_objects_are_read_as_pythons_own_reader_does(protocol: int) -> None:
    assert same(loads(pickle.dumps(PLAIN, protocol)), PLAIN)


def test_an_array_and_what_refers_to_it_twice() -> None:
    array = np.arange(3)
    first, second = loads(pickle.dumps([array, array], 4))
    assert first is second
    assert same(first, array)
    assert same(loads(pickle.dumps(np.array({"a": array}, dtype=object), 4)), {"a": array})
    assert same(loads(pickle.dumps(np.array([1, "b"], dtype=object), 4)), [1, "b"])


def test_strings_of_python_2_are_bytes() -> None:
    # {'data': array([[1, 2]], dtype=uint8), 'labels': [3]} as Python 2 writes it, protocol 2.
    written = (
        b"\x80\x02}q\x01(U\x04datacnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03"
        b"K\x00\x85U\x01b\x87Rq\x04(K\x01K\x01K\x02\x86cnumpy\ndtype\nq\x05U\x02u1K\x00K\x01\x87Rq\x06"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x02\x01\x02tbU\x06labels]q\x07"
        b"K\x03au."
    )
    assert same(loads(written), pickle.loads(written, encoding="bytes"))
    assert same(loads(written), {b"data": np.array([[1, 2]], dtype=np.uint8), b"labels": [3]})


class Shell:
    """What a hostile file would have its reader do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("made-by-a-pickle",)


class Stateful:
    """An ordinary object, whose class a reader would have to import."""

    def __init__(self) -> None:
        self.value = 1


def circular() -> list[Any]:
    around: list[Any] = []
    around.append(around)
    return around


def nested(depth: int) -> bytes:
    return b"\x80\x04" + b"]" * depth + b"a" * (depth - 1) + b"."


REFUSED = {
    "a call": pickle.dumps({"a": [Shell()]}),
    "a call, in text": pickle.dumps(Shell(), 0),
    "an object": pickle.dumps(Stateful()),
    "eval": b"cbuiltins\neval\n(S'1'\ntR.",
    "a module's name": b"cos\nsystem\n.",
    "numpy's loader": b"cnumpy\nload\n(S'x'\ntR.",
    "an array of objects by another name": b"cnumpy.core.multiarray\n_reconstruct\n"
    b"(cnumpy\ndtype\n(I0\ntS'b'\ntR.",
    "a type alone": b"cnumpy\nndarray\n.",
    "a persistent id": b"Pname\n.",
    "an extension": b"\x80\x02\x82\x01.",
    "a set": pickle.dumps({1, 2}, 4),
    "a complex number": pickle.dumps(1j),
    "a key that is a tuple": pickle.dumps({(1, 2): 3}),
    "a buffer elsewhere": b"\x80\x05\x97.",
    "an instance": b"(ios\nsystem\n.",
    "a state for a dict": b"\x80\x02}}b.",
    "a ring": pickle.dumps(circular(), 4),
    "too deep": nested(200),
    "no end": pickle.dumps([1, 2], 4)[:-1],
    "an open mark": b"(].",
    "nothing": b"",
    "too few": b"\x80\x02\x87.",
    "structured": pickle.dumps(np.zeros(2, dtype=[("a", "i4")]), 4),
    "dates": pickle.dumps(np.zeros(2, dtype="M8[s]"), 4),
    "too short an array": pickle.dumps(np.arange(4.0), 4).replace(b"K\x04\x85", b"K\x05\x85"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_everything_else_is_refused_with_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RefusedPickle, match=r"[A-Z].*[.]$"):
        loads(REFUSED[name])
    assert not list(tmp_path.iterdir())


@given(
    protocol=st.integers(0, 4),
    place=st.integers(0, 10**6),
    length=st.integers(0, 8),
    instead=st.binary(max_size=4),
)
@settings(deadline=None)
def test_a_damaged_pickle_is_read_or_refused(
    protocol: int, place: int, length: int, instead: bytes
) -> None:
    whole = pickle.dumps(PLAIN, protocol)
    place %= len(whole)
    try:
        found = loads(whole[:place] + instead + whole[place + length :])
    except RefusedPickle:
        return
    assert isinstance(found, dict | list | tuple | str | bytes | int | float | np.ndarray | None)


# --- a made-up release ----------------------------------------------------------------------

RATIOS = {"linear": (40.0, 0.2, 5.0), "gelu": (6.0, 8.0, 6.0), "swish": (3.0, 6.0, 4.0)}
RATIOS |= {"relu": (0.1, 0.1, 0.125)}
EPOCHS = 50
PRINTED = (
    "Model | Orbit\n"
    "DINO ViT-S             | hue        || 3.6  2.7  || 5.1  0.004  | 1284.4±61.9            || "
    "39.1 13.9 0.3581   || 0.40  0.80  +0.40\n"
    "VICReg ResNet50        | hue        || 3.6  2.7  || 5.1  0.004  | 1.5±0.6            || "
    "39.1 13.9 2.5   || 0.75  0.50  -0.25\n"
)


def collapse_run(ratios: tuple[float, ...], start: float, dip: float = 0.5) -> dict[str, Any]:
    """Std from `start` by `dip` of it to `ratios` times it; the head 4 times as fast, in 1 of 2 epochs 1."""
    raw = np.full((3, EPOCHS), start * dip)
    raw[:, 0] = start
    raw[:, -1] = start * np.array(ratios)
    backbone = np.full((3, EPOCHS), 0.01)
    head = backbone * np.where(np.arange(EPOCHS) % 2, 4.0, 1.0)
    arrays = {"": raw, "cond_nums_": raw**2 / 1e-7}
    arrays |= {"proj_update_rel_": head, "backbone_update_rel_": backbone}
    return {f"{name}raw": values for name, values in arrays.items()}


def curvature(z: float, ratios: tuple[float, ...]) -> dict[str, Any]:
    of_h = [np.float32(z * ratio) for ratio in ratios]
    return {
        "curvatures_z_per_seed": [np.float32(z)] * 3,
        "curvatures_h_per_seed": of_h,
        "ratios_per_seed": [np.float32(ratio) for ratio in ratios],
        "mean_curv_z": np.float32(z),
        "std_curv_z": np.float32(0.0),
        "mean_curv_h": np.float32(np.mean(of_h)),
        "std_curv_h": np.float32(np.std(of_h)),
        "mean_ratio": np.float32(np.mean(ratios)),
        "std_ratio": np.float32(np.std(ratios)),
        "num_seeds": 3,
        "dataset": "made up",
    }


def orbit_arrays(shrink: float, orbit: float) -> dict[str, Any]:
    """Fifteen orbits; the head shrinks all by `shrink`, what differs within an orbit by `orbit` besides."""
    generator = np.random.default_rng(0)
    centres = np.repeat(generator.normal(size=(15, 8)), 12, axis=0)
    within = generator.normal(size=(15, 12, 8))
    within = 0.1 * (within - within.mean(1, keepdims=True)).reshape(180, 8)
    return {
        "orbits_z": centres + within,
        "orbits_h": (centres + within / orbit) / shrink,
        "orbit_labels": np.repeat(np.arange(5), 36),
        "orbit_ids": np.repeat(np.arange(15), 12),
        "orbit_angles": np.tile(np.arange(12.0), 15),
    }


def save(file: Path, value: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    np.save(file, np.array(value, dtype=object), allow_pickle=True)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with known answers, in the release's own formats."""
    root = tmp_path_factory.mktemp("checkout")
    results = root / "results"
    probes = dict(zip(heads.ACCURACIES.values(), (0.5, 0.4, 0.55, 0.5), strict=True))
    for folder in collapse.SETTINGS:
        short = folder.startswith("cifar100")
        runs = {
            name if short else f"{name}_bn_False_lr_base": collapse_run(ratios, 4e-4)
            for name, ratios in RATIOS.items()
        }
        if not short:
            runs["swish_bn_True_lr_base"] = collapse_run((1.0, 0.9, 1.2), 1.2e-2)
            runs["swish_bn_False_lr_small"] = collapse_run((0.55, 0.55, 0.6), 4e-4, 0.4)
        save(results / folder / "collapse_results.npy", runs)
        save(results / folder / "guillotine_results.npy", {**probes, "dataset": "made up"})
        save(results / folder / "curvature_results.npy", curvature(0.125, (1.9, 2.0, 2.1)))
    for folder in (orbits.MAIN, orbits.VIT):
        save(
            results / folder / "orbit_visualization.npy",
            {**orbit_arrays(4.0, 1.5), "class_names": ["a", "b"], "num_rotations": 12},
        )
    depths = results / orbits.MAIN / "head_depth_ablations"
    depths.mkdir()
    for depth, orbit in zip(orbits.DEPTHS, (0.8, 1.5, 2.5), strict=True):
        np.savez(
            depths / f"geometric_ablation_depth_{depth}.npz",
            curvatures_z=np.full(100, 0.1, np.float32),
            curvatures_h=np.full(100, 0.1 * (1 + depth), np.float32),
            acc_z_linear=0.5,
            acc_h_linear=0.5 - 0.1 * depth,
            **orbit_arrays(5.0, orbit),
        )
    tracker = results / tracks.FOLDER / "hessian_tracker"
    tracker.mkdir()
    epochs = np.arange(100.0)
    for run, signs in zip(tracks.RUNS, (70, 72, 1), strict=True):
        np.savez(
            tracker / f"raw_data_{run}.npz",
            variances=0.014 + 1e-5 * epochs,
            condition_numbers=1e5 + np.append(0, epochs[:0:-1]),
            min_eigenvalues=np.where(epochs < signs, -1e-9, 0.0),
        )
    notebook = {"cells": [{"outputs": [{"text": PRINTED.splitlines(keepends=True)}]}, {}]}
    (root / "pretrained.ipynb").write_text(json.dumps(notebook))
    return root


@pytest.fixture(scope="module")
def made_up(checkout: Path) -> Analysis:
    return analyse(checkout)


def row(analysis: Analysis, experiment: str, quantity: str, setting: str = "") -> Row:
    setting = setting or collapse.SETTINGS[collapse.MAIN]
    found = [
        r
        for r in analysis.rows
        if (r.experiment, r.quantity) == (experiment, quantity)
        and (r.setting == setting or experiment == "E8")
    ]
    assert len(found) == 1, (quantity, [r.quantity for r in analysis.rows])
    return found[0]


def claim(analysis: Analysis, experiment: str, id: str, folder: str = collapse.MAIN) -> Claim:
    setting = collapse.SETTINGS[folder]
    found = [c for c in analysis.claims if (c.experiment, c.id) == (experiment, id)]
    (one,) = [c for c in found if experiment == "E8" or c.setting == setting]
    return one


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


def interval(estimate: Estimate | None) -> tuple[float, float]:
    assert estimate is not None
    assert estimate.interval is not None
    return estimate.interval


GROWTH = "std of the unit projector output, last epoch over first"


def test_e2_of_the_made_up_release(made_up: Analysis) -> None:
    found = row(made_up, "E2", f"{GROWTH}: linear, no BatchNorm, 0.05")
    assert value(found.as_published) == pytest.approx(45.2 / 3)
    assert value(found.ours) == pytest.approx(40 ** (1 / 3))
    low, high = interval(found.ours)
    assert low < 1 < high
    later = row(made_up, "E2", "the same, last epoch over second: Swish, no BatchNorm, 0.005")
    assert value(later.ours) == pytest.approx((0.55 * 0.55 * 0.6) ** (1 / 3) / 0.4)
    answers = {
        "regrows-gelu": Answer.YES,
        "regrows-swish": Answer.YES,
        "regrows-linear": Answer.UNDECIDED,
        "later-linear": Answer.UNDECIDED,
        "relu": Answer.YES,
        "batchnorm": Answer.YES,
        "escapes-swish": Answer.UNDECIDED,  # below a tenth, as runs that were never collapsed
        "flow": Answer.UNDECIDED,  # in a tenth of the training time
        "flow-later": Answer.YES,
    }
    assert {id: claim(made_up, "E2", id).answer for id in answers} == answers
    times = "10.0, 4.5, 9.0"  # 1.2e-2, 0.9 and 1.2 of it, over 3, 6 and 4 times 4e-4; before, 30
    assert claim(made_up, "E2", "escapes-swish").value == (
        f"variance 0.010, 0.049, 0.012 of it; std {times} times below it, {times} in the epoch in which they are nearest"
    )


def test_e7_of_the_made_up_release(made_up: Analysis) -> None:
    found = row(
        made_up, "E7", "relative update, projector over backbone: Swish, no BatchNorm, 0.05"
    )
    assert value(found.as_published) == pytest.approx(2.5)
    assert value(found.ours) == pytest.approx(2)
    assert claim(made_up, "E7", "separates").answer is Answer.NO
    assert claim(made_up, "E7", "typical").answer is Answer.NO
    assert claim(made_up, "E7", "batchnorm").answer is Answer.NO  # they were as near without it


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ((0.2, 9.0), Answer.YES),
        ((2.0, 40.0), Answer.UNDECIDED),
        ((0.01, 2.0), Answer.UNDECIDED),
        ((0.01, 40.0), Answer.NO),
    ],
)
def test_about_as_fast_is_no_more_than_ten_times_either_way(
    ratios: tuple[float, ...], expected: Answer
) -> None:
    plain = {
        collapse.Cell(activation, False, 0.05): np.full((3, 4), 50.0)
        for activation in ("swish", "relu")
    }
    normed = {
        collapse.Cell(activation, True, 0.05): np.full((3, 4), ratio)
        for activation, ratio in zip(("swish", "relu"), ratios, strict=True)
    }
    found = collapse._update_claims(About("E7", "made up"), plain | normed)
    assert {c.id: c.answer for c in found}["batchnorm"] is expected


def test_batchnorm_brings_nothing_together_that_was_as_near_without_it() -> None:
    """As in E7's own criterion: less than without it, whose ratio is within the bounds by itself."""
    near = {
        collapse.Cell("swish", normed, 0.05): np.full((3, 4), ratio)
        for normed, ratio in ((False, 2.0), (True, 2.0))
    }
    found = {c.id: c for c in collapse._update_claims(About("E7", "made up"), near)}
    assert found["batchnorm"].answer is Answer.NO
    assert "from the x 0.1 start" in found["batchnorm"].text


@pytest.mark.parametrize(("later", "expected"), [(1.09, Answer.NO), (1.11, Answer.UNDECIDED)])
def test_a_head_that_still_rises_is_not_said_not_to_regrow(later: float, expected: Answer) -> None:
    """One seed of ViT-Tiny's linear head ends at 0.90 of its first epoch's mean, and at 3.2 times the second's."""
    fallen = np.full((3, EPOCHS), 1e-4)
    fallen[:, 0] = 1e-3
    fallen[0, -1] = later * 1e-4
    cell = collapse.Cell("linear", False, 0.05)
    for start, id in enumerate(("regrows-linear", "later-linear")):
        found = collapse._grows(About("E2", "made up"), cell, fallen, start, id, "It regrows.")
        assert found.answer is expected, id


@pytest.mark.parametrize(("rate", "expected"), [(0.05, Answer.NO), (0.005, Answer.UNDECIDED)])
def test_as_many_steps_at_a_tenth_of_the_rate_deny_nothing(rate: float, expected: Answer) -> None:
    """What counts as late is training time, learning rate times steps."""
    fallen = np.full((3, EPOCHS), 1e-4)
    fallen[:, 0] = 1e-3
    cell = collapse.Cell("swish", False, rate)
    for start in (0, 1):
        found = collapse._grows(About("E2", "made up"), cell, fallen, start, "id", "It regrows.")
        assert found.answer is expected


def test_e1_of_the_made_up_release(made_up: Analysis) -> None:
    found = row(made_up, "E1", "Spearman of that std and the condition number: Swish, normal start")
    assert value(found.as_published) == pytest.approx(-1)
    assert claim(made_up, "E1", "collapsed").answer is Answer.NO
    assert claim(made_up, "E1", "spearman").answer is Answer.NO
    assert claim(made_up, "E1", "signs").answer is Answer.YES
    # Falling by 98 in 100,000 from the second epoch on: no peak, and not static, since it drifts.
    assert claim(made_up, "E1", "condition").answer is Answer.NO
    share = row(
        made_up, "E1", "share of epochs whose least eigenvalue is negative: ReLU, projector x 0.1"
    )
    assert "1 negative, 99 exactly zero, 0 positive of 100" in share.remark


@pytest.mark.parametrize("setting", ["CIFAR-10, ResNet-18", "CIFAR-10, ViT-Tiny"])
def test_e3_of_the_made_up_release(made_up: Analysis, setting: str) -> None:
    compression = row(made_up, "E3", "compression: spread of z over spread of h", setting)
    assert value(compression.as_published) == pytest.approx((4 * 1.5) ** 2)
    arrays = orbit_arrays(4.0, 1.5)
    z, h = (np.var(arrays[f"orbits_{name}"], axis=0).sum() for name in ("z", "h"))
    selectivity = row(made_up, "E3", "selectivity: compression over that", setting)
    assert value(selectivity.ours) == pytest.approx(36 / (z / h))
    low, high = interval(selectivity.ours)
    assert 1 < low <= value(selectivity.ours) <= high
    assert claim(made_up, "E3", "selective").answer is Answer.YES
    assert claim(made_up, "E3", "compression").answer is Answer.NO


def test_claims_of_selectivity_rest_on_orbits_drawn_from_all_classes() -> None:
    """Whose intervals are the wider ones where the classes differ; the rows have those within classes."""
    arrays = orbit_arrays(4.0, 1.5)
    more = 1 + arrays["orbit_labels"][:, None]  # the head compresses the later classes more
    apart = arrays["orbits_z"] - arrays["orbits_z"].reshape(15, 12, 8).mean(1).repeat(12, axis=0)
    arrays["orbits_h"] = (arrays["orbits_z"] - apart * (1 - 1 / more)) / 4
    found = orbits.measure(Release({f"p/{n}": a for n, a in arrays.items()}), "p")
    across, within = (found.estimate("selectivity", within=w) for w in (False, True))
    assert interval(across)[1] - interval(across)[0] > 2 * (
        interval(within)[1] - interval(within)[0]
    )
    told = {c.id: c.value for c in orbits._claims(orbits.MAIN, found)}
    assert told["selective"] == across.text(".2f")
    nothing = [Estimate(value=1.0, interval=(1.0, 1.0))] * 3
    by_depth = heads._depth_claims(About("E6", "made up"), (found,) * 3, nothing, nothing)
    assert {c.id: c.value for c in by_depth}["selective"] == "; ".join([across.text(".2f")] * 3)


def test_e4_to_e6_of_the_made_up_release(made_up: Analysis) -> None:
    growth = row(made_up, "E4", "MLP minus linear probe, of h minus the same of z, points")
    assert value(growth.ours) == pytest.approx(5)
    half = 1.96 * np.sqrt((0.25 + 0.24 + 0.2475 + 0.25) / 10_000)
    assert interval(growth.ours) == pytest.approx((5 - 100 * half, 5 + 100 * half), rel=1e-4)
    ratio = row(made_up, "E5", "their ratio, h over z")
    assert interval(ratio.ours) == pytest.approx((2 - 0.2484, 2 + 0.2484), abs=1e-4)
    assert claim(made_up, "E5", "bends").answer is Answer.YES
    bends = row(made_up, "E6", "second differences, h over z: 3 layers")
    assert interval(bends.ours) == pytest.approx((4, 4), rel=1e-5)
    assert bends.remark == "of 100 images; 100 of them above 1"
    answers = {c.id: c.answer for c in made_up.claims if c.experiment == "E6"}
    assert answers == dict.fromkeys(("compresses", "selective", "bends", "cost"), Answer.YES)


def test_e8_of_the_made_up_release(made_up: Analysis) -> None:
    assert [line.network for line in table(PRINTED)] == ["DINO ViT-S", "VICReg ResNet50"]
    found = row(made_up, "E8", "orbit of z over that of h: VICReg ResNet50, hue")
    assert value(found.ours) == pytest.approx(0.5)
    assert interval(found.as_published) == pytest.approx((0.9, 2.1))
    assert claim(made_up, "E8", "expand-raw").answer is Answer.UNDECIDED
    for id, whole in (("expand-raw", 0), ("compress-raw", 1)):
        assert claim(made_up, "E8", id).value.endswith(
            f"above 1 in 1 of 1, with its interval in {whole}"
        )
    assert claim(made_up, "E8", "expand-unit").answer is Answer.YES
    assert claim(made_up, "E8", "compress-unit").answer is Answer.YES


def test_the_archive_gives_the_same_but_what_was_printed(
    checkout: Path, made_up: Analysis, tmp_path: Path
) -> None:
    np.savez(tmp_path / "released-arrays.npz", **read(checkout).arrays)
    for path in (tmp_path, tmp_path / "released-arrays.npz"):
        assert analyse(path).rows == tuple(r for r in made_up.rows if r.experiment != "E8")
    assert read(checkout / "results").arrays.keys() == read(checkout).arrays.keys()


def test_the_report_prints_the_address_of_the_release() -> None:
    assert f"github.com/{REPOSITORY}, commit {COMMIT}" == RELEASE
    shown = released_table("E1")
    assert shown is not None
    assert RELEASE in shown.note


def test_figures_survive_json_and_become_tables(made_up: Analysis) -> None:
    assert decode(encode(made_up)) == made_up
    (claims, *figures) = made_up.tables(["E2"])
    assert len(claims.rows) == sum(c.experiment == "E2" for c in made_up.claims)
    assert [t.title for t in figures] == [
        f"E2, released arrays: {setting}"
        for setting in ("CIFAR-10, ResNet-18", "CIFAR-10, ViT-Tiny", "CIFAR-100, ResNet-18")
    ]
    assert sum(len(t.rows) for t in figures) == sum(r.experiment == "E2" for r in made_up.rows)
    text = made_up.text()
    assert all(c.text in text for c in made_up.claims)
    assert {len(r) for t in made_up.tables() for r in t.rows} == {5, 6}


# --- what cannot be read --------------------------------------------------------------------


def test_a_hostile_release_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    np.save(stream, np.array([Shell()], dtype=object), allow_pickle=True)
    (tmp_path / "a.npy").write_bytes(stream.getvalue())
    with pytest.raises(
        ReleaseError, match=r"a\.npy is not read\. The pickle names .*nothing was run"
    ):
        read(tmp_path)
    (tmp_path / "a.npy").unlink()
    np.savez(tmp_path / "a.npz", a=np.array([Shell()], dtype=object))
    with pytest.raises(ReleaseError, match=r"no \.npz archive of plain arrays"):
        read(tmp_path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.npz"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", b"", "holds no released arrays; expected is a checkout"),
        ("a.npy", b"not an array", r"is no \.npy file"),
        ("a.npz", b"not an archive", r"is no \.npz archive"),
        ("a.npz", b"PK\x03\x04 cut short", r"is no \.npz archive"),
    ],
)
def test_files_that_are_no_release(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReleaseError, match=sentence):
        read(tmp_path)


def test_an_object_that_is_no_number_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", {"x": None})
    with pytest.raises(
        ReleaseError, match="a NoneType called x that is neither numbers nor strings"
    ):
        read(tmp_path)
    shared: dict[str, Any] = {"y": 1.0}
    save(tmp_path / "a.npy", {"x": shared, "z": shared})
    with pytest.raises(ReleaseError, match="holds the dict called z twice"):
        read(tmp_path)


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="has no array cifar10/x; expected is a checkout of"):
        Release({})["cifar10/x"]
    np.savez(tmp_path / "other.npz", a=np.zeros(2))
    with pytest.raises(ReleaseError, match="The release has no array"):
        analyse(tmp_path)


def test_orbits_out_of_order_are_refused() -> None:
    arrays = orbit_arrays(1.0, 1.0)
    arrays["orbit_ids"] = arrays["orbit_ids"][::-1]
    with pytest.raises(ReleaseError, match="of equally many points and follow one another"):
        orbits.measure(Release({f"p/{name}": a for name, a in arrays.items()}), "p")


def test_classes_of_one_orbit_are_refused() -> None:
    """Orbits drawn within their classes are then always the same."""
    arrays = orbit_arrays(1.0, 1.0)
    arrays["orbit_labels"][:12] = 7
    with pytest.raises(ReleaseError, match="at least two of each class"):
        orbits.measure(Release({f"p/{name}": a for name, a in arrays.items()}), "p")


def test_intervals_within_classes_are_as_wide_as_their_few_orbits_ask_for() -> None:
    """Oracle: the closed form for a mean over classes of three, with unbiased variances."""
    arrays = orbit_arrays(4.0, 1.5)
    found = orbits.measure(Release({f"p/{n}": a for n, a in arrays.items()}), "p")
    low, high = interval(found.ratio(lambda c: c.z.spread))
    spreads = arrays["orbits_z"].reshape(5, 3, 12, 8).var(2).sum(-1)
    error = np.sqrt(spreads.var(1, ddof=1).sum() / 3) / 5
    assert high - low == pytest.approx(2 * stats.t.ppf(0.975, 10) * error, rel=0.06)
    assert (low + high) / 2 == pytest.approx(spreads.mean(), abs=0.2 * error)


def test_intervals_over_fifteen_orbits_have_student_s_quantile() -> None:
    """Oracle: a mean of 15, without regard to classes, and of a ratio over a constant."""
    arrays = orbit_arrays(4.0, 1.5)
    found = orbits.measure(Release({f"p/{n}": a for n, a in arrays.items()}), "p")
    spreads = arrays["orbits_z"].reshape(15, 12, 8).var(1).sum(-1)
    half = stats.t.ppf(0.975, 14) * spreads.std(ddof=1) / 15**0.5
    weights = orbits.bootstrap_weights(
        torch.zeros(15, dtype=torch.int64), orbits.DRAWS, torch.Generator().manual_seed(0)
    )
    ratio = orbits.bootstrapped_ratio(
        torch.ones(15, dtype=torch.float64), torch.from_numpy(spreads), weights
    )
    for estimate in (found.ratio(lambda c: c.z.spread, within=False), ratio):
        low, high = interval(estimate)
        assert high - low == pytest.approx(2 * half, rel=0.04)
        assert estimate.method == "bootstrap over the orbits, widened to Student's quantile"
    many = orbits.widened(torch.tensor([0.0, 1.0, 2.0]), 10**6)
    assert many.tolist() == pytest.approx([0, 1, 2], abs=1e-4)


def test_intervals_within_classes_are_rid_of_the_bias_of_their_draws() -> None:
    """Distances of centroids are drawn too large, and are themselves too large by as much."""
    arrays = orbit_arrays(4.0, 1.5)
    found = orbits.measure(Release({f"p/{n}": a for n, a in arrays.items()}), "p")
    inter = found.plain.z.inter.item()
    bias = found.within.z.inter.mean().item() - inter
    assert bias > 0
    low, high = interval(found.ratio(lambda c: c.z.inter))
    assert (low + high) / 2 == pytest.approx(inter - bias, abs=0.2 * bias)


# --- statistics -----------------------------------------------------------------------------


def test_spearman_against_scipy_row_by_row() -> None:
    generator = np.random.default_rng(1)
    x, y = generator.integers(0, 6, (2, 5, 30)).astype(float)
    expected = [stats.spearmanr(a, b).statistic for a, b in zip(x, y, strict=True)]
    assert tracks.spearman(x, y) == pytest.approx(expected)


def test_intervals_against_closed_forms() -> None:
    found = on_logarithms([1.0, np.e, np.e**2])
    low, high = interval(found)
    half = stats.t.ppf(0.975, 2) / np.sqrt(3)
    assert np.log([low, found.value, high]) == pytest.approx([1 - half, 1, 1 + half], rel=1e-4)
    expected = stats.binomtest(69, 100).proportion_ci(method="wilson")
    assert tuple(wilson(69, 100)) == pytest.approx((expected.low, expected.high), rel=1e-6)
    with pytest.raises(ValueError, match="must be finite"):
        Estimate(value=float("nan"))


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((1.1, 1.2), Answer.YES),
        ((0.9, 1.1), Answer.UNDECIDED),
        ((1.0, 1.1), Answer.UNDECIDED),
        ((0.8, 0.9), Answer.NO),
    ],
)
def test_above_one_is_the_whole_interval(ends: tuple[float, float], expected: Answer) -> None:
    assert orbits.above_one(Estimate(value=1.05, interval=ends)) is expected
    assert orbits.above_one(Estimate(value=1.05)) is Answer.UNDECIDED


def test_centres_in_their_span_keep_every_statistic() -> None:
    arrays = orbit_arrays(2.0, 3.0)
    wide = {
        n: np.pad(a, ((0, 0), (0, 50))) if n.startswith("orbits") else a for n, a in arrays.items()
    }
    plain, padded = (
        orbits.measure(Release({f"p/{n}": a for n, a in of.items()}), "p") for of in (arrays, wide)
    )
    for quantity in ("compression", "shrinkage", "selectivity", "semantic_gain"):
        assert interval(plain.estimate(quantity)) == pytest.approx(
            interval(padded.estimate(quantity))
        )


# --- citations ------------------------------------------------------------------------------


def written(root: Path, listed: tuple[Citation, ...]) -> Path:
    """A checkout whose lines hold the words of the citations and nothing else."""
    for file in {c.file for c in listed}:
        lines = [""] * max(c.last for c in listed if c.file == file)
        for c in listed:
            if c.file == file:
                lines[c.first - 1] += " ".join(c.words) + " "
        (root / file).write_text("\n".join(lines) + "\n")
    return root


def test_every_citation_is_a_sentence_with_a_place_and_words() -> None:
    assert len({c.id for c in CITATIONS}) == len(CITATIONS)
    for c in CITATIONS:
        assert c.file in FILES
        assert 1 <= c.first <= c.last <= c.first + 40
        assert c.text[0].isupper()
        assert c.text.endswith(".")
        assert c.words
        assert all(len(word) <= 48 for word in c.words), c.id
        assert cite(c.id) is c
    assert cite("E2.start").place == "experiments.py:303-307"
    with pytest.raises(KeyError, match=r"There is no citation 'E2\.none'"):
        cite("E2.none")


def test_citations_are_kept_against_a_checkout(tmp_path: Path) -> None:
    written(tmp_path, CITATIONS)
    assert check(tmp_path) == []
    assert command.released(tmp_path, check_citations=True).code == 0
    moved = (tmp_path / "hessian_tracker.py").read_text()
    (tmp_path / "hessian_tracker.py").write_text("\n\n\n" + moved.replace("20", "21"))
    (tmp_path / "README.md").unlink()
    (tmp_path / "plot_results.py").write_text("")
    found = {str(mismatch) for mismatch in check(tmp_path)}
    reason = "'num_iterations=20' does not stand there, after the words before it"
    assert f"E1.iterations, hessian_tracker.py:63: {reason}" in found
    assert "E2.claim, README.md:80: the checkout has no README.md" in found
    assert "E2.published, plot_results.py:99-113: the file has only 0 lines" in found
    answered = command.released(tmp_path, check_citations=True)
    assert answered.code == 1
    assert answered.text.startswith(f"{len(found)} of {len(CITATIONS)} citations disagree with")


CHECKED = "aaef8dec54bd5418"
"""Digest of the places and words of `CITATIONS` as each was last found in a checkout of the release at `COMMIT`."""


def test_citations_are_those_that_were_last_held_against_the_release() -> None:
    placed = [(c.id, c.file, c.first, c.last, c.words) for c in CITATIONS]
    found = hashlib.sha256(repr((COMMIT, placed)).encode()).hexdigest()[:16]
    assert found == CHECKED, (
        "Citations have other places or words than when they were last held against the release; run "
        f"`python -m verify released --path CHECKOUT --check-citations`, and where all agree write {found!r} into CHECKED."
    )


ABOUT = re.compile(
    r"\brelease(?:d|'s) (?:code|script|notebook|tracker)s?\b|\bauthor's code\b", re.IGNORECASE
)
"""What a sentence about the release has in it."""

FILES = (
    *("experiments.py", "hessian_tracker.py", "head_depth_ablations.py", "plot_results.py"),
    *("pretrained.ipynb", "README.md"),
)

PLACE = re.compile(rf"(?:{'|'.join(map(re.escape, FILES))})[: ]\d+(?:-\d+)?")
"""A place in the release, as `Citation.place` writes it."""


def unlisted(text: str) -> list[str]:
    """The sentences of a text that speak of the released code and name no place of `CITATIONS`."""
    places = {citation.place for citation in CITATIONS}
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z`])", " ".join(text.split()))
    found = []
    for sentence in sentences:
        named = {m[0].replace(" ", ":", 1) for m in PLACE.finditer(sentence)}
        if ABOUT.search(sentence) and not (named and named <= places):
            found.append(sentence)
    return found


def test_sentences_without_a_listed_place_are_found() -> None:
    text = (
        "In the released code (experiments.py:303-307) weights are scaled. The released code does "
        "something else. The author's code (experiments.py:1-2) is elsewhere. Nothing here. As the "
        "released code says, hessian_tracker.py 63, there are 20. So the release's notebook printed."
    )
    assert unlisted(text) == [
        "The released code does something else.",
        "The author's code (experiments.py:1-2) is elsewhere.",
        "So the release's notebook printed.",
    ]


def asked(number: int) -> Experiment:
    """An experiment with its remarks."""
    found = load(f"E{number}", f"verify.experiments.e{number}").subject
    assert isinstance(found, Experiment)
    return found


POINTER = re.compile(
    r"^(?:So|They|It)\b|\b[Aa]s (?:above|(?:late as )?(?:for )?the (?:first|second|third)\b(?! (?:epoch|difference)))|\b[Tt]he same (?:guard|runs|beside|,)|\banswered as above"
)
"""What is read wrong where an effect stands alone or in another order: the report prints published ones first."""


@pytest.mark.parametrize("number", range(1, 10))
def test_an_effect_can_be_read_alone(number: int) -> None:
    for effect in asked(number).effects:
        for text in (effect.text, effect.criterion.removeprefix("Ours. ")):
            assert not POINTER.search(text), (effect.id, text)


@pytest.mark.parametrize("number", range(1, 10))
def test_what_the_experiments_say_of_the_released_code_names_its_place(number: int) -> None:
    found = asked(number)
    assert found.flaws or number == 9  # which is ours
    texts = [found.published, found.question, *found.flaws]
    texts += [text for effect in found.effects for text in (effect.published, effect.criterion)]
    assert [sentence for text in texts for sentence in unlisted(text)] == []


def test_what_the_tables_say_of_the_released_code_names_its_place() -> None:
    files = ("README.md", "reports/RESULTS.md")
    cells = [
        cell for name in files for cell in (ROOT / name).read_text(encoding="utf-8").split("|")
    ]
    assert any(ABOUT.search(cell) for cell in cells)
    assert [sentence for cell in cells for sentence in unlisted(cell)] == []


def test_the_command_writes_the_figures(checkout: Path, made_up: Analysis, tmp_path: Path) -> None:
    answered = command.released(checkout, json=tmp_path / "released.json")
    assert answered == (made_up.text(), 0)
    assert decode((tmp_path / "released.json").read_bytes()) == made_up


# --- the release itself ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded() -> Analysis:
    return decode(FIGURES.read_bytes())


PUBLISHED_RATIOS = {
    "linear, no BatchNorm, 0.05": (17.2, (44.1, 0.21, 5.9)),
    "GELU, no BatchNorm, 0.05": (6.44, (5.6, 7.7, 6.1)),
    "Swish, no BatchNorm, 0.05": (4.35, (3.0, 6.3, 4.1)),
    "ReLU, no BatchNorm, 0.05": (0.107, (0.10, 0.097, 0.12)),
    "Swish, no BatchNorm, 0.005": (0.573, (0.575, 0.559, 0.585)),
    "Swish, no BatchNorm, 0.5": (5.34, (6.8, 6.0, 3.9)),
}


@pytest.mark.parametrize("cell", PUBLISHED_RATIOS)
def test_recorded_e2(recorded: Analysis, cell: str) -> None:
    mean, each = PUBLISHED_RATIOS[cell]
    found = row(recorded, "E2", f"{GROWTH}: {cell}").as_published
    assert found is not None
    assert found.value == pytest.approx(mean, rel=0.01)
    assert found.each == pytest.approx(each, rel=0.04)


def test_recorded_claims_say_what_is_and_what_is_not_in_the_papers_favour(
    recorded: Analysis,
) -> None:
    yes, no, undecided = Answer.YES, Answer.NO, Answer.UNDECIDED
    answers = {
        ("E1", "collapsed"): no,
        ("E1", "spearman"): undecided,
        ("E1", "condition"): undecided,
        ("E1", "signs"): yes,
        ("E2", "regrows-gelu"): yes,
        ("E2", "regrows-swish"): yes,
        ("E2", "regrows-linear"): undecided,
        ("E2", "later-linear"): yes,
        ("E2", "relu"): yes,
        ("E2", "batchnorm"): yes,
        ("E2", "escapes-gelu"): undecided,
        ("E2", "escapes-swish"): undecided,
        ("E2", "flow"): undecided,
        ("E2", "flow-later"): yes,
        ("E3", "selective"): yes,
        ("E3", "compression"): no,
        ("E3", "semantics"): yes,
        ("E4", "cost"): yes,
        ("E4", "pattern"): yes,
        ("E5", "bends"): yes,
        ("E6", "selective"): yes,
        ("E6", "cost"): yes,
        ("E7", "separates"): yes,
        ("E7", "typical"): undecided,
        ("E7", "batchnorm"): yes,
        ("E8", "compress-unit"): yes,
        ("E8", "expand-unit"): yes,
        ("E8", "expand-raw"): undecided,
    }
    assert {key: claim(recorded, *key).answer for key in answers} == answers
    vit = {
        id: claim(recorded, "E2", id, "cifar10/vit_tiny").answer
        for id in ("regrows-gelu", "regrows-swish", "later-gelu", "later-swish")
    }
    assert set(vit.values()) == {no}
    assert claim(recorded, "E2", "regrows-swish", "cifar100/resnet18").answer is undecided
    assert claim(recorded, "E4", "pattern", "cifar100/resnet18").answer is undecided
    assert claim(recorded, "E3", "semantics", "cifar10/vit_tiny").answer is undecided


VIT, HUNDRED = "cifar10/vit_tiny", "cifar100/resnet18"


def ratios(recorded: Analysis, id: str, folder: str) -> list[float]:
    """By seed, what a claim of E2 rests on: last over first epoch, or over the second."""
    kind, _, head = id.rpartition("-")
    of = "the same, last epoch over second" if kind == "later" else GROWTH
    cell = collapse.Cell(head, False, 0.05).label
    found = row(recorded, "E2", f"{of}: {cell}", collapse.SETTINGS[folder]).ours
    assert found is not None
    assert claim(recorded, "E2", id, folder).value.startswith(
        f"{cell}: {', '.join(f'{ratio:.3g}' for ratio in found.each)}"
    )
    return list(found.each)


def span(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


def test_what_is_told_of_the_other_settings_is_what_their_arrays_gave(recorded: Analysis) -> None:
    gelu, swish, relu = (
        ratios(recorded, id, VIT) for id in ("regrows-gelu", "regrows-swish", "relu")
    )
    assert max(*gelu, *swish, *relu) < 1
    gelu_100, swish_100 = (ratios(recorded, f"regrows-{h}", HUNDRED) for h in ("gelu", "swish"))
    assert min(gelu_100) > 1
    assert [ratio > 1 for ratio in swish_100] == [False, True, True]
    assert (
        f"with ViT-Tiny neither does: GELU {span(gelu)}, Swish {span(swish)}, ReLU {span(relu)}; on CIFAR-100, 20 epochs, "
        f"GELU does, and Swish in two seeds of three, {', '.join(f'{ratio:.2f}' for ratio in swish_100)})"
    ) in asked(2).published
    remarks = " ".join(asked(2).flaws)
    assert f"no smooth head regrows in any seed, {span(gelu + swish)} of the first epoch" in remarks
    linear = ratios(recorded, "regrows-linear", VIT)
    assert max(linear) < 1
    assert (
        f"the linear head in none, though one of its seeds, at {max(linear):.2f}, still rises"
        in remarks
    )
    assert claim(recorded, "E2", "regrows-linear", VIT).answer is Answer.UNDECIDED  # one rises


def test_what_the_criteria_say_was_seen_of_the_arrays(recorded: Analysis) -> None:
    """That a linear head below its first epoch's mean still rises, and which runs are together without BatchNorm."""
    below = {
        folder: [
            (first, later)
            for first, later in zip(
                ratios(recorded, "regrows-linear", folder),
                ratios(recorded, "later-linear", folder),
                strict=True,
            )
            if first < 1 and later >= collapse.GREW
        ]
        for folder in (collapse.MAIN, VIT)
    }
    told = [f"{first:.2f} {later:.2g}" for one in below.values() for first, later in one]
    assert told == ["0.21 1.3", "0.90 3.2"]
    assert "0.90 and rising" in collapse.RISING
    plain = [
        r.ours.each
        for r in recorded.rows
        if r.quantity.startswith("relative update") and "no BatchNorm" in r.quantity and r.ours
    ]
    near = [all(0.1 <= each <= 10 for each in one) for one in plain]
    assert (sum(near), len(near)) == (3, 8)
    criterion = claim(recorded, "E7", "batchnorm").criterion
    assert "three runs of eight without BatchNorm lie within them" in criterion
    assert (
        claim(recorded, "E2", "batchnorm").text == "With BatchNorm every run keeps its deviation."
    )


def test_what_is_told_of_the_linear_head_is_what_its_arrays_gave(recorded: Analysis) -> None:
    """The control regrows most: no smooth head at its rate does more than the told figure."""
    main = collapse.MAIN
    high, low, middle = ratios(recorded, "regrows-linear", main)
    assert low < 1 < middle < high
    assert min(ratios(recorded, "later-linear", main)) > collapse.GREW
    smooth = max(r for h in collapse.SMOOTH for r in ratios(recorded, f"regrows-{h}", main))
    assert (
        f"regrows in two seeds of three, {high:.0f}- and {middle:.1f}-fold, where no smooth head at that rate does more than {smooth:.1f}-fold"
    ) in " ".join(asked(2).flaws)


def test_what_is_told_of_the_first_epoch_is_what_the_arrays_gave(recorded: Analysis) -> None:
    """There the signs are the other way round; the record has them in words."""
    found = claim(recorded, "E1", "signs").remark
    relu, normal, collapsed = re.findall(r"-?\d\.\de-0\d", found)
    assert float(relu) < 0 < float(normal) < float(collapsed)
    short = [figure.replace("e-0", "e-") for figure in (relu, normal, collapsed)]
    assert (
        f"the ReLU run's one other value is negative, {short[0]}, and the Swish runs' are positive, {short[1]} and {short[2]}"
    ) in " ".join(asked(1).flaws)


@pytest.mark.parametrize(
    ("last", "expected"), [(1.01, Answer.YES), (1.0, Answer.UNDECIDED), (0.99, Answer.NO)]
)
def test_to_grow_is_to_end_above_where_it_began(last: float, expected: Answer) -> None:
    cell, std = collapse.Cell("gelu", False, 0.5), np.ones((3, 50))
    std[:, -1] = last
    about = About("E2", "cifar10/resnet18")
    assert collapse._grows(about, cell, std, 0, "id", "text").answer is expected


@pytest.mark.parametrize(
    ("ratios", "fallen", "expected"),
    [
        ((0.1, 0.1, 0.1), 1, Answer.YES),
        ((0.1, 0.1, 2.0), 1, Answer.UNDECIDED),
        ((2.0, 2.0, 1.0), 1, Answer.NO),
        ((0.5, 0.5, 0.5), 0.1, Answer.NO),  # below the first epoch, five times the second
        ((0.5, 0.1, 0.1), 0.1, Answer.UNDECIDED),
    ],
)
def test_a_relu_head_regrows_if_in_no_seed_it_does_not(
    ratios: tuple[float, ...], fallen: float, expected: Answer
) -> None:
    std = np.full((3, 50), fallen)
    std[:, 0] = 1
    std[:, -1] = ratios
    about = About("E2", "cifar10/resnet18")
    found = collapse._relu(about, collapse.Cell("relu", False, 0.05), std)
    assert found.answer is expected


E7_RATIOS = {
    "Swish, no BatchNorm, 0.05": (33, (6.0, 9.3, 8.5)),
    "GELU, no BatchNorm, 0.05": (41, (9.1, 6.1, 6.4)),
    "ReLU, no BatchNorm, 0.05": (294, (98, 97, 105)),
    "linear, no BatchNorm, 0.05": (158, (22, 43, 53)),
    "Swish, no BatchNorm, 0.005": (125, (45, 40, 45)),
    "Swish, no BatchNorm, 0.5": (85, (0.9, 1.2, 1.0)),
}


@pytest.mark.parametrize("cell", E7_RATIOS)
def test_recorded_e7(recorded: Analysis, cell: str) -> None:
    arithmetic, geometric = E7_RATIOS[cell]
    found = row(recorded, "E7", f"relative update, projector over backbone: {cell}")
    assert found.as_published is not None
    assert np.mean(found.as_published.each) == pytest.approx(arithmetic, rel=0.02)
    assert found.ours is not None
    assert found.ours.each == pytest.approx(geometric, rel=0.06)


def test_recorded_e7_gives_the_published_ranges(recorded: Analysis) -> None:
    rows = [r for r in recorded.rows if r.experiment == "E7"]
    plain = [value(r.as_published) for r in rows if "no BatchNorm" in r.quantity]
    normed = [value(r.as_published) for r in rows if "no BatchNorm" not in r.quantity]
    assert [round(min(plain)), round(max(plain))] == [31, 653]
    assert [round(min(normed), 1), round(max(normed), 1)] == [0.4, 2.7]


@pytest.mark.parametrize(
    ("without", "told", "ends"),
    [
        (True, "backbone's, ", (56, 4235)),
        (False, "backbone's, ", (0.47, 2.74)),
        (True, "over epochs and seeds ", (57, 5563)),
        (False, "over epochs and seeds ", (0.47, 2.75)),
    ],
)
def test_recorded_e7_gives_what_the_plotting_script_prints_and_the_ratio_itself(
    recorded: Analysis, without: bool, told: str, ends: tuple[float, float]
) -> None:
    rows = [r for r in recorded.rows if r.experiment == "E7"]
    ratios = [
        float(r.remark.rsplit(told, 1)[1].split(",")[0])
        for r in rows
        if ("no BatchNorm" in r.quantity) is without
    ]
    assert (min(ratios), max(ratios)) == pytest.approx(ends, rel=1e-2)


PLACES = {
    ("E1", "std of the unit z, first epoch: Swish, projector x 0.1"): 0.0154,
    ("E1", "std of the unit z, first epoch: Swish, normal start"): 0.0138,
    ("E1", "std of the unit z, last epoch: Swish, projector x 0.1"): 0.0159,
    ("E1", "Spearman of that std and the condition number: Swish, normal start"): 0.339,
    ("E1", "Spearman of that std and the condition number: Swish, projector x 0.1"): 0.609,
    ("E1", "Spearman of that std and the condition number: ReLU, projector x 0.1"): 0.669,
    ("E2", "least recorded condition number of a last epoch: ReLU, no BatchNorm, 0.5"): 0.223,
    ("E3", "mean-square spread of z along orbits"): 0.0225,
    ("E3", "compression: spread of z over spread of h"): 21.85,
    ("E3", "D_intra of z"): 0.211,
    ("E3", "D_inter of h"): 0.111,
    ("E3", "that of h over that of z"): 1.22,
    ("E4", "accuracy of the linear probe of z, %"): 52.27,
    ("E4", "accuracy of the MLP probe of h, %"): 43.56,
    ("E4", "MLP minus linear probe, of h minus the same of z, points"): 2.82,
    ("E5", "their ratio, h over z"): 1.93,
    ("E6", "compression: 1 layer"): 49.1,
    ("E6", "compression: 3 layers"): 78.5,
}


@pytest.mark.parametrize("key", PLACES, ids=" ".join)
def test_recorded_figures(recorded: Analysis, key: tuple[str, str]) -> None:
    assert value(row(recorded, *key).as_published) == pytest.approx(PLACES[key], rel=5e-3)


def test_of_the_heads_depths_it_is_said_that_intervals_over_images_are_widened(
    recorded: Analysis,
) -> None:
    drawn = [r.ours.method for r in recorded.rows if r.quantity.startswith("second differences, h")]
    assert drawn == ["bootstrap over the images, widened to Student's quantile"] * 3


SELECTIVITIES = {
    ("E3", "selectivity: compression over that", ""): (1.46, 1.333, 1.597),
    ("E3", "selectivity: compression over that", "CIFAR-10, ViT-Tiny"): (1.37, 1.202, 1.551),
    ("E3", "total variance, z over h", ""): (14.93, 13.88, 15.92),
    ("E3", "total variance, z over h", "CIFAR-10, ViT-Tiny"): (2930, 2680, 3258),
    ("E6", "selectivity: 1 layer", ""): (0.815, 0.707, 0.925),
    ("E6", "selectivity: 2 layers", ""): (1.50, 1.302, 1.689),
    ("E6", "selectivity: 3 layers", ""): (2.03, 1.689, 2.393),
}


@pytest.mark.parametrize("key", SELECTIVITIES, ids=" ".join)
def test_recorded_selectivities(recorded: Analysis, key: tuple[str, str, str]) -> None:
    found = row(recorded, *key).ours
    assert (value(found), *interval(found)) == pytest.approx(SELECTIVITIES[key], rel=0.01)
    if key == ("E3", "selectivity: compression over that", ""):
        assert claim(recorded, "E3", "selective").value == "1.46 [1.34, 1.59]"


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="the release's arrays are not beside the project")
def test_the_archive_gives_the_recorded_figures(recorded: Analysis) -> None:
    found = analyse(ARCHIVE)
    expected = [r for r in recorded.rows if r.experiment != "E8"]
    assert [(r.setting, r.quantity, r.published, r.remark) for r in found.rows] == [
        (r.setting, r.quantity, r.published, r.remark) for r in expected
    ]
    for ours, theirs in zip(found.rows, expected, strict=True):
        for a, b in ((ours.as_published, theirs.as_published), (ours.ours, theirs.ours)):
            assert (a is None) == (b is None)
            if a and b:
                assert (a.value, *a.each) == pytest.approx((b.value, *b.each), rel=1e-6), (
                    ours.quantity
                )
                expected_interval = b.interval and pytest.approx(b.interval, rel=1e-4)
                assert a.interval == expected_interval, ours.quantity
    claims = [c for c in recorded.claims if c.experiment != "E8"]
    assert list(found.claims) == claims


@pytest.mark.parametrize("place", ["value", "each", "interval"])
def test_an_estimate_is_finite(place: str) -> None:
    figures = {"value": 1.0, "each": (1.0, 2.0), "interval": (0.0, 3.0)}
    bad = {"value": np.nan, "each": (1.0, np.inf), "interval": (0.0, np.inf)}
    assert Estimate(**figures).text(".2g") == "1 (1, 2) [0, 3]"
    with pytest.raises(ValueError, match="An estimate must be finite"):
        Estimate(**figures | {place: bad[place]})


def test_names_below_a_prefix_begin_with_all_of_it() -> None:
    release = Release({name: np.zeros(1) for name in ("a/b/x", "a/b/y/z", "a/bc/x", "d")})
    assert release.below("a/b") == ["x", "y"]
    assert release.below("a") == ["b", "bc"]


@pytest.mark.parametrize(
    ("ratio", "half", "expected"),
    [
        (2.0, 0.5, (Answer.YES, Answer.NO)),
        (2.0, 1.5, (Answer.UNDECIDED, Answer.UNDECIDED)),
        (0.5, 0.6, (Answer.UNDECIDED, Answer.UNDECIDED)),
        (0.5, 0.1, (Answer.NO, Answer.YES)),
    ],
)
def test_a_printed_ratio_decides_with_its_interval(
    ratio: float, half: float, expected: tuple[Answer, Answer]
) -> None:
    line = f"| hue || 1 1 || 1 1 | {ratio}±{half} || 1 1 1 || 0.9 0.8"
    printed = "\n".join(f"{name} {line}" for name in ("DINO ViT-S", "VICReg ResNet50"))
    found = {c.id: c.answer for c in pretrained.spread(Release({}, printed)).claims}
    assert (found["compress-raw"], found["expand-raw"]) == expected
    assert (found["compress-unit"], found["expand-unit"]) == (Answer.NO, Answer.YES)


def test_a_row_has_the_published_statistic_before_ours() -> None:
    found = About("E1", "made up").row("q", as_published=Estimate(value=1), ours=Estimate(value=2))
    assert found.cells() == ("q", "none", "1", "2", "")


def test_too_many_arrays_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files they are in."""
    np.savez(tmp_path / "a.npz", a=np.zeros(1), b=np.zeros(1), c=np.zeros(1))
    assert len(read(tmp_path).arrays) == 3
    monkeypatch.setattr(reader, "MOST", 2)
    with pytest.raises(ReleaseError, match="holds more than 2 arrays; it is not the release"):
        read(tmp_path)
