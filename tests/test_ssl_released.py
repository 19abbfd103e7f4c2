"""Released networks and their orbits (E8), without the released weights.

Oracles: names and shapes written down from the projects' public definitions, files of the true
names and shapes whose tensors repeat a few numbers (so that they take no space), small networks in
place of the large ones, and heads whose effect is known beforehand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine import registry as rooms
from verify.engine.worker import run_check
from verify.experiments.e8 import experiment as e8
from verify.experiments.e8 import invariants as e8_invariants
from verify.experiments.e8 import measure as e8_orbits
from verify.experiments.e8.display import PUBLISHED, tables
from verify.experiments.e8.experiment import answer, effect_of
from verify.experiments.e8.invariants import run_units
from verify.experiments.e8.measure import KINDS, Cell, cosine_gain, variance_ratio
from verify.ssl import released
from verify.ssl.augment import rotate_hue
from verify.ssl.backbones import BasicBlock, ResNet, seeded
from verify.ssl.data import DataError, load_digits
from verify.ssl.data.loading import CIFAR10, PICTURE
from verify.ssl.measurements import Interval
from verify.ssl.released import RELEASES, CheckpointError, Network, Release, load, standardise

NAMES = [release.name for release in RELEASES]

WRITTEN_DOWN: dict[str, dict[str, tuple[int, ...] | None]] = {
    "DINO ViT-S/16": {
        "backbone.cls_token": (1, 1, 384),
        "backbone.pos_embed": (1, 197, 384),
        "backbone.patch_embed.proj.weight": (384, 3, 16, 16),
        "backbone.blocks.11.attn.qkv.weight": (1152, 384),
        "backbone.blocks.11.attn.qkv.bias": (1152,),
        "backbone.blocks.0.mlp.fc1.weight": (1536, 384),
        "backbone.norm.weight": (384,),
        "head.mlp.0.weight": (2048, 384),
        "head.mlp.2.bias": (2048,),
        "head.mlp.4.weight": (256, 2048),
        "head.last_layer.weight": (65536, 256),
        "backbone.blocks.12.norm1.weight": None,
    },
    "DINO ResNet-50": {
        "backbone.conv1.weight": (64, 3, 7, 7),
        "backbone.layer1.0.downsample.0.weight": (256, 64, 1, 1),
        "backbone.layer4.2.conv3.weight": (2048, 512, 1, 1),
        "backbone.layer3.5.bn2.running_var": (256,),
        "head.mlp.0.weight": (4096, 2048),
        "head.mlp.0.bias": (4096,),
        "head.mlp.1.running_mean": (4096,),
        "head.mlp.3.weight": (256, 4096),
        "head.last_layer.weight": (60000, 256),
        "backbone.fc.weight": None,
    },
    "VICReg ResNet-50": {
        "backbone.bn1.weight": (64,),
        "projector.0.weight": (8192, 2048),
        "projector.0.bias": (8192,),
        "projector.1.running_mean": (8192,),
        "projector.3.bias": (8192,),
        "projector.6.weight": (8192, 8192),
        "projector.6.bias": None,
    },
    "Barlow Twins ResNet-50": {
        "backbone.layer4.0.conv2.weight": (512, 512, 3, 3),
        "projector.0.weight": (8192, 2048),
        "projector.0.bias": None,
        "projector.4.weight": (8192,),
        "projector.6.weight": (8192, 8192),
    },
}


@pytest.mark.parametrize("release", RELEASES, ids=NAMES)
def test_names_and_shapes(release: Release) -> None:
    shapes = release.shapes()
    for name, shape in WRITTEN_DOWN[release.name].items():
        assert shapes.get(name) == shape, name
    totals = {"backbone": 0, release.prefix: 0}
    for name, shape in shapes.items():
        if "running" not in name and "num_batches" not in name:
            totals[name.partition(".")[0]] += int(np.prod(shape))
    assert totals["backbone"] == (21_665_664 if "ViT" in release.name else 23_508_032)
    heads = {
        "DINO ViT-S/16": 384 * 2048 + 2048 + 2048**2 + 2048 + 2048 * 256 + 256 + 65536 * 256,
        "DINO ResNet-50": 2048 * 4096 + 3 * 4096 + 4096 * 256 + 256 + 60000 * 256,
        "VICReg ResNet-50": 2048 * 8192 + 2 * 8192**2 + 6 * 8192,
        "Barlow Twins ResNet-50": 2048 * 8192 + 2 * 8192**2 + 4 * 8192,
    }[release.name]
    assert totals[release.prefix] == heads


def state_of(release: Release, seed: int = 0) -> dict[str, Tensor]:
    """Weights of a release's names and shapes: each repeats one row of random numbers."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in release.shapes().items():
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(7)
        else:
            row = torch.rand(shape[-1:], generator=generator) + 0.1
            state[name] = row.expand(shape)
    return state


def save(release: Release, state: dict[str, Tensor], path: Path, **others: Any) -> Path:
    torch.save({release.part: state, "epoch": 100, **others}, path)
    return path


@pytest.mark.parametrize("release", RELEASES, ids=NAMES)
def test_files_of_the_true_shapes(release: Release, tmp_path: Path) -> None:
    state = state_of(release)
    extra = {"bn.running_mean": torch.zeros(8192)} if release.name.startswith("Barlow") else {}
    prefixed = {f"module.{name}": value for name, value in (state | extra).items()}
    network = load(save(release, prefixed, tmp_path / "checkpoint.pth"))
    assert network.release.name == release.name
    loaded = {
        f"{part}.{name}": value
        for part, module in (("backbone", network.backbone), (release.prefix, network.head))
        for name, value in module.state_dict().items()
    }
    assert loaded.keys() == state.keys()
    for name in list(state)[:: len(state) // 12]:
        assert torch.equal(loaded[name], state[name]), name
    assert not network.backbone.training
    assert not network.head.training
    assert not any(p.requires_grad for p in network.head.parameters())


def small_backbone() -> nn.Module:
    return ResNet(BasicBlock, (1, 1, 1, 1), width=4, small_images=False)


def small_dino_head() -> nn.Module:
    return released.DinoHead(nn.Sequential(nn.Linear(32, 16), nn.GELU(), nn.Linear(16, 256)), 40)


def small_expander() -> nn.Module:
    return nn.Sequential(
        nn.Linear(32, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 48, bias=False)
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[Release, Release]:
    """DINO ViT-S/16 and VICReg, each with small networks in their place."""
    dino = replace(RELEASES[0], backbone=small_backbone, head=small_dino_head)
    vicreg = replace(RELEASES[2], backbone=small_backbone, head=small_expander)
    monkeypatch.setattr(released, "RELEASES", (dino, vicreg))
    return dino, vicreg


def trained(release: Release, seed: int) -> dict[str, Tensor]:
    """Random weights in the names of a release."""
    parts = seeded(lambda: {"backbone": release.backbone(), release.prefix: release.head()}, seed)
    return {
        f"{part}.{name}": value
        for part, module in parts.items()
        for name, value in module.state_dict().items()
    }


def test_weight_norm_is_multiplied_out(small: tuple[Release, Release], tmp_path: Path) -> None:
    dino, _ = small
    state = trained(dino, 0)
    weight = state.pop("head.last_layer.weight")
    plain = load(save(dino, state | {"head.last_layer.weight": weight}, tmp_path / "plain.pth"))
    normed = nn.utils.weight_norm(nn.Linear(256, 40, bias=False))
    normed.weight_v.data.copy_(3 * weight)
    normed.weight_g.data.fill_(0.5)
    state["head.last_layer.weight_g"] = normed.weight_g.detach()
    state["head.last_layer.weight_v"] = normed.weight_v.detach()
    network = load(save(dino, state, tmp_path / "normed.pth"))
    z = torch.rand(5, 32)
    expected = normed(F.normalize(plain.head.mlp(z), dim=-1))
    assert torch.allclose(network.head(z), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("patch", "width", "depth", "hidden", "bottleneck", "prototypes", "norm"),
    [(112, 64, 2, 32, 16, 40, False), (56, 128, 1, 24, 8, 12, True), (32, 64, 3, 16, 4, 7, False)],
)
def test_dino_of_any_size_is_read_from_the_file(
    patch: int,
    width: int,
    depth: int,
    hidden: int,
    bottleneck: int,
    prototypes: int,
    norm: bool,
    tmp_path: Path,
) -> None:
    torch.manual_seed(0)
    layers: list[nn.Module] = [nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, bottleneck)]
    if norm:
        layers.insert(1, nn.BatchNorm1d(hidden))
    head = released.DinoHead(nn.Sequential(*layers), prototypes, bottleneck).eval()
    backbone = released.VisionTransformer(3, 224, width, patch=patch, depth=depth).eval()
    parts = {"backbone": backbone, "head": head}
    state = {f"module.{p}.{n}": t for p, m in parts.items() for n, t in m.state_dict().items()}
    torch.save({"teacher": state, "epoch": 3}, tmp_path / "own.pth")
    network = load(tmp_path / "own.pth")
    assert network.release.name == f"DINO ViT-{width}/{patch} (own)"
    images = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(network.head(network.backbone(images)), head(backbone(images)))


@pytest.mark.parametrize(("name", "patch", "width"), [("S/8", 8, 384), ("B/16", 16, 768)])
def test_released_vits_are_known_by_their_shapes(name: str, patch: int, width: int) -> None:
    """The released files' names and shapes, without their numbers."""
    with torch.device("meta"):
        head = released.DinoHead(
            nn.Sequential(
                nn.Linear(width, 2048),
                nn.GELU(),
                nn.Linear(2048, 2048),
                nn.GELU(),
                nn.Linear(2048, 256),
            ),
            65536,
        )
        backbone = released.VisionTransformer(3, 224, width, patch=patch, depth=12)
    parts = {"backbone": backbone, "head": head}
    weights = {f"{p}.{n}": t for p, m in parts.items() for n, t in m.state_dict().items()}
    found = released._recognise(weights, Path("dino.pth"))
    assert found.name == f"DINO ViT-{name} (dino)"


def exclude_bias_and_norm(parameter: Tensor) -> bool:
    """The function of the training scripts that released files refer to."""
    raise AssertionError("a function was called while a file was read")


def test_what_released_files_hold_besides(
    small: tuple[Release, Release], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DINO keeps its arguments, and LARS a reference to a function of the script."""
    dino, vicreg = small
    arguments = argparse.Namespace(arch="vit_small", lr=0.0005, crops=(0.4, 1.0))
    load(save(dino, trained(dino, 0), tmp_path / "dino.pth", args=arguments))
    main = sys.modules["__main__"]
    monkeypatch.setattr(exclude_bias_and_norm, "__module__", "__main__")
    monkeypatch.setattr(main, "exclude_bias_and_norm", exclude_bias_and_norm, raising=False)
    groups = [{"lr": 0.2, "weight_decay_filter": exclude_bias_and_norm}]
    optimiser = {"state": {}, "param_groups": groups}
    file = save(vicreg, trained(vicreg, 0), tmp_path / "vicreg.pth", optimizer=optimiser)
    monkeypatch.delattr(main, "exclude_bias_and_norm")
    assert load(file).release is vicreg


class Malicious:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (self.folder,)


def test_code_in_a_file_is_not_run(small: tuple[Release, Release], tmp_path: Path) -> None:
    dino, _ = small
    made = tmp_path / "made"
    file = save(dino, trained(dino, 0), tmp_path / "bad.pth", args=Malicious(made))
    with pytest.raises(CheckpointError, match=r"no checkpoint of weights alone.*mkdir"):
        load(file)
    assert not made.exists()


def wrong_shape(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return state | {"backbone.layer2.0.conv1.weight": torch.zeros(8, 4, 5, 5)}


def missing_name(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if name != "backbone.bn1.bias"}


def further_name(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return state | {"head.mlp.5.weight": torch.zeros(3)}


def no_head(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if name.startswith("backbone.")}


def no_tensors(state: dict[str, Tensor]) -> dict[str, Any]:
    return dict.fromkeys(state, 1.0)


def not_a_number(state: dict[str, Tensor]) -> dict[str, Tensor]:
    one = state["backbone.layer2.0.conv1.weight"].clone()
    one[0, 0, 0, 0] = torch.nan
    return state | {"backbone.layer2.0.conv1.weight": one}


def infinite(state: dict[str, Tensor]) -> dict[str, Tensor]:
    name = "backbone.layer2.0.conv1.weight"
    return state | {name: torch.full_like(state[name], torch.inf)}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            wrong_shape,
            r"nearest to DINO ViT-S/16, and backbone.layer2.0.conv1.weight has shape "
            r"\(8, 4, 5, 5\): expected \(8, 4, 3, 3\)",
        ),
        (missing_name, r"backbone.bn1.bias has shape none: expected \(4,\)"),
        (further_name, r"head.mlp.5.weight has shape \(3,\): expected none"),
        (no_head, "It has no head; take the full checkpoint"),
        (no_tensors, "holds no weights under model or teacher"),
        (not_a_number, r"numbers in backbone.layer2.0.conv1.weight that are not finite"),
        (infinite, r"numbers in backbone.layer2.0.conv1.weight that are not finite"),
    ],
)
def test_wrong_weights_end_in_a_sentence(
    small: tuple[Release, Release],
    tmp_path: Path,
    damage: Callable[[dict[str, Tensor]], dict[str, Any]],
    sentence: str,
) -> None:
    dino, _ = small
    with pytest.raises(CheckpointError, match=sentence) as caught:
        load(save(dino, damage(trained(dino, 0)), tmp_path / "checkpoint.pth"))
    assert str(caught.value).endswith(".")
    assert isinstance(caught.value, DataError)


def test_what_is_no_checkpoint(small: tuple[Release, Release], tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no file"):
        load(tmp_path / "absent.pth")
    (tmp_path / "text.pth").write_text("<html>moved</html>")
    with pytest.raises(CheckpointError, match=r"text\.pth"):
        load(tmp_path / "text.pth")
    dino, _ = small
    whole = save(dino, trained(dino, 0), tmp_path / "cut.pth")
    whole.write_bytes(whole.read_bytes()[:-500])
    with pytest.raises(CheckpointError, match="cannot be read as a checkpoint"):
        load(whole)
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="expected the full checkpoint of DINO"):
        load(tmp_path / "list.pth")


def test_files_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no checkpoint at"):
        released.files(tmp_path)
    for name in ("b.pth", "a.pt", "notes.txt"):
        (tmp_path / name).touch()
    assert [file.name for file in released.files(tmp_path)] == ["a.pt", "b.pth"]
    assert released.files(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]


def test_standardise() -> None:
    """ImageNet's statistics: mid-grey is a little above the mean in every channel."""
    grey = standardise(torch.full((1, 3, 2, 2), 0.5))
    expected = torch.tensor([0.015 / 0.229, 0.044 / 0.224, 0.094 / 0.225])
    assert torch.allclose(grey[0, :, 0, 0], expected, atol=1e-6)


# --- what is measured ---


def test_published_quantities_against_loops() -> None:
    rng = np.random.default_rng(0)
    z, h = rng.normal(size=(4, 6, 5)), rng.normal(size=(4, 6, 9))
    a, b = rng.normal(size=(4, 5)), rng.normal(size=(4, 9))
    ratios = [np.mean(np.var(z[n], axis=0)) / np.mean(np.var(h[n], axis=0)) for n in range(4)]

    def cosine(x: np.ndarray, y: np.ndarray) -> float:
        return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))

    gains = [
        np.mean([cosine(b[n], x) for x in h[n]]) - np.mean([cosine(a[n], x) for x in z[n]])
        for n in range(4)
    ]
    tensors = [torch.from_numpy(x) for x in (z, h, a, b)]
    assert np.allclose(variance_ratio(*tensors[:2]).numpy(), ratios)
    assert np.allclose(cosine_gain(*tensors).numpy(), gains)


def test_compact_keeps_distances_and_directions() -> None:
    points = torch.randn(3, 4, 500, generator=torch.Generator().manual_seed(0)).double()
    few = e8_orbits.compact(points)
    assert few.shape == (3, 4, 12)
    gram, expected = (x.flatten(0, 1) @ x.flatten(0, 1).T for x in (few, points))
    assert (gram - expected).abs().max() < 1e-10  # roundings of sums of 500 numbers of size 1
    assert e8_orbits.compact(few) is few


@pytest.fixture
def images(monkeypatch: pytest.MonkeyPatch) -> tuple[Tensor, Tensor]:
    """Twenty coloured images of two classes; networks see them at 64 pixels."""
    monkeypatch.setattr(e8_orbits, "SIZE", 64)
    monkeypatch.setattr(e8_orbits, "DRAWS", 200)
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(20, 3, 4, 4, generator=generator)
    return F.interpolate(coarse, (32, 32), mode="bilinear"), torch.arange(20) % 2


def network(head: nn.Module) -> Network:
    release = replace(RELEASES[0], backbone=small_backbone, head=small_expander)
    return Network(release, seeded(small_backbone, 1).eval(), head.eval())


def test_a_head_that_does_nothing(images: tuple[Tensor, Tensor]) -> None:
    cells = e8_orbits.measure(network(nn.Identity()), *images)
    assert cells.keys() == KINDS.keys()
    for cell in cells.values():
        assert cell.ratio == pytest.approx(1, abs=1e-9)
        assert cell.gain == pytest.approx(0, abs=1e-7)
        assert cell.compression == pytest.approx(1, abs=1e-9)
        assert cell.selectivity == pytest.approx((1, 1), abs=1e-9)
        assert cell.fresh.low < cell.fresh.high


class Scaled(nn.Module):
    """Shrinks everything, and repeats it in more coordinates."""

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, 4 d) for representations (N, d)."""
        return 0.1 * z.repeat(1, 4)


def test_units_change_the_published_ratio_alone(images: tuple[Tensor, Tensor]) -> None:
    for cell in e8_orbits.measure(network(Scaled()), *images).values():
        assert cell.ratio == pytest.approx(100, rel=1e-4)
        assert cell.gain == pytest.approx(0, abs=1e-6)
        assert cell.selectivity == pytest.approx((1, 1), abs=1e-6)


class WithoutAxes(nn.Module):
    """Takes away what lies along some orthonormal axes, (d, number of axes)."""

    def __init__(self, axes: Tensor) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, d) for representations (N, d)."""
        return z - (z @ self.axes) @ self.axes.T


def test_a_head_that_compresses_hue(images: tuple[Tensor, Tensor]) -> None:
    """Removing the main directions of one kind of orbit raises that kind's selectivity."""
    pictures, _ = images
    plain = network(nn.Identity())
    large = F.interpolate(pictures, (64, 64), mode="bilinear", align_corners=False)
    with torch.no_grad():
        ends = [
            plain.backbone(standardise(rotate_hue(large, torch.full((20,), angle))))
            for angle in (-2.0, -1.0, 0.0, 1.0, 2.0)
        ]
    moves = torch.stack(ends) - torch.stack(ends).mean(0)
    axes = torch.linalg.svd(moves.flatten(0, 1), full_matrices=False).Vh[:6].T
    cells = e8_orbits.measure(network(WithoutAxes(axes)), *images)
    assert cells["hue"].selectivity.low > 1
    assert cells["hue"].selectivity.low > cells["rotation"].selectivity.high


def cell(selectivity: tuple[float, float], fresh: tuple[float, float]) -> Cell:
    return Cell(1, 1, 0, 1, 1, Interval(*selectivity), Interval(*fresh))


@pytest.mark.parametrize(
    ("selectivity", "fresh", "dino", "vicreg"),
    [
        ((1.5, 2.0), (0.9, 1.2), Answer.YES, Answer.NO),
        ((1.1, 2.0), (0.9, 1.2), Answer.UNDECIDED, Answer.UNDECIDED),
        ((0.9, 2.0), (0.5, 0.6), Answer.UNDECIDED, Answer.UNDECIDED),
        ((0.5, 0.7), (0.9, 1.2), Answer.NO, Answer.YES),
        ((0.5, 0.95), (0.9, 1.2), Answer.UNDECIDED, Answer.UNDECIDED),
    ],
)
def test_criterion(
    selectivity: tuple[float, float], fresh: tuple[float, float], dino: Answer, vicreg: Answer
) -> None:
    cells = {kind: cell(selectivity, fresh) for kind in KINDS}
    assert answer("DINO ViT-S/16", cells).answer is dino
    assert answer("VICReg ResNet-50", cells).answer is vicreg
    mixed = cells | {"blur": cell((0.9, 1.1), fresh)}
    assert answer("DINO ViT-S/16", mixed).answer is Answer.UNDECIDED


# --- the room ---

CONTEXT = Context(
    seed=1,
    profile="smoke",
    device="cpu",
    cache="unused",
    rooms={"E8": "verify.experiments.e8"},
)


def test_room() -> None:
    room = rooms.load("E8", "verify.experiments.e8")
    effects = {effect.id for effect in room.subject.effects}
    ours = {"objective-dino", "objective-expand"}
    assert effects == {effect_of(name) for name in NAMES} | ours
    assert all(len(figures) == len(KINDS) for figures in PUBLISHED.values())


def test_without_a_checkpoint_it_is_not_run() -> None:
    evidence = run_check("E8.orbits", CONTEXT)
    assert evidence.outcome is Outcome.NOT_RUN
    assert "a released checkpoint" in evidence.summary
    (check,) = (c for c in e8.CHECKS if c.id == "E8.orbits")
    assert "--checkpoint FILE" in check.command


@pytest.mark.parametrize("seed", range(3))
def test_units(seed: int) -> None:
    ctx = replace_seed(seed)
    finding = run_units(1284.0, (384, 2048), ctx)
    assert finding.outcome is Outcome.AS_STATED
    assert "ratio of 1284" in finding.summary


def replace_seed(seed: int) -> Context:
    return Context(**{**{f: getattr(CONTEXT, f) for f in CONTEXT.__struct_fields__}, "seed": seed})


def test_units_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_sum(z: Tensor, h: Tensor) -> Tensor:
        return variance_ratio(z, h) * z.shape[2] / h.shape[2]

    monkeypatch.setattr(e8_invariants, "variance_ratio", in_sum)
    finding = run_units(1284.0, (384, 2048), CONTEXT)
    assert finding.outcome is Outcome.SURPRISE


@pytest.mark.slow
def test_orbits_of_every_file_in_a_folder(
    small: tuple[Release, Release], images: tuple[Tensor, Tensor], tmp_path: Path
) -> None:
    """From files to tables, on images kept as the loader keeps them."""
    pixels = np.random.default_rng(0).integers(0, 256, (10, *PICTURE), np.uint8)
    arrays = {"images": pixels, "labels": np.arange(10, dtype=np.uint8)}
    kept = tmp_path / "cifar.npz"
    np.savez(
        kept,
        name=np.array("CIFAR-10 (JPEG)"),
        source=np.array("pictures"),
        **{
            f"{part}_{kind}": np.repeat(value[None], times // 10, 0).reshape(-1, *value.shape[1:])
            for part, times in (("train", CIFAR10.train), ("test", CIFAR10.test))
            for kind, value in arrays.items()
        },
    )
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for release in small:
        save(release, trained(release, 0), folder / f"{release.part}.pth")
    context = Context(
        seed=1,
        profile="smoke",
        device="cpu",
        cache=str(tmp_path / "cache"),
        rooms=CONTEXT.rooms,
        data={"checkpoint": str(folder), "cifar10": str(kept)},
    )
    evidence = run_check("E8.orbits", context)
    assert evidence.outcome is Outcome.AS_STATED, evidence.detail
    assert {measured.effect for measured in evidence.answers} == {
        "vicreg-resnet-50",
        "dino-vit-s16",
    }
    table = evidence.tables[0]
    assert "CIFAR-10 (JPEG)" in table.title
    assert len(table.rows) == 2 * len(KINDS)
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert not any("nan" in cell for row in table.rows for cell in row)


def test_a_network_of_another_size_has_nothing_published_beside_it() -> None:
    span = Interval(0.9, 1.1)
    cell = Cell(200.0, 1.0, 0.2, 1.5, 1.2, span, span)
    found = {name: dict.fromkeys(KINDS, cell) for name in ("DINO ViT-S/16", "DINO ViT-B/8")}
    shown = tables(load_digits(), found)[0]
    (column, other) = (n for n, name in enumerate(shown.columns) if name == "published")
    known, unknown = shown.rows[: len(KINDS)], shown.rows[len(KINDS) :]
    assert [row[column] for row in known] == ["1284", "2499", "2898", "3728"]
    assert {row[n] for row in unknown for n in (column, other)} == {"none"}


def test_a_vit_for_images_of_another_size_is_none_of_them(tmp_path: Path) -> None:
    backbone = released.VisionTransformer(3, 112, 64, patch=56, depth=1)
    head = released.DinoHead(nn.Sequential(nn.Linear(64, 8)), 5, 8)
    parts = {"backbone": backbone, "head": head}
    state = {f"{p}.{n}": t for p, m in parts.items() for n, t in m.state_dict().items()}
    torch.save({"teacher": state}, tmp_path / "small.pth")
    with pytest.raises(CheckpointError, match="is nearest to"):
        load(tmp_path / "small.pth")


def test_the_fresh_head_is_calibrated_on_each_kind_of_orbits(
    images: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(e8_orbits, "calibrate", lambda head, z: (head.eval(), seen.append(z)))
    e8_orbits.measure(network(nn.Identity()), *images)
    assert [z.shape for z in seen] == [(20 * e8_orbits.STEPS, 32)] * len(KINDS)
    assert not torch.equal(seen[0], seen[1])


def test_images_are_drawn_within_their_classes() -> None:
    """Two classes of equal orbits each: drawn within them, nothing varies."""
    generator = torch.Generator().manual_seed(0)
    kinds = [torch.randn(2, 6, d, generator=generator) for d in (5, 4, 4)]
    labels = torch.arange(20) % 2
    points = [kind[labels] for kind in kinds]
    cell = e8_orbits._cell(points, (points[0][:, 0], points[1][:, 0]), labels)
    assert cell.selectivity.high - cell.selectivity.low < 1e-9
    assert cell.selectivity.low == pytest.approx(cell.compression / cell.shrinkage)


def test_orbits_are_standardised(
    images: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every original image is: the first point of the rotation is the image itself."""
    seen: list[Tensor] = []

    def kept(module: nn.Module, inputs: Tensor) -> Tensor:
        if inputs.ndim == 4:
            seen.append(inputs)
        return plain(module, inputs)

    plain = e8_orbits.outputs
    monkeypatch.setattr(e8_orbits, "outputs", kept)
    e8_orbits.measure(network(nn.Identity()), *images)
    originals, first = seen[0], seen[1]
    assert torch.allclose(first[0], originals[0], atol=1e-5)
