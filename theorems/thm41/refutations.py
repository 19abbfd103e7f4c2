"""Counterexamples to 4.1 in exact arithmetic, and the open set on which the decisive one persists."""

from __future__ import annotations

import sympy as sp
from flint import arb, arb_mat

from theorems.thm41.statement import STATEMENT
from verify.counterexample import Value, counterexample
from verify.numeric.activations import LINEAR, RELU, SOFTPLUS, Activation
from verify.numeric.balls import BallHead, enclose, gershgorin, interval
from verify.statement import Context, Finding, Outcome, Table
from verify.symbolic.collapse import Collapse, ExactHead, all_of, eigenvalues
from verify.text import count

u1, u2, u3 = sp.symbols("u1 u2 u3", real=True)


def column(*entries: object) -> sp.ImmutableMatrix:
    """An exact column vector."""
    return sp.ImmutableMatrix(entries)


def hypotheses(state: Collapse, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a state.

    The encoder is constant, f(x) = z*, so `collapsed` holds by construction; everything else is
    decided from the exact loss, weights and point.
    """
    evaluate = {
        "A1": _analytic,
        "collapsed": lambda _: ("by construction: the encoder is constant, $f(x) = z^*$", True),
        "A6": _residual,
        "critical": _critical,
        "stationary": _stationary,
        "linear": lambda s: (f"{count(s.head.depth, 'layer')}, no activation", s.head.depth == 1),
        "smooth": _smooth,
        "relu": lambda s: (
            f"{count(s.head.depth, 'layer')}, activation {s.head.activation.name}",
            s.head.depth > 1 and s.head.activation is RELU,
        ),
        "rank": _rank,
        "psd": _psd,
    }
    return {id: evaluate[id](state) for id in STATEMENT.reading(reading).hypotheses}


def _analytic(state: Collapse) -> Value:
    analytic = state.is_analytic
    return "$L$ and $h$ are real-analytic there" if analytic else "not analytic there", analytic


def _residual(state: Collapse) -> Value:
    nonzero = any(entry.is_nonzero for entry in state.rho)
    return rf"$\rho = {sp.latex(state.rho.T)}^T$", nonzero


def _critical(state: Collapse) -> Value:
    gradient = (state.jacobian.T * state.rho).applyfunc(sp.simplify)
    return rf"$J_h^T \rho = {sp.latex(gradient.T)}^T$", gradient.is_zero_matrix is True


def _stationary(state: Collapse) -> Value:
    """0 in the Clarke subdifferential; for d = 1 it is the interval of the one-sided slopes."""
    (z,), (at,) = state.inputs, state.at
    away = sp.Symbol("p", positive=True)
    right, left = (
        sp.limit(side * (state.composed.subs(z, at + side * away)).diff(away), away, 0)
        for side in (1, -1)
    )
    low, high = sp.Min(left, right), sp.Max(left, right)
    holds = all_of((low.is_nonpositive, high.is_nonnegative))
    return rf"$0 \in [{sp.latex(low)}, {sp.latex(high)}]$, the one-sided slopes", holds


def _smooth(state: Collapse) -> Value:
    s = state.head.activation
    text = f"{count(state.head.depth, 'layer')}, activation {s.name}, $\\nabla^2 h(z^*) \\neq 0$"
    return text, state.head.depth > 1 and s.is_smooth and state.is_curved


def _rank(state: Collapse) -> Value:
    rank, d = state.loss_hessian.rank(), len(state.at)
    text = rf"$r = {rank}$, $d = {d}$, $\operatorname{{rank}} G = {state.pullback.rank()}$"
    return text, rank < d


def _psd(state: Collapse) -> Value:
    values = eigenvalues(state.loss_hessian)
    text = rf"eigenvalues of $\nabla^2 L$: ${', '.join(map(sp.latex, values))}$"
    return text, all_of(value.is_nonnegative for value in values)


def describe(state: Collapse) -> tuple[tuple[str, str], ...]:
    """The state as (name, value) pairs."""
    shape = f"$d = {len(state.at)}$, $k = {len(state.outputs)}$"
    return (
        ("$L(u)$", f"${sp.latex(state.loss)}$, {shape}"),
        *state.head.describe(),
        ("$z^*$", f"${sp.latex(sp.Matrix(state.at).T)}^T$"),
    )


def spectrum(state: Collapse) -> str:
    """G, M and the eigenvalues of H_eff, which is differentiated from the composition."""
    matrix = state.effective_hessian
    values = ", ".join(map(sp.latex, eigenvalues(matrix)))
    return (
        rf"$G = {sp.latex(state.pullback)}$, $M = {sp.latex(state.interaction)}$, "
        rf"$H_{{\mathrm{{eff}}}} = {sp.latex(matrix)}$ with eigenvalues ${values}$"
    )


# --- part (1): linear heads ---------------------------------------------------------------------


def linear_saddle(ctx: Context) -> Finding:
    """A critical strict saddle with a linear head: L = u1/|u| - (u2/|u|)^2, W = [e2, e3]."""
    length = sp.sqrt(u1**2 + u2**2 + u3**2)
    state = Collapse(
        loss=u1 / length - (u2 / length) ** 2,
        outputs=(u1, u2, u3),
        head=ExactHead.of(LINEAR, ([[0, 0], [1, 0], [0, 1]], [0, 0, 0])),
        at=column(0, 1),
    )
    least = eigenvalues(state.effective_hessian)[0]
    return counterexample(
        STATEMENT,
        "1-psd",
        describe(state),
        hypotheses(state, "1-psd"),
        (spectrum(state), not least.is_negative),
        "A scale-invariant loss, a linear head and a critical point with "
        rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = {least}$.",
    )


def falling_quartic(reading: str, head: ExactHead, ctx: Context) -> Finding:
    """PSD at the point and yet repelling: L = u2 - u1^4 behind a head with L(h(z)) = -z^4 near 0."""
    state = Collapse(loss=u2 - u1**4, outputs=(u1, u2), head=head, at=column(0))
    (z,) = state.inputs
    # Within 1/2 of 0 the heads used here have no kink: z = +-p/(1 + 2p) runs through that interval.
    p = sp.Symbol("p", positive=True)
    inside = p / (1 + 2 * p)
    values = [sp.piecewise_fold(state.composed.subs(z, side * inside)) for side in (1, -1)]
    repels = all(sp.simplify(value + inside**4) == 0 for value in values)
    return counterexample(
        STATEMENT,
        reading,
        describe(state),
        hypotheses(state, reading),
        (
            r"$L(h(z)) = -z^4$ near $0$: along $\dot z = 4 z^3$, $\frac{d}{dt} z^2 = 8 z^4 > 0$ "
            r"for $z \neq 0$, so every other trajectory leaves",
            not repels,
        ),
        r"$\nabla^2 L \succeq 0$ at the point, $M = 0$, and gradient flow of $-z^4$ leaves $0$.",
    )


# --- part (2): smooth heads ---------------------------------------------------------------------

LOSS = u1 + u2**2 / 2
"""Gradient (1, u2), Hessian diag(0, 1): convex, of rank 1, and never stationary."""


def two_output_head(s: Activation, sign: int = 1) -> ExactHead:
    """h1 = sign (s(z1) + s(-z1) - 2 s(0)), h2 = s(z2) - s(0): three hidden units."""
    zero = s.at(0, sp.S.Zero)
    return ExactHead.of(
        s,
        ([[1, 0], [-1, 0], [0, 1]], [0, 0, 0]),
        ([[sign, sign, 0], [0, 0, 1]], [-2 * sign * zero, -zero]),
    )


def _two_output_state(s: Activation, sign: int = 1) -> Collapse:
    return Collapse(LOSS, (u1, u2), two_output_head(s, sign), column(0, 0))


def stable_collapse(s: Activation, ctx: Context) -> Finding:
    """A stable collapse that satisfies every hypothesis, with J_h and G not zero and r < d."""
    state = _two_output_state(s)
    least = eigenvalues(state.effective_hessian)[0]
    return counterexample(
        STATEMENT,
        "2-every",
        describe(state),
        hypotheses(state, "2-every"),
        (spectrum(state), not least.is_positive),
        rf"{s.name}: $M$ is positive on $\ker G$ and $\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = "
        rf"{sp.latex(least)} > 0$.",
    )


def unstable_collapse(s: Activation, ctx: Context) -> Finding:
    """The mechanism exists: the same head with the sign of its first output changed."""
    reading = STATEMENT.reading("2-mechanism")
    state = _two_output_state(s, sign=-1)
    least = eigenvalues(state.effective_hessian)[0]
    evaluated = hypotheses(state, reading.id)
    holds = all(value[1] for value in evaluated.values()) and bool(least.is_negative)
    return Finding(
        outcome=Outcome.AS_STATED if holds else Outcome.SURPRISE,
        summary=(
            rf"{s.name}: $M$ is negative on $\ker G$ and "
            rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = {sp.latex(least)} < 0$."
        ),
        cases=1,
        witness=counterexample(
            STATEMENT,
            reading.id,
            describe(state),
            evaluated,
            (spectrum(state), holds),
            "",
        ).witness,
    )


RADIUS = sp.Rational(1, 1000)
"""How far every weight and bias may be from the counterexample's."""

REACH = sp.Rational(1, 16)
"""Half the width of the square of z in which the perturbed critical point is enclosed."""


def persistence(head: ExactHead, radius: sp.Rational, ctx: Context) -> Finding:
    """The counterexample persists on a box around all weights and biases, proved in balls.

    On opposite faces of the square |z_i| <= REACH the components of grad(L o h) have opposite
    signs, by its value at the centre and the mean value theorem, so that it vanishes at some z* in
    the square (Poincare-Miranda). H_eff is positive definite on the whole square (Gershgorin).
    """
    reading = "2-generic"
    box = BallHead(head, radius)
    square, centre = (
        arb_mat([[arb(0, bound)], [arb(0, bound)]]) for bound in (enclose(REACH, {}), 0)
    )
    loss_hessian = sp.hessian(LOSS, (u1, u2))
    d = 2

    def gradient_of_loss(z: arb_mat) -> arb_mat:
        outputs = dict(zip((u1, u2), box.trace(z)[0].entries(), strict=True))
        return arb_mat([[enclose(LOSS.diff(u), outputs)] for u in (u1, u2)])

    rho = gradient_of_loss(square)
    curvature = arb_mat([[enclose(e, {}) for e in loss_hessian.row(r)] for r in range(2)])
    h_eff = box.effective_hessian(square, rho, curvature)
    slope = (box.trace(centre)[1].transpose() * gradient_of_loss(centre)).entries()
    reach = enclose(REACH, {})
    faces = [h_eff[i, i] * reach - abs(h_eff[i, 1 - i]) * reach - abs(slope[i]) for i in range(d)]
    interaction = box.effective_hessian(square, rho, curvature * 0)
    least, rank = gershgorin(h_eff), loss_hessian.rank()
    values: dict[str, Value] = {
        "A1": (
            f"{head.activation.name} and $L$ are real-analytic",
            Collapse(LOSS, (u1, u2), head, column(0, 0)).is_analytic,
        ),
        "collapsed": ("by construction: the encoder is constant at the enclosed $z^*$", True),
        "A6": (rf"$\rho_1 \in {interval(rho[0, 0])}$", bool(rho[0, 0] != 0)),
        "critical": (
            r"$\nabla(L \circ h)$ points outwards on every face of the square, by at least "
            + " and ".join(f"${interval(face.lower())}$" for face in faces),
            all(bool(face > 0) for face in faces),
        ),
        "smooth": (
            rf"activation {head.activation.name}, $M_{{11}} \in {interval(interaction[0, 0])}$, so "
            r"$\nabla^2 h \neq 0$",
            head.activation.is_smooth and bool(interaction[0, 0] != 0),
        ),
        "rank": (f"$r = {rank}$, $d = {d}$", rank < d),
        "psd": (
            rf"$\nabla^2 L = {sp.latex(loss_hessian)}$",
            all_of(value.is_nonnegative for value in eigenvalues(loss_hessian)),
        ),
    }
    return counterexample(
        STATEMENT,
        reading,
        (
            ("$L(u)$", f"${sp.latex(LOSS)}$"),
            *head.describe(),
            ("box", f"each of the {head.parameters} weights and biases within ${radius}$ of these"),
            ("$z^*$", rf"for each of them, some point with $|z^*_i| \leq {REACH}$"),
        ),
        values,
        (
            rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) \geq {_below(least)}$ for all of them, a set of "
            rf"measure $({2 * radius})^{{{head.parameters}}}$",
            not bool(least > 0),
        ),
        f"{head.activation.name}: the collapse is stable for every choice of the {head.parameters} "
        "parameters in a box of positive measure.",
    )


def _below(x: arb) -> str:
    return interval(x).strip("[]").split(",")[0]


def persistence_can_fail(ctx: Context) -> Finding:
    """The certificate refuses a box that is too large, and a head without a critical point."""
    tilted = two_output_head(SOFTPLUS)
    w1 = tilted.weights[0].as_mutable()
    w1[1, 0] = 1
    attempts = {
        "a box of radius 1/4": (two_output_head(SOFTPLUS), sp.Rational(1, 4)),
        "a head whose first output is increasing": (
            ExactHead((w1.as_immutable(), tilted.weights[1]), tilted.biases, SOFTPLUS),
            RADIUS,
        ),
        "the unstable head": (two_output_head(SOFTPLUS, sign=-1), RADIUS),
    }
    return _must_be_void(
        {name: persistence(*attempt, ctx) for name, attempt in attempts.items()},
        "The certificate is refused where it must be.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails at a point made to violate it, which voids the point."""
    base = _two_output_state(SOFTPLUS)
    kink = ExactHead.of(RELU, ([[1, 0], [-1, 0]], [0, 0]), ([[1, 1], [0, 0]], [0, 0]))
    affine = ExactHead.of(LINEAR, ([[1, 0], [0, 1]], [0, 0]))
    origin = column(0, 0)
    attempts = {
        "A1": ("2-every", Collapse(LOSS, base.outputs, kink, origin)),
        "A6": ("2-every", Collapse(u2**2 / 2, base.outputs, base.head, origin)),
        "critical": ("2-every", Collapse(LOSS, base.outputs, base.head, column(1, 0))),
        "smooth": ("2-every", Collapse(u1**2 + u2, base.outputs, affine, origin)),
        "rank": ("2-every", Collapse(LOSS + u1**2, base.outputs, base.head, origin)),
        "psd": ("2-every", Collapse(u1 - u2**2, base.outputs, base.head, origin)),
        "linear": ("1-psd", base),
        "relu": ("relu-non-repelling", Collapse(u1, (u1,), _even(SOFTPLUS), column(0))),
        "stationary": ("relu-non-repelling", Collapse(u1, (u1,), _even(RELU), column(1))),
    }
    found = {}
    for name, (reading, state) in attempts.items():
        evaluated = hypotheses(state, reading)
        void = counterexample(STATEMENT, reading, (), evaluated, ("", False), "")
        # Void for the intended reason: the violated hypothesis itself must be among the failing.
        found[name] = (
            void
            if not evaluated[name][1]
            else counterexample(
                STATEMENT, reading, (), dict.fromkeys(evaluated, ("", True)), ("", False), ""
            )
        )
    return _must_be_void(found, "Each hypothesis fails at the point made to violate it.")


def _even(s: Activation) -> ExactHead:
    return ExactHead.of(s, ([[1], [-1]], [0, 0]), ([[1, 1]], [0]))


def _must_be_void(findings: dict[str, Finding], summary: str) -> Finding:
    passed = [name for name, finding in findings.items() if finding.outcome is not Outcome.VACUOUS]
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}." if passed else summary,
        cases=len(findings),
        tables=(
            Table(
                title="Points that must be void",
                columns=("violated", "found"),
                rows=tuple((name, finding.summary) for name, finding in findings.items()),
            ),
        ),
    )


# --- ReLU ---------------------------------------------------------------------------------------


def relu_kink(ctx: Context) -> Finding:
    """A ReLU head that repels at its kink: h = -relu(z) - relu(-z) = -|z|, L = u."""
    head = ExactHead.of(RELU, ([[1], [-1]], [0, 0]), ([[-1, -1]], [0]))
    state = Collapse(loss=u1, outputs=(u1,), head=head, at=column(0))
    (z,) = state.inputs
    away = sp.Symbol("p", positive=True)
    # With z = +-p and dz/dt = -f'(z), d/dt z^2 = -2p d/dp f(+-p) on either side of the kink.
    growth = [-2 * away * state.composed.subs(z, side * away).diff(away) for side in (1, -1)]
    return counterexample(
        STATEMENT,
        "relu-non-repelling",
        describe(state),
        hypotheses(state, "relu-non-repelling"),
        (
            rf"at $z = p > 0$ and at $z = -p$, $\frac{{d}}{{dt}} z^2 = {sp.latex(growth[0])}$ and "
            f"${sp.latex(growth[1])}$, both positive: every other trajectory leaves",
            not all_of(rate.is_positive for rate in growth),
        ),
        "$M = 0$ off the kink, and gradient flow of $-|z|$ leaves $0$ at speed 1.",
    )


FLAT_LINEAR = ExactHead.of(LINEAR, ([[1], [0]], [0, 0]))
"""h(z) = (z, 0)."""

FLAT_RELU = ExactHead.of(RELU, ([[1]], [1]), ([[1], [0]], [-1, 0]))
"""h(z) = (relu(z + 1) - 1, 0), which is (z, 0) for z > -1: no kink near 0."""
