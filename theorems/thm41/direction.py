"""A direction of ker(HJ) along which M is negative."""

from __future__ import annotations

import sympy as sp

from theorems.thm41.notation import (
    applied,
    d,
    jacobian,
    k,
    loss_hessian,
    pulled_back,
    v,
)
from verify.claims.derivation import Proof
from verify.symbolic.indexed import total


def negative_direction(proof: Proof) -> None:
    """A direction in ker(HJ) on which M is negative makes lambda_min(H_eff) negative."""
    proof.symmetric = frozenset({loss_hessian})
    interaction = sp.IndexedBase("M")
    jv = applied(jacobian, lambda c: v[c], d)
    g_form = total(
        lambda a, b: v[a] * pulled_back(lambda r: jacobian[r, a], lambda r: jacobian[r, b]) * v[b],
        d,
        d,
    )
    m_form = total(lambda a, b: v[a] * interaction[a, b] * v[b], d, d)
    proof.given("negative: kernel", r"$\nabla^2 L \, J v = 0$")
    vanishing = total(lambda i: jv(i) * applied(loss_hessian, jv, k)(i), k)
    proof.follows(
        "On the kernel only the interaction term is left",
        g_form + m_form,
        m_form,
        using={"negative: kernel": vanishing},
    )
    negative = proof.given("negative: sign", "$v^T M v = c < 0$")
    value = sp.Symbol("c", negative=negative or None)
    proof.follows(
        "This is the number $c$ of the hypothesis",
        g_form + m_form,
        value,
        using={"negative: kernel": vanishing, "negative: sign": m_form - value},
    )
    proof.fact("It is negative", sp.Lt(value, 0, evaluate=False), bool(value.is_negative))
    proof.cite("rayleigh")
