"""Released networks with their heads, from checkpoint files that a user has.

Names and shapes are transcribed from the projects' public model definitions and from what users
report of the released files; networks are ours. A file is read as data: of Python's objects only
tensors, containers and `argparse.Namespace` are allowed, and no code in it is run.
"""

from __future__ import annotations

import argparse
import math
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.ssl.backbones import ResNet, VisionTransformer, shortcut
from verify.ssl.data.dataset import DataError

SIZE = 224
"""Side in pixels of the images that all of them were trained on."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the channels of ImageNet's training images, by which all of them standardise theirs."""

SUFFIXES = (".pth", ".pt")
"""What the names of checkpoints in a folder end in."""


KINDS = "DINO with a ViT of any size or ResNet-50, VICReg and Barlow Twins ResNet-50"
"""What can be read."""


MOST = 10**9
"""Numbers in one tensor; the largest of these networks have a tenth of it."""


class CheckpointError(DataError):
    """A checkpoint cannot be used; the message is a sentence for the user."""


class Bottleneck(nn.Module):
    """A 3x3 convolution between two of size 1x1, beside a shortcut.

    The stride is the 3x3 convolution's, as in every public ResNet-50 of PyTorch, not the first
    one's as in the paper.

    Args:
        inputs: channels that come in.
        channels: channels of the 3x3 convolution, a quarter of the result's.
        stride: of the 3x3 convolution and of the shortcut.
    """

    expansion = 4
    """Channels of the result for each channel of the 3x3 convolution."""

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, channels * self.expansion, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * self.expansion)
        self.relu = nn.ReLU()
        self.downsample = shortcut(inputs, channels * self.expansion, stride)

    def forward(self, images: Tensor) -> Tensor:
        """Feature maps (N, 4 channels, H / stride, W / stride) of maps (N, inputs, H, W)."""
        deep = self.relu(self.bn1(self.conv1(images)))
        deep = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(deep)))))
        return self.relu(deep + self.downsample(images))


def resnet50() -> ResNet:
    """ResNet-50 for RGB images of 224x224 pixels, with representations of length 2048."""
    return ResNet(Bottleneck, (3, 4, 6, 3), small_images=False)


def vit_small() -> VisionTransformer:
    """ViT-S/16 for RGB images of 224x224 pixels, with representations of length 384."""
    return VisionTransformer(3, 224, 384, patch=16, depth=12)


class DinoHead(nn.Module):
    """An MLP, the direction of its output, and a linear map to the prototypes.

    Args:
        mlp: from representations to a vector of length `bottleneck`.
        prototypes: length of the output.
        bottleneck: length of the vector whose direction is taken.
    """

    def __init__(self, mlp: nn.Sequential, prototypes: int, bottleneck: int = 256) -> None:
        super().__init__()
        self.mlp = mlp
        self.last_layer = nn.Linear(bottleneck, prototypes, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, prototypes) for representations z (N, d)."""
        return self.last_layer(F.normalize(self.mlp(z), dim=-1))


@dataclass(frozen=True)
class Release:
    """A released network as its file holds it.

    Attributes:
        name: what a table calls it.
        backbone, head: build it with weights of no meaning.
        source: where names and shapes are from.
        part: key of the file under which the weights are.
        prefix: of the head's weights among these.
        ignored: beginnings of the names of weights that belong to neither.
    """

    name: str
    backbone: Callable[[], nn.Module]
    head: Callable[[], nn.Module]
    source: str
    part: str = "model"
    prefix: str = "projector"
    ignored: tuple[str, ...] = ()

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight and statistic by the name that it has in the file."""
        with torch.device("meta"):
            parts = {"backbone": self.backbone(), self.prefix: self.head()}
        return {
            f"{part}.{name}": tuple(value.shape)
            for part, module in parts.items()
            for name, value in module.state_dict().items()
        }


def _dino_vit_head() -> nn.Module:
    layers = (nn.Linear(384, 2048), nn.GELU(), nn.Linear(2048, 2048), nn.GELU())
    return DinoHead(nn.Sequential(*layers, nn.Linear(2048, 256)), 65536)


def _dino_resnet_head() -> nn.Module:
    layers = (nn.Linear(2048, 4096), nn.BatchNorm1d(4096), nn.GELU(), nn.Linear(4096, 256))
    return DinoHead(nn.Sequential(*layers), 60000)


def _expander(bias: bool) -> nn.Module:
    """Three layers of 8192; VICReg's hidden ones have biases, Barlow Twins' have none."""
    layers: list[nn.Module] = []
    for inputs in (2048, 8192):
        layers += [nn.Linear(inputs, 8192, bias=bias), nn.BatchNorm1d(8192), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(8192, 8192, bias=False))


GITHUB = "https://github.com/facebookresearch/"

RELEASES = (
    Release(
        name="DINO ViT-S/16",
        backbone=vit_small,
        head=_dino_vit_head,
        part="teacher",
        prefix="head",
        source=f"{GITHUB}dino, vision_transformer.py (vit_small, DINOHead) and main_dino.py",
    ),
    Release(
        name="DINO ResNet-50",
        backbone=resnet50,
        head=_dino_resnet_head,
        part="teacher",
        prefix="head",
        source=f"{GITHUB}dino, main_dino.py; the head of the released file, which is not its default, from {GITHUB}dino/issues/189 and /251",
    ),
    Release(
        name="VICReg ResNet-50",
        backbone=resnet50,
        head=partial(_expander, bias=True),
        source=f"{GITHUB}vicreg, main_vicreg.py (Projector) and resnet.py",
    ),
    Release(
        name="Barlow Twins ResNet-50",
        backbone=resnet50,
        head=partial(_expander, bias=False),
        ignored=("bn.",),
        source=f"{GITHUB}barlowtwins, main.py (BarlowTwins)",
    ),
)
"""Every network that can be read: its architecture, and the names and shapes in its file."""


@dataclass(frozen=True)
class Network:
    """A released network, in evaluation mode.

    Attributes:
        release: what it is.
        backbone: standardised images (N, 3, 224, 224) to representations z (N, d).
        head: z to h.
    """

    release: Release
    backbone: nn.Module
    head: nn.Module


def files(path: Path) -> list[Path]:
    """The checkpoints at a path: the file, or those in the folder.

    Raises:
        CheckpointError: if there is none.
    """
    if path.is_file():
        return [path]
    found = sorted(file for file in path.glob("*") if file.suffix in SUFFIXES)
    if not found:
        raise CheckpointError(
            f"There is no checkpoint at {path}: expected a file, or a folder with files that end in {' or '.join(SUFFIXES)}. E8 reads {KINDS}."
        )
    return found


def load(path: Path) -> Network:
    """Read a checkpoint, whichever of `RELEASES` it is.

    Raises:
        CheckpointError: if it cannot be read, holds code, or is none of them.
    """
    weights = _weights(_content(path), path)
    release = _recognise(weights, path)
    with torch.device("meta"):
        backbone, head = release.backbone(), release.head()
    for prefix, module in (("backbone", backbone), (release.prefix, head)):
        part = {
            name.removeprefix(f"{prefix}."): value.float() if value.is_floating_point() else value
            for name, value in weights.items()
            if name.startswith(f"{prefix}.")
        }
        module.load_state_dict(part, assign=True)
        module.requires_grad_(False).eval()
    return Network(release, backbone, head)


def standardise(images: Tensor) -> Tensor:
    """Images (N, 3, H, W) in [0, 1] as the networks take them."""
    mean, deviation = (images.new_tensor(c)[:, None, None] for c in (MEAN, DEVIATION))
    return (images - mean) / deviation


def _uncalled(*_: object) -> None:
    """Stands for a function that VICReg's and Barlow Twins' optimiser states refer to by name."""


_REFERRED = tuple(
    (_uncalled, f"{module}.exclude_bias_and_norm")
    for module in ("__main__", "__mp_main__", "main", "main_vicreg")
)
"""Names under which the files refer to a function of the training script, see
https://github.com/facebookresearch/vicreg/issues/6; nothing calls it."""


def _content(path: Path) -> Any:
    try:
        with torch.serialization.safe_globals([argparse.Namespace, *_REFERRED]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"There is no file {path}; give --checkpoint its place.") from None
    except pickle.UnpicklingError as error:
        reason = str(error).strip().splitlines()
        named = next((line for line in reason if "GLOBAL" in line), reason[-1] if reason else "")
        raise CheckpointError(
            f"{path} is no checkpoint of weights alone, and nothing else is read from a file ({named.strip()}). Where it was made, save the weights alone, as torch.save(state_dict, file)."
        ) from None
    except (OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({first}); copy or download it again."
        ) from None


def _weights(content: Any, path: Path) -> dict[str, Tensor]:
    """The tensors by name, without the prefix of a parallel module and with plain last layers."""
    parts = {release.part for release in RELEASES}
    found = [key for key in sorted(parts) if isinstance(content, Mapping) and key in content]
    state = content[found[0]] if found else content
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise CheckpointError(
            f"{path} holds no weights under {' or '.join(sorted(parts))}: expected the full checkpoint of {', '.join(release.name for release in RELEASES)}."
        )
    weights = {str(name).removeprefix("module."): value for name, value in state.items()}
    for name, weight in weights.items():  # a file of bytes may repeat one number to any shape
        if weight.numel() > MOST:
            raise CheckpointError(
                f"{path} holds {weight.numel()} numbers in {name}, and at most {MOST} are read; E8 reads {KINDS}."
            )
    direction = weights.pop("head.last_layer.weight_v", None)
    length = weights.pop("head.last_layer.weight_g", None)
    if direction is not None and length is not None:  # PyTorch's weight norm
        unit = direction / torch.linalg.vector_norm(direction, dim=1, keepdim=True)
        weights["head.last_layer.weight"] = length * unit
    for name, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise CheckpointError(
                f"{path} holds numbers in {name} that are not finite; copy or download it again."
            )
    return weights


def _numbers(weights: Mapping[str, Tensor], above: str) -> set[int]:
    """The numbers that follow a prefix in the names; names without one are passed over."""
    found = {n.removeprefix(above).split(".")[0] for n in weights if n.startswith(above)}
    return {int(number) for number in found if number.isdigit()}


def _dino_of_any_size(weights: Mapping[str, Tensor], path: Path) -> Release | None:
    """DINO with a ViT, its patch, width, depth and head as the names and shapes say; None if it is none."""
    patches = weights.get("backbone.patch_embed.proj.weight")
    positions, last = weights.get("backbone.pos_embed"), weights.get("head.last_layer.weight")
    blocks = _numbers(weights, "backbone.blocks.")
    layers = _numbers(weights, "head.mlp.")
    if patches is None or positions is None or last is None or not blocks or not layers:
        return None
    if (patches.ndim, positions.ndim, last.ndim) != (4, 3, 2):
        return None
    width, channels, patch, _ = patches.shape
    side = patch * math.isqrt(positions.shape[1] - 1)

    def head() -> nn.Module:
        parts: list[nn.Module] = []
        for index in range(max(layers) + 1):
            weight = weights.get(f"head.mlp.{index}.weight")
            if weight is None:
                parts.append(nn.GELU())
            elif weight.ndim == 1:
                parts.append(nn.BatchNorm1d(len(weight)))
            else:
                bias = f"head.mlp.{index}.bias" in weights
                parts.append(nn.Linear(weight.shape[1], len(weight), bias=bias))
        return DinoHead(nn.Sequential(*parts), *last.shape)

    size = {192: "Ti", 384: "S", 768: "B", 1024: "L"}.get(width, f"{width}")
    release = Release(
        name=f"DINO ViT-{size}/{patch} ({path.stem})",
        backbone=lambda: VisionTransformer(
            channels, side, width, patch=patch, depth=max(blocks) + 1
        ),
        head=head,
        part="teacher",
        prefix="head",
        source="the names and shapes in the file",
    )
    try:
        fits = release.shapes() == {n: tuple(w.shape) for n, w in weights.items()}
    except ValueError:  # a width that is no multiple of an attention head's
        return None
    return release if fits and (channels, side) == (3, SIZE) else None


def _recognise(weights: Mapping[str, Tensor], path: Path) -> Release:
    """The release whose names and shapes these are, or a DINO of another size."""
    faults = {}
    for release in RELEASES:
        expected = release.shapes()
        present = {n: tuple(w.shape) for n, w in weights.items()}
        present = {n: s for n, s in present.items() if not n.startswith(release.ignored)}
        if present == expected:
            return release
        names = sorted(expected.keys() | present.keys())
        wrong = [name for name in names if expected.get(name) != present.get(name)]
        first = wrong[0]
        faults[release.name] = (
            len(wrong),
            f"{first} has shape {present.get(first, 'none')}: expected {expected.get(first, 'none')}",
        )
    other = _dino_of_any_size(weights, path)
    if other is not None:
        return other
    name, (count, fault) = min(faults.items(), key=lambda item: item[1][0])
    backbone_only = not any(n.startswith(tuple(f"{r.prefix}." for r in RELEASES)) for n in weights)
    remedy = (
        "It has no head; take the full checkpoint."
        if backbone_only
        else f"{count} names or shapes differ. E8 reads {KINDS}; the head of any other network is read by `python -m verify diagnose --checkpoint`."
    )
    raise CheckpointError(f"{path} is nearest to {name}, and {fault}. {remedy}")
