"""Every verdict that evidence can lead to, and every way in which it must not.

The oracle is the specification of the verdicts in words; each test sets up the smallest evidence
that reaches one branch, so that a branch that decides otherwise is seen.
"""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from msgspec.structs import replace

from verify.claims.check import Arithmetic, Check, Context, Kind, Role, evidence_for
from verify.claims.evidence import (
    Answer,
    Evaluated,
    Evidence,
    Finding,
    Measured,
    Outcome,
    Premise,
    Provenance,
    Witness,
)
from verify.claims.judgement import Judgement, gate_failures, judge, judge_experiment
from verify.claims.statement import (
    Effect,
    Experiment,
    Hypothesis,
    Origin,
    Part,
    Reading,
    Statement,
    Verdict,
)
from verify.claims.summary import UNLEARNED

PROVENANCE = Provenance(
    key="k", seed=0, profile="smoke", device="cpu", versions={}, git="", date="", wall_s=0, cpu_s=0
)


def never(ctx: Context) -> Finding:
    raise AssertionError("judging must not run a check")


def check(
    name: str,
    role: Role = Role.SUPPORTS,
    kind: Kind = Kind.PROPERTY,
    arithmetic: Arithmetic = Arithmetic.FLOAT64,
    *,
    proof: bool = False,
    capabilities: tuple[str, ...] = (),
    readings: tuple[str, ...] = ("R",),
    part: str = "P",
) -> Check:
    return Check(
        id=f"s.{name}",
        title=name,
        role=role,
        kind=Kind.DERIVATION if proof else kind,
        arithmetic=Arithmetic.SYMBOLIC if proof else arithmetic,
        run=never,
        part=part,
        readings=readings,
        all_dimensions=proof,
        capabilities=capabilities,
    )


def statement(
    predicted: Verdict = Verdict.HOLDS, *, added: bool = False, existential: bool = False
) -> Statement:
    origin = Origin.ADDED if added else Origin.QUOTED
    return Statement(
        id="s",
        label="Theorem 0",
        title="",
        source="",
        quoted="",
        unseen="",
        hypotheses=(Hypothesis(id="h", text="", origin=origin),),
        readings=(
            Reading(
                id="R",
                text="",
                hypotheses=("h",),
                predicted=predicted,
                existential=existential,
            ),
        ),
        parts=(Part(id="P", title="", text=""),),
    )


def witness(holds: bool = True, conclusion: bool = False, id: str = "h") -> Witness:
    return Witness(
        point=(),
        hypotheses=(Evaluated(id=id, text="", value="", holds=holds),),
        conclusion=Evaluated(id="conclusion", text="", value="", holds=conclusion),
    )


def premise(name: str, by: str = "statement") -> Premise:
    return Premise(name=name, by=by, text="")


def found(
    *pairs: tuple[Check, Outcome], power: bool = True, **fields: object
) -> tuple[list[Check], dict[str, Evidence]]:
    """Checks and their evidence: a proof assumes h and has its power check, unless told otherwise."""
    if power and any(one is PROOF for one, _ in pairs):
        pairs = (*pairs, (PROOF_POWER, GOOD))
    fields = {"premises": (premise("h"),), "witness": witness()} | fields
    evidence = {
        one.id: evidence_for(one, Finding(outcome=outcome, summary="", **fields), PROVENANCE)
        for one, outcome in pairs
    }
    return [one for one, _ in pairs], evidence


def reading(
    *pairs: tuple[Check, Outcome],
    added: bool = False,
    existential: bool = False,
    power: bool = True,
    **fields: object,
) -> Judgement:
    subject = statement(added=added, existential=existential)
    return judge(subject, *found(*pairs, power=power, **fields)).readings[0]


def part(*pairs: tuple[Check, Outcome]) -> Judgement:
    return judge(statement(), *found(*pairs)).parts[0]


PROOF = check("proof", proof=True)
PROOF_POWER = check("proof.ablation", Role.CONTROL, Kind.DERIVATION, Arithmetic.SYMBOLIC)
EXAMPLE = check("example", kind=Kind.EXAMPLE, arithmetic=Arithmetic.EXACT)
NUMERIC = check("numeric")
EXACT = check("exact", Role.REFUTES, Kind.COUNTEREXAMPLE, Arithmetic.EXACT)
FLOATING = check("floating", Role.REFUTES, Kind.COUNTEREXAMPLE, Arithmetic.FLOAT64)
SIBLING = check("mutant", Role.CONTROL, Kind.MUTANT)
OPTIONAL = check("gpu", capabilities=("cuda",))
GOOD = Outcome.AS_STATED


THEOREM = check("theorem", kind=Kind.KERNEL, arithmetic=Arithmetic.KERNEL)
AGAINST = check("against", Role.REFUTES, Kind.KERNEL, Arithmetic.KERNEL)


def test_only_the_kernel_proves_and_a_derivation_derives():
    assert part((THEOREM, GOOD), (NUMERIC, GOOD)).verdict is Verdict.PROVED
    assert part((THEOREM, GOOD), (PROOF, GOOD)).verdict is Verdict.PROVED
    assert part((PROOF, GOOD), (NUMERIC, GOOD)).verdict is Verdict.DERIVED
    assert part((THEOREM, GOOD), (NUMERIC, Outcome.SURPRISE)).verdict is Verdict.FAILED
    assert part((THEOREM, Outcome.SURPRISE), (PROOF, GOOD)).verdict is Verdict.FAILED


def test_theorems_that_do_not_say_the_whole_sentence_do_not_prove_it():
    checks, evidence = found((THEOREM, GOOD), (PROOF, GOOD), partial="the equality")
    judged = judge(statement(), checks, evidence)
    assert judged.parts[0].verdict is Verdict.DERIVED
    assert "derived" in judged.readings[0].reason
    checks, evidence = found((AGAINST, GOOD), partial="one hypothesis", witness=None)
    assert judge(statement(), checks, evidence).readings[0].verdict is Verdict.UNDECIDED


def test_a_theorem_decides_a_reading_and_the_reason_says_so():
    for pairs, verdict in (
        (((THEOREM, GOOD),), Verdict.HOLDS),
        (((AGAINST, GOOD),), Verdict.REFUTED),
        (((AGAINST, GOOD), (EXACT, GOOD)), Verdict.REFUTED),
    ):
        judged = reading(*pairs)
        assert judged.verdict is verdict
        assert judged.reason.startswith("checked by Coq's kernel")
    assert reading((THEOREM, GOOD), added=True).verdict is Verdict.HOLDS_ADDED
    assert reading((THEOREM, GOOD), (AGAINST, GOOD)).verdict is Verdict.UNDECIDED


def test_where_a_theorem_cannot_be_checked_the_weaker_word_is_used_and_nothing_is_red():
    judged = part((THEOREM, Outcome.NOT_RUN), (PROOF, GOOD))
    assert judged.verdict is Verdict.DERIVED
    assert not judged.complete
    missing = judge(statement(), [THEOREM], {}).parts[0]
    assert missing.verdict is Verdict.UNDECIDED  # not asked for at all: the verdict is open


def test_reading_holds_by_a_derivation():
    assert reading((PROOF, GOOD), (NUMERIC, GOOD)).verdict is Verdict.HOLDS


def test_reading_holds_with_an_added_hypothesis():
    judged = reading((PROOF, GOOD), added=True)
    assert judged.verdict is Verdict.HOLDS_ADDED
    assert "h" in judged.reason


def test_what_a_reading_rests_on_assumes_no_more_than_it():
    """A derivation from h alone that takes from a reading which assumes x as well has not derived it from h."""
    stated = statement()
    more = Hypothesis(id="x", text="", origin=Origin.QUOTED)
    for origin, words in (
        (Origin.ADDED, "holds with an added"),
        (Origin.QUOTED, "also assumes `x`"),
    ):
        ground = replace(stated.readings[0], id="G", hypotheses=("h", "x"))
        both = replace(
            stated,
            hypotheses=(*stated.hypotheses, replace(more, origin=origin)),
            readings=(*stated.readings, ground),
        )
        under = check("under", proof=True, readings=("G",), part="")
        shown = check(
            "under.ablation",
            Role.CONTROL,
            Kind.DERIVATION,
            Arithmetic.SYMBOLIC,
            readings=("G",),
            part="",
        )
        resting = dataclasses.replace(PROOF, rests_on=("s.G",))
        checks, evidence = found(
            (resting, GOOD), (PROOF_POWER, GOOD), (under, GOOD), (shown, GOOD), power=False
        )
        judged = {one.target: one for one in judge(both, checks, evidence).readings}
        assert judged["G"].verdict in (Verdict.HOLDS, Verdict.HOLDS_ADDED)
        assert judged["R"].verdict is Verdict.UNDECIDED
        assert words in judged["R"].reason


@pytest.mark.parametrize("via", [(), ("s.P",)])
@pytest.mark.parametrize("more", [premise("x"), premise("convex", by="")])
def test_a_derived_part_that_a_reading_rests_on_assumes_no_more_than_it(more, via):
    """What the part's derivation takes beside h, itself or by another part, the reading would need as well."""
    stated = statement()
    stated = replace(stated, parts=(*stated.parts, Part(id="Q", title="", text="")))
    readings = {"readings": (), "part": "P"}
    under = check("under", proof=True, **readings)
    shown = check("under.ablation", Role.CONTROL, Kind.DERIVATION, **readings)
    middle = dataclasses.replace(under, id="s.middle", part="Q", rests_on=via)
    between = dataclasses.replace(shown, id="s.middle.ablation", part="Q")
    resting = dataclasses.replace(PROOF, part="", rests_on=("s.Q" if via else "s.P",))
    theorem = dataclasses.replace(THEOREM, part="P", readings=())
    pairs = [(one, GOOD) for one in (under, shown, middle, between, resting, PROOF_POWER)]
    for extra, premises, verdict in (
        ((), (premise("h"), more), Verdict.UNDECIDED),
        ((), (premise("h"),), Verdict.HOLDS),
        (
            ((theorem, GOOD),),
            (premise("h"), more),
            Verdict.HOLDS,
        ),  # a sentence names what it assumes
    ):
        checks, evidence = found(*pairs, *extra, power=False)
        evidence["s.under"] = replace(evidence["s.under"], premises=premises)
        judged = judge(stated, checks, evidence)
        assert judged.parts[0].verdict is (Verdict.PROVED if extra else Verdict.DERIVED)
        assert judged.readings[0].verdict is verdict
        if verdict is Verdict.UNDECIDED:
            (assumed,) = set(evidence["s.under"].hypotheses) - {"h"}
            assert f"also assumes `{assumed}`" in judged.readings[0].reason


def test_numerics_alone_do_not_decide_a_reading():
    assert reading((NUMERIC, GOOD)).verdict is Verdict.UNDECIDED


def test_a_derivation_at_fixed_dimensions_does_not_decide_a_reading():
    fixed = check("fixed", kind=Kind.DERIVATION, arithmetic=Arithmetic.SYMBOLIC)
    assert reading((fixed, GOOD)).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("arithmetic", [Arithmetic.SYMBOLIC, Arithmetic.EXACT, Arithmetic.BALL])
def test_a_rigorous_counterexample_refutes(arithmetic):
    refuting = check("refuting", Role.REFUTES, Kind.COUNTEREXAMPLE, arithmetic)
    assert reading((refuting, GOOD)).verdict is Verdict.REFUTED


@pytest.mark.parametrize("arithmetic", [Arithmetic.FLOAT64, Arithmetic.FLOAT32])
def test_a_counterexample_in_floating_point_never_refutes(arithmetic):
    refuting = check("refuting", Role.REFUTES, Kind.COUNTEREXAMPLE, arithmetic)
    judged = reading((refuting, GOOD))
    assert judged.verdict is Verdict.UNDECIDED
    assert "floating point" in judged.reason


@pytest.mark.parametrize(
    "point",
    [
        None,
        witness(holds=False),
        witness(conclusion=True),
        witness(id="another"),
        msgspec.structs.replace(
            witness(), hypotheses=(*witness().hypotheses, *witness(holds=False).hypotheses)
        ),
    ],
)
def test_a_counterexample_must_evaluate_the_readings_hypotheses(point):
    assert reading((EXACT, GOOD), witness=point).verdict is Verdict.UNDECIDED


def test_a_derivation_counts_only_if_it_was_shown_to_need_its_hypotheses():
    assert reading((PROOF, GOOD), power=False).verdict is Verdict.UNDECIDED
    assert judge(statement(), *found((PROOF, GOOD), power=False)).parts[0].verdict is (
        Verdict.SUPPORTED
    )


def test_a_derivation_from_other_hypotheses_does_not_decide_a_reading():
    for other in (premise("orthogonal"), premise("frame", by="")):
        judged = reading((PROOF, GOOD), premises=(premise("h: one side"), other))
        assert judged.verdict is Verdict.UNDECIDED
        assert "no derivation from these hypotheses" in judged.reason


def test_definitions_and_what_lemmas_give_are_no_hypotheses():
    set_up = tuple(premise(by, by=by) for by in ("definition", "steps", "spectral"))
    assert reading((PROOF, GOOD), premises=(premise("h"), *set_up)).verdict is Verdict.HOLDS


def test_an_exact_example_proves_existence_and_nothing_else():
    holds = witness(conclusion=True)
    judged = reading((EXAMPLE, GOOD), existential=True, witness=holds)
    assert judged.verdict is Verdict.HOLDS
    assert "by exact example" in judged.reason
    assert reading((EXAMPLE, GOOD), witness=holds).verdict is Verdict.UNDECIDED
    assert reading((EXAMPLE, GOOD), existential=True).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("refuting", [EXACT, FLOATING])
@pytest.mark.parametrize("supporting", [PROOF, NUMERIC])
def test_contradictory_evidence_decides_nothing(refuting, supporting):
    judged = reading((refuting, GOOD), (supporting, GOOD))
    assert judged.verdict is Verdict.UNDECIDED
    assert "contradictory" in judged.reason


@pytest.mark.parametrize(
    "outcome", [Outcome.SURPRISE, Outcome.UNDECIDED, Outcome.VACUOUS, Outcome.ERROR]
)
@pytest.mark.parametrize("odd", [EXACT, NUMERIC, SIBLING])
def test_one_check_gone_wrong_leaves_a_reading_undecided(odd, outcome):
    judged = reading((PROOF, GOOD), (odd, outcome))
    assert judged.verdict is Verdict.UNDECIDED
    assert odd.id in judged.reason
    assert judged.complete


def test_a_missing_check_leaves_the_verdicts_open_and_incomplete():
    checks, evidence = found((PROOF, GOOD))
    judged = judge(statement(), [*checks, NUMERIC], evidence)
    for judgement in judged.readings + judged.parts:
        assert judgement.verdict is Verdict.UNDECIDED
        assert not judgement.complete
        assert NUMERIC.id in judgement.reason
    assert judged.surprises == ()


def test_a_check_that_was_not_run_counts_as_missing():
    judged = reading((PROOF, GOOD), (NUMERIC, Outcome.NOT_RUN))
    assert not judged.complete


@pytest.mark.parametrize("present", [True, False])
def test_an_optional_check_that_did_not_run_is_left_out_of_account(present):
    checks, evidence = found((PROOF, GOOD), (OPTIONAL, Outcome.NOT_RUN))
    if not present:
        del evidence[OPTIONAL.id]
    judged = judge(statement(), checks, evidence)
    assert judged.readings[0].verdict is Verdict.HOLDS
    assert judged.parts[0].verdict is Verdict.DERIVED
    assert judged.readings[0].complete


def test_an_optional_check_that_ran_counts():
    assert reading((PROOF, GOOD), (OPTIONAL, Outcome.SURPRISE)).verdict is Verdict.UNDECIDED


def test_context_checks_and_checks_of_other_readings_decide_nothing():
    context = check("context", Role.CONTEXT)
    other = check("other", readings=("Q",), part="Q")
    judged = reading((PROOF, GOOD), (context, Outcome.SURPRISE), (other, Outcome.SURPRISE))
    assert judged.verdict is Verdict.HOLDS
    assert reading((context, GOOD)).reason == "no check bears on this reading"


def test_part_is_proved_and_cites_its_derivations_lemmas():
    checks, evidence = found((PROOF, GOOD), (NUMERIC, GOOD), lemmas=("Courant-Fischer",))
    judged = judge(statement(), checks, evidence).parts[0]
    assert judged.verdict is Verdict.DERIVED
    assert judged.lemmas == ("Courant-Fischer",)
    assert "1 further check" in judged.reason


@pytest.mark.parametrize(
    "second",
    [(SIBLING, Outcome.SURPRISE), (NUMERIC, Outcome.UNDECIDED), (NUMERIC, Outcome.NOT_RUN)],
)
def test_a_verdict_that_is_not_reached_cites_no_lemma(second):
    checks, evidence = found((PROOF, GOOD), second, lemmas=("Courant-Fischer",))
    judged = judge(statement(), checks, evidence)
    assert judged.readings[0].verdict is Verdict.UNDECIDED
    assert judged.parts[0].verdict in (Verdict.UNDECIDED, Verdict.FAILED)
    assert judged.readings[0].lemmas == judged.parts[0].lemmas == ()


def test_what_a_theorem_says_rests_on_no_lemma():
    for theorem, refuted in ((THEOREM, False), (AGAINST, True)):
        pairs = ((theorem, GOOD), (EXACT if refuted else PROOF, GOOD))
        for partial, lemmas in (("", ()), ("the equality", ("Courant-Fischer",))):
            checks, evidence = found(*pairs, lemmas=("Courant-Fischer",))
            whole = replace(evidence[theorem.id], partial=partial, lemmas=())
            judged = judge(statement(), checks, {**evidence, theorem.id: whole}).readings[0]
            assert judged.verdict is (Verdict.REFUTED if refuted else Verdict.HOLDS)
            assert judged.lemmas == lemmas


def test_part_with_numerics_alone_is_supported():
    assert part((NUMERIC, GOOD)).verdict is Verdict.SUPPORTED


def test_a_surprise_in_a_power_check_fails_the_part():
    assert part((PROOF, GOOD), (SIBLING, Outcome.SURPRISE)).verdict is Verdict.FAILED


def test_a_power_check_alone_supports_nothing():
    assert part((SIBLING, GOOD)).verdict is Verdict.UNDECIDED


def test_a_part_without_checks_is_undecided_and_complete():
    judged = part()
    assert judged.verdict is Verdict.UNDECIDED
    assert judged.complete


def test_a_refuting_check_has_no_say_on_a_part():
    assert part((PROOF, GOOD), (EXACT, GOOD)).verdict is Verdict.DERIVED


def test_a_verdict_against_the_prediction_is_a_surprise_and_turns_the_run_red():
    checks, evidence = found((PROOF, GOOD))
    judged = judge(statement(predicted=Verdict.REFUTED), checks, evidence)
    assert [j.target for j in judged.surprises] == ["R"]
    (failure,) = gate_failures(checks, evidence, [judged])
    assert "predicts refuted" in failure


def test_what_agrees_and_what_did_not_run_do_not_turn_the_run_red():
    checks, evidence = found((PROOF, GOOD), (OPTIONAL, Outcome.NOT_RUN))
    assert gate_failures([*checks, NUMERIC], evidence, []) == []


@pytest.mark.parametrize("outcome", [Outcome.SURPRISE, Outcome.UNDECIDED, Outcome.VACUOUS])
@pytest.mark.parametrize("role", list(Role))
def test_all_but_context_checks_gate(role, outcome):
    checks, evidence = found((check("one", role), outcome))
    assert bool(gate_failures(checks, evidence, [])) is (role is not Role.CONTEXT)


def test_an_error_turns_the_run_red_even_in_a_context_check():
    checks, evidence = found((check("one", Role.CONTEXT), Outcome.ERROR))
    assert len(gate_failures(checks, evidence, [])) == 1


def test_unknown_names_in_a_statement_are_refused():
    with pytest.raises(KeyError, match="no hypothesis 'x'"):
        statement().hypothesis("x")
    with pytest.raises(KeyError, match="no reading 'x'"):
        statement().reading("x")


# --- experiments ----------------------------------------------------------------------------


EXPERIMENT = Experiment(
    id="s",
    title="",
    question="",
    published="",
    flaws=(),
    effects=tuple(Effect(id=id, text="", published="", criterion="") for id in ("a", "b")),
)


def answering(name: str, *measured: tuple[str, Answer]) -> tuple[Check, Evidence]:
    one = check(name, Role.CONTEXT)
    answers = tuple(Measured(effect=effect, answer=answer, value="") for effect, answer in measured)
    finding = Finding(outcome=GOOD, summary="", answers=answers)
    return one, evidence_for(one, finding, PROVENANCE)


def test_the_first_check_that_ran_answers_an_effect():
    first, _ = answering("first", ("a", Answer.YES))
    second, two = answering("second", ("a", Answer.NO), ("b", Answer.UNDECIDED))
    third, three = answering("third", ("a", Answer.YES))
    answers = judge_experiment(
        EXPERIMENT, [first, second, third], {second.id: two, third.id: three}
    )
    assert {effect: (id, measured.answer) for effect, (id, measured) in answers.items()} == {
        "a": ("s.second", Answer.NO),
        "b": ("s.second", Answer.UNDECIDED),
    }


def test_an_answer_by_networks_that_do_not_count_as_trained_does_not_count():
    first, one = answering("first", ("a", Answer.NO))
    second, two = answering("second", ("a", Answer.YES))
    poor = msgspec.structs.replace(one, summary=f"These networks {UNLEARNED}: 34 %.")
    answers = judge_experiment(EXPERIMENT, [first, second], {first.id: poor, second.id: two})
    assert answers["a"][0] == second.id
    assert judge_experiment(EXPERIMENT, [first], {first.id: poor}) == {}


def test_an_answer_to_a_question_that_was_not_asked_is_refused():
    one, evidence = answering("one", ("c", Answer.YES))
    with pytest.raises(ValueError, match="does not ask"):
        judge_experiment(EXPERIMENT, [one], {one.id: evidence})
