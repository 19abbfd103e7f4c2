"""ResNets and vision transformers.

Oracles: parameter counts by hand; PyTorch's own `MultiheadAttention` and `TransformerEncoderLayer`
with the same weights, which would miss a wrong key name and see a wrong order of q, k, v; central
differences, whose error must fall as the square of the step, for derivatives.
"""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from verify.ssl.backbones import (
    BACKBONES,
    Attention,
    BasicBlock,
    Block,
    Projector,
    ResNet,
    VisionTransformer,
    calibrate,
    collapse,
    resnet18,
    seeded,
    shortcut,
    vit_tiny,
)
from verify.ssl.measurements import represent
from verify.ssl.released import Bottleneck, resnet50, vit_small


def size(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def convolution(inputs: int, outputs: int, side: int) -> int:
    """Weights of a convolution and of the BatchNorm after it."""
    return inputs * outputs * side * side + 2 * outputs


@pytest.mark.parametrize(("width", "million"), [(512, 11.2), (128, 0.7)])
def test_resnet18_size(width: int, million: float) -> None:
    c = width // 8
    expected = convolution(3, c, 3) + 4 * convolution(c, c, 3)
    for n in (c, 2 * c, 4 * c):
        expected += convolution(n, 2 * n, 3) + 3 * convolution(2 * n, 2 * n, 3)
        expected += convolution(n, 2 * n, 1)
    network = resnet18(3, 32, width)
    assert size(network) == expected
    assert expected / 1e6 == pytest.approx(million, abs=0.05)
    assert network.eval()(draw(2, 3, 32, 32)).shape == (2, width)


def test_large_networks_have_the_published_sizes() -> None:
    """23.5 M: ResNet-50 less its classifier; 21.7 M: ViT-S/16; counted by torchvision and timm."""
    with torch.device("meta"):
        assert size(resnet50()) == 23_508_032
        assert size(vit_small()) == 21_665_664


def test_vit_tiny_size() -> None:
    block = 4 * 192 * 192 + 2 * 192 * 768 + 4 * 192 + 192 + 768 + 4 * 192
    expected = 3 * block + (48 * 192 + 192) + 192 + 65 * 192
    network = vit_tiny(3, 32, 192)
    assert size(network) == expected == 1_356_672
    assert network.blocks[0].attn.heads == 3
    assert network(draw(2, 3, 32, 32)).shape == (2, 192)


def test_vit_tiny_begins_as_pytorchs_encoder() -> None:
    """Against `torch.nn.TransformerEncoder`: its outputs with the same weights, and how it draws them."""
    network = seeded(lambda: vit_tiny(3, 32, 192), 0)
    options = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
    layer = seeded(lambda: nn.TransformerEncoderLayer(192, 3, 768, **options), 1)
    encoder = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
    theirs = {name: p for name, p in encoder.named_parameters() if name.startswith("layers.0.")}
    block = network.blocks[0]
    ours = {
        "self_attn.in_proj_weight": block.attn.qkv.weight,
        "self_attn.in_proj_bias": block.attn.qkv.bias,
        "self_attn.out_proj.weight": block.attn.proj.weight,
        "self_attn.out_proj.bias": block.attn.proj.bias,
        "linear1.weight": block.mlp.fc1.weight,
        "linear1.bias": block.mlp.fc1.bias,
        "linear2.weight": block.mlp.fc2.weight,
        "linear2.bias": block.mlp.fc2.bias,
        "norm1.weight": block.norm1.weight,
        "norm1.bias": block.norm1.bias,
        "norm2.weight": block.norm2.weight,
        "norm2.bias": block.norm2.bias,
    }
    assert len(ours) == len(theirs)
    for name, parameter in ours.items():
        drawn = theirs[f"layers.0.{name}"]
        # Uniform within the same bounds, or the same constant.
        assert parameter.abs().max().item() == pytest.approx(drawn.abs().max().item(), rel=0.03), (
            name
        )
        assert parameter.std().item() == pytest.approx(drawn.std().item(), rel=0.1, abs=1e-9), name
    for other in network.blocks[1:]:
        for mine, first in zip(other.parameters(), block.parameters(), strict=True):
            assert torch.equal(mine, first)
    for number in range(3):
        for name, parameter in ours.items():
            encoder.get_parameter(f"layers.{number}.{name}").data.copy_(parameter.data)
    images = draw(2, 3, 32, 32)
    tokens = torch.cat([network.cls_token.expand(2, -1, -1), network.patch_embed(images)], 1)
    expected = encoder(tokens + network.pos_embed)[:, 0]
    assert (network(images) - expected).abs().max() < 1e-4


def test_what_no_normalisation_closes_is_not_collapsed() -> None:
    with pytest.raises(ValueError, match="VisionTransformer without a normalisation before z"):
        collapse(vit_tiny(3, 32, 64), 0.1)


def test_small_image_stem_keeps_the_size() -> None:
    shapes: dict[str, tuple[int, ...]] = {}
    network = resnet18(3, 32, 64).eval()
    for name in ("conv1", "maxpool", "layer1", "layer2", "layer3", "layer4"):
        network.get_submodule(name).register_forward_hook(
            lambda _, __, out, name=name: shapes.update({name: tuple(out.shape[1:])})
        )
    network(draw(1, 3, 32, 32))
    assert shapes == {
        "conv1": (8, 32, 32),
        "maxpool": (8, 32, 32),
        "layer1": (8, 32, 32),
        "layer2": (16, 16, 16),
        "layer3": (32, 8, 8),
        "layer4": (64, 4, 4),
    }


@pytest.mark.parametrize("block", [BasicBlock, Bottleneck])
def test_a_block_without_weights_is_its_shortcut(block: type[BasicBlock | Bottleneck]) -> None:
    module = block(8 * block.expansion, 8, 1).eval()
    nn.init.zeros_((module.bn3 if block is Bottleneck else module.bn2).weight)
    images = draw(2, 8 * block.expansion, 5, 5) - 0.5
    assert torch.equal(module(images), images.relu())
    assert block(4, 8, 2)(draw(2, 4, 6, 6)).shape == (2, 8 * block.expansion, 3, 3)


def test_resnet_averages_over_the_image() -> None:
    network = ResNet(Bottleneck, (1, 1, 1, 1), width=4, small_images=False).eval()
    maps: list[Tensor] = []
    network.get_submodule("layer4").register_forward_hook(lambda _, __, out: maps.append(out))
    z = network(draw(2, 3, 64, 96))
    assert maps[0].shape == (2, 128, 2, 3)
    assert torch.allclose(z, maps[0].flatten(2).sum(2) / 6)
    assert (z >= 0).all()


def reference(block: Block, heads: int) -> nn.TransformerEncoderLayer:
    """PyTorch's layer with the same weights."""
    width = block.norm1.normalized_shape[0]
    layer = nn.TransformerEncoderLayer(
        width,
        heads,
        4 * width,
        dropout=0,
        activation="gelu",
        batch_first=True,
        norm_first=True,
        layer_norm_eps=1e-6,
    ).double()
    pairs = {
        "self_attn.in_proj_": block.attn.qkv,
        "self_attn.out_proj.": block.attn.proj,
        "linear1.": block.mlp.fc1,
        "linear2.": block.mlp.fc2,
        "norm1.": block.norm1,
        "norm2.": block.norm2,
    }
    layer.load_state_dict(
        {
            f"{prefix}{name}": value
            for prefix, module in pairs.items()
            for name, value in module.state_dict().items()
        }
    )
    return layer


@pytest.mark.parametrize("width", [64, 192])
def test_blocks_against_pytorch(width: int) -> None:
    block = seeded(lambda: Block(width), 3).double()
    for parameter in block.parameters():  # none is at a special value
        parameter.data += 0.1 * torch.randn(
            parameter.shape, generator=torch.Generator().manual_seed(4)
        )
    tokens = draw(2, 7, width).double()
    expected = reference(block, width // 64)(tokens)
    # A few thousand roundings of numbers of size 10.
    assert (block(tokens) - expected).abs().max() < 1e-12
    wrong = seeded(lambda: Attention(width), 3).double()(tokens)
    assert (wrong - block.attn(tokens)).abs().max() > 1e-3


def test_positions_and_class_token_matter() -> None:
    network = seeded(lambda: vit_tiny(3, 32, 64), 0)
    images = draw(2, 3, 32, 32)
    z = network(images)
    patches = images.unfold(2, 4, 4).unfold(3, 4, 4)  # (N, C, 8, 8, 4, 4)
    swapped = patches.flip(2).permute(0, 1, 2, 4, 3, 5).reshape(2, 3, 32, 32)
    assert (network(swapped) - z).abs().max() > 1e-5
    nn.init.zeros_(network.pos_embed)  # now the patches are a set
    assert (network(swapped) - network(images)).abs().max() < 1e-5


@pytest.mark.parametrize("name", ["ResNet-18", "ViT-Tiny"])
def test_tangents_and_second_derivatives(name: str) -> None:
    """Along a path of images: exact derivatives against differences; smooth twice for the ViT."""
    network = seeded(lambda: BACKBONES[name](3, 32, 64), 1).double()
    first, second = draw(2, 3, 32, 32).double(), draw(2, 3, 32, 32, seed=1).double()
    calibrate(network, torch.cat([first, second]))

    def path(t: Tensor) -> Tensor:
        return network(first + t * (second - first))

    def velocity(t: Tensor) -> Tensor:
        return torch.func.jvp(path, (t,), (torch.ones_like(t),))[1]

    def error(values: tuple[Tensor, Tensor], derivative: Tensor, step: float) -> float:
        return ((values[1] - values[0]) / (2 * step) - derivative).abs().max().item()

    t = torch.tensor(0.3, dtype=torch.float64)
    steps = (2e-6, 1e-6) if name == "ResNet-18" else (2e-2, 1e-2)  # few kinks in so short a step
    tangent = velocity(t)
    assert tangent.abs().max() > 1e-3
    errors = [error((path(t - s), path(t + s)), tangent, s) for s in steps]
    if name == "ResNet-18":
        assert max(errors) < 1e-2 * tangent.abs().max()
        return
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)
    acceleration = torch.func.jvp(velocity, (t,), (torch.ones_like(t),))[1]
    errors = [error((velocity(t - s), velocity(t + s)), acceleration, s) for s in steps]
    assert acceleration.abs().max() > 1e-3
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("name", [name for name in BACKBONES if name != "ViT-Tiny"])
def test_collapse_leaves_little_but_a_direction(name: str) -> None:
    images = draw(64, 3, 32, 32)
    spread = []
    for collapsed in (False, True):
        network = seeded(lambda: BACKBONES[name](3, 32, 64), 2)
        if collapsed:
            collapse(network, 0.1)
        calibrate(network, images)
        z = represent(network, images).double()
        spread.append(z.var(0).mean().item() / z.mean(0).square().mean().item())
    if name != "small, no closing BatchNorm":  # its closing linear layer mixes what stands before
        assert spread[1] < 0.1 * spread[0]
    assert spread[1] < spread[0]
    assert spread[1] > 0


@pytest.mark.parametrize("name", ["ResNet-18", "ViT-Tiny"])
def test_seed_decides_the_weights(name: str) -> None:
    def weights(seed: int) -> Tensor:
        network = seeded(lambda: BACKBONES[name](3, 32, 64), seed)
        return torch.cat([p.flatten() for p in network.parameters()])

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))
    assert weights(0).isfinite().all()


def test_refused_sizes() -> None:
    with pytest.raises(ValueError, match="multiple of 8; it was 100"):
        resnet18(3, 32, 100)
    with pytest.raises(ValueError, match="images of size 30: expected a multiple of 4"):
        vit_tiny(3, 30, 192)
    with pytest.raises(ValueError, match="representations of size 100: expected a multiple of 64"):
        VisionTransformer(3, 32, 100, patch=4, depth=1)


def test_what_a_shortcut_may_leave_as_it_is() -> None:
    maps = draw(2, 8, 6, 6)
    assert torch.equal(shortcut(8, 8, 1)(maps), maps)
    assert shortcut(8, 8, 2)(maps).shape == (2, 8, 3, 3)
    assert shortcut(8, 12, 1)(maps).shape == (2, 12, 6, 6)


@pytest.mark.parametrize("batchnorm", [False, True])
def test_a_projector_ends_with_a_linear_layer(batchnorm: bool) -> None:
    """And every layer before it with the activation."""
    layers = [type(layer) for layer in Projector((4, 5, 6, 3), "swish", batchnorm).layers]
    norm = [nn.BatchNorm1d] * batchnorm
    assert layers == [nn.Linear, *norm, nn.SiLU] * 2 + [nn.Linear, *norm]


@pytest.mark.parametrize("name", BACKBONES)
def test_what_closes_a_backbone_comes_last(name: str) -> None:
    network = BACKBONES[name](3, 32, 64)
    norms = [m for m in network.modules() if "Norm" in type(m).__name__]
    closing = network.closing_norms()
    assert name == "ViT-Tiny" or closing[-1] is norms[-1]
    assert all(len(norm.weight) == len(norms[-1].weight) for norm in closing)


@pytest.mark.parametrize("name", ["small", "ResNet-18"])
def test_collapse_keeps_a_share_about_one(name: str) -> None:
    network = seeded(lambda: BACKBONES[name](3, 32, 64), 2)
    collapse(network, 0.1)
    for norm in network.closing_norms():
        assert torch.allclose(norm.weight, torch.tensor(0.1))
        assert torch.equal(norm.bias, torch.ones_like(norm.bias))
