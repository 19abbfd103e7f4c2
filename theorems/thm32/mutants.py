"""False variants of 3.2: near-misses that the true claims' own properties must refute."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from hypothesis import strategies as st

from theorems.thm32.heads import Waves
from theorems.thm32.properties import EXACT, STRAIGHT
from theorems.thm32.properties_affine import AFFINE, Affine, affine_cases
from theorems.thm32.properties_curve import ARC, FORCED, FRAME, Moving, moving_cases
from theorems.thm32.properties_flow import COIL, FLOW, TURN
from theorems.thm32.properties_identity import IDENTITY, OSCILLATION, VALUE, Segment
from verify.numeric.activations import LINEAR, RELU
from verify.numeric.heads import Head

EXACTS = {
    "crossing": EXACT.mutant(
        "no head is isotropic along a curve that meets itself", impossible=True
    ),
    "constant": EXACT.mutant("the exact head is isotropic behind a constant loss", flat=True),
    "pullback": EXACT.mutant("the isotropy is that of $G$", pullback=True),
    "any-factor": EXACT.mutant("every factor $c$ will do, $c = 1$ among them", unit=True),
}

VALUES = {
    "origin": VALUE.mutant(
        r"$L(h(\gamma)) = \frac{c}{2} |\gamma|^2 + \mathrm{const}$, with $z_0 = 0$", origin=True
    )
}

IDENTITIES = {
    "bounded": IDENTITY.mutant(
        r"the head has $H_{\mathrm{eff}} = I$ behind every nonconstant loss", bounded=True
    )
}

_WIDEST = Segment(torch.zeros(1).double(), torch.ones(1).double(), 1.0, 0.0, 1 - 2.0**-12)
"""A segment that uses nearly all of the oscillation."""

OSCILLATIONS = {
    "factor": OSCILLATION.mutant(
        r"$c l^2 / 8 \leq \sup L - \inf L$, without $1 - \epsilon$", whole=True
    ),
    "quarter": OSCILLATION.mutant(r"$(1 - \epsilon) c l^2 / 4 \leq \sup L - \inf L$", factor=2.0),
    "tight": OSCILLATION.mutant(
        "1.001 times the bound is at most the oscillation", supplied=(_WIDEST,), factor=1.001
    ),
}


def _ones(*shape: int) -> torch.Tensor:
    return torch.ones(shape, dtype=torch.float64)


STEEP_WAVE = Affine(
    Waves(_ones(1), 8 * _ones(1, 1), 0 * _ones(1), 4 * _ones(1)),
    0 * _ones(1),
    -_ones(1) / 8,
    2.0**-12,
)
"""L = sin 8u + 2 u^2 at u0 = 0, d = k = 1: the Lipschitz constant 512 is attained as c -> 0."""

FLAT_WAVE = STEEP_WAVE._replace(
    loss=replace(STEEP_WAVE.loss, weights=_ones(1, 1) / 4, squares=_ones(1) / 4), z=-_ones(1)
)
"""The same with a flat wave and the small eigenvalue 1/4."""

_ON_LINES = replace(AFFINE, cases=partial(affine_cases, most=1))

AFFINES = {
    "half": _ON_LINES.mutant("half the bound", supplied=(STEEP_WAVE,), constant=0.5),
    "hundredth": _ON_LINES.mutant("0.99 of the bound", supplied=(STEEP_WAVE,), constant=0.99),
    "eigenvalue": _ON_LINES.mutant(
        r"$\lambda_s^{-1}$ for $\lambda_s^{-3/2}$", supplied=(FLAT_WAVE,), power=1.0
    ),
    "linear": _ON_LINES.mutant(r"$c$ for $\sqrt{c}$", supplied=(STEEP_WAVE,), root=1.0),
    "largest": AFFINE.mutant(
        "the largest eigenvalue in the place of the smallest",
        supplied=(
            Affine(
                Waves(
                    _ones(1),
                    torch.tensor([[1.0, 0.0]], dtype=torch.float64),
                    0 * _ones(1),
                    torch.tensor([0.25, 16.0], dtype=torch.float64),
                ),
                0 * _ones(2),
                torch.tensor([1.0, 0.0], dtype=torch.float64),
                2.0**-12,
            ),
        ),
        largest=True,
    ),
}

STRAIGHTS = {
    "relu": STRAIGHT.mutant(
        r"a ReLU head can do it behind $L = \rho \cdot u$, where $\nabla^2 L = 0$", activation=RELU
    )
}

_SHALLOW = replace(FORCED, cases=partial(moving_cases, deepest=2))

FORCEDS = {
    "pullback": _SHALLOW.mutant(
        r"$G \dot\gamma = \frac{d}{dt} (J^T \rho)$, without $M$", interaction=False
    ),
    "interaction": _SHALLOW.mutant(
        r"$M \dot\gamma = \frac{d}{dt} (J^T \rho)$, without $G$", pullback=False
    ),
}


def bowl_flows() -> st.SearchStrategy[Moving]:
    """Where the flow of h(z) = z under L(u) = (u_1^2 + 3 u_2^2) / 2 decays least, and where it turns most.

    There c = 2 and epsilon = 1 / 2, and z' is the least eigenvector, or halfway between the two.
    """

    def moving(z: tuple[float, float]) -> Moving:
        at, squares = (torch.tensor(x, dtype=torch.float64) for x in (z, (1.0, 3.0)))
        head = Head([torch.eye(2).double()] * 2, [0 * at, 0 * at], LINEAR)
        loss = Waves(at[:1] * 0, at[None] * 0, at[:1] * 0, squares)
        return Moving(head, loss, at, 0 * at, 0 * at)

    return st.sampled_from([(1.0, 0.0), (3.0, 1.0)]).map(moving)


_SHALLOW_FLOW = replace(FLOW, cases=partial(moving_cases, deepest=2))

_BOWL = replace(FLOW, cases=bowl_flows)

FLOWS = {
    "half": _SHALLOW_FLOW.mutant(r"the direction turns by at most $\epsilon c / 2$", turn=0.5),
    "decay": _SHALLOW_FLOW.mutant(r"$|z'|$ decays at the rate $c$ at least", decay=0.0),
    "turn.hundredth": _BOWL.mutant("the direction turns by at most 0.99 of the bound", turn=0.99),
    "decay.hundredth": _BOWL.mutant(
        r"$|z'|$ decays at the rate $(1 - 0.99 \epsilon) c$ at least", decay=0.99
    ),
}

COILS = {
    "constant": COIL.mutant("the factor is constant along the path", constant=True),
    "isotropic": COIL.mutant("the head is exactly isotropic along its own path", isotropic=True),
    "nearest": COIL.mutant(
        r"$\omega$ is $\dot\gamma / |\dot\gamma|^2$ for every $\sigma$", nearest=True
    ),
}

TURNS = {
    "whole": TURN.mutant(
        r"$\epsilon^2$ in the place of $\epsilon^2 / (1 - \epsilon^2)$", whole=True
    )
}

FRAMES = {
    "fewer": FRAME.mutant("$k < d$ suffices for $G = I$", narrow=True),
    "indefinite": FRAME.mutant("the metric may be indefinite", indefinite=True),
    "euclidean": FRAME.mutant("any orthonormal frame will do", euclidean=True),
}

ARCS = {
    "whole": ARC.mutant(
        r"$J^T (\nabla^2 L) J = I$ along $\gamma$ makes $H_{\mathrm{eff}} = I$", whole=True
    ),
    "beside": ARC.mutant(r"the head has $G = I$ beside $\gamma$ too", beside=0.25),
}
