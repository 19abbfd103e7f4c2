"""Ball evaluation. Oracle: SymPy at 50 digits at points inside the ball."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import arb, arb_mat

from verify.numeric.activations import SMOOTH, SOFTPLUS, a
from verify.symbolic.balls import BallHead, enclose, gershgorin, interval
from verify.symbolic.exact_head import Collapse, ExactHead


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("activation", SMOOTH, ids=lambda s: s.name)
def test_an_enclosure_contains_the_value_at_points_of_the_ball(activation, order):
    expr = activation.derivative(order)
    for centre in (-3, 0, 2):
        found = enclose(expr, {a: arb(centre, "0.125")})
        assert found.is_finite()
        for shift in (sp.Rational(-1, 8), 0, sp.Rational(1, 9)):
            value = arb(str(expr.subs(a, centre + shift).evalf(50)))
            assert found.contains(value)


def test_rationals_do_not_pass_through_floats():
    third = enclose(sp.Rational(1, 3), {})
    assert (3 * third).contains(arb(1))
    assert float(third.rad()) < 1e-15
    assert not third.contains(arb(1 / 3 + 1e-15))


def test_powers_of_balls_around_zero_are_finite():
    square = enclose(a**2, {a: arb(0, 1)})
    assert square.is_finite()
    assert square.contains(arb(1))
    assert not enclose(1 / a, {a: arb(0, 1)}).is_finite()


def test_what_is_not_understood_is_refused():
    with pytest.raises(TypeError, match="cannot enclose"):
        enclose(sp.gamma(a), {a: arb(1)})


def test_an_interval_is_printed_outwards():
    low, high = (
        float(part) for part in interval(arb(sp.pi.evalf(30).__str__())).strip("[]").split(",")
    )
    assert low <= 3.14159265 <= high
    assert high - low < 2e-3
    assert interval(arb("1.234")) == "[1.233, 1.235]"  # no float is 1.234
    assert interval(arb(-1.5, 2.0**-200)) == "[-1.501, -1.499]"
    assert interval(arb(1.5)) == "[1.5, 1.5]"
    assert interval(arb(-3, "0.1") / 10**6) == "[-3.101e-06, -2.899e-06]"


CENTRE = ExactHead.of(
    SOFTPLUS,
    ([[1, 0], [-1, 2], [0, 1]], [0, 1, 0]),
    ([[1, 1, 0], [0, -1, 1]], [0, 1]),
)
RADIUS = sp.Rational(1, 500)


@pytest.mark.slow
@pytest.mark.parametrize("corner", [(1, 1), (-1, 1), (1, -1), (0, 0)])
def test_a_ball_head_encloses_every_head_in_its_box(corner):
    """Oracle: SymPy's exact derivatives of heads at corners of the box, at corners of the square."""
    shift, side = corner
    perturbed = ExactHead(
        tuple(w + shift * RADIUS * sp.ones(*w.shape) for w in CENTRE.weights),
        tuple(b - shift * RADIUS * sp.ones(*b.shape) for b in CENTRE.biases),
        SOFTPLUS,
    )
    u = sp.symbols("u1 u2", real=True)
    loss = u[0] * u[1] + u[1] ** 2
    at = sp.ImmutableMatrix([sp.Rational(side, 32), sp.Rational(-side, 32)])
    state = Collapse(loss, u, perturbed, at)
    box = BallHead(CENTRE, RADIUS)
    square = arb_mat([[arb(0, "0.03125")], [arb(0, "0.03125")]])
    outputs, jacobian, _ = box.trace(square)
    values = dict(zip(u, outputs.entries(), strict=True))
    rho = arb_mat([[enclose(loss.diff(x), values)] for x in u])
    hessian = sp.hessian(loss, u)
    curvature = arb_mat([[enclose(hessian[r, c], values) for c in range(2)] for r in range(2)])
    h_eff = box.effective_hessian(square, rho, curvature)
    heads, here = perturbed(state.inputs), dict(zip(state.inputs, at, strict=True))
    for enclosure, exact in (
        (jacobian, heads.jacobian(state.inputs)),
        (rho, sp.Matrix([loss.diff(x) for x in u]).subs(dict(zip(u, heads, strict=True)))),
        (h_eff, sp.hessian(state.composed, list(state.inputs))),
    ):
        for ball, value in zip(enclosure.entries(), exact, strict=True):
            assert ball.contains(arb(str(value.subs(here).evalf(40))))
            assert float(ball.rad()) < 4  # a usable enclosure, not only a valid one


DEEP = ExactHead.of(
    SOFTPLUS,
    ([[1, 0], [-1, 2]], [0, 1]),
    ([[2, -1], [1, 1]], [-1, 0]),
    ([[1, -2], [1, 1]], [1, 0]),
    ([[2, 1]], [0]),
)


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_heads_of_every_depth_are_enclosed(layers):
    """Oracle: SymPy's Hessian of the composed head, at 40 digits."""
    weights = (*DEEP.weights[: layers - 1], sp.ImmutableMatrix([[2, 1]]))
    head = ExactHead(weights, (*DEEP.biases[: layers - 1], sp.ImmutableMatrix([0])), SOFTPLUS)
    (u,) = sp.symbols("u1,", real=True)
    state = Collapse(u, (u,), head, sp.ImmutableMatrix([0, 0]))
    found = BallHead(head, sp.S.Zero).effective_hessian(
        arb_mat([[0], [0]]), arb_mat([[1]]), arb_mat([[0]])
    )
    here = dict.fromkeys(state.inputs, 0)
    exact = sp.hessian(state.composed, list(state.inputs)).subs(here)
    for ball, value in zip(found.entries(), exact, strict=True):
        assert ball.contains(arb(str(value.evalf(40))))
        assert float(ball.rad()) < 1e-12


NOT_POSITIVE = {
    "a row that is not a number": [1, arb("nan")],
    "a row without a bound": [1, 1 / arb(0, 1)],
    "below every float": [arb(2) ** -2000, -(arb(2) ** -2000)],
    "the same, the other way round": [-(arb(2) ** -2000), arb(2) ** -2000],
    "infinite": [arb("inf"), 1],
}


@pytest.mark.parametrize("entries", NOT_POSITIVE.values(), ids=NOT_POSITIVE)
def test_a_bound_that_is_not_finite_is_no_bound_and_balls_are_compared_as_balls(entries):
    first, second = entries
    assert not gershgorin(arb_mat([[first, 0], [0, second]])) > 0


def test_gershgorin_bounds_the_least_eigenvalue_from_below():
    matrix = arb_mat([[arb(3), arb(-1)], [arb(-1), arb(2)]])
    assert float(gershgorin(matrix)) == 1  # the least eigenvalue is 1.38
    assert gershgorin(arb_mat([[arb(1), arb(2)], [arb(2), arb(1)]])) < 0
