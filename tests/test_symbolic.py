"""The proof kit: normal form, capture-free sums, derivations that must not close, smoothness.

Oracle of the normal form: the same sums written out at small dimensions by SymPy.
"""

from __future__ import annotations

import pytest
import sympy as sp

from verify.claims.check import Context
from verify.claims.derivation import Proof, derive, hypothesis_ablation
from verify.claims.evidence import Outcome
from verify.numeric.activations import SWISH
from verify.symbolic.exact_head import Collapse, ExactHead, all_of, eigenvalues
from verify.symbolic.indexed import (
    NoRuleError,
    constant,
    derivative,
    is_zero,
    normal_form,
    readable,
    total,
)
from verify.symbolic.smoothness import is_analytic_at

k, n = sp.symbols("k n", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True)
x, y, H = (sp.IndexedBase(name) for name in ("x", "y", "H"))
t, r = sp.Symbol("t", real=True), sp.Symbol("r", positive=True)
CTX = Context(seed=1, profile="smoke", device="cpu", cache="unused", rooms={})


def written_out(expr, size):
    """The expression with every dimension set to a number, by SymPy's own doit()."""
    return sp.expand(expr.subs({k: size, n: size}).doit())


PAIRS = [
    (total(lambda a: x[a], k) ** 2, total(lambda a, b: x[a] * x[b], k, k), True),
    (total(lambda a: x[a] ** 2, k), total(lambda a, b: x[a] * x[b], k, k), False),
    (
        total(lambda a: x[a] * total(lambda b: H[a, b] * y[b], n), k),
        total(lambda b, a: H[b, a] * x[b] * y[a], k, n),
        True,
    ),
    (
        total(lambda a, b: H[a, b] * x[a] * x[b], k, k),
        total(lambda a, b: H[b, a] * x[a] * x[b], k, k),
        True,
    ),
    (
        total(lambda a, b: H[a, b] * x[a] * y[b], k, k),
        total(lambda a, b: H[b, a] * x[a] * y[b], k, k),
        False,
    ),
    (
        total(lambda a, b: (sp.KroneckerDelta(a, b) + x[a] * y[b]) ** 2, k, k),
        k + 2 * total(lambda a: x[a] * y[a], k) + total(lambda a, b: (x[a] * y[b]) ** 2, k, k),
        True,
    ),
    (
        total(lambda a, b: (sp.KroneckerDelta(a, b) + x[a] * y[b]) ** 2, k, k),
        k**2 + 2 * total(lambda a: x[a] * y[a], k) + total(lambda a, b: (x[a] * y[b]) ** 2, k, k),
        False,
    ),
    (total(lambda a, b: sp.KroneckerDelta(a, b), k, k), k, True),
    (
        total(lambda a: (x[a] + 1 / k) ** 2, k),
        total(lambda a: x[a] ** 2 + 2 * x[a] / k, k) + 1 / k,
        True,
    ),
    (total(lambda a, b: x[a] / k, k, k), total(lambda a: x[a], k), True),
    (total(lambda a: sp.KroneckerDelta(a, j) * x[a], k), x[j], True),
]


@pytest.mark.parametrize(("left", "right", "equal"), PAIRS)
def test_normal_form_decides_equality(left, right, equal):
    assert is_zero(left - right, free={j: k}) is equal


@pytest.mark.parametrize(("left", "right", "equal"), PAIRS[:-1])
def test_normal_form_agrees_with_sums_written_out(left, right, equal):
    assert (written_out(left - right, 3) == 0) is equal


def test_a_delta_is_its_own_square():
    """Where no index is summed out, and where the others of the product have made it 0 or 1."""
    d = sp.KroneckerDelta
    assert is_zero((d(i, j) + x[i]) ** 2 - d(i, j) - 2 * d(i, j) * x[i] - x[i] ** 2)
    assert not is_zero((d(i, j) + x[i]) ** 2 - 2 * d(i, j) * x[i] - x[i] ** 2)
    assert is_zero(
        total(lambda a: (d(a, j) + x[a]) * (d(a, j) - x[a]), k) - 1 + total(lambda a: x[a] ** 2, k),
        free={j: k},
    )
    assert is_zero(total(lambda a: (d(a, j) + 1) * (d(a, j) - 1) * d(a, j), k), free={j: k})
    assert is_zero(
        total(lambda a: d(a, i) * d(a, j) * d(i, j) * x[a], k) - d(i, j) * x[i], free={i: k, j: k}
    )
    even, odd = sp.Symbol("e", even=True), sp.Symbol("o", odd=True)
    assert is_zero(total(lambda a: d(a, even) * d(a, odd) * x[a], k), free={even: k, odd: k})


def test_a_range_that_may_be_empty_from_below_keeps_its_sum():
    """Of Sum(1, (a, 1, p)) nothing is known but for p >= 0."""
    p = sp.Symbol("p", integer=True)
    assert not is_zero(total(lambda a: sp.S.One, p) - p)
    assert is_zero(total(lambda a: sp.S.One, p) - total(lambda b: sp.S.One, p))
    assert is_zero(total(lambda a: sp.S.One, k) - k)


def test_symmetry_must_be_declared():
    gap = total(lambda a, b: (H[a, b] - H[b, a]) * x[a] * y[b], k, k)
    assert not is_zero(gap)
    assert is_zero(gap, frozenset({H}))


def test_a_range_is_part_of_the_name():
    assert not is_zero(total(lambda a: x[a], k) - total(lambda a: x[a], n))
    assert is_zero(total(lambda a, b: x[a], k, n) - n * total(lambda a: x[a], k))
    assert not is_zero(total(lambda a, b: x[a], k, n) - k * total(lambda a: x[a], k))


def test_indices_are_told_apart_by_what_they_do_and_by_no_more():
    # A cycle of six links is its own image under twelve namings, and is not two cycles of three.
    def links(*pairs):
        return total(lambda *at: sp.prod(H[at[a], at[b]] for a, b in pairs), *[n] * 6)

    cycle = links((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0))
    turned = links((3, 0), (0, 5), (5, 1), (1, 4), (4, 2), (2, 3))
    apart = links((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3))
    for symmetric in (frozenset(), frozenset({H})):
        assert is_zero(cycle - turned, symmetric)
        assert not is_zero(cycle - apart, symmetric)
    ranges = (total(lambda a, b: x[a] * y[b], *sizes) for sizes in ((k, n), (n, k)))
    assert not is_zero(next(ranges) - next(ranges))


def test_no_index_is_captured():
    """(sum_a x_a) applied inside another sum over the same letter keeps its own index."""
    row = lambda r: total(lambda a: H[r, a] * x[a], k)  # noqa: E731
    quadratic = total(lambda a: x[a] * row(a), k)
    assert is_zero(quadratic - total(lambda p, q: x[p] * H[p, q] * x[q], k, k))
    assert not is_zero(quadratic - total(lambda p: x[p] * H[p, p] * x[p], k))


def test_derivative_obeys_product_rule_and_refuses_what_no_rule_states():
    rules = {x: lambda r: y[r], y: constant}
    square = total(lambda a: x[a] ** 2, k)
    assert is_zero(derivative(square, rules) - 2 * total(lambda a: x[a] * y[a], k))
    with pytest.raises(NoRuleError, match=r"derivative of \$H\$"):
        derivative(H[i, j] * x[i], rules)
    with pytest.raises(TypeError, match="cannot differentiate"):
        derivative(sp.sin(x[i]), rules)


def test_readable_names_no_index_twice():
    expr = readable(total(lambda a: total(lambda b: H[a, b] * x[b] * y[i], n), k))
    bound = [limit[0].name for s in expr.atoms(sp.Sum) for limit in s.limits]
    assert len(set(bound)) == len(bound) == 2
    assert "i" not in bound


def test_a_delta_joins_indices_of_one_range_only():
    with pytest.raises(TypeError, match="whose range is not known to be"):
        is_zero(total(lambda a, b: sp.KroneckerDelta(a, b) * x[a], k, n))
    with pytest.raises(TypeError, match="whose range is not known to be"):
        is_zero(total(lambda a: sp.KroneckerDelta(a, k + 1), k) - 1)


def test_limits_that_depend_on_a_summation_index_are_refused():
    p = sp.Symbol("p", integer=True)
    with pytest.raises(TypeError, match="limits must not depend"):
        is_zero(sp.Sum(x[j], (j, 1, i), (i, 1, k)) - sp.Sum(x[j], (j, 1, i), (p, 1, k)))


def test_like_names_with_other_assumptions_stay_apart():
    assert not is_zero((sp.Symbol("c", negative=True) - sp.Symbol("c")) * x[i])


def test_readable_never_runs_out_of_names():
    many = sum((total(lambda a, b: H[a, b] * x[a] * y[b], k, k) for _ in range(9)), start=x[i])
    distinct = sp.Add(*(c * total(lambda a, c=c: H[a, a] * x[a] ** c, k) for c in range(1, 14)))
    for expr in (many, distinct):
        assert "Dummy" not in sp.latex(readable(expr))


def test_normal_form_keeps_coefficients():
    assert list(normal_form(3 * x[i] - x[i]).values()) == [2]


def closing(proof):
    if proof.given("equal", "$y = x$"):
        proof.equal("trivially", x[i], x[i])
    else:
        proof.equal("not any more", x[i], y[i])


def idle(proof):
    proof.given("idle", "never used")
    proof.equal("trivially", x[i], x[i])


def wrong(proof):
    proof.equal("a wrong constant", 2 * x[i], 3 * x[i])


def test_a_derivation_closes_or_is_a_surprise():
    assert derive(closing, CTX).outcome is Outcome.AS_STATED
    assert derive(wrong, CTX).outcome is Outcome.SURPRISE
    assert "a wrong constant" in derive(wrong, CTX).summary
    assert derive(lambda proof: None, CTX).outcome is Outcome.SURPRISE


def test_an_idle_hypothesis_is_found():
    assert hypothesis_ablation(closing, CTX).outcome is Outcome.AS_STATED
    assert hypothesis_ablation(idle, CTX).outcome is Outcome.SURPRISE
    assert (
        hypothesis_ablation(wrong, CTX).outcome is Outcome.SURPRISE
    )  # it does not close to begin with
    assert (
        hypothesis_ablation(lambda proof: proof.equal("", x[i], x[i]), CTX).outcome
        is Outcome.SURPRISE
    )


def test_what_a_derivation_assumes_is_recorded_by_hypothesis():
    def derivation(proof):
        proof.given("A: one side", "")
        proof.given("A: other side", "")
        proof.let("lemma", "", by="spectral")
        proof.let("set-up", "")
        proof.equal("", x[i], x[i])

    found = derive(derivation, CTX)
    assert found.hypotheses == ("A", "set-up: set-up")
    assert found.lemmas == ("spectral",)


def test_an_undecidable_equality_is_refused():
    with pytest.raises(TypeError, match="no exact zero test"):
        Proof().equal("", sp.sin(t) ** 2 + sp.cos(t) ** 2, sp.S.One)


def test_follows_uses_only_hypotheses_that_are_not_withdrawn():
    def derivation(proof):
        proof.given("zero", "$x = 0$", x[i])
        proof.follows("so", y[i] * x[i] + y[i], y[i], using={"zero": y[i] * x[i]})

    assert derive(derivation, CTX).outcome is Outcome.AS_STATED
    assert hypothesis_ablation(derivation, CTX).outcome is Outcome.AS_STATED
    proof = Proof()
    with pytest.raises(ValueError, match="not declared"):
        proof.follows("so", x[i], y[i], using={"undeclared": x[i] - y[i]})


def test_matrices_and_rational_functions_are_compared_exactly():
    proof = Proof()
    proof.equal("", sp.Matrix([[t, 1]]), sp.Matrix([[t, 1]]))
    proof.equal("", (r**2 - 1) / (r + 1), r - 1)
    assert proof.closed
    proof.equal("", sp.Matrix([[t, 1]]), sp.Matrix([[t, 2]]))
    assert not proof.closed


@pytest.mark.parametrize(
    ("expr", "point", "analytic"),
    [
        (sp.exp(t) / (1 + t**2), 0, True),
        (1 / t, 0, False),
        (1 / t, 2, True),
        (sp.sqrt(t), 0, False),
        (sp.log(1 + sp.exp(t)), 5, True),
        (sp.Abs(t), 1, False),
        (sp.Piecewise((0, t < 0), (t, True)), 1, False),
    ],
)
def test_analyticity_is_decided_from_the_building_blocks(expr, point, analytic):
    assert is_analytic_at(expr, {t: sp.sympify(point)}) is analytic


# --- a collapsed state in exact arithmetic ---------------------------------------------------

U = sp.symbols("u1 u2", real=True)
LINEAR = ExactHead.of(SWISH, ([[2], [1]], [1, 0]))
BENT = ExactHead.of(SWISH, ([[1, 0], [1, 1]], [0, 1]), ([[3, 1], [0, 2]], [0, 0]))


def collapsed(head, loss=U[0] ** 3 + 2 * U[0] * U[1] ** 2, at=(0, 0)):
    return Collapse(loss, U, head, sp.ImmutableMatrix(at[: head.weights[0].cols]))


def test_a_collapsed_state_by_two_routes():
    """G + M is the Hessian of the composition; G of a linear head by hand: 6 u1 2^2 at u1 = 1, plus 4 u1 for u2."""
    assert LINEAR(sp.Matrix([3])) == sp.Matrix([7, 3])
    state = collapsed(BENT)
    difference = state.pullback + state.interaction - state.effective_hessian
    assert difference.applyfunc(sp.simplify) == sp.zeros(2, 2)
    assert state.interaction != sp.zeros(2, 2)
    assert collapsed(LINEAR).pullback == sp.Matrix([[6 * 2**2 + 4]])


def test_a_collapsed_state_is_analytic_if_loss_and_head_are():
    assert collapsed(BENT).is_analytic
    assert not collapsed(BENT, loss=sp.Abs(U[0] - BENT(sp.zeros(2, 1))[0])).is_analytic


def test_a_head_is_curved_if_one_second_derivative_is_not_zero():
    first = ExactHead.of(SWISH, ([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 0]], [0, 0]))
    assert collapsed(first).is_curved
    assert not collapsed(LINEAR).is_curved


def test_exact_eigenvalues_increase():
    root = sp.sqrt(2)
    assert eigenvalues(sp.Matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]])) == [-root, 0, root]


def test_an_undecided_sign_is_not_decided_for():
    assert all_of((True, True))
    assert not all_of((True, None))
    assert not all_of((True, False))


def test_an_encoder_moves_with_its_input():
    state = Collapse(U[0], U, BENT, sp.ImmutableMatrix([1, 2]), spread=sp.Integer(3))
    assert state.encoder(t) == sp.Matrix([1 + 3 * t, 2 + 3 * t])
