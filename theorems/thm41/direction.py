"""A direction of ker(HJ) along which M is negative."""

from __future__ import annotations

import sympy as sp

from theorems.thm41.notation import H, J, M, d
from verify.claims.derivation import Proof
from verify.symbolic.matrices import vector


def negative_direction(proof: Proof) -> None:
    """A direction in ker(HJ) on which M is negative makes lambda_min(H_eff) negative."""
    v = vector("v", d)
    proof.given("negative: kernel", r"$\nabla^2 L \, J v = 0$", H @ J @ v)
    value = sp.Symbol("c", negative="negative: sign" not in proof.withdrawn or None)
    proof.given("negative: sign", "$v^T M v = c < 0$", (v.T @ M @ v).scalar - value)
    form = v.T @ (J.T @ H @ J + M) @ v
    proof.follows(
        r"With $H = \nabla^2 L$ only the interaction term is left, the number $c$ of the hypothesis",
        form,
        value,
        using={
            "negative: kernel": (v.T @ J.T @ (H @ J @ v)).scalar,
            "negative: sign": (v.T @ M @ v).scalar - value,
        },
    )
    proof.fact("It is negative", sp.Lt(value, 0, evaluate=False))
    proof.cite("rayleigh")
