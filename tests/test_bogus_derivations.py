"""Derivations of false or meaningless sentences: each is refused, or printed as what it is.

Every one of them was once accepted, its hypotheses shown to be needed, and led to a verdict. The last
ones change a real derivation, or the statement it is about, in one place.
"""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp
from msgspec.structs import replace
from test_judge import GOOD, PROOF, PROOF_POWER, PROVENANCE, statement

from theorems import cor35, prop34, prop52, thm53
from theorems.cor35 import bounds as capacity
from theorems.cor35 import derivation as cor35_derivation
from theorems.prop52 import derivation_spread
from theorems.thm41.own_parts import kernel as pencils
from theorems.thm41.own_parts import witnesses
from theorems.thm53 import bounds as information
from theorems.thm53 import derivation as thm53_derivation
from theorems.thm53 import derivation_models
from verify.claims.acceptance import validate_finding
from verify.claims.bounds import at_most, formula
from verify.claims.check import Context, evidence_for
from verify.claims.derivation import Proof, derive, hypothesis_ablation
from verify.claims.evidence import Finding, Outcome
from verify.claims.judgement import judge
from verify.claims.statement import Verdict
from verify.claims.text import sides
from verify.engine.registry import RoomError, load
from verify.symbolic.indexed import constant, is_zero, total
from verify.symbolic.matrices import identity, matrix, norm, vector

CTX = Context(seed=1, profile="smoke", device="cpu", cache="unused", rooms={})
d, k = sp.symbols("d k", integer=True, positive=True)
a, b = sp.symbols("a b", real=True)
i, j = sp.symbols("i j", integer=True)
y = sp.IndexedBase("y")
x, v, J, H = vector("x", d), vector("v", d), matrix("J", k, d), matrix("H", k, k)
r = vector("r", k)
length = (x.T @ x).scalar


def verdicts(derivation, **fields: object):
    """What a part and a reading that assumes h come to by a derivation and its ablation alone."""
    stated = statement()
    stated = replace(stated, parts=tuple(replace(part, **fields) for part in stated.parts))
    runs = derive(derivation, CTX), hypothesis_ablation(derivation, CTX)
    checks = (PROOF, PROOF_POWER)
    evidence = {
        check.id: evidence_for(check, found, PROVENANCE)
        for check, found in zip(checks, runs, strict=True)
    }
    judged = judge(stated, checks, evidence)
    return judged.parts[0].verdict, judged.readings[0].verdict


def refuses(derivation) -> bool:
    """Whether a derivation raises or is a surprise."""
    try:
        return derive(derivation, CTX).outcome is Outcome.SURPRISE
    except (TypeError, ValueError):
        return True


# --- the twelve ---------------------------------------------------------------------------------


def test_1_a_formula_is_not_true_because_the_caller_says_so():
    assert refuses(lambda proof: proof.fact("", sp.Eq(1, 0, evaluate=False), True))
    assert refuses(lambda proof: proof.fact("", sp.Eq(1, 0, evaluate=False)))
    assert refuses(lambda proof: proof.fact("", sp.Gt(a, 0, evaluate=False)))
    assert refuses(lambda proof: proof.fact("", sp.Ne(a, 0, evaluate=False)))
    assert refuses(lambda proof: proof.fact("", sp.true))
    assert refuses(lambda proof: at_most(proof, "", a**2, a**2 + a))


def unit_vectors(*says):
    def derivation(proof):
        proof.given("h", "$L$ is $C^2$", *says)
        proof.follows("every vector is a unit vector", length, sp.S.One, using={"h": length - 1})

    return derivation


def test_2_a_step_that_is_its_hypothesis_is_assumed_and_derives_nothing():
    for says in ((), (length - 1,)):
        derivation = unit_vectors(*says)
        found = derive(derivation, CTX)
        assert [step.assumed for step in found.steps] == [True]
        assert found.steps[0].uses == (r"h: $\sum_{i=1}^{d} {x}_{i}^{2} - 1 = 0$",)
        assert found.outcome is Outcome.SURPRISE
        assert "no more than what it assumes" in found.summary
        assert verdicts(derivation) == (Verdict.FAILED, Verdict.UNDECIDED)
    with pytest.raises(ValueError, match="not found to be a sum of multiples"):
        derive(unit_vectors(J @ v), CTX)


def test_3_a_hypothesis_that_no_reading_states_does_not_pass_as_set_up():
    def derivation(proof, by=""):
        proof.given("h", "$Jv = 0$", J @ v)
        proof.let("convex", "$H$ vanishes", H, by=by)
        using = {"h": J @ v, "convex": H @ r}
        proof.follows("", H @ r + J @ v, 0 * (J @ v), using=using)

    assert derive(derivation, CTX).hypotheses == ("h", "set-up: convex")
    assert verdicts(derivation) == (Verdict.DERIVED, Verdict.UNDECIDED)
    assert refuses(lambda proof: derivation(proof, by="every loss is convex"))

    def late(proof):
        proof.equal("", H @ J @ v, H @ (J @ v))
        proof.let("convex", "", H, by="definition")

    with pytest.raises(ValueError, match="defines nothing"):
        derive(late, CTX)


def test_4_a_given_is_a_hypothesis_of_the_statement_in_its_own_words():
    def derivation(proof):
        proof.given("A1: L is constant", "the gradient vanishes", J @ v)
        proof.follows("", H @ J @ v, 0 * (J @ v), using={"A1: L is constant": H @ (J @ v)})

    found = derive(derivation, CTX)
    (premise,) = found.premises
    assert (premise.by, premise.says) == ("statement", "$J v = 0$")
    check = cor35.CHECKS[0]
    assert validate_finding(check, cor35.STATEMENT, found) == found  # printed under A1's own text
    other = replace(found, premises=(replace(premise, name="constant: L is constant"),))
    with pytest.raises(ValueError, match="which cor35 does not state"):
        validate_finding(check, cor35.STATEMENT, other)


def test_5_a_rule_of_differentiation_is_printed_with_the_step():
    y = sp.IndexedBase("y")

    def derivation(proof):
        proof.rate("", y[0], {y: lambda _: y[0] ** 7}, y[0] ** 7)

    found = derive(derivation, CTX)
    assert found.steps[0].uses == (r"$\frac{d}{dt} {y}_{0} = {y}_{0}^{7}$",)
    assert found.outcome is Outcome.SURPRISE  # a rule and no more
    assert refuses(lambda proof: proof.rate("", y[0] ** 2, {y: lambda _: y[0]}, y[0]))
    assert refuses(lambda proof: proof.rate("", y[0], {y: constant}, y[0]))


def test_5_a_rule_within_a_sum_is_printed_with_letters_for_indices():
    y, i = sp.IndexedBase("y"), sp.Symbol("i")
    squares = {y: lambda a: i * total(lambda b: y[a] * y[b], 3)}

    def derivation(proof):
        total_y = total(lambda a: y[a], 3)
        proof.rate("", total_y, squares, i * total_y**2)

    (step,) = derive(derivation, CTX).steps
    rule = r"$\frac{d}{dt} {y}_{j} = i \sum_{p=1}^{3} {y}_{j} {y}_{p}$"
    assert step.uses == (rule,)  # i has its own meaning here


def test_6_a_lemma_is_one_of_the_register():
    with pytest.raises(ValueError, match="every symmetric matrix is positive definite"):
        Proof().cite("every symmetric matrix is positive definite")


def test_7_a_symmetry_is_declared_printed_and_withdrawn():
    base = sp.IndexedBase("W")
    left, right = (
        total(lambda i: base[i, j] * x.entry(i, 1), d),
        total(lambda i: base[j, i] * x.entry(i, 1), d),
    )

    def derivation(proof):
        proof.over(d, j)
        proof.symmetry(base)
        proof.equal("", left, right)

    def assigned(proof):
        proof.symmetric = frozenset({base})
        proof.equal("", left, right)

    assert refuses(assigned)
    assert derive(derivation, CTX).outcome is Outcome.AS_STATED
    (table,) = hypothesis_ablation(derivation, CTX).tables
    assert [row[:2] for row in table.rows] == [
        ("symmetric: W", "$W$ is symmetric in all its indices")
    ]


@pytest.mark.parametrize("free", [{}, {j: d}, {j: k}])
def test_8_a_delta_with_a_free_index_is_summed_over_its_own_range_only(free):
    short, long = (total(lambda i: sp.KroneckerDelta(i, j), size) for size in (d, k))
    with pytest.raises(TypeError, match="whose range is not known"):
        is_zero(short - long, free=free)
    # The kind: a number, a sum's size, and matrices with the identities of two sizes.
    for index in (sp.S.One, k + 1, d):
        with pytest.raises(TypeError, match="whose range is not known"):
            is_zero(total(lambda i: sp.KroneckerDelta(i, index), k) - 1)  # noqa: B023
    with pytest.raises(ValueError, match="rows to multiply"):
        identity(d) @ identity(k)
    with pytest.raises(TypeError, match="whose range is not known"):
        derive(lambda proof: proof.equal("", identity(k).trace, short), CTX)


def test_9_nothing_is_divided_by_what_may_be_zero():
    def derivation(proof):
        proof.given("h", "$a = b$", a - b)
        proof.follows("so", a, a + b, using={"h": (a - b) * (-b) / (a - b)})

    with pytest.raises(ValueError, match="not found to be a sum of multiples"):
        derive(derivation, CTX)
    assert refuses(
        lambda proof: proof.equal("", a * b / a, b + 0 / a) or proof.equal("", 1 / a, 1 / a)
    )
    assert refuses(lambda proof: proof.equal("", (a**2 - b**2) / (a - b), a + b))
    assert refuses(
        lambda proof: (
            proof.given("h", "$e = 0$", b)
            and proof.follows("", 1 / a, 1 / a + 2 * b, using={"h": -2 * b})
        )
    )
    undone = sp.Eq((a**2 - 1) / (a - 1), a + 1, evaluate=False)
    assert refuses(lambda proof: proof.fact("", undone))
    positive = sp.Symbol("p", positive=True)
    assert not refuses(
        lambda proof: proof.equal("", (a * positive + positive**2) / positive, a + positive)
    )


def test_one_new_letter_defines_one_thing():
    n = sp.Symbol("n")

    def derivation(proof):
        proof.given("h", "$a = 2 b$", a - 2 * b)
        proof.let("d", "$n = a = b$", n - a, n - b, by="definition")
        proof.follows("so", a, b, using={"d": (n - b) - (n - a)})

    with pytest.raises(ValueError, match="defines nothing"):
        derive(derivation, CTX)


def test_nothing_follows_from_steps_that_were_not_taken():
    with pytest.raises(ValueError, match="and there is none"):
        derive(lambda proof: proof.let("d", "$a = b$", a - b, by="steps"), CTX)


def test_10_a_computation_at_one_size_is_none_for_all():
    one, other = sp.ImmutableMatrix([[a]]), sp.ImmutableMatrix([[b]])

    def commute(proof):
        scale = sp.S.One if proof.given("h", "matrices") else sp.S.Zero
        proof.equal("every two matrices commute", scale * one * other, other * one)

    assert derive(commute, CTX).fixed_size
    assert verdicts(commute) == (Verdict.SUPPORTED, Verdict.UNDECIDED)
    assert "for all" not in derive(commute, CTX).summary

    def form(proof):
        proof.equal("", v.T @ (J.T @ J) @ v, (J @ v).T @ (J @ v))

    assert "for all d and k" in derive(form, CTX).summary


def test_11_an_unrelated_truth_decides_nothing_that_has_a_formula():
    def derivation(proof):
        more = sp.Symbol("m", positive=proof.given("h", "anything") or None)
        proof.fact("", sp.Lt(1, 2 + more, evaluate=False))

    stated = formula(a + b)
    assert (
        verdicts(derivation)[0] is Verdict.DERIVED
    )  # a part that names no formula: a reader judges
    assert verdicts(derivation, concludes=(stated,))[0] is Verdict.FAILED


def test_12_twenty_times_the_threshold_is_not_what_the_derivation_ends_in(monkeypatch):
    part = next(part for part in cor35.STATEMENT.parts if part.id == "published")
    (threshold,) = part.concludes
    assert threshold.latex in sides(part.text)
    assert threshold.latex not in sides(part.text.replace(threshold.latex, f"20 {threshold.latex}"))
    last = derive(cor35_derivation.published, CTX).steps[-1]
    assert threshold.expression in last.sides
    assert not last.assumed
    published = capacity.published
    monkeypatch.setattr(capacity, "published", lambda letters: 20 * published(letters))
    assert refuses(cor35_derivation.published)
    assert formula(capacity.published(capacity.SYMBOLS)).expression not in last.sides


@pytest.mark.parametrize(
    "wrong",
    [
        lambda q: 20 * sp.sin(sp.asin(q)),
        lambda q: sp.sin(sp.asin(q)),
        lambda q: sp.sin(sp.asin(q) / 2) / 2,
    ],
)
def test_12_nor_is_twenty_times_the_sharp_one(monkeypatch, wrong):
    assert not refuses(cor35_derivation.sharp)
    monkeypatch.setattr(capacity, "half_sine", wrong)
    assert refuses(cor35_derivation.sharp)


# --- found by reading the engine ----------------------------------------------------------------


def test_deltas_that_share_an_index_join_all_three():
    """delta_ij delta_jl is not delta_ij: at i = j other than l it is 0."""
    l = sp.Symbol("l", integer=True)  # noqa: E741
    free = {i: d, j: d, l: d}
    chain = sp.KroneckerDelta(i, j) * sp.KroneckerDelta(j, l)
    assert not is_zero(chain - sp.KroneckerDelta(i, j), free=free)
    assert is_zero(chain - chain * sp.KroneckerDelta(i, l), free=free)


def test_an_index_keeps_the_range_that_its_hypothesis_had():
    def derivation(proof):
        proof.every(k, i)
        proof.given("h", "$y_i = 0$ for $i \\leq k$", y[i])
        proof.every(d, i)
        proof.follows("for all i up to d", y[i] ** 2, sp.S.Zero, using={"h": y[i] ** 2})

    assert refuses(derivation)


def test_a_step_that_holds_by_itself_needs_no_hypothesis():
    def derivation(proof):
        proof.given("h: 1", "$a = b$", a - b)
        proof.given("h: 2", "$a = b$", a - b)
        proof.follows("$a = a$", 2 * a, 2 * a, using={"h: 1": a - b, "h: 2": b - a})

    assert refuses(derivation)


@pytest.mark.parametrize("ratio", [2, -4, sp.Rational(1, 2)])
def test_a_multiple_of_a_hypothesis_says_no_more_than_it(ratio):
    def derivation(proof):
        proof.given("h", "$|x| = 1$", length - 1)
        proof.follows("times a number", ratio * length, ratio, using={"h": ratio * (length - 1)})

    assert refuses(derivation)


def test_factors_that_do_not_commute_are_no_products_of_numbers():
    A, B = sp.symbols("A B", commutative=False)
    with pytest.raises(TypeError, match="must commute"):
        is_zero(total(lambda i: A * B * y[i], d) - total(lambda i: B * A * y[i], d))


def test_a_tangent_has_poles():
    assert refuses(lambda proof: proof.fact("", sp.Eq(sp.cot(a) * sp.tan(a), 1, evaluate=False)))
    real = sp.Symbol("x", real=True)
    for finite in (sp.cosh(real), sp.gamma(sp.Rational(1, 4))):
        assert not refuses(lambda proof, one=finite: proof.fact("", sp.Gt(one, 0, evaluate=False)))


def test_a_computation_at_one_size_is_said_to_be_one():
    def derivation(proof):
        proof.equal("for all sizes", v.T @ (J.T @ J) @ v, (J @ v).T @ (J @ v))
        proof.equal("at one", sp.eye(2) * sp.eye(2), sp.eye(2))

    assert "but for steps at a given size" in derive(derivation, CTX).summary


# --- found by reading the engine again --------------------------------------------------------------

A, B, n, s = (*sp.symbols("A B n", real=True), sp.Symbol("s", nonnegative=True))
z, w = sp.IndexedBase("z"), sp.IndexedBase("w")


def beside_a_sound_step(derivation):
    """The same after a hypothesis that is needed, so that nothing but itself can turn it red."""

    def both(proof):
        proof.given("h", "$Jv = 0$", J @ v)
        proof.follows("", H @ J @ v, 0 * (J @ v), using={"h": H @ (J @ v)})
        derivation(proof)

    return both


def refuses_beside(derivation) -> bool:
    return refuses(beside_a_sound_step(derivation))


def equality(left, right):
    return sp.Eq(left, right, evaluate=False)


def test_what_cancels_at_a_value_is_divided_by_all_the_same():
    for stated, at in (
        (sp.Ge(A / B, 1, evaluate=False), {A: s, B: s}),
        (equality(A / B, 1), {A: a, B: a}),
        (equality(A * B, 1), {A: 1 / s, B: s}),
        (equality(sp.log(A) - sp.log(B), 0), {A: s, B: s}),
        (equality(sp.digamma(s) - sp.digamma(B), 0), {B: s}),
        (equality(sp.beta(a, b) - sp.beta(A, b), 0), {A: a}),
    ):
        assert refuses_beside(lambda proof: proof.fact("", stated, at=at))  # noqa: B023
    positive = sp.Symbol("p", positive=True)
    quotient = equality(A / B, 1)
    assert not refuses_beside(lambda proof: proof.fact("", quotient, at={A: positive, B: positive}))


def test_what_cancels_in_a_derivative_is_divided_by_all_the_same():
    inverse = y[0] ** -1
    assert refuses_beside(lambda proof: proof.rate("", inverse, {y: lambda _: -(y[0] ** 2)}, 1))
    assert refuses_beside(lambda proof: proof.rate("", y[0] ** 2, {y: lambda _: 1 / y[0]}, 2))


def test_no_index_is_caught_by_a_sum_within_a_function():
    inner = lambda index: sp.exp(sp.Sum(y[j] * z[index], (j, 1, d)))  # noqa: E731

    def contracted(proof):
        proof.over(d, j)
        proof.equal("", sp.Sum(sp.KroneckerDelta(i, j) * inner(i), (i, 1, d)), inner(j))

    def instance(proof):
        proof.every(d, i)
        proof.over(d, j)
        proof.given("g", "", w[i] - inner(i))
        proof.follows("", w[j] ** 2, w[j] * inner(j), using={"g": w[j] * (w[j] - inner(j))})

    def product(proof):
        proof.over(d, j)
        inner = lambda index: sp.Product(y[j] * z[index], (j, 1, d))  # noqa: E731
        proof.equal("", sp.Sum(sp.KroneckerDelta(i, j) * inner(i), (i, 1, d)), inner(j))

    for derivation in (contracted, instance, product):
        with pytest.raises(TypeError, match="index of its own within a function"):
            derive(beside_a_sound_step(derivation), CTX)


def test_what_is_said_of_some_index_is_not_said_of_all():
    def derivation(proof):
        proof.over(d, i)
        proof.given("h", "some entry, $y_i$, is 0", y[i])
        proof.every(d, i)
        proof.over(d, j)
        proof.follows("all are", y[j] ** 2, sp.S.Zero, using={"h": y[j] ** 2})

    with pytest.raises(ValueError, match="says it of some"):
        derive(derivation, CTX)


def defines(*equations, given=(), every=(), over=()):
    def derivation(proof):
        proof.every(d, *every)
        proof.over(d, *over)
        proof.equal("", y[1] + z[1] + a + b, b + a + z[1] + y[1])
        if given:
            proof.given("g", "", *given)
        proof.let("def", "", *equations, by="definition")

    return derivation


@pytest.mark.parametrize(
    "derivation",
    [
        defines(n - y[i], every=(i,)),
        defines(w[i] - y[i] * z[j], every=(i, j)),
        defines(w[1] - y[i], every=(i,)),
        defines(n * identity(d) - matrix("y", d, d)),
    ],
)
def test_what_is_chosen_once_is_not_the_same_for_all_indices(derivation):
    with pytest.raises(ValueError, match="says of all indices what is chosen once"):
        derive(derivation, CTX)


def test_an_index_is_no_letter_that_is_chosen():
    m = sp.Symbol("m")
    for derivation in (defines(y[m] - z[m], every=(m,)), defines(y[m] - z[m])):
        with pytest.raises(ValueError, match="defines nothing"):
            derive(derivation, CTX)


@pytest.mark.parametrize(
    "derivation",
    [
        defines(n * (a - b) - 1, given=(a - b,)),
        defines(n - 1 / (a - b), given=(a - b,)),
        defines(n * y[1] - 1, given=(y[1],)),
        defines(w[i] * z[i] - 1, given=(z[j],), every=(i,), over=(j,)),
    ],
)
def test_no_letter_is_a_quotient_by_what_may_be_zero(derivation):
    with pytest.raises(ValueError, match="not known to be other than 0"):
        derive(derivation, CTX)


def test_a_quotient_by_what_is_not_zero_may_be_chosen_and_needs_that():
    def derivation(proof):
        p = sp.Symbol("p", positive=proof.given("h", "$p > 0$") or None)
        proof.equal("", p + 1, 1 + p)
        proof.let("def", "$n = 1 / p$", n * p - 1, by="definition")
        proof.follows("", p**2 * n, p, using={"def": p * (n * p - 1)})

    assert derive(derivation, CTX).outcome is Outcome.AS_STATED
    (table,) = hypothesis_ablation(derivation, CTX).tables
    assert table.rows[0] == ("h", "$p > 0$", "$n = 1 / p$")


def test_an_assertion_does_not_become_a_definition_by_its_name():
    def derivation(proof):
        proof.let("c", "asserted", H)
        proof.given("h", "$Jv = 0$", J @ v)
        using = {"h": J @ v, "c": H @ r}
        proof.follows("", H @ r + J @ v, 0 * (J @ v), using=using)
        proof.let("c", "a definition", matrix("Q", k, k) - H, by="definition")

    with pytest.raises(ValueError, match="was declared before"):
        derive(derivation, CTX)


def renamed(proof):
    proof.every(d, i)
    proof.over(d, j)
    proof.given("h", "$y_i = z_i$", y[i] - z[i])
    proof.follows("at $j$", y[j], z[j], using={"h": y[j] - z[j]})


def entry(proof):
    proof.over(k, i)
    proof.given("h", "$Jv = 0$", J @ v)
    one = (J @ v).entry(i, sp.S.One)
    proof.follows("entry by entry", 2 * one, sp.S.Zero, using={"h": 2 * one})


def transposed(proof):
    proof.given("h", "$Jv = 0$", J @ v)
    proof.follows("transposed", (J @ v).T, 0 * (J @ v).T, using={"h": (J @ v).T})


def beside_an_idle_one(proof):
    proof.given("h", "$|x| = 1$", length - 1)
    proof.let("g", "$Jv = 0$", J @ v, by="rank-nullity")
    proof.follows("", length, sp.S.One, using={"h": length - 1, "g": sp.S.Zero})


def a_sign(proof):
    positive = sp.Symbol("n", positive=proof.given("h", "$n > 0$") or None)
    proof.fact("", sp.Gt(2 * positive, 0, evaluate=False))


def a_rule(proof):
    proof.rate("", 2 * y[0] + 5, {y: lambda _: y[0] ** 7}, 2 * y[0] ** 7)


@pytest.mark.parametrize(
    "derivation", [renamed, entry, transposed, beside_an_idle_one, a_sign, a_rule]
)
def test_a_hypothesis_in_other_words_is_assumed(derivation):
    found = derive(derivation, CTX)
    assert [step.assumed for step in found.steps] == [True]
    assert found.outcome is Outcome.SURPRISE
    assert "no more than what it assumes" in found.summary


@pytest.mark.parametrize(
    "formula",
    [
        equality(a * (1 + sp.Float("1e-30")), a),
        equality(sp.coth(a) * sp.tanh(a), 1),
        equality(sp.csch(a) * sp.sinh(a), 1),
        equality(sp.gamma(a + 1), a * sp.gamma(a)),
        equality(sp.oo, sp.oo + 1),
    ],
)
def test_a_function_with_poles_and_a_rounded_number_are_not_exact(formula):
    assert refuses_beside(lambda proof: proof.fact("", formula))


def test_a_rounded_number_passes_no_zero_test():
    entries = total(lambda p: y[p], d)
    for small in (sp.Float(1e-20), sp.Float(0.1) + sp.Float(0.2) - sp.Float(0.3)):
        left = entries + small * entries
        assert refuses_beside(lambda proof: proof.equal("", left, entries))  # noqa: B023


def test_a_power_that_may_be_negative_divides():
    m, q = sp.Symbol("m", negative=True, integer=True), sp.Symbol("q", positive=True, integer=True)
    formula = equality(a**q * (b + a**m), a**q * b + a ** (q + m))
    assert refuses_beside(lambda proof: proof.fact("", formula))


@pytest.mark.parametrize(
    "vanishing", [sp.sin, lambda x: sp.Abs(x + sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1)]
)
def test_a_term_that_may_be_zero_is_no_leading_one(vanishing):
    delta = sp.KroneckerDelta
    tautology = total(lambda p, q: delta(p, q) * vanishing(p - q) * y[q], d, d)
    entries = total(lambda p: y[p], d)

    def derivation(proof):
        proof.given("h", "", tautology)
        proof.follows("", entries, sp.S.Zero, using={"h": entries})

    with pytest.raises(ValueError, match="not found to be a sum of multiples"):
        derive(derivation, CTX)


def test_every_rule_that_a_rate_uses_is_printed():
    cases = {y: lambda index: sp.S.Zero if index == 0 else y[1] ** 7}
    pairs = {w: lambda p, q: y[0] if p == q else sp.S.Zero}

    def derivation(proof):
        proof.rate("", y[0] * y[1], cases, y[0] * y[1] ** 7)
        proof.rate("", total(lambda p: w[p, p] + total(lambda q: w[p, q], d), d), pairs, d * y[0])

    one, other = derive(beside_a_sound_step(derivation), CTX).steps[1:]
    assert one.uses == (
        r"$\frac{d}{dt} {y}_{0} = 0$",
        r"$\frac{d}{dt} {y}_{1} = {y}_{1}^{7}$",
    )
    assert set(other.uses) == {
        r"$\frac{d}{dt} {w}_{i,i} = {y}_{0}$",
        r"$\frac{d}{dt} {w}_{i,j} = 0$",
    }


def test_what_cancels_in_a_difference_is_divided_by_all_the_same():
    assert refuses_beside(lambda proof: at_most(proof, "", sp.S.One, (s**2 + s) / s))
    assert not refuses_beside(lambda proof: at_most(proof, "", sp.S.One, (s**2 + s + 1) / (s + 1)))


def test_equality_is_not_found_where_letters_cannot_be():
    more = sp.Le(0, s + 1, evaluate=False)
    assert not refuses_beside(lambda proof: proof.fact("", more))
    assert refuses_beside(lambda proof: proof.fact("", more, equal_at={s: -1}))
    square = sp.Le(0, a**2 + 1, evaluate=False)
    assert refuses_beside(lambda proof: proof.fact("", square, equal_at={a: sp.I}))


# --- found by a logician ---------------------------------------------------------------------------


def test_two_sums_have_two_indices():
    """The second would be summed as if it were not there."""
    entries = total(lambda q: y[q], d)
    doubled = sp.Sum(sp.Sum(y[i], (i, 1, d)), (i, 1, k))
    rules = {y: lambda _: entries}
    assert refuses_beside(lambda proof: proof.rate("", entries, rules, entries))
    assert refuses_beside(lambda proof: proof.equal("", doubled, sp.Sum(y[i], (i, 1, k))))
    with pytest.raises(TypeError, match="index of its own for each sum"):
        is_zero(doubled - k * entries)
    assert is_zero(total(lambda p: total(lambda q: y[q], d), k) - k * entries)


def test_no_index_is_put_into_a_derivative():
    f = sp.Function("f")

    def derivation(proof):
        proof.over(d, j)
        slope = sp.Derivative(f(i * j), j)
        contracted = sp.Sum(sp.KroneckerDelta(i, j) * slope, (i, 1, d))
        proof.equal("", contracted, sp.Derivative(f(j * j), j))

    with pytest.raises(TypeError, match="index of its own within a function"):
        derive(beside_a_sound_step(derivation), CTX)


@pytest.mark.parametrize("assumed", [{"even": True}, {"integer": True, "negative": True}])
def test_an_index_has_no_hidden_property(assumed):
    """Neither one that no letter may have, nor a sign, which other letters may."""
    special = sp.Symbol("e", **assumed)

    def derivation(proof):
        proof.every(d, special)
        sign = (-1) ** i if special.is_even else sp.Abs(i) / i
        value = 1 if special.is_even else -1
        signed = sp.Sum(sp.KroneckerDelta(i, special) * sign * y[i], (i, 1, d))
        proof.equal("", signed, value * y[special])

    with pytest.raises(ValueError, match="no more is assumed than that it is a positive integer"):
        derive(beside_a_sound_step(derivation), CTX)


def every_real_is_positive(proof):
    positive = sp.Symbol("n", positive=True)
    proof.equal("", a * (a + 1), a**2 + a)
    proof.let("def", "$n = a$", positive - a, by="definition")
    using = {"def": -(positive - a) * (positive + a + 1)}
    proof.follows("", a**2 + a, positive**2 + positive, using=using)
    proof.fact("", sp.Gt(positive**2 + positive, 0, evaluate=False))


def every_entry_is_positive(proof):
    p = sp.IndexedBase("p", positive=True)
    proof.every(d, i)
    proof.equal("", y[1] + z[1], z[1] + y[1])
    proof.let("def", "$p_i = y_i$", p[i] - y[i], by="definition")


def every_matrix_is_symmetric(proof):
    plain, symmetric = matrix("A", k, k), matrix("S", k, k, symmetric=True)
    proof.equal("", plain + H, H + plain)
    proof.let("def", "$S = A$", symmetric - plain, by="definition")
    using = {"def": (symmetric - plain) - (symmetric - plain).T}
    proof.follows("", plain.T, plain, using=using)


def every_matrix_is_symmetric_afterwards(proof):
    plain, symmetric = matrix("A", k, k), matrix("S", k, k, symmetric=True)
    proof.equal("", plain + H, H + plain)
    proof.let("def", "$S = A$", matrix("S", k, k) - plain, by="definition")
    using = {"def": (symmetric - plain) - (symmetric - plain).T}
    proof.follows("", plain.T, plain, using=using)


def a_vector_that_is_seen(proof, more=sp.S.Zero):
    proof.given("h: 2", "$v = 0$", v)
    seen = (v.T @ vector("u", d)).scalar + (v.T @ (more * vector("t", d))).scalar - 1
    proof.let("def", "$v^T (u + t) = 1$", seen, by="definition")
    proof.follows("", 2, sp.S.Zero, using={"h: 2": 2 * seen + 2, "def": -2 * seen})


def a_vector_that_is_seen_in_disguise(proof):
    proof.given("h: 2", "$v = 0$", v)
    t, u = ((v.T @ vector(name, d)).scalar for name in "tu")
    seen = (t + 1) ** 2 - t**2 - 2 * t + u - 2  # which is linear, as is only seen multiplied out
    proof.let("def", "$v^T u = 1$", seen, by="definition")


def a_norm_is_chosen(proof):
    proof.equal("", J @ v, J @ v + 0 * (J @ v))
    proof.let("def", "$|J| = 0$", norm("J"), by="definition")
    proof.follows("", (J @ v).norm, sp.S.Zero, using={"def": norm("J") * norm("v")})


def a_matrix_is_moved(proof):
    moved, mover = matrix("Q", k, k), matrix("A", k, k)
    proof.given("h: 2", "$A = I$", mover - identity(k))
    proof.let("def", "$Q = QA + A$", moved - moved @ mover - mover, by="definition")
    using = {"def": -(moved - moved @ mover - mover), "h: 2": -(moved @ (mover - identity(k)))}
    proof.follows("", mover, 0 * mover, using=using)


def every_table_is_of_differences(proof):
    table = sp.IndexedBase("Y")
    proof.every(d, i, j)
    proof.equal("", table[1, 2] + y[1], y[1] + table[1, 2])
    differences = w[i] - w[j] - table[i, j]
    proof.let("def", "$w_i - w_j = Y_{ij}$", differences, by="definition")
    using = {"def": -differences - differences.xreplace({i: j, j: i})}
    proof.follows("", table[i, j] + table[j, i], sp.S.Zero, using=using)


def every_entry_is_one_sum(proof):
    proof.every(d, i)
    proof.equal("", y[1] + z[1], z[1] + y[1])
    proof.let("def", r"$\sum_i w_i = y_i$", sp.Sum(w[i], (i, 1, d)) - y[i], by="definition")


@pytest.mark.parametrize(
    ("derivation", "why"),
    [
        (every_real_is_positive, "= True is not known"),
        (every_entry_is_positive, "= True is not known"),
        (every_matrix_is_symmetric, "symmetry is not known"),
        (every_matrix_is_symmetric_afterwards, "without it being symmetric"),
        (a_vector_that_is_seen, "may have no solution"),
        (lambda proof: a_vector_that_is_seen(proof, sp.S.One), "may have no solution"),
        (a_vector_that_is_seen_in_disguise, "is a system"),
        (a_norm_is_chosen, "defines nothing"),
        (a_matrix_is_moved, "may have no solution"),
        (every_table_is_of_differences, "may have no solution"),
        (every_entry_is_one_sum, "may have no solution"),
    ],
)
def test_a_definition_chooses_what_exists(derivation, why):
    with pytest.raises(ValueError, match=why):
        derive(beside_a_sound_step(derivation), CTX)


def test_the_last_step_says_something_of_the_formula():
    def derivation(proof):
        proof.given("h", "$Jv = 0$", J @ v)
        proof.follows("", H @ J @ v, 0 * (J @ v), using={"h": H @ (J @ v)})
        proof.equal("", a + b, a + b)

    assert verdicts(derivation, concludes=(formula(a + b),))[0] is Verdict.FAILED


def test_what_is_assumed_to_the_contrary_is_no_reading_s():
    def derivation(proof):
        proof.given("h", "$Jv = 0$", J @ v)
        proof.let("c", "$r = 0$", r, by="contrary")
        using = {"h": H @ (J @ v), "c": H @ r}
        proof.follows("", H @ J @ v + H @ r, 0 * (J @ v), using=using)

    assert derive(derivation, CTX).hypotheses == ("h", "set-up: c")
    assert verdicts(derivation) == (Verdict.DERIVED, Verdict.UNDECIDED)


def test_a_hypothesis_is_not_about_what_a_definition_chose():
    mixed, part = matrix("W", d, k), vector("q", k)

    def derivation(proof):
        off = x - mixed @ part
        proof.let("def", "$x = Wq$", off, by="definition")
        proof.given("h: 2", "$W^T x = 0$", mixed.T @ x)
        using = {"def": (x.T @ off).scalar, "h: 2": (x.T @ mixed @ part).scalar}
        proof.follows("", (x.T @ x).scalar, 0, using=using)

    with pytest.raises(ValueError, match="which a definition chose"):
        derive(beside_a_sound_step(derivation), CTX)


def test_what_a_rate_or_a_fact_names_is_used():
    def rated(proof):
        proof.rate("", y[0] ** 2 - y[0] ** 2 + z[0], {y: constant, z: constant}, sp.S.Zero)
        proof.let("def", "", z[0] - 1, by="definition")

    def put_in(proof):
        proof.fact("", sp.Ge(A, 0, evaluate=False), at={A: s})
        proof.let("def", "", s - 1, by="definition")

    for derivation in (rated, put_in):
        with pytest.raises(ValueError, match="defines nothing"):
            derive(beside_a_sound_step(derivation), CTX)


def test_a_fact_holds_where_a_sum_is_empty_and_a_derivative_is_not():
    whole = sp.Symbol("n", integer=True)
    empty = equality(sp.Sum(1, (i, 1, whole)), whole)
    assert refuses_beside(lambda proof: proof.fact("", empty))
    slope = equality(sp.Derivative(sp.sqrt(s), s) * sp.sqrt(s), sp.Rational(1, 2))
    assert refuses_beside(lambda proof: proof.fact("", slope))
    square = equality(sp.Derivative(s**2, s), 2 * s)
    assert not refuses_beside(lambda proof: proof.fact("", square))


def test_a_sum_whose_length_changes_has_no_derivative():
    changing = sp.Sum(z[1], (i, 1, y[0]))
    rules = {y: lambda _: sp.S.One, z: constant}
    assert refuses_beside(lambda proof: proof.rate("", changing, rules, sp.S.Zero))


def test_a_definition_may_choose_what_exists_whatever_the_rest():
    positive, p = sp.symbols("n p", positive=True)
    symmetric, plain, table = (
        matrix("S", k, k, symmetric=True),
        matrix("A", k, k),
        matrix("Y", k, k),
    )

    def derivation(proof):
        proof.equal("", plain @ table + p * H, p * H + plain @ table)
        proof.let("sign", "$n = p + 1$", positive - p - 1, by="definition")
        proof.let("square", "$S = A^T A$", symmetric - plain.T @ plain, by="definition")
        proof.let(
            "sum",
            "$R = QA + Y$ ",
            matrix("R", k, k) - matrix("Q", k, k) @ plain - table,
            by="definition",
        )
        kept = (v.T @ matrix("B", d, d) @ v).scalar
        proof.let("null", "$v^T B v = 0$", kept, by="definition")  # as B = 0 has it

    derive(beside_a_sound_step(derivation), CTX)


# --- found by attacking the engine -----------------------------------------------------------------


def test_no_hypothesis_is_needed_that_a_step_closes_without():
    q = sp.Symbol("q", real=True)

    def derivation(proof):
        proof.given("h: zero", "$a = 0$", a)
        proof.given("h: convex", "$q = 0$", q)
        using = {"h: zero": a * b - q * a, "h: convex": q * a}
        proof.follows("", a * b, 0, using=using)

    with pytest.raises(ValueError, match="holds without what it uses of 'h: convex'"):
        derive(derivation, CTX)


def test_a_hypothesis_that_is_needed_beside_another_is_kept():
    def derivation(proof):
        proof.given("h: one", "$a = b$", a - b)
        proof.given("h: other", "$b = 1$", b - 1)
        using = {"h: one": a * (a - b), "h: other": a * (b - 1)}
        proof.follows("", a**2, a, using=using)

    assert derive(derivation, CTX).outcome is Outcome.AS_STATED


p, singular = sp.Symbol("p", positive=True), sp.MatrixSymbol("M", 3, 3)


@pytest.mark.parametrize(
    "formula",
    [
        equality((sp.sqrt(a) + 1) * (sp.sqrt(a) - 1), a - 1),
        equality((-p) ** b * (-p) ** (1 - b), -p),
        equality(sp.log(-p) + b, b + sp.log(-p)),
        equality(sp.Limit(sp.sin(a), a, 0), 0),
        equality(sp.AccumBounds(-1, 1), sp.AccumBounds(-1, 1)),
        equality(a + sp.O(a), sp.O(a)),
        equality(sp.Determinant(singular) * sp.Determinant(singular.I), 1),
        equality(sp.Subs(1 / p, p, 0), sp.Subs(1 / p, p, 0)),
    ],
)
def test_what_is_no_real_number_has_no_fact(formula):
    assert refuses_beside(lambda proof: proof.fact("", formula))


def test_a_root_of_what_is_not_negative_is_one():
    root = equality((sp.sqrt(s) + 1) * (sp.sqrt(s) - 1), s - 1)
    assert not refuses_beside(lambda proof: proof.fact("", root))
    assert not refuses_beside(lambda proof: proof.fact("", equality(p**b * p ** (1 - b), p)))


@pytest.mark.parametrize("size", [0, a, sp.Symbol("m", integer=True, nonnegative=True)])
def test_a_range_is_not_empty_where_something_is_said_of_an_index(size):
    """Else a = y_i = b for all i would give a = b."""

    def derivation(proof):
        proof.every(size, i)
        proof.given("h: 1", "$y_i = a$", y[i] - a)
        proof.given("h: 2", "$y_i = b$", y[i] - b)
        using = {"h: 1": a * (a - y[i]), "h: 2": a * (y[i] - b)}
        proof.follows("", a**2, a * b, using=using)

    with pytest.raises(ValueError, match="known not to be empty"):
        derive(derivation, CTX)


@pytest.mark.parametrize(
    "equation",
    [
        (n + 1) ** 2 - n**2 - 2 * n - 1 + a - b,  # does not depend on n
        (n + 1) ** 2 - n**2 - 2 * n + n * (a - b),  # is linear
        (n**2 + 1) * (a - b),
        n**2 + a**2 + 1,
        w[0] ** 2 + a**2 + 1,
    ],
)
def test_a_number_is_defined_by_what_has_a_solution(equation):
    with pytest.raises(ValueError, match=r"may have no solution|not known to be other than 0"):
        derive(defines(equation), CTX)


def test_a_rule_names_no_index_of_a_sum():
    """With d/dt y_p = z_j for one j, sum_p y_p^2 does not change by 2 sum_p y_p z_p."""
    squares, rules = sp.Sum(y[j] ** 2, (j, 1, d)), {y: lambda _: z[j]}
    caught = sp.Sum(2 * y[j] * z[j], (j, 1, d))
    assert refuses_beside(lambda proof: proof.rate("", squares, rules, caught))
    rate = 2 * z[j] * sp.Sum(y[i], (i, 1, d))
    assert not refuses_beside(lambda proof: proof.rate("", squares, rules, rate))


def test_one_name_is_one_letter():
    """Else what is given of r, a real number, is followed by r > 0."""
    real, positive = sp.Symbol("r", real=True), sp.Symbol("r", positive=True)

    def derivation(proof):
        proof.given("h: r", "$r = a$", real - a)
        proof.follows("", real * b, a * b, using={"h: r": b * (real - a)})
        proof.fact("", sp.Gt(positive**2 + positive, 0, evaluate=False))

    def spelt(proof):
        proof.equal("", sp.Symbol("alpha") * b, b * sp.Symbol("alpha"))
        proof.let("def", "", sp.Symbol(r"\alpha") - b, by="definition")

    def entries(proof):
        plain, signed = y[1], sp.IndexedBase("y", positive=True)[1]
        proof.equal("", plain + signed, signed + plain)

    for bogus in (derivation, spelt, entries):
        with pytest.raises(ValueError, match="print as"):
            derive(beside_a_sound_step(bogus), CTX)


@pytest.mark.parametrize("name", ["0", "-1", "a - b", "2 a", r"a \leq b", "a b", "(a)", ""])
def test_a_letter_is_no_formula(name):
    letter = sp.Symbol(name, positive=True)
    with pytest.raises(ValueError, match="reads as a formula"):
        derive(
            beside_a_sound_step(lambda proof: proof.fact("", sp.Gt(letter + 1, 0, evaluate=False))),
            CTX,
        )


@pytest.mark.parametrize(
    "assumed",
    [
        {"infinite": True},
        {"extended_real": True},
        {"imaginary": True},
        {"even": True},
        {"irrational": True},
        {"commutative": False},
    ],
)
def test_no_more_is_assumed_of_a_letter_than_its_sign(assumed):
    letter, table = sp.Symbol("q", **assumed), sp.IndexedBase("q", **assumed)
    for one in (letter, table[1]):
        trivial = equality(one + a, a + one)
        with pytest.raises(ValueError, match="no more is assumed"):
            derive(lambda proof: proof.fact("", trivial), CTX)  # noqa: B023


def test_a_letter_without_a_name_has_no_sign():
    letter = sp.Dummy(positive=True)
    with pytest.raises(ValueError, match="with a name"):
        derive(lambda proof: proof.fact("", sp.Gt(letter + 1, 0, evaluate=False)), CTX)


def test_the_signs_of_letters_are_printed():
    table, size = sp.IndexedBase("p", positive=True), norm("J")

    def derivation(proof):
        proof.fact("", sp.Ge(s + size + table[1], 0, evaluate=False))
        proof.fact("", sp.Ge(A**2, 0, evaluate=False), at={A: sp.Symbol("t", negative=True)})

    (premise,) = derive(derivation, CTX).premises
    assert (premise.by, premise.says) == ("signs", r"$p > 0$, $s \geq 0$, $t < 0$")
    assert derive(lambda proof: proof.equal("", a + b, b + a), CTX).premises == ()


# --- found by attacking it again ---------------------------------------------------------------------

X, g, most = sp.Symbol("X"), sp.Symbol("g", nonnegative=True), sp.Symbol("B", positive=True)


def is_at_most(bound):
    return sp.Le(X, bound, evaluate=False)


@pytest.mark.parametrize("rest", [g, g + g**2])
def test_a_value_is_no_undeclared_premise(rest):
    """Else X is at most anything, as it is said to be that less g."""
    stated = formula(most / 1000)

    def derivation(proof):
        proof.fact("", is_at_most(most / 1000), at={X: most / 1000 - rest})

    both = beside_a_sound_step(derivation)
    last = derive(both, CTX).steps[-1]
    assert (last.assumed, last.sides) == (True, ())
    assert verdicts(both, concludes=(stated,))[0] is Verdict.FAILED


def test_a_value_that_a_premise_says_is_assumed_and_one_that_a_step_shows_is_not():
    stated = formula(most / 1000)

    def said(proof):
        proof.given("h: X", "$X = B / 1000 - g$", X - most / 1000 + g)
        proof.fact("", is_at_most(most / 1000), at={X: most / 1000 - g})

    def shown(proof):
        sign = sp.Symbol("g", nonnegative=True)
        proof.given("h: a", "$a = g$", A - sign)
        proof.given("h: X", "$1000 X + 1000 a = B$", 1000 * X + 1000 * A - most)
        using = {"h: X": X + A - most / 1000, "h: a": -(A - sign)}
        proof.follows("", X, most / 1000 - sign, using=using)
        proof.fact("", is_at_most(most / 1000), at={X: most / 1000 - sign})

    last = derive(beside_a_sound_step(said), CTX).steps[-1]
    assert last.assumed
    last = derive(beside_a_sound_step(shown), CTX).steps[-1]
    assert (last.assumed, stated.expression in last.sides) == (False, True)


def test_a_value_that_is_said_of_a_letter_is_withdrawn_with_it():
    def derivation(proof):
        proof.given("h: X", "$X = a^2 + g$", X - a**2 - g)
        proof.fact("", sp.Ge(X * most, a**2 * most, evaluate=False), at={X: a**2 + g})

    assert hypothesis_ablation(beside_a_sound_step(derivation), CTX).outcome is Outcome.AS_STATED


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ({most: most + 7}, "which has letters that were put in"),
        ({most: s + 7, s: most}, "which has letters that were put in"),
        ({most: -s - 1}, "has not the sign"),
        ({s: -most}, "has not the sign"),
    ],
)
def test_a_letter_stands_for_nothing_that_it_is_not(at, why):
    at_least = sp.Ge(most + s, 7, evaluate=False)
    with pytest.raises(ValueError, match=why):
        derive(lambda proof: proof.fact("", at_least, at=at), CTX)


def test_one_of_two_relations_is_assumed():
    both = sp.And(is_at_most(most), sp.Le(most, most + s + s**2, evaluate=False), evaluate=False)
    step = derive(lambda proof: proof.fact("", both, at={X: most - g}), CTX).steps[0]
    assert step.uses[-1] == r"assumed: $X \leq B$"
    assert step.sides == (str(most), str(most + s + s**2))


@pytest.mark.parametrize("sign", [{"positive": True}, {}])
def test_that_a_letter_is_an_integer_is_printed(sign):
    whole = sp.Symbol("m", integer=True, **sign)

    def derivation(proof):
        proof.equal("", total(lambda p: y[p], d), total(lambda p: y[p], d))
        proof.fact("", sp.Ge(whole**2 * s + d, 1, evaluate=False))

    (premise,) = derive(derivation, CTX).premises
    letter = "integer $m > 0$" if sign else "integer $m$"
    assert premise.says == rf"{letter}, $s \geq 0$"


@pytest.mark.parametrize("assumed", [{"positive": True}, {"real": True}, {"integer": True}])
def test_of_a_function_nothing_is_assumed(assumed):
    value = sp.Function("f", **assumed)(a)
    with pytest.raises(ValueError, match="function of which nothing"):
        derive(lambda proof: proof.equal("", value + b, b + value), CTX)


def contradictory(proof):
    proof.given("h: one", "$a = 1$", a - 1)
    proof.given("h: two", "$a = 2$", a - 2)


def every_number_is_zero(proof):
    contradictory(proof)
    proof.follows("", b, sp.S.Zero, using={"h: one": b * (a - 1), "h: two": -b * (a - 2)})


def every_entry_is_zero(proof):
    proof.over(d, j)
    proof.given("h: one", "$y_j = 1$", y[j] - 1)
    proof.given("h: two", "$y_j^2 = 4$", y[j] ** 2 - 4)
    using = {"h: one": b * (y[j] - 1) * (y[j] + 1), "h: two": -b * (y[j] ** 2 - 4)}
    proof.follows("", 3 * b, sp.S.Zero, using=using)


@pytest.mark.parametrize("derivation", [every_number_is_zero, every_entry_is_zero])
def test_premises_do_not_contradict_each_other(derivation):
    with pytest.raises(ValueError, match="contradict each other"):
        derive(beside_a_sound_step(derivation), CTX)


def test_no_number_is_another():
    def derivation(proof):
        contradictory(proof)
        proof.follows("", sp.S.One, 0, using={"h: one": a - 1, "h: two": -(a - 2)})

    with pytest.raises(ValueError, match="a number is another"):
        derive(beside_a_sound_step(derivation), CTX)


kernel = matrix("K", d, d)


def unit_vector_in_every_kernel(proof, by):
    proof.let("kernel", "$K x = 0$", kernel @ x, by=by)
    proof.given("h: unit", "$|x| = 1$", length - 1)
    moved = (kernel + 5 * (x @ x.T)) @ x
    using = {"kernel": kernel @ x, "h: unit": 5 * (length - 1) * x}
    proof.follows("", moved, 5 * x, using=using)


def test_a_hypothesis_is_not_about_what_a_definition_chose_as_zero():
    with pytest.raises(ValueError, match="which a definition chose"):
        derive(beside_a_sound_step(lambda p: unit_vector_in_every_kernel(p, "definition")), CTX)


def test_an_arbitrary_letter_is_none_of_the_conclusion():
    derivation = beside_a_sound_step(lambda p: unit_vector_in_every_kernel(p, "any"))
    with pytest.raises(ValueError, match="of which not any are meant"):
        derive(derivation, CTX)

    def beyond(proof):
        derivation(proof)
        proof.follows("", H @ J @ v, 0 * (J @ v), using={"h": H @ (J @ v)})

    assert derive(beyond, CTX).outcome is Outcome.AS_STATED
    for equation in (J @ v, X - most, length - 1):
        with pytest.raises(ValueError, match="no new letter that may be 0"):
            derive(beside_a_sound_step(lambda p, one=equation: p.let("n", "", one, by="any")), CTX)


@pytest.mark.parametrize("letter", [vector("u", d), vector("w", d)])
def test_of_two_arbitrary_letters_neither_is_of_the_conclusion(letter):
    """Noted was the one that came first in a set, by the order of hashing."""

    def derivation(proof):
        product = (vector("u", d).T @ vector("w", d)).scalar
        proof.let("orthogonal", "$u^T w = 0$", product, by="any")
        proof.equal("", ((letter + letter).T @ letter).scalar, 2 * (letter.T @ letter).scalar)

    with pytest.raises(ValueError, match="of which not any are meant"):
        derive(beside_a_sound_step(derivation), CTX)


def test_what_steps_show_is_about_letters_of_them():
    def derivation(proof):
        proof.let("claim", "$H_0 = 0$", kernel @ x, by="steps")
        proof.follows("", kernel @ x + x, x, using={"claim": kernel @ x})

    with pytest.raises(ValueError, match="none about its letters"):
        derive(beside_a_sound_step(derivation), CTX)


def test_how_many_hypotheses_the_last_step_does_without_is_told():
    def idle(proof):
        proof.given("h: K", "$K x = 0$", kernel @ x)
        proof.follows("", kernel @ kernel @ x, 0 * x, using={"h: K": kernel @ (kernel @ x)})

    told = hypothesis_ablation(beside_a_sound_step(idle), CTX)
    assert told.outcome is Outcome.AS_STATED
    assert told.summary.endswith("; its last step does without 1 of them.")
    alone = hypothesis_ablation(beside_a_sound_step(lambda proof: None), CTX)
    assert alone.summary == "Stays open when its only hypothesis is withdrawn."


def test_an_identity_is_no_conclusion():
    derivation = beside_a_sound_step(lambda proof: proof.equal("", a * (a + b), a**2 + a * b))
    assert verdicts(derivation, concludes=(formula(a * (a + b)),))[0] is Verdict.FAILED


@pytest.mark.parametrize("relation", [sp.Le, sp.Ge])
def test_a_bound_by_itself_is_no_conclusion(relation):
    derivation = beside_a_sound_step(
        lambda proof: proof.fact("", relation(most, most, evaluate=False))
    )
    assert verdicts(derivation, concludes=(formula(most),))[0] is Verdict.FAILED


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("$X \\leq B$.", Verdict.FAILED),
        ("$B \\geq X$.", Verdict.FAILED),
        ("$B \\leq X$.", Verdict.DERIVED),
        ("$X \\leq B < 1$.", Verdict.DERIVED),
        ("If $X < B$ then $X < 1$.", Verdict.DERIVED),
    ],
)
def test_a_bound_from_below_is_none_from_above(text, verdict):
    def derivation(proof):
        proof.fact("", sp.Le(most, most + s + s**2, evaluate=False))

    both = beside_a_sound_step(derivation)
    assert verdicts(both, concludes=(formula(most),), text=text)[0] is verdict


def test_a_matrix_prints_with_its_letters():
    other = dataclasses.replace(J @ v, latex=r"H_{\mathrm{eff}} v")
    with pytest.raises(ValueError, match="prints as"):
        derive(lambda proof: proof.equal("", other, other), CTX)


def test_a_vector_and_a_number_do_not_print_alike():
    number = sp.Symbol("v", real=True)
    with pytest.raises(ValueError, match="print as v"):
        derive(lambda proof: proof.equal("", number * (J @ v), number * (J @ v)), CTX)


def test_no_angle_has_a_sine_that_is_greater_than_one():
    angle = sp.asin(1 + p)
    sine = sp.sin(angle, evaluate=False)
    assert refuses_beside(lambda proof: proof.fact("", equality(sine, 1 + p)))
    assert refuses_beside(lambda proof: proof.fact("", equality(angle * 2, angle + angle)))


def test_an_exponent_prints_in_a_line():
    root = derive(lambda proof: proof.equal("", p ** sp.Rational(3, 2), p * sp.sqrt(p)), CTX)
    assert root.steps[0].latex.startswith("p^{3/2} = ")


# --- one change to what is derived, or to what is stated -------------------------------------------


def test_a_statement_whose_formula_is_not_in_its_text_is_refused(monkeypatch):
    (part,) = (part for part in prop34.STATEMENT.parts if part.id == "pullback")
    (bound,) = part.concludes
    text = part.text.replace(bound.latex, f"20 ({bound.latex})")
    parts = tuple(replace(one, text=text) if one is part else one for one in prop34.STATEMENT.parts)
    monkeypatch.setattr(prop34, "STATEMENT", replace(prop34.STATEMENT, parts=parts))
    with pytest.raises(RoomError, match="no side of a relation in its text"):
        load.__wrapped__("prop34", "theorems.prop34")  # not the room as it was loaded before


def test_the_trace_is_not_doubled_and_keeps_its_factors(monkeypatch):
    follows = Proof.follows

    def changed(change):
        def step(self, text, lhs, rhs, using):
            if "moments" in using:
                rhs, using = change(rhs, using)
            follows(self, text, lhs, rhs, using)

        monkeypatch.setattr(Proof, "follows", step)
        return refuses(derivation_spread.small_augmentations)

    def to(wrong):
        return lambda rhs, using: (wrong, {**using, "moments": using["moments"] + rhs - wrong})

    sigma = sp.Symbol("p", integer=True, positive=True)
    sigma = matrix(r"\Sigma", sigma, sigma, symmetric=True)
    assert not changed(lambda rhs, using: (rhs, using))
    assert changed(lambda rhs, using: to(2 * rhs)(rhs, using))
    assert changed(to(sigma.trace))


def test_the_pullback_is_not_five_times_the_sum_of_the_hessian():
    entries = 5 * total(lambda p, q: H.entry(p, q), k, k)

    def derivation(proof):
        proof.given("invariant", "$J v = 0$", J @ v)
        form = (v.T @ J.T @ H @ J @ v).scalar
        proof.follows("", form, entries, using={"invariant": form - entries})

    with pytest.raises(ValueError, match="not found to be a sum of multiples"):
        derive(derivation, CTX)


def test_seven_and_a_sum_are_not_zero_by_a_kernel():
    u = vector("u", d)

    def derivation(proof):
        proof.let("kernel", "$J u = 0$", J @ u)
        seven = 7 + total(lambda p: u.entry(p, sp.S.One), d)
        proof.follows("", seven, sp.S.Zero, using={"kernel": seven})

    with pytest.raises(ValueError, match="not found to be a sum of multiples"):
        derive(derivation, CTX)


def test_the_rank_bound_of_moves_is_the_one_that_is_stated(monkeypatch):
    (moves,) = (r for r in thm53.STATEMENT.readings if r.id == "moves")
    (bound,) = moves.concludes
    assert bound.expression in derive(derivation_models.moving_bound, CTX).steps[-1].sides
    wrong = r"\operatorname{rank} I_z - 2 \dim V - 7"
    assert bound.latex not in sides(moves.text.replace(bound.latex, wrong))
    monkeypatch.setattr(
        thm53_derivation,
        "rank_bound",
        lambda r, dim, o=0: information.rank_bound(r, 2 * dim, o) - 7,
    )
    assert refuses(derivation_models.moving_bound)


@pytest.mark.parametrize("withdrawn", ["invariant", "moves"])
def test_no_model_has_the_law_of_moves_without_what_it_moves_along(withdrawn):
    """The information of every model along every direction, if it is 0 by density alone."""
    proof = Proof(withdrawn=frozenset({withdrawn}))
    derivation_models.moving_law(proof)
    (information_along,) = (step for step in proof.steps if "A V y" in step.latex)
    assert not information_along.closed


def test_no_premise_says_the_rate_that_moves_is_to_show():
    found = derive(derivation_models.moving_law, CTX)
    said = {premise.name: premise.says for premise in found.premises}
    assert {r"$r_{\psi} = 0$", "$e = 0$"}.isdisjoint(said.values())


def test_the_second_moment_is_not_the_square_at_one_point():
    """Else every covariance has rank one."""
    p = sp.Symbol("p", integer=True, positive=True)
    second, eta = matrix(r"\Sigma", p, p, symmetric=True), vector(r"\eta", p)
    off = eta @ eta.T - second
    using = off.trace * second - off @ second - eta @ eta.T @ off + (eta.T @ eta).scalar * off

    def derivation(proof):
        derivation_spread.small_augmentations(proof)
        rank_one = {"moments": using}
        proof.follows("", second @ second, second.trace * second, using=rank_one)

    assert refuses(derivation)


def test_the_cone_s_nearest_point_is_not_the_perturbed_one():
    u, w = cor35_derivation.u, cor35_derivation.w
    moved = (cor35_derivation.J + cor35_derivation.E) @ cor35_derivation.v

    def derivation(proof):
        cor35_derivation.published(proof)
        using = {
            "nearest": (u - w).T @ w,
            "point": (u - moved).T @ (moved - w) - (moved - w).T @ w,
        }
        proof.follows("", (u - moved).T @ moved, sp.S.Zero, using=using)

    assert refuses(derivation)


def test_twins_and_one_unit_are_not_the_same_direction():
    """Else 1 = 0."""
    at = witnesses._into_units(witnesses.v)

    def derivation(proof):
        witnesses.acts(proof)
        g, f = witnesses.g, witnesses.f
        using = {"image": at(g) - witnesses._pair(g), "one": sp.KroneckerDelta(g, f) - at(g)}
        proof.follows("", sp.S.One, sp.S.Zero, using=using)

    assert refuses(derivation)


def test_the_second_condition_is_not_of_the_vector_of_the_first():
    """Else -c = 0 and c > 0."""
    c, v = sp.Symbol("c", positive=True), vector("v", pencils.d)
    form = (v.T @ pencils.M @ v).scalar

    def derivation(proof):
        pencils.sufficient(proof)
        proof.follows("", c, sp.S.Zero, using={"negative": form + c, "null": -form})

    assert refuses(derivation)


@pytest.mark.parametrize("room", [cor35, prop34, prop52, thm53])
def test_every_stated_formula_is_a_side_of_its_text(room):
    stated = [one for one in (*room.STATEMENT.parts, *room.STATEMENT.readings) if one.concludes]
    assert stated
    for one in stated:
        assert {f.latex for f in one.concludes} <= sides(one.text)


def test_a_finding_of_old_evidence_has_no_premises():
    assert Finding(outcome=GOOD, summary="").hypotheses == ()
