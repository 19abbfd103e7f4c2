"""A user's own module: left as it was, refused where chance or a kink rules, whatever it is made of.

Oracles: a bit-by-bit copy of everything a module holds, taken before; `torch.func.hessian` of the
same function in float64; closed forms.
"""

# ruff: noqa: D101, D102 - layers of a line or two

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import normal
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils import parametrizations, spectral_norm, weight_norm
from torch.utils.checkpoint import checkpoint

from verify.numeric import EffectiveHessian
from verify.numeric.activations import RELU
from verify.numeric.heads import Head

Z = normal(4, 4, seed=1)


def loss(u: torch.Tensor) -> torch.Tensor:
    return (u - 1).pow(3).sum()


# --- nothing is changed ------------------------------------------------------------------------


class Own(nn.Module):
    """Buffers, counters, lists and tensors of one's own, all changed by every call."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(4, 3)
        self.register_buffer("mean", torch.zeros(3, dtype=torch.float64))
        self.register_buffer("silent", torch.zeros(1), persistent=False)
        self.calls, self.log, self.plain = 0, [], torch.zeros(2)
        self.seen: dict[str, Any] = {"last": torch.zeros(3, dtype=torch.float64)}
        self.chance = torch.Generator().manual_seed(3)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            self.map.weight.div_(self.map.weight.norm(dim=1, keepdim=True))
        u = torch.tanh(self.map(z))
        with torch.no_grad():
            self.mean.mul_(0.9).add_(u.mean(0))
            self.silent += 1
            self.plain += 1
        self.calls += 1
        self.log.append(self.calls)
        self.seen["last"].copy_(u[0].detach())
        torch.rand(1, generator=self.chance)
        return u


class Checkpointed(nn.Module):
    """Its BatchNorm runs again in every backward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh())

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return checkpoint(self.body, z, use_reentrant=False)


class Images(nn.Module):
    """A normalisation of feature maps (B, 2, 2, 2)."""

    def __init__(self, norm: nn.Module, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.lift, self.norm, self.shape = nn.Linear(4, 8), norm, shape

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.norm(self.lift(z).reshape(-1, *self.shape)).flatten(1))


def mlp(norm: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(4, 6), norm, nn.SiLU(), nn.Linear(6, 3))


def wrapped(wrap: Callable[[nn.Module], nn.Module]) -> nn.Module:
    return nn.Sequential(wrap(nn.Linear(4, 6)), nn.Tanh(), nn.Linear(6, 3))


MODULES: dict[str, Callable[[], nn.Module]] = {
    "BatchNorm1d": lambda: mlp(nn.BatchNorm1d(6)),
    "BatchNorm1d, cumulative": lambda: mlp(nn.BatchNorm1d(6, momentum=None)),
    "BatchNorm1d, no statistics": lambda: mlp(nn.BatchNorm1d(6, track_running_stats=False)),
    "BatchNorm2d": lambda: Images(nn.BatchNorm2d(2), (2, 2, 2)),
    "BatchNorm3d": lambda: Images(nn.BatchNorm3d(1), (1, 2, 2, 2)),
    "InstanceNorm1d": lambda: Images(nn.InstanceNorm1d(2, track_running_stats=True), (2, 4)),
    "InstanceNorm2d": lambda: Images(nn.InstanceNorm2d(2, track_running_stats=True), (2, 2, 2)),
    "GroupNorm": lambda: mlp(nn.GroupNorm(2, 6)),
    "LayerNorm": lambda: mlp(nn.LayerNorm(6)),
    "RMSNorm": lambda: mlp(nn.RMSNorm(6)),
    "LocalResponseNorm": lambda: Images(nn.LocalResponseNorm(2), (2, 2, 2)),
    "spectral norm by hooks": lambda: wrapped(spectral_norm),
    "spectral norm by parametrization": lambda: wrapped(parametrizations.spectral_norm),
    "weight norm by hooks": lambda: wrapped(weight_norm),
    "weight norm by parametrization": lambda: wrapped(parametrizations.weight_norm),
    "orthogonal": lambda: wrapped(parametrizations.orthogonal),
    "buffers of one's own": Own,
    "checkpointed": Checkpointed,
    "dropout": lambda: mlp(nn.Dropout(0.5)),
}


def snapshot(module: nn.Module) -> dict[str, Any]:
    """Everything a module and the process hold, by value, and who holds it."""
    state: dict[str, Any] = {}
    for place, part in module.named_modules():
        for name, value in vars(part).items():
            key = f"{place}.{name}"
            if isinstance(value, torch.Generator):
                state[key] = value.get_state()
            elif isinstance(value, torch.Tensor):
                state[key] = (id(value), value._version, value.detach().clone())
            elif isinstance(value, dict):
                state[key] = (id(value), [(k, id(v)) for k, v in value.items()])
                for k, v in value.items():
                    if isinstance(v, torch.Tensor):
                        grad = None if v.grad is None else (id(v.grad), v.grad.clone())
                        state[f"{key}.{k}"] = (
                            v._version,
                            v.detach().clone(),
                            v.requires_grad,
                            grad,
                        )
            else:
                state[key] = (id(value), copy.copy(value))
    return state | {
        "torch": torch.get_rng_state(),
        "python": random.getstate(),
        "numpy": np.random.get_state(legacy=False)["state"],  # noqa: NPY002
        "autocast": (torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")),
        "grad": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "attention": (
            torch.backends.cuda.flash_sdp_enabled(),
            torch.backends.cuda.math_sdp_enabled(),
            torch.backends.cuda.mem_efficient_sdp_enabled(),
        ),
    }


def same(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else bool(a == b)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    keys = before.keys() | after.keys()
    return sorted(
        k for k in keys if k not in before or k not in after or not same(before[k], after[k])
    )


def failing(u: torch.Tensor) -> torch.Tensor:
    torch.rand(1)
    raise RuntimeError("a loss that fails")


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", MODULES)
def test_no_construction_product_or_failure_leaves_a_trace(name: str, training: bool) -> None:
    torch.manual_seed(0)
    module = MODULES[name]().double().train(training)
    module.register_forward_hook(lambda *_: None)
    backward: list[int] = []
    module.register_full_backward_hook(lambda *_: backward.append(1))
    module(Z).sum().backward()  # gradients are there, and statistics have moved
    backward.clear()
    if name.startswith("buffers"):
        module.mean.zero_()
    before = snapshot(module)
    for head in (module, lambda z: module(z), module.forward):
        for bad in (False, True):
            refused = bad or (training and ("dropout" in name or "spectral" in name))
            with pytest.raises(ValueError) if refused else contextlib.nullcontext():  # noqa: PT011
                H = EffectiveHessian(head, failing if bad else loss, Z)
                H.dense(), H.pullback @ Z, H.value
    assert differences(before, snapshot(module)) == []
    assert backward == []


def test_a_loss_is_left_alone_too() -> None:
    critic = mlp(nn.BatchNorm1d(6)).double().train()
    before = snapshot(critic)

    def judged(u: torch.Tensor) -> torch.Tensor:
        return critic(u).square().sum() + 0 * torch.rand(1).double().sum()

    hessian = EffectiveHessian(nn.Identity(), judged, Z)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = hessian.value
    hessian.dense()
    assert differences(before, snapshot(critic)) == []
    assert torch.equal(value, judged(Z).detach())


def test_what_a_function_has_as_a_default_is_left_alone() -> None:
    norm = mlp(nn.BatchNorm1d(6)).double().train()
    before = snapshot(norm)

    def head(z: torch.Tensor, module: nn.Module = norm) -> torch.Tensor:
        return module(z)

    EffectiveHessian(head, loss, Z).dense()
    assert differences(before, snapshot(norm)) == []


class Shared(nn.Module):
    """Two names of one buffer: what is written under the first is read under the other."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()).double())
        self.same = [self.seen]

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        self.seen.fill_(1)
        return self.same[0] * z


def test_what_is_held_twice_has_one_stand_in() -> None:
    assert torch.equal(EffectiveHessian(Shared(), loss, Z).output, Z)


@pytest.mark.parametrize(
    "draw",
    [lambda: torch.rand(1), random.random, lambda: np.random.rand()],  # noqa: NPY002 - a user's may
)
def test_the_random_states_of_every_library_are_put_back(draw: Callable[[], object]) -> None:
    """Also where the draw itself is what an answer that differs twice is refused for."""
    nothing = nn.Identity()
    before = snapshot(nothing)

    def head(z: torch.Tensor) -> torch.Tensor:
        draw()
        return 1 * z

    with contextlib.suppress(ValueError):
        EffectiveHessian(head, loss, Z)
    assert differences(before, snapshot(nothing)) == []


def test_the_statistics_of_the_batch_are_what_is_measured() -> None:
    module = mlp(nn.BatchNorm1d(6)).double().train()
    wanted = torch.func.hessian(
        lambda z: loss(
            torch.func.functional_call(
                module, {n: b.clone() for n, b in module.named_buffers()}, (z,)
            )
        )
    )(Z).reshape(16, 16)
    torch.testing.assert_close(EffectiveHessian(module, loss, Z).dense(), wanted)


def test_modes_of_the_caller_neither_matter_nor_change() -> None:
    module = mlp(nn.LayerNorm(6)).train()
    own = Head([normal(5, 4, seed=0).float(), normal(3, 5, seed=1).float()], None, RELU)
    z = Z.float()
    for head in (module, own):
        wanted = EffectiveHessian(head, loss, z).dense()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.equal(EffectiveHessian(head, loss, z).dense(), wanted)
            assert torch.is_autocast_enabled("cpu")
        with torch.no_grad():
            assert torch.equal(EffectiveHessian(head, loss, z).dense(), wanted)
        with torch.inference_mode():
            assert torch.equal(EffectiveHessian(head, loss, z).dense(), wanted)


def test_lazy_modules_say_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"LazyLinear is lazy.*Call it once"):
        EffectiveHessian(nn.LazyLinear(3), loss, Z)


# --- chance --------------------------------------------------------------------------------------


class Functional(nn.Module):
    def __init__(self, noise: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.map, self.noise, self.calls = nn.Linear(4, 3), noise, 0

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return self.noise(self.map(z))


class Alternating(Functional):
    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return super().forward(z) * (1 + self.calls)


RANDOM: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "dropout": (lambda: mlp(nn.Dropout(0.5)), r"Dropout `1`, in training mode.*Call \.eval\(\)"),
    "rare dropout": (lambda: mlp(nn.Dropout(0.02)), "Dropout `1`"),
    "alpha dropout": (lambda: mlp(nn.AlphaDropout(0.5)), "AlphaDropout `1`"),
    "rrelu": (lambda: mlp(nn.RReLU()), "RReLU `1`"),
    "attention": (
        lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.3, batch_first=True),
        "in training mode",
    ),
    "functional": (lambda: Functional(lambda u: F.dropout(u, 0.5)), "Functional, in training"),
    "noise": (lambda: Functional(lambda u: u + 1e-6 * torch.randn_like(u)), "Functional"),
    "shuffling": (lambda: Functional(lambda u: u[torch.randperm(len(u))]), "Functional"),
    "numpy": (lambda: Functional(lambda u: u * np.random.rand()), "Functional"),  # noqa: NPY002
    "python": (lambda: Functional(lambda u: u * random.random()), "Functional"),
    "state": (lambda: Alternating(lambda u: u), "Alternating"),
}


@pytest.mark.parametrize("name", RANDOM)
def test_what_answers_differently_twice_is_refused_by_name(name: str) -> None:
    make, sentence = RANDOM[name]
    torch.manual_seed(0)
    module = make().double().train()
    before = snapshot(module)
    with pytest.raises(ValueError, match=f"`head` answers differently each time: .*{sentence}"):
        EffectiveHessian(module, loss, Z)
    assert differences(before, snapshot(module)) == []


def test_two_shuffled_samples_are_refused_every_time() -> None:
    module = Functional(lambda u: u[torch.randperm(2)]).double()
    for _ in range(20):
        with pytest.raises(ValueError, match="answers differently each time"):
            EffectiveHessian(module, loss, Z[:2])


def test_a_loss_of_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="`loss` answers differently each time: it draws"):
        EffectiveHessian(nn.Identity(), lambda u: (u * torch.rand(4)).square().sum(), Z)


def test_chance_without_effect_is_none() -> None:
    kept = mlp(nn.Dropout(0.5)).double().eval()
    fixed = Functional(
        lambda u: u * torch.rand(3, generator=torch.Generator().manual_seed(0)).double()
    )
    for module in (kept, mlp(nn.Dropout(0.0)).double().train(), fixed.double()):
        wanted = torch.autograd.functional.hessian(lambda z, m=module: loss(m(z)), Z)
        wanted = wanted.reshape(16, 16)
        torch.testing.assert_close(EffectiveHessian(module, loss, Z).dense(), wanted)


# --- attention, compiled and scripted modules -----------------------------------------------------


class Attention(nn.Module):
    def __init__(self, weights: bool) -> None:
        super().__init__()
        self.attend, self.weights = nn.MultiheadAttention(4, 2, batch_first=True), weights

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.attend(x, x, x, need_weights=self.weights)[0]


class Dot(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.scaled_dot_product_attention(x, x, x)


class Tokens(nn.Module):
    """A layer on three tokens of width 4 for each sample."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.layer(z.reshape(*z.shape[:-1], 3, 4)).flatten(-2)


ATTENTION: dict[str, Callable[[], nn.Module]] = {
    "MultiheadAttention": lambda: Attention(True),
    "MultiheadAttention without weights": lambda: Attention(False),
    "TransformerEncoderLayer": lambda: nn.TransformerEncoderLayer(
        4, 2, 8, dropout=0.0, batch_first=True, activation="gelu"
    ),
    "TransformerEncoder": lambda: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True, activation="gelu"), 2
    ),
    "scaled_dot_product_attention": Dot,
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ATTENTION)
def test_attention_is_measured(name: str, training: bool) -> None:
    torch.manual_seed(0)
    module = Tokens(ATTENTION[name]()).double().train(training)
    for z in (normal(12, seed=0), normal(3, 12, seed=1)):
        leaf = z.clone().requires_grad_()
        with sdpa_kernel(SDPBackend.MATH):
            wanted = torch.autograd.functional.hessian(lambda z: loss(module(z)), leaf)
        found = EffectiveHessian(module, loss, z).dense()
        torch.testing.assert_close(found, wanted.reshape(z.numel(), -1))


@pytest.mark.parametrize("where", ["module", "part", "in place", "function", "loss"])
def test_what_is_compiled_is_measured_uncompiled(where: str) -> None:
    torch.manual_seed(0)
    plain = mlp(nn.LayerNorm(6)).double()
    wanted = EffectiveHessian(plain, loss, Z).dense()
    module, objective = copy.deepcopy(plain), loss
    if where == "module":
        module = torch.compile(module)
    elif where == "part":
        module[2] = torch.compile(module[2])
    elif where == "in place":
        module.compile()
    elif where == "function":
        inner = module
        module = torch.compile(lambda z: inner(z))
    else:
        objective = torch.compile(loss)
    assert torch.equal(EffectiveHessian(module, objective, Z).dense(), wanted)


@pytest.mark.parametrize("inside", [False, True])
def test_scripted_modules_are_measured_and_left_alone(inside: bool) -> None:
    torch.manual_seed(0)
    plain = mlp(nn.BatchNorm1d(6)).double().train()
    scripted = torch.jit.script(copy.deepcopy(plain))
    module = nn.Sequential(scripted, nn.Tanh()) if inside else scripted
    wanted = EffectiveHessian(nn.Sequential(plain, nn.Tanh()) if inside else plain, loss, Z).dense()
    before = {n: b.clone() for n, b in module.named_buffers()}
    torch.testing.assert_close(EffectiveHessian(module, loss, Z).dense(), wanted)
    assert all(torch.equal(b, before[n]) for n, b in module.named_buffers())


class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x.square()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, y: torch.Tensor) -> torch.Tensor:
        return 2 * ctx.saved_tensors[0] * y


class Twice(Once):
    @staticmethod
    def backward(ctx: Any, y: torch.Tensor) -> torch.Tensor:
        return 2 * ctx.saved_tensors[0] * y


def test_what_cannot_be_differentiated_twice_is_said_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"cannot differentiate twice: .*once_differentiable"):
        EffectiveHessian(Once.apply, loss, Z)


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_a_part_that_can_be_differentiated_once_is_not_taken_as_constant(share: float) -> None:
    """PyTorch itself walks past it: `torch.autograd.grad` twice gives 0 for its part, in silence."""
    mixed = lambda z: share * z.square() + Once.apply(torch.sin(z))  # noqa: E731
    with pytest.raises(ValueError, match=r"cannot differentiate twice: .*once_differentiable"):
        EffectiveHessian(mixed, loss, Z)
    with pytest.raises(ValueError, match=r"cannot differentiate twice: .*once_differentiable"):
        EffectiveHessian(nn.Identity(), lambda u: mixed(u).sum(), Z)


def test_what_takes_one_cotangent_at_a_time_is_given_one_at_a_time() -> None:
    wanted = EffectiveHessian(torch.square, loss, Z).dense()
    torch.testing.assert_close(EffectiveHessian(Twice.apply, loss, Z).dense(), wanted)


# --- kinks ----------------------------------------------------------------------------------------

WEIGHTS = [torch.tensor([[1.0, -1.0]]).double(), torch.ones(4, 1).double()]
AT_KINK = torch.tensor([[1.0, 0.5], [1.0, 1.0]]).double()


def test_own_head_and_module_give_one_answer_at_a_kink() -> None:
    own = Head(WEIGHTS, None, RELU)
    module = nn.Sequential(nn.Linear(2, 1, bias=False), nn.ReLU(), nn.Linear(1, 4, bias=False))
    module.double().load_state_dict({"0.weight": WEIGHTS[0], "2.weight": WEIGHTS[1]})
    for head in (own, module, lambda z: own(z), lambda z: module(z)):
        with pytest.raises(ValueError, match=r"undefined at kink: .*of sample\(s\) \[1\]"):
            EffectiveHessian(head, loss, AT_KINK)
        off = AT_KINK + torch.tensor([0.0, 1e-3])
        torch.testing.assert_close(
            EffectiveHessian(head, loss, off, separable=True).dense(),
            EffectiveHessian(own, loss, off, separable=True).dense(),
        )


KINKS: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], float]] = {
    "relu": (torch.relu, 0),
    "relu in place": (lambda x: (1 * x).relu_(), 0),
    "relu6": (F.relu6, 6),
    "leaky relu": (F.leaky_relu, 0),
    "prelu": (lambda x: F.prelu(x, torch.full((1,), 0.2).double()), 0),
    "rrelu": (lambda x: F.rrelu(x, training=False), 0),
    "elu": (F.elu, 0),  # its first derivative is continuous
    "celu": (lambda x: F.celu(x, 2.0), 0),
    "selu": (F.selu, 0),
    "threshold": (lambda x: F.threshold(x, 1.5, 1.5), 1.5),
    "hardtanh": (F.hardtanh, -1),
    "hardtanh, a bound of one's own": (lambda x: F.hardtanh(x, -3.0, 2.5), 2.5),
    "hardswish": (F.hardswish, 3),
    "hardsigmoid": (F.hardsigmoid, -3),
    "hardshrink": (F.hardshrink, 0.5),
    "softshrink": (F.softshrink, -0.5),
    "softsign": (F.softsign, 0),
    "abs": (torch.abs, 0),
    "abs in place": (lambda x: (1 * x).abs_(), 0),
    "sign": (lambda x: x * torch.sign(x), 0),
    "clamp below": (lambda x: x.clamp(min=0.7), 0.7),
    "clamp above": (lambda x: x.clamp(max=0.7), 0.7),
    "clamp both": (lambda x: x.clamp(-2, 0.7), 0.7),
    "clamp_min": (lambda x: torch.clamp_min(x, 0.25), 0.25),
    "maximum": (lambda x: torch.maximum(x, 2 - x), 1),
    "minimum": (lambda x: torch.minimum(x, 2 - x), 1),
    "where": (lambda x: torch.where(x > 0, x, x * x), 0),
    "by hand": (lambda x: x * (x >= 0), 0),
    "floor": (torch.floor, 2),
    "round": (lambda x: x * x.round(), 1.5),
    "remainder": (lambda x: torch.remainder(x, 2.0), 2),
    "smooth l1": (lambda x: F.smooth_l1_loss(x, 0 * x, reduction="none"), 1),
    "huber": (lambda x: F.huber_loss(x, 0 * x, reduction="none", delta=0.5), 0.5),
    "l1": (lambda x: F.l1_loss(x, 0 * x, reduction="none"), 0),
    "square of abs": (
        lambda x: x.abs().square(),
        0,
    ),  # smooth, and PyTorch's second derivative is 0
    "3/2": (lambda x: x.abs().pow(1.5), 0),
    "3/2, of one side": (lambda x: x.pow(1.5), 0),
    "a number that Python branches on": (lambda x: x if float(x[1, 2]) >= 0 else x * x, 0),
    "another number": (lambda x: x * (2 if x[1, 2].item() >= 1 else 1), 1),
}


@pytest.mark.parametrize("part", ["head", "loss"])
@pytest.mark.parametrize("name", KINKS)
def test_kinks_are_found_in_heads_and_losses(name: str, part: str) -> None:
    function, at = KINKS[name]
    z = torch.linspace(0.31, 0.64, 6).reshape(2, 3).double()
    z[1, 2] = at
    head = function if part == "head" else lambda z: z
    objective = (lambda u: u.square().sum()) if part == "head" else (lambda u: function(u).sum())
    with pytest.raises(ValueError, match=f"`{part}` is undefined at kink"):
        EffectiveHessian(head, objective, z)
    z[1, 2] = at + 0.013
    if name == "hardsigmoid":  # PyTorch has no second derivative of it anywhere
        with pytest.raises(ValueError, match="cannot differentiate twice"):
            EffectiveHessian(head, objective, z).dense()
        return
    found = EffectiveHessian(head, objective, z).dense()
    leaf = z.clone().requires_grad_()
    wanted = torch.autograd.functional.hessian(lambda z: objective(head(z)), leaf).reshape(6, 6)
    torch.testing.assert_close(found, wanted)


IN_FLOAT32: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], tuple[float, ...]]] = {
    "relu": (torch.relu, (0, 1)),
    "relu beside a large entry": (torch.relu, (0, 1e9)),
    "abs": (torch.abs, (0, 1)),
    "max": (lambda z: z.max().reshape(1), (1, 1)),
    "jump": (lambda z: z + z.floor(), (1, 0.5)),
    "ReLU MLP without biases": (
        Head([normal(64, 2, seed=4), normal(1, 64, seed=5)], None, RELU),
        (0, 0),
    ),
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", IN_FLOAT32)
def test_kinks_are_found_in_both_precisions(name: str, dtype: torch.dtype) -> None:
    function, at = IN_FLOAT32[name]
    if isinstance(function, Head):
        own = Head([w.to(dtype) for w in function.weights], None, RELU)
        function = lambda z: own(z)  # noqa: E731 - as a user's
    z = torch.tensor(at, dtype=dtype)
    with pytest.raises(ValueError, match="`head` is undefined at kink") as refused:
        EffectiveHessian(function, lambda u: u.square().sum(), z)
    assert ("float64" in str(refused.value)) == (dtype == torch.float32)
    with pytest.raises(ValueError, match="`loss` is undefined at kink"):
        EffectiveHessian(lambda z: 1 * z, lambda u: function(u).sum(), z)
    moved = z + max(1.0, *at) * torch.tensor([0.013, -0.02], dtype=dtype)
    assert EffectiveHessian(function, lambda u: u.square().sum(), moved).dense().isfinite().all()


TIES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "max": lambda z: z.max(1).values.unsqueeze(1),
    "min": lambda z: z.min(1, keepdim=True).values,
    "amax": lambda z: z.amax(1, keepdim=True),
    "amin": lambda z: z.amin((1,), keepdim=True),
    "max of all": lambda z: z.max().expand(len(z), 1),
    "median": lambda z: z.median(1, keepdim=True).values,
    "topk": lambda z: z.topk(1, 1).values,
    "sort": lambda z: z.sort(1).values,
    "max_pool1d": lambda z: F.max_pool1d(z.unsqueeze(1), 2).flatten(1),
    "max_pool2d": lambda z: F.max_pool2d(z.reshape(-1, 1, 2, 2), 2).flatten(1),
    "max_pool3d": lambda z: F.max_pool3d(z.reshape(-1, 1, 1, 2, 2), (1, 2, 2)).flatten(1),
    "adaptive_max_pool1d": lambda z: F.adaptive_max_pool1d(z.unsqueeze(1), 1).flatten(1),
    "adaptive_max_pool2d": lambda z: F.adaptive_max_pool2d(z.reshape(-1, 1, 2, 2), 1).flatten(1),
    "maxout": lambda z: z.reshape(-1, 2, 2).amax(2),
    "infinity norm": lambda z: torch.linalg.vector_norm(z, float("inf"), 1, keepdim=True),
    "infinity norms": lambda z: torch.linalg.vector_norm(z.reshape(-1, 2, 2), float("inf"), 2),
    "norm of nothing": lambda z: (z[:, :2] - z[:, 2:]).norm(dim=1, keepdim=True),
}


@pytest.mark.parametrize("name", TIES)
def test_ties_are_kinks(name: str) -> None:
    z = torch.tensor([[0.1, 0.2, 0.3, 0.45], [0.9, 0.9, 0.9, 0.9]]).double()
    if name == "infinity norms":
        z[1] = torch.tensor([5.0, 0.1, 1.0, 1.0])  # the tie is not the largest of all
    if name == "norm of nothing":
        z[1] = torch.tensor([0.9, 0.8, 0.9, 0.8])
    with pytest.raises(ValueError, match="`head` is undefined at kink"):
        EffectiveHessian(TIES[name], loss, z)
    z[1] = torch.tensor([0.97, 0.5, 0.74, 0.8])
    EffectiveHessian(TIES[name], loss, z).dense()


def centred(u: torch.Tensor) -> torch.Tensor:
    return u - u.mean(0)


COLLAPSED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "standard deviation": lambda u: torch.relu(1 - u.std(0)).mean(),
    "standard deviation of columns": lambda u: u.T.std(dim=1, unbiased=False).sum(),
    "standard deviation and mean": lambda u: torch.std_mean(u, 0)[0].sum(),
    "norm": lambda u: torch.relu(1 - centred(u).norm(dim=0)).mean(),
    "norm of all": lambda u: torch.linalg.vector_norm(centred(u)),
    "root": lambda u: u.var(0).sqrt().sum(),
    "power": lambda u: (centred(u).square().sum(0) ** 0.5).sum(),
    "one over a root": lambda u: (
        (centred(u) * centred(u).square().sum(1, keepdim=True).rsqrt())[:, 0].square().sum()
    ),
    "nuclear norm": lambda u: -torch.linalg.matrix_norm(u, "nuc"),
    "singular value": lambda u: torch.linalg.svdvals(u)[1],
}


@pytest.mark.parametrize("name", COLLAPSED)
def test_equal_rows_are_a_kink_of_their_spread(name: str) -> None:
    """Of rows that are equal the spread is 0 or rounding; either way it has no derivative there."""
    spread = COLLAPSED[name]
    for number, batch in enumerate((4, 5, 9, 12)):
        row = normal(1, 3, seed=number)
        equal = row.repeat(batch, 1)
        above = torch.nextafter(equal, torch.full_like(equal, torch.inf))
        apart = torch.where(normal(batch, 3, seed=number + 20) > 0, equal, above)
        for z in (equal, apart):
            with pytest.raises(ValueError, match=r"undefined at kink|NaN or infinity"):
                EffectiveHessian(lambda z: 1 * z, spread, z)
        z = equal + 0.1 * normal(batch, 3, seed=number + 10)
        wanted = torch.autograd.functional.hessian(spread, z).reshape(z.numel(), -1)
        found = EffectiveHessian(lambda z: 1 * z, spread, z).dense()
        torch.testing.assert_close(found, wanted, rtol=1e-6, atol=1e-8 * float(wanted.abs().max()))


def test_roots_and_eigenvalues_that_cross_nothing_are_smooth() -> None:
    """An entry that is 1, the mean of its column, or a number that scales and is only read."""
    z = torch.tensor([[1.0, 0.5], [1.0, 0.25], [1.0, 0.75], [2.0, 0.5]]).double()
    smooth: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
        lambda u: u.sqrt().sum() + u.pow(1.5).sum() + u.rsqrt().sum() + u.square().sum(),
        lambda u: u.std(0).sum(),
        lambda u: (u.var(0) + 1e-4).sqrt().sum(),
        lambda u: torch.linalg.eigvalsh(u.T @ u).log().sum(),
        lambda u: torch.linalg.norm(u.T @ u),
        lambda u: u.square().sum() / float(u.detach().abs().max()),
    )
    for function in smooth:
        wanted = torch.autograd.functional.hessian(function, z).reshape(8, 8)
        found = EffectiveHessian(lambda z: 1 * z, function, z).dense()
        torch.testing.assert_close(found, wanted)


def test_decisions_on_what_does_not_move_are_no_kinks() -> None:
    """Entries that a first ReLU cut off are 0 on both sides, so a second one and pooling bend nowhere."""
    z = normal(3, 16, seed=5)
    twice = lambda z: torch.relu(torch.relu(z))  # noqa: E731
    pooled = lambda z: F.max_pool1d(torch.relu(z - 1).unsqueeze(1), 4).flatten(1)  # noqa: E731
    for head in (twice, pooled):
        wanted = torch.autograd.functional.hessian(lambda z, h=head: loss(h(z)), z).reshape(48, 48)
        torch.testing.assert_close(EffectiveHessian(head, loss, z).dense(), wanted)


def test_a_maximum_that_cancels_is_no_kink() -> None:
    """As supervised contrastive losses subtract it: at collapse all logits tie, and nothing bends."""

    def stable(u: torch.Tensor) -> torch.Tensor:
        logits = F.normalize(u, dim=1) @ F.normalize(u, dim=1).T
        logits = logits - logits.max(1, keepdim=True).values.detach()
        return logits.exp().sum(1).log().sum() - logits.diagonal().sum()

    z = normal(1, 4, seed=0).repeat(3, 1)
    found = EffectiveHessian(lambda z: z, stable, z).dense()
    plain = lambda u: (  # noqa: E731
        torch.logsumexp(F.normalize(u, dim=1) @ F.normalize(u, dim=1).T, 1) - 1
    ).sum()
    wanted = torch.func.hessian(plain)(z).reshape(12, 12)
    torch.testing.assert_close(found, wanted, atol=1e-12, rtol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("size", [0.0, 1.0, 50.0, 500.0])
def test_a_maximum_that_cancels_is_no_kink_in_either_precision(
    size: float, dtype: torch.dtype
) -> None:
    """The Hessian of logsumexp at equal entries is I/4 - 1/16, however large these are."""
    z = torch.full((4,), size, dtype=dtype)
    stable = lambda u: (u - u.max()).exp().sum().log() + u.max()  # noqa: E731
    wanted = torch.eye(4, dtype=dtype) / 4 - 1 / 16
    torch.testing.assert_close(EffectiveHessian(lambda z: 1 * z, stable, z).dense(), wanted)


def test_smooth_functions_have_no_kinks() -> None:
    smooth = (
        F.silu,
        F.gelu,
        F.mish,
        F.softplus,
        F.logsigmoid,
        torch.tanh,
        F.tanhshrink,
        torch.sigmoid,
    )
    z = torch.tensor([[0.0, 1.0, -1.0, 3.0], [0.5, -3.0, 0.0, 6.0]]).double()
    for head in smooth:
        wanted = torch.autograd.functional.hessian(lambda z, h=head: loss(h(z)), z).reshape(8, 8)
        torch.testing.assert_close(EffectiveHessian(head, loss, z).dense(), wanted)
