"""What a scale-invariant loss forces on its gradient and Hessian."""

from __future__ import annotations

import sympy as sp

from theorems.thm41.notation import applied, j, k, loss_hessian, pulled_back, rho, u, v
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, derivative, total

target, inverse = sp.IndexedBase("t"), sp.IndexedBase("n", real=True)
"""t, and n with the one entry n_0 = 1 / |u|."""


def dot(x: sp.IndexedBase, y: sp.IndexedBase) -> sp.Sum:
    """x . y in R^k."""
    return total(lambda r: x[r] * y[r], k)


def scale_invariant_loss(proof: Proof) -> None:
    """H u = -rho and u.H u = 0, and H is indefinite where rho is not 0."""
    proof.every(k, j)
    proof.symmetry(loss_hessian)
    ray, loss = sp.IndexedBase("w"), sp.IndexedBase("ell")
    rules: dict[sp.IndexedBase, Rule] = {ray: lambda r: u[r]}
    if proof.let(
        "smooth", r"$L$ is $C^2$ near $u \neq 0$: $\rho = \nabla L$ and its derivatives exist"
    ):
        rules[loss] = lambda _: total(lambda i: rho[i] * ray[i], k)
        inward: dict[sp.IndexedBase, Rule] = {
            u: lambda r: sp.KroneckerDelta(r, j),
            rho: lambda r: loss_hessian[r, j],
        }
    else:
        inward = {}
    euler = total(lambda i: u[i] * rho[i], k)
    hu = applied(loss_hessian, lambda c: u[c], k)
    proof.let(
        "invariant",
        "$L(tu) = L(u)$ for all $t > 0$ and all $u$: the slope along every ray vanishes, and its gradient",
        euler,
        hu(j) + rho[j],
    )
    proof.rate(
        r"Along the ray $w(t) = tu$, $\ell_0(t) = L(w(t))$: at $t = 1$, where $w = u$",
        loss[0],
        {loss: lambda _: total(lambda i: rho[i] * u[i], k)} if loss in rules else {},
        euler,
    )
    proof.follows(
        "The left side vanishes identically, since $\\ell_0$ is constant: Euler's relation",
        euler,
        sp.S.Zero,
        using={"invariant": euler},
    )
    euler_gradient = derivative(euler, inward)  # in the free index j
    proof.follows(
        r"Differentiated in $u_j$: $\nabla^2 L \, u = -\rho$",
        hu(j),
        -rho[j],
        using={"invariant": euler_gradient},
    )
    against = lambda x: total(lambda r: x[r] * euler_gradient.xreplace({j: r}), k)  # noqa: E731
    radial = against(u) - euler
    proof.follows(
        r"Contracted with $u$: $u^T \nabla^2 L \, u = 0$",
        total(lambda i: u[i] * hu(i), k),
        sp.S.Zero,
        using={"invariant": radial},
    )
    t = sp.Symbol("t", positive=True)
    length = total(lambda i: rho[i] ** 2, k)
    curvature = pulled_back(lambda r: rho[r], lambda r: rho[r])
    residual = proof.let(
        "residual", r"$\rho \neq 0$: $n = |\rho|^2 > 0$; write $c = \rho^T \nabla^2 L \, \rho$"
    )
    n_, c_ = sp.Symbol("n", positive=residual or None), sp.Symbol("c", real=True)
    for sign, direction, below in ((1, r"u + t\rho", "negative"), (-1, r"u - t\rho", "positive")):
        along = lambda r, sign=sign: u[r] + sign * t * rho[r]  # noqa: E731
        proof.follows(
            f"The form of $\\nabla^2 L$ at ${direction}$",
            pulled_back(along, along),
            -sign * 2 * t * length + t**2 * curvature,
            using={"invariant": radial + sign * 2 * t * against(rho)},
        )
        # At t = n / (n + |c|) the second term is at most t n in modulus, half of the first.
        values = [
            (-sign * 2 * t * n_ + t**2 * c_).subs({c_: s * size, t: n_ / (n_ + size)})
            for size in (sp.Symbol("m", nonnegative=True),)
            for s in (1, -1)
        ]
        worst = [sp.factor(-sign * value) for value in values]
        proof.fact(
            f"is {below} at $t = n / (n + |c|)$: for $c = m$ and for $c = -m$, $m \\geq 0$, it is",
            sp.And(*(_strict(-sign * value) for value in worst), evaluate=False),
        )


def _strict(value: sp.Expr) -> sp.Basic:
    """Value < 0 or value > 0, whichever its leading sign says, unevaluated for printing."""
    relation = sp.Lt if value.could_extract_minus_sign() else sp.Gt
    return relation(value, 0, evaluate=False)


def cosine_form(proof: Proof, across: sp.IndexedBase, length: bool) -> sp.Expr:
    """The form at a vector of the Hessian of L = 2 - 2 cos(u, t), |t| = 1, for any k.

    Args:
        proof: in which it is a step.
        across: the vector.
        length: whether n_0 = 1 / |u| is assumed.
    """
    n_, name = inverse[0], sp.latex(across)
    loss = 2 - 2 * n_ * dot(u, target)
    rules: dict[sp.IndexedBase, Rule] = {u: lambda r: across[r]}
    rules |= {across: constant, target: constant}
    if length:
        rules[inverse] = lambda _: -(n_**3) * dot(u, across)
    cos = n_ * dot(u, target)
    bent = cos * dot(across, across) + 2 * n_ * dot(u, across) * dot(target, across)
    found = 2 * n_**2 * (bent - 3 * cos * n_**2 * dot(u, across) ** 2)
    proof.rate(
        rf"Along $\dot u = {name}$: with $e = n_0 u$ and $c = e \cdot t$ the Hessian is $2 n_0^2 (c + e t^T + t e^T - 3 c \, e e^T)$",
        loss,
        rules,
        found,
        order=2,
    )
    return found


def cosine_spectrum(proof: Proof) -> None:
    """L = 2 - 2 cos(u, t), |t| = 1: the eigenvalues of its Hessian for any k, with c = cos."""
    length = proof.let("length", r"$n_0 = 1 / |u|$, so that $\dot n_0 = -n_0^3 \, u \cdot \dot u$")
    cosine_form(proof, v, length)
    proof.cite("polarisation")
    # In coordinates of the plane of e and t, whose inner product is the matrix `gram`.
    c, q = sp.symbols("c q", real=True)
    one = sp.S.One if proof.let("unit", "$|e| = |t| = 1$, $e \\cdot t = c$") else sp.Symbol("a")
    gram = sp.Matrix([[one, c], [c, one]])
    e, t = sp.eye(2).col(0), sp.eye(2).col(1)

    def b(x: sp.Matrix) -> sp.Matrix:
        """2 (c + e t^T + t e^T - 3 c e e^T) x."""
        along_e, along_t = (e.T * gram * x)[0, 0], (t.T * gram * x)[0, 0]
        return 2 * (c * x + e * along_t + t * along_e - 3 * c * e * along_e)

    for x, name in ((e, "e"), (t, "t")):
        proof.equal(
            rf"$B = |u|^2 \nabla^2 L$ is $2c$ across $e$ and $t$; at ${name}$, $B^2 - 2cB - 4(1 - c^2)$ is",
            b(b(x)) - 2 * c * b(x) - 4 * (1 - c**2) * x,
            sp.zeros(2, 1),
        )
    root = c + q
    proof.equal(
        r"so that the other two eigenvalues of $B$ are $c \pm \sqrt{4 - 3c^2}$: with $q$ for the root",
        root**2 - 2 * c * root - 4 * (1 - c**2),
        q**2 - (4 - 3 * c**2),
    )
    proof.equal(
        r"Their product is $-4 (1 - c^2)$, negative unless $c = \pm 1$; and $q \geq |c|$, so that $c - q$ is the least of all",
        c**2 - (4 - 3 * c**2),
        -4 * (1 - c**2),
    )
