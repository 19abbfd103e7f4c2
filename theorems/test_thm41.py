"""Theorem 4.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import sympy as sp
import torch
from scipy.stats import binom

from theorems.thm41 import (
    CHECKS,
    STATEMENT,
    complete_collapse,
    counterexample_controls,
    descent,
    properties,
    refutations,
)
from theorems.thm41.hypotheses import hypotheses
from theorems.thm41.own_parts import escape, flow, initial, initial_wide, many_units, weight_flow
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome
from verify.numeric.activations import RELU, SWISH, TANH
from verify.numeric.effective_hessian import EffectiveHessian, interaction, pullback
from verify.numeric.heads import Head
from verify.symbolic.exact_head import ExactHead

CTX = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def test_every_loss_that_the_part_names_is_evaluated_at_complete_collapse():
    (part,) = (part for part in STATEMENT.parts if part.id == "complete-collapse")
    named = "negative cosine, BYOL, SimSiam, InfoNCE, NT-Xent, MoCo, VICReg and squared error"
    assert named in part.text
    losses = ["negative_cosine", "byol", "simsiam", "info_nce", "nt_xent", "moco", "vicreg", "mse"]
    assert list(complete_collapse.TWO_VIEWS) == losses


def test_the_part_on_escape_names_the_widths_that_are_seen():
    (part,) = (part for part in STATEMENT.parts if part.id == "escape")
    for sizes in (flow, weight_flow):
        assert f"widths {sizes.D}, {sizes.WIDTH} and {sizes.K}" in part.text


def test_a_unit_without_slope_needs_no_width():
    # Parts `critical` and `saddles` need s'(a_j) != 0: d = m = k = 1, L(u) = u, and Swish where s' = 0, which
    # lies where its sign changes. There z* is critical, J = 0 and M = s'' != 0, though m = d.
    one, zero = torch.ones(1, 1).double(), torch.zeros(1).double()
    found = []
    for bias in (-1.2784646, -1.2784645):
        head = Head([one, one], [torch.tensor([bias], dtype=torch.float64), zero], SWISH)
        hessian = EffectiveHessian(head, lambda u: u.sum(), zero)
        assert hessian.pullback.dense().item() == 0
        assert hessian.interaction.dense().item() == pytest.approx(0.2178, abs=1e-4)
        found.append(float(hessian.gradient))
    assert found[0] < 0 < found[1]


def test_the_loss_is_asked_to_be_smooth_wherever_descent_runs():
    # Oracle: |u_1 - 1| has a kink, which no trajectory from z > 2 needs to meet.
    point = descent.returning(SWISH)
    kinked = replace(point, far=point.far + sp.Abs(descent.u1 - 1))
    for one, smooth in ((point, True), (kinked, False)):
        found = descent.lands(one, "2-escape", CTX)
        assert found.witness is not None
        (a1,) = (
            value for value in found.witness.hypotheses if value.text.startswith("Assumption 1")
        )
        assert a1.holds is smooth


@pytest.mark.parametrize(
    ("height", "near"), [(sp.Rational(99, 100), True), (sp.S.One, False), (sp.Integer(3), False)]
)
def test_the_loss_beside_a_saddle_is_the_one_that_descent_meets_there(height, near):
    # From u_2 = 1 on the loss is no longer the one whose saddle is looked at.
    point = descent.returning(SWISH)
    head = point.near.head
    raised = replace(
        head, biases=(head.biases[0], head.biases[1] + sp.ImmutableMatrix([0, height]))
    )
    found = descent.lands(replace(point, near=replace(point.near, head=raised)), "2-escape", CTX)
    assert found.witness is not None
    assert {one.text[:12]: one.holds for one in found.witness.hypotheses}["Assumption 1"] is near


def test_what_is_seen_near_0_refutes_nothing_elsewhere():
    # h_1 = z near 0, and 0 from z = 2 on, where every hypothesis holds and nothing moves.
    head = ExactHead.of(RELU, ([[1], [1], [1]], [1, -1, -2]), ([[1, -2, 1], [0, 0, 0]], [-1, 0]))
    state = refutations.flat(head)
    assert (
        refutations.falling_quartic(state, "relu-non-repelling", CTX).outcome is Outcome.AS_STATED
    )
    far = replace(state, at=refutations.column(3))
    assert all(holds for _, holds in hypotheses(far, "relu-non-repelling").values())
    assert refutations.falling_quartic(far, "relu-non-repelling", CTX).outcome is Outcome.SURPRISE


def test_a_loss_constant_along_one_ray_is_not_scale_invariant():
    # Part `fact0` needs L(t x) = L(x) for all x: L(u) = u_2 is constant along the ray through (1, 0), where
    # rho = (0, 1) != 0 and the Hessian is 0, so that H u != -rho, and it is not strictly indefinite.
    u = torch.tensor([1.0, 0.0], dtype=torch.float64)

    def loss(u):
        return u[1]

    hessian = torch.autograd.functional.hessian(loss, u)
    rho = torch.autograd.functional.jacobian(loss, u)
    assert loss(3 * u) == loss(u)
    assert loss(3 * (u + 1)) != loss(u + 1)
    assert rho.tolist() == [0, 1]
    assert (hessian @ u).tolist() == [0, 0]


def test_the_sums_over_layers_are_the_matrices_times_the_directions():
    # Oracle: G and M as matrices. The sums, of moduli, are what rounding is allowed.
    generator = torch.Generator().manual_seed(0)
    shapes = ((4, 2), (5, 4), (3, 5), (4,), (5,), (3,), (2,), (3,), (3, 3), (2, 6))
    *made, z, rho, h, v = (torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes)
    trace = Head(made[:3], made[3:], TANH).trace(z)
    m, g = interaction(trace, rho), pullback(trace, h + h.T)
    assert torch.allclose(properties._curvature(trace, rho, None, v), m @ v)
    assert torch.allclose(
        properties._curvature(trace, rho, lambda x: x @ (h + h.T), v), (g + m) @ v
    )


@pytest.mark.parametrize("m", [1, 2, 5, 12])
def test_the_tail_is_that_of_a_fair_coin(m):
    for r in range(m + 1):
        assert initial.tail(m, r) == pytest.approx(binom.cdf(r, m, 0.5), rel=1e-12)


@pytest.mark.parametrize("m", [1, 2, 5, 12, 60])
def test_the_wide_bound_lies_above_the_tail_of_fair_coins(m):
    # Oracle: SciPy's tail. With W_1 = I the units are coins, and M has the rank q = m.
    for n in range((m + 1) // 2):
        assert binom.cdf(n, m, 0.5) <= initial_wide.tail(m, m, n) * (1 + 1e-12)


@pytest.mark.parametrize(("of_bound", "outcome"), [(0.8, "as stated"), (1.2, "surprise")])
def test_four_units_are_stable_no_more_often_than_the_tail(monkeypatch, of_bound, outcome):
    # Oracle: SciPy's tail; what is counted is made up.
    share = of_bound * binom.cdf(1, 4, 0.5)
    unstable = {2: 0.5, 3: 0.8, 4: 0.9, 5: 0.95, 6: 0.99}

    def counted(matrix, width, d, trials, generator):
        return round(trials * (1 - share if width == 4 else unstable[d]))

    exact = many_units.EXACT
    monkeypatch.setattr(many_units, "_unstable", counted)
    monkeypatch.setattr(
        many_units, "_limit_law", lambda n, trials, generator: round(trials * (1 - exact.get(n, 0)))
    )
    ctx = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})
    found = many_units.sign_frequencies(ctx)
    assert found.outcome == Outcome(outcome)
    assert ("the binomial bound" in found.summary) == (outcome == "surprise")
    assert found.tables[0].rows[-1][-1] == f"bound: at least {1 - binom.cdf(1, 4, 0.5):.4f}"


@pytest.mark.parametrize("passed", [None, 0, 1, 2])
@pytest.mark.parametrize("outcome", [Outcome.AS_STATED, Outcome.SURPRISE])
def test_that_persistence_can_fail_is_red_where_one_box_is_not_void(monkeypatch, passed, outcome):
    # All boxes are void but one, which refutes the reading or meets its conclusion.
    boxes = iter(outcome if n == passed else Outcome.VACUOUS for n in range(3))
    monkeypatch.setattr(
        counterexample_controls, "persistence", lambda *_: Finding(outcome=next(boxes), summary="")
    )
    found = counterexample_controls.persistence_can_fail(CTX)
    assert found.outcome == (Outcome.AS_STATED if passed is None else Outcome.SURPRISE)


@pytest.mark.parametrize("size", initial.SIZES)
@pytest.mark.parametrize(
    ("more", "otherwise", "outcome"),
    [
        pytest.param(0, 0, "as stated", id="as it should be"),
        pytest.param(200, 0, "surprise", id="more heads of one size are stable than the tail"),
        pytest.param(0, 1, "surprise", id="one head is counted otherwise by its units"),
    ],
)
def test_frequencies_at_initialisation_are_red_where_one_condition_fails(
    monkeypatch, size, more, otherwise, outcome
):
    # 200 of 4000 are six standard deviations at least.
    def counted(m, d, rank, generator):
        fair, here = round(binom.cdf(rank, m, 0.5) * initial.TRIALS), (m, d, rank) == size
        return fair + here * more, here * otherwise

    monkeypatch.setattr(initial, "stable_heads", counted)
    assert initial.frequencies(CTX).outcome == Outcome(outcome)


ALL, UNSTABLE = 32, 24
FIRST, ACROSS = torch.eye(escape.D, dtype=torch.float64)[:2]


def _flowed(unstable=UNSTABLE, **changed):
    """Draws of one activation that do what they should, but for the last unstable one, or else the first.

    H_eff has the least eigenvalue -1 or 1, the first axis for its eigenvector, and the norm 2.
    """
    ones = torch.ones(ALL, dtype=torch.float64)
    least = torch.where(torch.arange(ALL) < unstable, -ones, ones)
    fields = {
        "least": least.clone(),
        "slope": ones.clone(),
        "leaving": FIRST.repeat(ALL, 1),
        "farthest": torch.where(least < 0, 1e3 * ones, ones),
        "gradient": torch.zeros_like(FIRST).repeat(ALL, 1),
        "jacobian_norms": ones.clone(),
    }
    for name, value in changed.items():
        fields[name][max(unstable - 1, 0)] = value
    told = flow.Window(
        fields["least"], 2 * ones, ones, ones, ones, torch.outer(FIRST, FIRST).repeat(ALL, 1, 1)
    )
    states = SimpleNamespace(
        gradient=lambda z: fields["gradient"], jacobian_norms=fields["jacobian_norms"]
    )
    slope, leaving, farthest = (fields[name] for name in ("slope", "leaving", "farthest"))
    return escape.Flowed(states, told, flow.Followed(slope, slope, leaving, farthest, 1, ()))


def _follow(monkeypatch, **draws):
    """Put draws, by the activation's name, in the place of those that are followed."""
    monkeypatch.setattr(escape, "DRAWS", ALL)
    monkeypatch.setattr(escape, "FLAT_DRAWS", ALL)
    monkeypatch.setattr(escape, "flowed", lambda s, size, ctx: draws[s.name])


@pytest.mark.parametrize("other", ["gelu", "swish"])
@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        pytest.param({}, "as stated", id="as it should be"),
        pytest.param({"gradient": 1e-11}, "surprise", id="a state is not critical"),
        pytest.param({"jacobian_norms": 0.0}, "surprise", id="a state has J_h = 0"),
        pytest.param({"least": 1.0, "farthest": 1.001}, "surprise", id="a stable state is left"),
        pytest.param({"slope": 1.02}, "surprise", id="a draw leaves too fast"),
        pytest.param({"slope": float("nan")}, "surprise", id="a draw never leaves"),
        pytest.param({"leaving": ACROSS}, "surprise", id="a draw leaves in another direction"),
        pytest.param(
            {"unstable": escape.FEWEST - 1}, "surprise", id="one draw too few is unstable"
        ),
    ],
)
def test_rates_of_escape_are_red_where_one_condition_fails(monkeypatch, other, changed, outcome):
    _follow(monkeypatch, **{"gelu": _flowed(), "swish": _flowed(), other: _flowed(**changed)})
    assert escape.rates(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize("other", ["linear", "relu"])
@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        pytest.param({}, "as stated", id="as it should be"),
        pytest.param({"farthest": 1.001}, "surprise", id="a draw moves"),
        pytest.param({"least": -1e-11}, "surprise", id="an eigenvalue is negative"),
        pytest.param({"gradient": 1e-11}, "surprise", id="a state is not critical"),
    ],
)
def test_that_heads_without_curvature_stay_is_red_where_one_condition_fails(
    monkeypatch, other, changed, outcome
):
    _follow(monkeypatch, **{"linear": _flowed(0), "relu": _flowed(0), other: _flowed(0, **changed)})
    assert escape.flat(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize("other", ["linear", "relu"])
@pytest.mark.parametrize(
    ("slope", "gradient", "outcome"),
    [
        pytest.param(2.0, 0.0, "as stated", id="as it should be"),
        pytest.param(2.04, 0.0, "surprise", id="a draw leaves too fast"),
        pytest.param(float("nan"), 0.0, "surprise", id="a draw never leaves"),
        pytest.param(2.0, 1e-300, "surprise", id="the gradient at a state is not 0"),
    ],
)
def test_that_heads_leave_in_the_weights_is_red_where_one_condition_fails(
    monkeypatch, other, slope, gradient, outcome
):
    def left(activation, size, generator):
        rate = torch.full((size,), 2.0, dtype=torch.float64)
        slopes, gradients = rate.clone(), torch.zeros_like(rate)
        if activation.name == other:
            slopes[-1], gradients[-1] = slope, gradient
        return weight_flow.Left(rate, slopes, gradients)

    monkeypatch.setattr(weight_flow, "leave_in_weights", left)
    assert escape.weights(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        pytest.param({}, "as stated", id="as it should be"),
        pytest.param({"unstable": 0}, "surprise", id="no draw is unstable"),
        pytest.param({"slope": 1.05}, "surprise", id="a draw leaves at the rate that is refused"),
        pytest.param({"slope": 1.02}, "surprise", id="a draw leaves at neither rate"),
        pytest.param(
            {"least": -1.98 * escape.MARGINAL}, "as stated", id="a draw is marginal, but just"
        ),
    ],
)
def test_that_draws_are_misjudged_is_red_where_one_condition_fails(monkeypatch, changed, outcome):
    _follow(monkeypatch, swish=_flowed(**changed))
    assert escape.misjudged(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize("field", ["least", "along"])
def test_that_draws_are_misjudged_is_red_where_a_false_judgement_is_the_right_one(
    monkeypatch, field
):
    # Told another rate, or other directions, a draw is not judged otherwise.
    class Blind(flow.Window):
        def _replace(self, **changed):
            return Blind(
                *flow.Window._replace(self, **{k: v for k, v in changed.items() if k != field})
            )

    found = _flowed()
    _follow(monkeypatch, swish=found._replace(told=Blind(*found.told)))
    assert escape.misjudged(CTX).outcome is Outcome.SURPRISE


def test_no_relu_head_is_drawn_with_all_units_off():
    """Its Jacobian would be zero, and its flow at rest: one draw in 2^12 was."""
    states = flow.critical_states(RELU, 2**14, torch.Generator().manual_seed(0))
    assert bool((states.jacobian_norms > escape.CURVED).all())
