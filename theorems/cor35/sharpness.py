"""The bounds of 3.5 are attained: exact instances for every L, M and q, and the exact 99 + 70 sqrt 2."""

from __future__ import annotations

import sympy as sp

from theorems.cor35 import bounds
from theorems.cor35.bounds import SYMBOLS, Letters
from verify.claims.derivation import Proof

t = sp.Symbol("t", positive=True)
"""tan(a / 4), a rational parameter of the angle a / 2 of the sharp threshold, L sin(a / 2)."""

SINE = 2 * t / (1 + t**2)
COSINE = (1 - t**2) / (1 + t**2)
Q = 2 * SINE * COSINE
"""sin a."""


def threshold(proof: Proof) -> None:
    """At |E| = eps* definiteness is lost: d = 1, k = 2, and d = 3, k = 4 by padding."""
    _, big, m = SYMBOLS
    for d in (1, 3):
        loss = sp.diag(m, -m, *[m] * (d - 1))
        jacobian, error = (
            sp.diag(sp.Matrix(column) * big / sp.sqrt(2), *[other] * (d - 1))
            for column, other in (((COSINE + SINE, COSINE - SINE), big), ((-SINE, SINE), 0))
        )
        moved = jacobian + error
        lam = m * big**2 * Q
        text = f"$d = {d}$, $k = {d + 1}$"
        for words, found, wanted in (
            ("$J^T J = L^2 I$", jacobian.T * jacobian, [big**2] * d),
            (
                r"$J^T H J$, with $\lambda = M L^2 \sin a$",
                jacobian.T * loss * jacobian,
                [lam, *[m * big**2] * (d - 1)],
            ),
            (
                "$E^T E$: $|E| = \\epsilon^*$",
                error.T * error,
                [bounds.sharp(Letters(lam, big, m), SINE) ** 2, *[0] * (d - 1)],
            ),
            (
                "the perturbed form vanishes at the first vector",
                moved.T * loss * moved,
                [0, *[m * big**2] * (d - 1)],
            ),
        ):
            proof.equal(f"{text}: {words}", found.as_immutable(), _simplified(sp.diag(*wanted)))


def _simplified(matrix: sp.Matrix) -> sp.ImmutableMatrix:
    return matrix.applyfunc(lambda entry: sp.factor(sp.expand(entry))).as_immutable()


def unbounded(proof: Proof) -> None:
    """kappa_phi = cot^2(a / 4) from kappa = 1 at the published threshold; 99 + 70 sqrt 2 at q = 7/25."""
    loss = sp.diag(1, -1, 1, -1)
    x, y = (COSINE + SINE) / sp.sqrt(2), (COSINE - SINE) / sp.sqrt(2)
    epsilon = bounds.published(Letters(Q, 1, 1))
    shift = epsilon / sp.sqrt(2)
    jacobian = sp.Matrix([[x, 0], [y, 0], [0, x], [0, y]])
    error = sp.Matrix([[-shift, 0], [shift, 0], [0, shift], [0, -shift]])
    moved = jacobian + error
    after = _simplified(moved.T * loss * moved)
    for words, found, wanted in (
        ("$J^T H J = q I$ with $q = \\sin a$", jacobian.T * loss * jacobian, sp.diag(Q, Q)),
        ("$J^T J = I$, so that $L = 1$", jacobian.T * jacobian, sp.eye(2)),
        (
            "$E^T E$: $|E|$ is the published threshold",
            error.T * error,
            sp.diag(epsilon**2, epsilon**2),
        ),
        (
            r"The perturbed form: $q (1 \mp \cos \frac{a}{2})$",
            after,
            sp.diag(Q * (1 - COSINE), Q * (1 + COSINE)),
        ),
    ):
        proof.equal(words, found.as_immutable(), _simplified(wanted))
    kappa = after[1, 1] / after[0, 0]
    proof.equal(r"$\kappa_\phi = \cot^2 \frac{a}{4}$ with $t = \tan \frac{a}{4}$", kappa, 1 / t**2)
    limit = sp.limit(Q**2 * kappa, t, 0, "+")
    proof.equal(
        "It has no bound as $q \\to 0$, where $q^2 \\kappa_\\phi$ tends to $16$",
        limit,
        sp.Integer(16),
    )
    # q = 7/25: cos a = 24/25, so cos(a / 2) = 7 sqrt 2 / 10 and tan(a / 4) = 5 sqrt 2 - 7.
    for words, found, wanted in (
        ("$q = 7/25$ at $t = 5\\sqrt{2} - 7$", Q, sp.Rational(7, 25)),
        (r"There $\kappa_\phi$ is", kappa, 99 + 70 * sp.sqrt(2)),
    ):
        proof.equal(words, sp.radsimp(sp.cancel(found).subs(t, 5 * sp.sqrt(2) - 7)), wanted)
