"""Heads and losses of one's own: what their code loses whole, rounds, or holds constant. Oracles: convexity, the named loss, the same without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import normal, seeded  # noqa: F401
from torch import Tensor, nn

from verify.diagnose import Diagnosis, Strength, diagnose

D = 4
CLASSES = torch.arange(8)


def signs(found: Diagnosis) -> tuple[int | None, int | None, int | None]:
    """Negative, unresolved and positive eigenvalues of H_eff."""
    effective = found.term("H_eff")
    return effective.negative, effective.zero, effective.positive


def noted(found: Diagnosis, words: str) -> bool:
    """Whether a note says so."""
    return any(words in note for note in found.notes)


# --- what is lost whole ------------------------------------------------------------------------------

CONVEX: dict[str, Callable[[Tensor], Tensor]] = {
    "cross entropy": lambda u: F.cross_entropy(10 * u, CLASSES),
    "logsumexp": lambda u: (torch.logsumexp(10 * u, 1) - 10 * u.diagonal()).mean(),
    "softmax": lambda u: -torch.log(torch.softmax(10 * u, 1)).diagonal().sum(),
    "cross entropy, further": lambda u: F.cross_entropy(14 * u, CLASSES),
}


@pytest.mark.parametrize("name", CONVEX)
def test_a_convex_loss_of_ones_own_that_saturates_has_no_negative_sign(name: str) -> None:
    """1 - p is e^-30: of the products, which are as asymmetric as they are wrong, float32 keeps nothing."""
    z = 3 * (torch.eye(8).double() + 0.05 * normal(8, 8, seed=0))
    found = diagnose(nn.Identity(), CONVEX[name], z)
    assert found.term("H_eff").negative == 0
    assert not any(a.strength is Strength.CERTIFIED for a in found.answers)
    assert noted(found, "The loss is not of the closed forms")
    assert noted(found, "no sign is called certified")


def test_a_head_of_ones_own_that_saturates_has_no_certified_sign() -> None:
    """Its outputs are convex and positive, and half the square of one more is convex too."""
    z = 3 * (torch.eye(8).double() + 0.05 * normal(8, 8, seed=0))
    head = lambda z: F.cross_entropy(10 * z, CLASSES, reduction="none")[:, None]  # noqa: E731
    found = diagnose(head, "mse", z, options={"targets": -torch.ones(8, 1).double()})
    assert found.term("H_eff").negative == 0
    assert not any(a.strength is Strength.CERTIFIED for a in found.answers)
    assert noted(found, "The head is not of the closed forms")
    both = diagnose(head, lambda u: u.square().sum() / 2, z)
    assert noted(both, "The head and the loss are not of the closed forms")


def own_nt_xent(temperature: float) -> Callable[[Tensor], Tensor]:
    """As SimCLR's code has it."""

    def loss(u: Tensor) -> Tensor:
        u, n = F.normalize(u, dim=1), len(u)
        logits = (u @ u.T / temperature).masked_fill(torch.eye(n, dtype=torch.bool), -torch.inf)
        return F.cross_entropy(logits, (torch.arange(n) + n // 2) % n)

    return loss


@pytest.mark.parametrize("temperature", [0.5, 0.05, 0.03, 0.02, 0.01])
def test_a_loss_written_anew_has_no_signs_that_the_named_one_has_not(temperature: float) -> None:
    z = torch.eye(8).double() + 0.05 * normal(8, 8, seed=0)
    views = z + 0.05 * normal(8, 8, seed=1)
    own = diagnose(nn.Identity(), own_nt_xent(temperature), z, views=views)
    options = {"temperature": temperature}
    named = diagnose(nn.Identity(), "nt_xent", z, views=views, options=options)
    for mine, known in zip(signs(own)[::2], signs(named)[::2], strict=True):
        assert mine <= known
        assert mine == known or temperature < 0.05
    by = {
        one: next(a.strength for a in found.answers if a.question == "Is it stable?")
        for one, found in (("own", own), ("named", named))
    }
    assert by == {"own": Strength.VALUE, "named": Strength.CERTIFIED}
    assert "with resolved negative curvature" in named.verdict
    assert "with resolved negative curvature" not in own.verdict


# --- what is rounded ---------------------------------------------------------------------------------


class Normed(nn.Module):
    """A linear layer after LayerNorm, which is computed in a type of its own as in language models."""

    def __init__(self, within: torch.dtype | None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.last, self.within = nn.Linear(4, 3), within

    def forward(self, z: Tensor) -> Tensor:
        """Outputs for representations z."""
        return self.last(F.layer_norm(z.to(self.within or z.dtype), (4,)).type_as(z))


@pytest.mark.parametrize("within", [torch.float32, torch.bfloat16])
def test_what_a_head_rounds_of_itself_has_no_signs_below_that(within: torch.dtype) -> None:
    """LayerNorm is flat along two directions of every row, for which float32 leaves 1e-7."""
    z = normal(8, 4, seed=0).float()
    square = lambda u: u.square().sum()  # noqa: E731
    plain, found = diagnose(Normed(None), square, z), diagnose(Normed(within), square, z)
    assert signs(plain)[1] == 8
    if within is torch.float32:
        assert signs(found) == signs(plain)
    else:
        assert all(
            one <= other for one, other in zip(signs(found)[::2], signs(plain)[::2], strict=True)
        )
    name = str(within).partition(".")[2]
    assert noted(found, f"Head or loss computes in {name} of itself")
    assert not noted(plain, "of itself")


def test_what_a_loss_rounds_of_itself_has_no_signs_below_that() -> None:
    z = normal(8, 4, seed=0)
    for loss in (
        lambda u: F.cross_entropy(u.float(), CLASSES % 4).double(),
        lambda u: F.mse_loss(u.float(), torch.ones(8, 4)).double(),
    ):
        found = diagnose(lambda z: 1 * z[:, :4], loss, z)
        assert found.term("H_eff").negative == 0
        assert noted(found, "computes in float32 of itself")
    twice = diagnose(nn.Identity(), lambda u: u.float().half().double().square().sum(), z)
    assert noted(twice, "computes in float16 of itself")
    mask = lambda u: ((u @ u.T) * (CLASSES[:, None] == CLASSES).float()).exp().sum()  # noqa: E731
    assert not noted(diagnose(nn.Identity(), mask, z), "of itself")
    unit = lambda u: (u @ u.T / torch.tensor(0.5) + torch.eye(8)).exp().sum()  # noqa: E731
    assert not noted(diagnose(nn.Identity(), unit, z), "of itself")


# --- what is held constant, or no derivative ------------------------------------------------------------


def simsiam(u: Tensor) -> Tensor:
    """With its stop-gradient."""
    a, b = u.chunk(2)
    both = F.cosine_similarity(a, b.detach()), F.cosine_similarity(b, a.detach())
    return -(both[0].mean() + both[1].mean()) / 2


def aligned(u: Tensor) -> Tensor:
    """Without it."""
    a, b = u.chunk(2)
    return -F.cosine_similarity(a, b).mean()


class Doubled(torch.autograd.Function):
    """The identity, whose backward pass doubles."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        """The identity."""
        return x.clone()

    @staticmethod
    def backward(context: Any, g: Tensor) -> Tensor:
        """No derivative of it."""
        return 2 * g


class Turned(torch.autograd.Function):
    """The identity, with a gradient of no function."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        """The identity."""
        context.save_for_backward(x)
        return x.clone()

    @staticmethod
    def backward(context: Any, g: Tensor) -> Tensor:
        """No derivative of it."""
        (x,) = context.saved_tensors
        return g * x.roll(1, 1)


HELD = "head or loss holds something constant (detach), or has a backward pass of its own"


def test_a_stop_gradient_is_told_wherever_the_state_is() -> None:
    torch.manual_seed(0)
    head = nn.Sequential(nn.Linear(D, 6), nn.GELU(), nn.Linear(6, 3)).double()
    z, one = normal(8, D, seed=0), torch.ones(8, D).double()
    for first, second in ((z, z + 0.3 * normal(8, D, seed=1)), (z, z), (one, one)):
        told = diagnose(head, simsiam, first, views=second)
        assert noted(told, HELD)
        assert "as differentiated; the loss's values change otherwise" in told.verdict
        plain = diagnose(head, aligned, first, views=second)
        assert not noted(plain, HELD)
        assert "as differentiated" not in plain.verdict
        assert not noted(diagnose(head, "simsiam", first, views=second), HELD)


@pytest.mark.parametrize("kind", ["no statistics", "centred", "each alone"])
def test_a_head_that_maps_a_sample_by_the_others_is_told(kind: str) -> None:
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(5, track_running_stats=kind == "each alone")
    weights = normal(D, 3, seed=0)
    head = nn.Sequential(nn.Linear(D, 5), norm, nn.Tanh(), nn.Linear(5, 3)).eval()
    if kind == "centred":
        head = lambda z: (z - z.mean(0)) @ weights  # noqa: E731
    z = normal(40, D, seed=1)
    found = diagnose(head, "simsiam", z, views=z + 0.1 * normal(40, D, seed=2), batch=4)
    says = "A sample's output depends on which others are passed with it. Loss, gradient and curvature are those of the batch of 4 samples; collapse and what the head does, of 40"
    assert noted(found, says) == (kind != "each alone")


class Rounded(nn.Identity):
    """An `Identity` by its class alone."""

    def forward(self, z: Tensor) -> Tensor:
        """Directions, rounded."""
        return F.normalize(z.float(), dim=1).to(z.dtype)


class Cut(nn.Module):
    """Layers in their order, of which the last hands nothing back."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(D, 5), nn.Tanh(), nn.Linear(5, 3))

    def forward(self, z: Tensor) -> Tensor:
        """Outputs for representations z, half of them constant."""
        u = self.net(z)
        return (u + u.detach()) / 2


def hooked(module: nn.Module) -> nn.Module:
    """With a hook that holds the output constant."""
    module.register_forward_hook(lambda module, given, out: out.detach() + 0 * out)
    return module


def rewritten(module: nn.Module) -> nn.Module:
    """With a forward of its own, whose value is the input and whose derivative is its negative."""
    module.forward = lambda z: 2 * z.detach() - z  # type: ignore[method-assign]
    return module


FORGED: dict[str, Callable[[], nn.Module]] = {
    "a class of its own": Rounded,
    "a hook on nothing": lambda: hooked(nn.Identity()),
    "a forward written over": lambda: rewritten(nn.Identity()),
    "a hook on a layer": lambda: nn.Sequential(hooked(nn.Linear(D, 5)), nn.Tanh(), nn.Linear(5, 3)),
    "detach": Cut,
}


@pytest.mark.parametrize("name", FORGED)
def test_what_looks_like_layers_and_does_more_is_code_of_ones_own(name: str) -> None:
    torch.manual_seed(0)
    z = normal(8, D, seed=0)
    found = diagnose(FORGED[name](), "nt_xent", z, views=z + 0.3 * normal(8, D, seed=1))
    assert noted(found, "no sign is called certified")
    if name != "a forward written over":
        assert noted(found, "computes in float32 of itself" if name[2] == "c" else HELD)
    assert not any(a.strength is Strength.CERTIFIED for a in found.answers)
    assert "no way out" not in found.verdict


def test_an_activation_that_is_used_twice_is_read_twice() -> None:
    torch.manual_seed(0)
    bend, z = nn.ReLU(), normal(8, D, seed=0)
    layers = (nn.Linear(D, 8), bend, nn.Linear(8, 8), bend, nn.Linear(8, 3))
    for head in (nn.Sequential(*layers), nn.Sequential(nn.Sequential(*layers[:4]), layers[4])):
        found = diagnose(head, "nt_xent", z, views=z + 0.3 * normal(8, D, seed=1))
        assert not noted(found, "no sign is called certified")
        assert any(a.strength is Strength.CERTIFIED for a in found.answers)


def test_a_constant_that_no_value_depends_on_is_not_told() -> None:
    """As the maximum that logits are freed of."""

    def stable(u: Tensor) -> Tensor:
        logits = u @ u.T
        logits = logits - logits.max(1, keepdim=True).values.detach()
        return logits.exp().sum(1).log().sum() - logits.diagonal().sum()

    found = diagnose(nn.Identity(), stable, normal(6, D, seed=0))
    assert not noted(found, HELD)
    assert not noted(found, "not symmetric")


def test_a_backward_pass_that_is_no_derivative_is_told() -> None:
    z, square = normal(8, D, seed=0), lambda u: u.square().sum()
    assert noted(diagnose(lambda z: Doubled.apply(z), square, z), HELD)
    found = diagnose(lambda z: Turned.apply(z), square, z)
    assert noted(found, "Products with the Hessian are not symmetric")
    assert noted(found, HELD)  # which the asymmetry, counted as rounding, had hidden
    assert signs(found) == (0, 32, 0)
