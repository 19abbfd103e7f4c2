"""Vision transformers (Dosovitskiy et al. 2021, arXiv 2010.11929), smooth in the image.

Attention and LayerNorm are written out, so that both modes of differentiation can be nested.
Submodules bear the names that public checkpoints use: ``patch_embed.proj``, ``blocks.0.attn.qkv``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.init import trunc_normal_

EPSILON = 1e-6
"""Added to the variance in every LayerNorm; DINO's checkpoints were trained with it."""

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
                    f"A vision transformer with patches of {patch} pixels and heads of length "
                    f"{HEAD_WIDTH} was asked for {what} of size {value}: expected a multiple of "
                    f"{unit}."
                )
        self.patch_embed = PatchEmbedding(channels, patch, width)
        self.cls_token = nn.Parameter(self.patch_embed.proj.weight.new_empty(1, 1, width))
        positions = (size // patch) ** 2 + 1
        self.pos_embed = nn.Parameter(self.cls_token.new_empty(1, positions, width))
        self.blocks = nn.Sequential(*(Block(width) for _ in range(depth)))
        self.norm = LayerNorm(width, eps=EPSILON)
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
        """The normalisation whose output is the representation."""
        return [self.norm]


def vit_tiny(channels: int, size: int, width: int) -> VisionTransformer:
    """The published ViT-Tiny for 32x32 images: three blocks; width 192 makes three heads."""
    return VisionTransformer(channels, size, width, patch=4, depth=3)


def vit_small() -> VisionTransformer:
    """ViT-S/16 for RGB images of 224x224 pixels, with representations of length 384."""
    return VisionTransformer(3, 224, 384, patch=16, depth=12)


def _draw(parameter: Tensor) -> None:
    deviation = INITIAL_DEVIATION
    trunc_normal_(parameter, std=deviation, a=-2 * deviation, b=2 * deviation)
