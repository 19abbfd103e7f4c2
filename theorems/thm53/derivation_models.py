"""The derivations of 5.3 for statistical models: moving laws, Gaussian latents, and finite models."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.thm53.bounds import rank_bound
from theorems.thm53.derivation import DIMENSION, V, k, n, one, transversal_bound, y
from verify.claims.bounds import slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule
from verify.symbolic.matrices import identity, matrix, vector

RANK_H = sp.Symbol(r"\operatorname{rank} I_h", integer=True, nonnegative=True)


def moving_law(proof: Proof) -> None:
    """I_h v = 0 if, as theta moves along v, the law moves along orbits on which h is constant."""
    gradient, jacobian, velocity = vector(r"\psi'", k), matrix("J", k, n), vector(r"\xi", n)
    along = (gradient.T @ jacobian @ velocity).scalar
    psi = sp.IndexedBase("psi")
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.let(
        "chain",
        r"$\psi' = \nabla \psi$ and $J = J_h$ are taken at $z$, and $\xi$ is the velocity of $T_t z$ at 0",
        by="chain-rule",
    ):
        rules[psi] = lambda _: along
    proof.rate(
        r"A smooth bounded $\psi$ of $h$, $\psi_0 = \psi(h(T_t z))$, at $t = 0$",
        psi[0],
        rules,
        along,
    )
    proof.given(
        "invariant", r"$h(T_t z) = h(z)$ for all $t$ and $z$: $J \xi = 0$", jacobian @ velocity
    )
    still = gradient.T @ (jacobian @ velocity)
    proof.follows("vanishes at every $z$", still, sp.S.Zero, using={"invariant": still.scalar})
    rate, mean, product, square = sp.symbols(r"r_\psi m_\psi c_\psi e", real=True)
    proof.given(
        "moves",
        r"as $\theta$ moves along $v$, $E \psi(h(z))$ changes at the rate $r_\psi$ that is the expectation $m_\psi$ of this derivative",
        rate - mean,
    )
    proof.let(
        "mean",
        "what is the same at every $z$, as just shown, is its own expectation",
        mean - along,
        by="steps",
    )
    v, info = V @ y, matrix("A", n, n)
    form = v.T @ info @ v
    proof.given(
        "fisher: score",
        r"with the score $\sigma$ of $h(z)$ along $v = V y$: $r_\psi = c_\psi = E \psi(h) \sigma$, $v^T A v = e = E \sigma^2$ for $A = I_h$",
        product - rate,
        form.scalar - square,
    )
    vanishing = {"moves": rate - mean, "mean": mean - along, "invariant": still.scalar}
    proof.follows(
        r"So $\sigma$ is orthogonal to every $\psi(h)$",
        product,
        sp.S.Zero,
        using={**vanishing, "fisher: score": product - rate},
    )
    tolerance = sp.Symbol("epsilon", positive=True)
    rest = slack("b", "dense" not in proof.withdrawn)
    proof.let(
        "dense",
        r"$\sigma$ is a function of $h$, to which some $\psi(h)$ tend in square mean, so that $c_\psi$ tends to $e$: for every $\epsilon > 0$ some $c_\psi$ is $e - \epsilon + b$ with $b \geq 0$",
        square - tolerance + rest - product,
        by="smooth-dense",
    )
    proof.cite("smooth-dense", "cauchy-schwarz")
    proof.follows(
        r"and nearly to itself, for every $\epsilon > 0$",
        form,
        tolerance - rest,
        using={
            **vanishing,
            "fisher: score": (form.scalar - square) + (product - rate),
            "dense": square - tolerance + rest - product,
        },
    )
    proof.fact(
        r"So $e = v^T A v = E \sigma^2$, which depends on no $\epsilon$, is at most every $\epsilon > 0$: it is $0$",
        sp.Le(square, tolerance, evaluate=False),
        at={square: tolerance - rest},
    )
    proof.cite("semidefinite-null-vector")


def moving_bound(proof: Proof) -> None:
    """The published bound where the law moves along the orbits, and ker I and V meet in 0 only."""
    moving_law(proof)
    transversal_bound(proof, derived=True)


def nonsingular_models(proof: Proof) -> None:
    """The published bound for two models with I_z nonsingular: I_h = J^T F J vanishes on V."""
    J, F, info = matrix("J", k, n), matrix("F", k, k), matrix("I_h", n, n)
    proof.given(
        "models",
        "$I_h = J^T F J$ with the Fisher matrix $F$ of $q$ about $h(z)$",
        info - J.T @ F @ J,
    )
    proof.given("point", "$J V = 0$", J @ V)
    proof.follows(
        "$I_h$ vanishes on $V$",
        info @ V @ y,
        0 * (info @ V @ y),
        using={"models": (info - J.T @ F @ J) @ V @ y, "point": J.T @ F @ (J @ V) @ y},
    )
    kernel, rank_z = (
        sp.Symbol(name, integer=True, nonnegative=True)
        for name in ("k_{I_h}", r"\operatorname{rank} I_z")
    )
    g = slack("g", "contained" not in proof.withdrawn)
    proof.let(
        "contained",
        r"so $k_{I_h} = \dim \ker I_h$ is $\dim V + g$ with $g \geq 0$",
        DIMENSION + g - kernel,
        by="subspace-dimension",
    )
    proof.let(
        "nullity",
        r"$\operatorname{rank} I_h + k_{I_h} = n$",
        RANK_H + kernel - n,
        by="rank-nullity",
    )
    proof.given("nonsingular", r"$\operatorname{rank} I_z = n$", n - rank_z)
    proof.cite("rank-nullity", "subspace-dimension")
    proof.follows(
        "By rank and nullity",
        RANK_H,
        rank_bound(rank_z, DIMENSION) - g,
        using={
            "contained": DIMENSION + g - kernel,
            "nullity": RANK_H + kernel - n,
            "nonsingular": n - rank_z,
        },
    )
    most = rank_bound(rank_z, DIMENSION)
    proof.fact("So", sp.Le(RANK_H, most, evaluate=False), at={RANK_H: most - g})


def gaussian(proof: Proof) -> None:
    """I_h = I_z/V for z ~ N(theta, Sigma), h = Pz: the least of the forms of I is attained at I_h's own."""
    P, S = matrix("P", k, n), matrix("S", k, k, symmetric=True)
    sigma, info = (matrix(name, n, n, symmetric=True) for name in (r"\Sigma", "I"))
    unit = replace(identity(k), latex="1")
    proof.cite("fisher-gaussian")
    inverse = P @ sigma @ P.T @ S - unit
    proof.let("kernel", r"$V = \ker P$: $P V = 0$", P @ V)
    proof.let("inverse", r"$S = (P \Sigma P^T)^{-1}$, and $K = P^T S P$ is $I_h$", inverse)
    K = P.T @ S @ P
    proof.follows("$K V$", K @ V @ y, 0 * (K @ V @ y), using={"kernel": P.T @ S @ (P @ V) @ y})
    proof.follows(
        r"The columns of $1 - \Sigma K$ lie in $\ker P = V$: for each $x$, $x - \Sigma K x = V y$ for some $y$",
        P @ (one - sigma @ K),
        0 * P,
        using={"inverse": -inverse @ P},
    )
    proof.let("information", r"$I = \Sigma^{-1}$ is $I_z$", info @ sigma - one)
    proof.follows(
        r"At $x - V y = \Sigma K x$ the form of $I$ is that of $I_h$ at $x$: $I/V \preceq I_h$, as $I/V$ lies below $I$ and does not see $V y$; and $I_h$ lies below $I/V$, as $I_h \preceq I$ and $I_h V = 0$",
        (sigma @ K).T @ info @ (sigma @ K),
        K,
        using={
            "information": K.T @ sigma @ (info @ sigma - one) @ K,
            "inverse": P.T @ S @ inverse @ P,
        },
    )
    proof.cite("fisher-processing")


def merging(proof: Proof) -> None:
    """Merging two outcomes loses information: the identity for one direction of the parameter.

    Every function of a finite outcome is a composition of mergings of two outcomes, and a form is
    decided direction by direction, so the two-outcome identity proves every finite model.
    """
    positive = proof.let("positive", "the outcomes have probabilities $p, q > 0$")
    p, q_ = (sp.Symbol(name, positive=positive or None) for name in ("p", "q"))
    a, b = sp.symbols("a b", real=True)
    if proof.let("merged", "the merged outcome has probability $p + q$ and derivative $a + b$"):
        merged = (a + b) ** 2 / (p + q_)
    else:
        merged = sp.Symbol("m", real=True)
    loss = (a * q_ - b * p) ** 2 / (p * q_ * (p + q_))
    proof.equal(
        "The information of two outcomes less that of the merged one",
        a**2 / p + b**2 / q_ - merged,
        loss,
    )
    proof.fact("is not negative", sp.Ge(loss, 0, evaluate=False))
    proof.equal(
        "It vanishes if and only if the two scores agree, as its numerator is the square of",
        a * q_ - b * p,
        p * q_ * (a / p - b / q_),
    )
    proof.cite("merging")
