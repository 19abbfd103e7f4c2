"""Backbones and the projector, drawn reproducibly from a seed.

Residual networks (He et al. 2016, arXiv 1512.03385) and vision transformers (Dosovitskiy et al. 2021,
arXiv 2010.11929) name their submodules as public checkpoints do: ``layer1.0.bn2``,
``blocks.0.attn.qkv``. Attention and LayerNorm are written out, so that both modes of differentiation
can be nested.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.init import trunc_normal_

STAGES = 4
"""Stages of blocks; every one but the first halves the image and doubles the channels."""


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut.

    Args:
        inputs: channels that come in.
        channels: channels of the convolutions and of the result.
        stride: of the first convolution and of the shortcut.
    """

    expansion = 1
    """Channels of the result for each channel of the convolutions."""

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.downsample = shortcut(inputs, channels, stride)

    def forward(self, images: Tensor) -> Tensor:
        """Feature maps (N, channels, H / stride, W / stride) of maps (N, inputs, H, W)."""
        deep = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(images)))))
        return self.relu(deep + self.downsample(images))

    def closing_norms(self) -> list[nn.BatchNorm2d]:
        """The BatchNorms whose outputs are added up before the last ReLU."""
        return [self.bn2, *_norms(self.downsample)]


class ResNet(nn.Module):
    """A residual network without its classifier; the output is averaged over the image.

    Its representations are means of ReLUs: no component is negative.

    Args:
        block: of which it is made.
        blocks: number of blocks in each of the four stages.
        channels: of the images.
        width: channels of the first stage's convolutions.
        small_images: whether the stem is a 3x3 convolution of stride 1, as for 32x32 images, and
            not a 7x7 one of stride 2 with max-pooling.
    """

    def __init__(
        self,
        block: type[Any],
        blocks: Sequence[int],
        *,
        channels: int = 3,
        width: int = 64,
        small_images: bool,
    ) -> None:
        super().__init__()
        if small_images:
            self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
            self.maxpool: nn.Module = nn.Identity()
        else:
            self.conv1 = nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False)
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        inputs = width
        for stage, count in zip(range(STAGES), blocks, strict=True):
            outputs = width * 2**stage
            stack = []
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                stack.append(block(inputs, outputs, stride))
                inputs = outputs * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*stack))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        """Representations (N, d), d = 8 width expansion, of images (N, channels, H, W)."""
        features = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        for stage in range(STAGES):
            features = self.get_submodule(f"layer{stage + 1}")(features)
        return features.mean((2, 3))

    def closing_norms(self) -> list[nn.BatchNorm2d]:
        """The BatchNorms without which the last stage would be constant."""
        last = self.get_submodule(f"layer{STAGES}")
        return [norm for block in last for norm in block.closing_norms()]  # type: ignore[attr-defined]


def resnet18(channels: int, size: int, width: int) -> ResNet:
    """ResNet-18 for small images: 11.2 million parameters at the published width 512.

    Args:
        channels: of the images.
        size: side of the images in pixels; any.
        width: length of a representation, a multiple of 8.

    Raises:
        ValueError: if the width is no multiple of 8.
    """
    del size
    if width < 8 or width % 8:
        raise ValueError(
            f"A ResNet-18 doubles its channels three times, so its width must be a multiple of 8; it was {width}. The published one has 512."
        )
    return ResNet(BasicBlock, (2, 2, 2, 2), channels=channels, width=width // 8, small_images=True)


def shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """The identity where shapes allow it, otherwise a 1x1 convolution."""
    if stride == 1 and inputs == outputs:
        return nn.Sequential()
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
    )


def _norms(module: nn.Module) -> list[nn.BatchNorm2d]:
    return [m for m in module.modules() if isinstance(m, nn.BatchNorm2d)]


EPSILON = 1e-6
"""Added to the variance in every LayerNorm; DINO's checkpoints were trained with it."""

PYTORCH_EPSILON = 1e-5
"""The same by PyTorch's default."""

INITIAL_DEVIATION = 0.02
"""Standard deviation of the initial weights, tokens and positions, before truncation at 2."""

HEAD_WIDTH = 64
"""Length of a query; a transformer of width d has d / 64 heads."""


class LayerNorm(nn.LayerNorm):
    """PyTorch's, written out: on torch 2.13 second derivatives of its forward mode are wrong."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (..., width) less their mean, over their deviation, scaled and shifted."""
        variance, mean = torch.var_mean(tokens, -1, correction=0, keepdim=True)
        return (tokens - mean) * (variance + self.eps).rsqrt() * self.weight + self.bias


class Attention(nn.Module):
    """Softmax attention between all tokens of an image.

    Args:
        width: length of a token, a multiple of `HEAD_WIDTH`.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """New tokens (N, T, width) for tokens (N, T, width)."""
        split = self.qkv(tokens).unflatten(2, (3, self.heads, HEAD_WIDTH))
        query, key, value = split.permute(2, 0, 3, 1, 4)  # each (N, heads, T, HEAD_WIDTH)
        weights = (query @ key.transpose(2, 3) * HEAD_WIDTH**-0.5).softmax(3)
        return self.proj((weights @ value).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Two layers with a GELU between them, on every token alone.

    Args:
        width: length of a token.
        hidden: length of the hidden layer.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """New tokens (N, T, width) for tokens (N, T, width)."""
        return self.fc2(self.act(self.fc1(tokens)))


class Block(nn.Module):
    """Attention, then an MLP of hidden length 4 width, each on normalised tokens and added to them.

    Args:
        width: length of a token.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1 = LayerNorm(width, eps=EPSILON)
        self.attn = Attention(width)
        self.norm2 = LayerNorm(width, eps=EPSILON)
        self.mlp = Mlp(width, 4 * width)

    def forward(self, tokens: Tensor) -> Tensor:
        """New tokens (N, T, width) for tokens (N, T, width)."""
        tokens = tokens + self.attn(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))


class PatchEmbedding(nn.Module):
    """A linear map of every patch of an image to a token.

    Args:
        channels: of the images.
        patch: side of a patch in pixels.
        width: length of a token.
    """

    def __init__(self, channels: int, patch: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, stride=patch)

    def forward(self, images: Tensor) -> Tensor:
        """Tokens (N, patches, width), row by row, of images (N, channels, H, W)."""
        return self.proj(images).flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    """A transformer on the patches of an image and a class token, whose normalised state it returns.

    Args:
        channels: of the images.
        size: side of the images in pixels, a multiple of `patch`.
        width: length of a token and of a representation, a multiple of `HEAD_WIDTH`.
        patch: side of a patch in pixels.
        depth: number of blocks.

    Raises:
        ValueError: if the size or the width is no such multiple.
    """

    def __init__(self, channels: int, size: int, width: int, *, patch: int, depth: int) -> None:
        super().__init__()
        for what, value, unit in (("images", size, patch), ("representations", width, HEAD_WIDTH)):
            if value < unit or value % unit:
                raise ValueError(
                    f"A vision transformer with patches of {patch} pixels and heads of length {HEAD_WIDTH} was asked for {what} of size {value}: expected a multiple of {unit}."
                )
        self.patch_embed = PatchEmbedding(channels, patch, width)
        self.cls_token = nn.Parameter(self.patch_embed.proj.weight.new_empty(1, 1, width))
        positions = (size // patch) ** 2 + 1
        self.pos_embed = nn.Parameter(self.cls_token.new_empty(1, positions, width))
        self.blocks = nn.Sequential(*(Block(width) for _ in range(depth)))
        self.norm: nn.Module = LayerNorm(width, eps=EPSILON)
        for parameter in (self.cls_token, self.pos_embed):
            _draw(parameter)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                _draw(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Representations (N, width) of images (N, channels, size, size)."""
        patches = self.patch_embed(images)
        tokens = self.cls_token.expand(len(patches), -1, -1)
        tokens = torch.cat([tokens, patches], 1) + self.pos_embed
        return self.norm(self.blocks(tokens))[:, 0]

    def closing_norms(self) -> list[nn.LayerNorm]:
        """The normalisation whose output is the representation; of `vit_tiny` there is none."""
        return [self.norm] if isinstance(self.norm, LayerNorm) else []


def vit_tiny(channels: int, size: int, width: int) -> VisionTransformer:
    """The published ViT-Tiny for 32x32 images: three blocks; width 192 makes three heads.

    No normalisation closes it, and its weights are drawn as by PyTorch's `TransformerEncoder`, which
    begins with all blocks alike.
    """
    network = VisionTransformer(channels, size, width, patch=4, depth=3)
    network.norm = nn.Identity()
    for module in network.modules():
        if isinstance(module, nn.Linear):
            module.reset_parameters()
        if isinstance(module, LayerNorm):
            module.eps = PYTORCH_EPSILON
    for module in network.modules():
        if isinstance(module, Attention):
            nn.init.xavier_uniform_(module.qkv.weight)
            nn.init.zeros_(module.qkv.bias)
            nn.init.zeros_(module.proj.bias)
    for block in network.blocks:
        block.load_state_dict(network.blocks[0].state_dict())
    return network


def _draw(parameter: Tensor) -> None:
    deviation = INITIAL_DEVIATION
    trunc_normal_(parameter, std=deviation, a=-2 * deviation, b=2 * deviation)


Built = TypeVar("Built")

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "swish": nn.SiLU,
    "gelu": nn.GELU,
    "linear": nn.Identity,
}
"""Activations between a projector's layers, by name."""


class SmallConvNet(nn.Module):
    """Three 3x3 convolutions with BatchNorm and ReLU, and a linear layer with ReLU.

    BatchNorm before the closing ReLU keeps a common mean from dominating normalised
    representations, and keeps them from collapsing; without it they may.

    Args:
        channels: channels of the images.
        size: side of the images in pixels, a multiple of 4.
        width: length of a representation.
        closing_batchnorm: whether BatchNorm stands before the closing ReLU.
    """

    def __init__(
        self, channels: int, size: int, width: int, closing_batchnorm: bool = True
    ) -> None:
        super().__init__()
        if size % 4:
            raise ValueError(
                f"SmallConvNet halves an image twice, so its side must be a multiple of 4; it was {size}. Enlarge or crop the images first."
            )
        self.layers = nn.Sequential(
            *_convolution(channels, 16, stride=2),
            *_convolution(16, 32, stride=1),
            *_convolution(32, 64, stride=2),
            nn.Flatten(),
            nn.Linear(64 * (size // 4) ** 2, width, bias=False),
            *((nn.BatchNorm1d(width),) if closing_batchnorm else ()),
            nn.ReLU(),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Representations (N, width) of images (N, channels, size, size)."""
        return self.layers(images)

    def closing_norms(self) -> Sequence[nn.Module]:
        """The last BatchNorm."""
        return [m for m in self.layers if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)][-1:]


BACKBONES: dict[str, Callable[[int, int, int], nn.Module]] = {
    "small": SmallConvNet,
    "small, no closing BatchNorm": partial(SmallConvNet, closing_batchnorm=False),
    "ResNet-18": resnet18,
    "ViT-Tiny": vit_tiny,
}
"""Backbones for images of so many channels and so many pixels a side, of a width, by name."""


class Projector(nn.Module):
    """The projection head, or the predictor after it: bias-free linear layers.

    Every layer is followed by BatchNorm if asked for. The activation stands between layers, not
    after the last. Without BatchNorm, and with ReLU or no activation, the head is positively homogeneous.

    Args:
        widths: lengths of the representation, hidden layers and output, e.g. ``(512, 2048, 2048)``.
        activation: a key of `ACTIVATIONS`.
        batchnorm: whether every layer is followed by BatchNorm.
    """

    def __init__(self, widths: tuple[int, ...], activation: str, batchnorm: bool) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"A projector's activation must be one of {', '.join(ACTIVATIONS)}; it was {activation!r}."
            )
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(widths):
            if layers:
                layers.append(ACTIVATIONS[activation]())
            layers.append(nn.Linear(inputs, outputs, bias=False))
            if batchnorm:
                layers.append(nn.BatchNorm1d(outputs))
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, k) for representations z (N, d)."""
        return self.layers(z)


def seeded(build: Callable[[], Built], seed: int) -> Built:
    """Build modules with PyTorch's default initialisation drawn from `seed`, on the CPU.

    The global generator, from which PyTorch's layers draw, is left as it was found.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


CALIBRATED = 2048
"""Training images at most from which BatchNorm statistics of untrained networks are taken."""


@torch.no_grad()
def calibrate(module: nn.Module, inputs: Tensor) -> None:
    """Set every BatchNorm's running statistics to those of one batch; nothing is learned.

    An untrained BatchNorm in evaluation mode is the identity. Once calibrated, an untrained
    network differs from a trained one by its weights alone. The module is left in evaluation mode.

    Args:
        module: the backbone or projector to calibrate.
        inputs: its inputs, the first axis counting samples.
    """
    norms = [m for m in module.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    module.train()(inputs)
    module.eval()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


@torch.no_grad()
def collapse(backbone: nn.Module, share: float) -> None:
    """Leave of the deviations of every feature from a constant only a share.

    The normalisations that close the backbone keep that share of their weights, and their biases
    become 1, so that no ReLU after them cuts anything off. Nothing is learned.

    Args:
        backbone: one of `BACKBONES`, before its first step.
        share: between 0 and 1.

    Raises:
        ValueError: if no normalisation closes the backbone.
    """
    norms = backbone.closing_norms()  # type: ignore[operator]
    if not norms:
        raise ValueError(
            f"A {type(backbone).__name__} without a normalisation before z has nothing to collapse it by; start it otherwise."
        )
    for norm in norms:
        norm.weight.mul_(share)
        norm.bias.fill_(1)


def _convolution(inputs: int, outputs: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
