"""Residual networks (He et al. 2016, arXiv 1512.03385), with the stem of small or of large images.

Submodules bear the names that public checkpoints use: ``conv1``, ``layer1.0.bn2``, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

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
        self.downsample = _shortcut(inputs, channels, stride)

    def forward(self, images: Tensor) -> Tensor:
        """Feature maps (N, channels, H / stride, W / stride) of maps (N, inputs, H, W)."""
        deep = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(images)))))
        return self.relu(deep + self.downsample(images))

    def closing_norms(self) -> list[nn.BatchNorm2d]:
        """The BatchNorms whose outputs are added up before the last ReLU."""
        return [self.bn2, *_norms(self.downsample)]


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
        self.downsample = _shortcut(inputs, channels * self.expansion, stride)

    def forward(self, images: Tensor) -> Tensor:
        """Feature maps (N, 4 channels, H / stride, W / stride) of maps (N, inputs, H, W)."""
        deep = self.relu(self.bn1(self.conv1(images)))
        deep = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(deep)))))
        return self.relu(deep + self.downsample(images))

    def closing_norms(self) -> list[nn.BatchNorm2d]:
        """The BatchNorms whose outputs are added up before the last ReLU."""
        return [self.bn3, *_norms(self.downsample)]


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
        block: type[BasicBlock | Bottleneck],
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
            "A ResNet-18 doubles its channels three times, so its width must be a multiple of 8; "
            f"it was {width}. The published one has 512."
        )
    return ResNet(BasicBlock, (2, 2, 2, 2), channels=channels, width=width // 8, small_images=True)


def resnet50() -> ResNet:
    """ResNet-50 for RGB images of 224x224 pixels, with representations of length 2048."""
    return ResNet(Bottleneck, (3, 4, 6, 3), small_images=False)


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """The identity where shapes allow it, otherwise a 1x1 convolution."""
    if stride == 1 and inputs == outputs:
        return nn.Sequential()
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
    )


def _norms(module: nn.Module) -> list[nn.BatchNorm2d]:
    return [m for m in module.modules() if isinstance(m, nn.BatchNorm2d)]
