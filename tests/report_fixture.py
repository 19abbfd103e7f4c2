"""A small run with everything that a report has to show; its verdicts come from `judge`."""

from __future__ import annotations

from functools import partial

from msgspec.structs import asdict

from verify.claims.check import Arithmetic, Check, Context, Kind, Role, evidence_for
from verify.claims.evidence import (
    Answer,
    Evaluated,
    Finding,
    Measured,
    Outcome,
    Plot,
    Provenance,
    Quoted,
    Series,
    Step,
    Table,
    Theorem,
    Witness,
)
from verify.claims.judgement import gate_failures, judge, judge_experiment
from verify.claims.lemmas import lemma
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
from verify.engine.provenance import Traced
from verify.engine.record import CheckRecord, ExperimentRecord, RunRecord, StatementRecord

STATEMENT = Statement(
    id="thm41",
    label="Theorem 4.1",
    title="Generic instability of collapse",
    source="Public summary of arXiv 2605.17180, section Method.",
    quoted=(
        r"At a collapsed configuration $z^*$ with $\rho \neq 0$ a linear head yields $M(z^*) = 0$, "
        "leaving the effective Hessian PSD. Smooth non-linear heads generically have "
        r"$\lambda_{\min}(H_{\mathrm{eff}}(z^*)) < 0$."
    ),
    unseen="The assumptions are known by number only; “generically” is not defined.",
    hypotheses=(
        Hypothesis(id="collapsed", text="all inputs map to one point $z^*$"),
        Hypothesis(id="residual", text=r"$\rho = \nabla L(h(z^*)) \neq 0$"),
        Hypothesis(id="smooth", text="the activation $s$ is $C^2$ and not affine"),
        Hypothesis(id="rank", text=r"$r = \operatorname{rank} \nabla^2 L(h(z^*)) < d$"),
        Hypothesis(id="psd", text=r"$\nabla^2 L(h(z^*)) \succeq 0$", origin=Origin.ADDED),
        Hypothesis(
            id="critical",
            text=r"$J^\top \rho = 0$",
            origin=Origin.REMARKED,
            source="a critical region",
        ),
    ),
    readings=(
        Reading(
            id="affine-zero",
            text="A linear head has $M(z^*) = 0$.",
            hypotheses=("collapsed",),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="generic",
            text=r"A smooth head generically has $\lambda_{\min}(H_{\mathrm{eff}}) < 0$.",
            hypotheses=("collapsed", "residual", "smooth", "rank", "psd", "critical"),
            predicted=Verdict.REFUTED,
            rescued_by="T2",
        ),
        Reading(
            id="affine-psd",
            text=r"A linear head has $H_{\mathrm{eff}}(z^*) \succeq 0$.",
            hypotheses=("collapsed", "residual", "psd"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="F",
            title="The interaction term, in closed form",
            text=(
                r"$M = \sum_{l=1}^{N-1} A_l^\top \operatorname{diag}(\delta_l \odot s''(a_l)) A_l$"
            ),
        ),
        Part(
            id="T2",
            title="Inertia",
            text=(
                r"$n_-(H_{\mathrm{eff}}) \geq n_-(D) - n_+(H) - (m_{\mathrm{tot}} - "
                r"\operatorname{rank} W_1)$ for every symmetric $H$ and every depth"
            ),
            predicted=Verdict.SUPPORTED,
        ),
        Part(
            id="T1",
            title="Affine heads",
            text=r"The effective Hessian of an affine head is positive semidefinite where $H$ is",
            predicted=Verdict.PROVED,
        ),
    ),
)

EXPERIMENT = Experiment(
    id="E3",
    title="Orbit compression",
    question="Does the head contract augmentation orbits more than it contracts classes?",
    published=r"CIFAR-10, a 22.5-fold decrease of the orbits' mean square spread.",
    flaws=("The spread is not divided by the overall scale, which also shrinks.",),
    effects=(
        Effect(
            id="spread",
            text="The orbit spread falls.",
            published="22.5-fold",
            criterion="the 95% interval of the ratio lies above 1",
        ),
        Effect(
            id="selective",
            text="Orbits contract more than classes.",
            published="4.76 against 3.89",
            criterion="the 95% interval of the quotient lies above 1",
        ),
        Effect(id="probe", text="The probe loses accuracy.", published="14.72", criterion="> 0"),
        Effect(
            id="shrinkage",
            text="what shrinks is mostly the overall scale",
            published="",
            criterion="the share lies above 1/2",
        ),
    ),
)


def _nothing(ctx: Context) -> Finding:
    raise NotImplementedError("The fixture's checks are never run.")


_check = partial(Check, run=_nothing)
_kernel = partial(_check, role=Role.SUPPORTS, kind=Kind.KERNEL, arithmetic=Arithmetic.KERNEL)
_derivation = partial(
    _check,
    role=Role.SUPPORTS,
    kind=Kind.DERIVATION,
    arithmetic=Arithmetic.SYMBOLIC,
    all_dimensions=True,
)
_ablation = partial(_check, role=Role.CONTROL, kind=Kind.DERIVATION, arithmetic=Arithmetic.SYMBOLIC)
_property = partial(_check, role=Role.SUPPORTS, kind=Kind.PROPERTY, arithmetic=Arithmetic.FLOAT64)
_mutant = partial(_check, role=Role.CONTROL, kind=Kind.MUTANT)
_scale = partial(_check, role=Role.CONTEXT, kind=Kind.SCALE, arithmetic=Arithmetic.FLOAT64)
_training = partial(_check, role=Role.CONTEXT, kind=Kind.TRAINING, arithmetic=Arithmetic.FLOAT32)


def provenance(check: str) -> Provenance:
    return Provenance(
        key=f"{len(check):02d}9f86d081884c7d659a2feaa0c55ad0",
        seed=20260523,
        profile="standard",
        device="cpu",
        versions={"sympy": "1.14.0"},
        git="0a1b2c3",
        date="2026-05-23T09:41:07Z",
        wall_s=1.25,
        cpu_s=1.2,
    )


CHECKS = (
    _kernel(id="thm41.kernel.part.T1", title="Theorems of Coq's kernel: affine.part_T1", part="T1"),
    _derivation(
        id="thm41.F.derivation",
        title=r"$M$ from the recursion of second derivatives, any depth and width",
        part="F",
        readings=("affine-zero",),
    ),
    _derivation(
        id="thm41.T1.derivation",
        title=r"$G = J^\top H J \succeq 0$ for $H \succeq 0$",
        readings=("affine-psd",),
    ),
    _ablation(
        id="thm41.F.derivation.ablation",
        title="$M$ from the recursion: withdrawing a hypothesis leaves it open",
        part="F",
        readings=("affine-zero",),
    ),
    _ablation(
        id="thm41.T1.derivation.ablation",
        title="the same: withdrawing a hypothesis leaves it open",
        readings=("affine-psd",),
    ),
    _property(
        id="thm41.F.property",
        title="Formula against automatic differentiation, depths 2 to 5",
        part="F",
    ),
    _property(
        id="thm41.T2.property",
        title="Inertia bound, counted exactly",
        arithmetic=Arithmetic.EXACT,
        part="T2",
    ),
    _check(
        id="thm41.generic.counterexample",
        title="An even softplus head with a strictly positive Hessian at a collapsed critical point",
        role=Role.REFUTES,
        kind=Kind.COUNTEREXAMPLE,
        arithmetic=Arithmetic.EXACT,
        part="T2",
        readings=("generic",),
    ),
    *(
        _mutant(
            id=f"thm41.mutant.{name}",
            title=title,
            arithmetic=Arithmetic.EXACT,
            part="T2" if name.startswith("inertia") else "",
        )
        for name, title in (
            ("inertia-bare", r"$n_-(H_{\mathrm{eff}}) \geq n_-(D)$, without the correction"),
            ("inertia-rank", r"the bound without $m_{\mathrm{tot}} - \operatorname{rank} W_1$"),
            ("first-layer", "$M$ from the first layer only"),
            ("extra-slope", "$M$ with $\\delta$ taken before the activation"),
            ("rank-only", r"$M|_K \neq 0$ whenever $r < d$"),
        )
    ),
    _scale(id="thm41.scale.cuda", title="Spectrum at 512-2048-2048", capabilities=("cuda",)),
    _scale(id="thm41.scale.widths", title="Smallest eigenvalue against width"),
)

_WITNESS = Witness(
    point=(
        ("$d, k$", "2, 1"),
        ("$L(u)$", "$u + u^2/2$"),
        ("$h(z)$", r"$\sum_i [s(z_i) + s(-z_i) - 2 s(0)]$"),
        ("$z^*$", r"$\begin{bmatrix}0\\0\end{bmatrix}$"),
    ),
    hypotheses=(
        Evaluated(
            id="collapsed", text="all inputs map to one point $z^*$", value="$z^* = 0$", holds=True
        ),
        Evaluated(id="residual", text=r"$\rho \neq 0$", value=r"$\rho = 1$", holds=True),
        Evaluated(id="smooth", text="$s$ is $C^2$", value="softplus, $s''(0) = 1/4$", holds=True),
        Evaluated(id="rank", text="$r < d$", value="1 < 2", holds=True),
        Evaluated(id="psd", text=r"$H \succeq 0$", value="$H = 1$", holds=True),
        Evaluated(id="critical", text=r"$J^\top \rho = 0$", value="$J = 0$", holds=True),
    ),
    conclusion=Evaluated(
        id="negative",
        text=r"$\lambda_{\min}(H_{\mathrm{eff}}) < 0$",
        value=r"$H_{\mathrm{eff}} = \tfrac{1}{2} I$, $\lambda_{\min} = 1/2$",
        holds=False,
    ),
)

_SIBLING_WITNESS = Witness(
    point=(("$d = m = k$", "1"), (r"$\tanh a$", "1/2"), (r"$\rho$", "1/2")),
    hypotheses=(Evaluated(id="psd", text=r"$H \succeq 0$", value="1", holds=True),),
    conclusion=Evaluated(
        id="bound", text=r"$n_-(H_{\mathrm{eff}}) \geq 1$", value="0", holds=False
    ),
    found="search",
)

FINDINGS = {
    "thm41.kernel.part.T1": Finding(
        outcome=Outcome.AS_STATED,
        summary="1 theorem checked by Coq's kernel, on no axiom.",
        theorems=(
            Theorem(
                name="Geometry.thm41.affine.part_T1",
                statement=Quoted(
                    name="Geometry.thm41.affine.part_T1",
                    text="Theorem part_T1 (W : 'M[F]_(d, k)) : psd H -> psd (W *m H *m W^T).",
                    comment="The Hessian of an affine head is positive semidefinite.",
                    context="Variable F : realFieldType.",
                ),
                vocabulary=(
                    Quoted(
                        name="Geometry.forms.psd",
                        text="Definition psd (A : 'M[F]_n) : Prop := sym A /\\ forall x, 0 <= quad A x.",
                        comment="A is symmetric and positive semidefinite.",
                    ),
                ),
                axioms=("Classical_Prop.classic",),
                seconds=2.5,
                coq="8.16.1",
            ),
        ),
    ),
    "thm41.F.derivation": Finding(
        outcome=Outcome.AS_STATED,
        summary="The recursion closes at every layer; six steps, each an exact zero test.",
        steps=(
            Step(
                text="Second derivative of a pre-activation",
                latex=r"D^2 a_l = W_l\, D^2 x_{l-1}",
                closed=True,
            ),
            Step(
                text="Second derivative of a hidden state, on the line $z + t v$",
                latex=(
                    r"\frac{d^2}{dt^2} \sum_{j=1}^{m} \delta_j\, s(a_j + t c_j) \Big|_{t=0} "
                    r"= \sum_{j=1}^{m} \delta_j\, s''(a_j)\, c_j^2"
                ),
                closed=True,
            ),
            Step(
                text="Contract and recurse",
                latex=(
                    r"\delta_l^\top D^2 x_l = A_l^\top D_l A_l + \delta_{l-1}^\top D^2 x_{l-1}, "
                    r"\qquad D_l = \operatorname{diag}(\delta_l \odot s''(a_l)), \qquad "
                    r"\delta_{l-1} = W_l^\top (s'(a_l) \odot \delta_l), \qquad D^2 x_0 = 0"
                ),
                closed=True,
            ),
            Step(
                text="Two layers, written out",
                latex=(
                    r"M = \begin{bmatrix} W_1^\top & W_1^\top S_1 W_2^\top \end{bmatrix}"
                    r"\begin{bmatrix} D_1 & 0 \\ 0 & D_2 \end{bmatrix}"
                    r"\begin{bmatrix} W_1 \\ W_2 S_1 W_1 \end{bmatrix}"
                ),
                closed=True,
            ),
        ),
    ),
    "thm41.T1.derivation": Finding(
        outcome=Outcome.AS_STATED,
        summary="A congruence of a positive semidefinite matrix is positive semidefinite.",
        steps=(
            Step(
                text="Congruence",
                latex=r"v^\top J^\top H J v = \lVert H^{1/2} J v \rVert^2 \geq 0",
                closed=True,
            ),
        ),
        lemmas=("square-root",),
    ),
    "thm41.F.derivation.ablation": Finding(
        outcome=Outcome.AS_STATED, summary="Stays open without either hypothesis.", cases=2
    ),
    "thm41.T1.derivation.ablation": Finding(
        outcome=Outcome.AS_STATED,
        summary="stays open without $H \\succeq 0$.",
        cases=1,
        tables=(
            Table(
                title="each hypothesis withdrawn in turn",
                columns=("hypothesis", "what it says", "the derivation then fails at"),
                rows=(("psd", r"$H \succeq 0$", "Congruence"),),
            ),
        ),
    ),
    "thm41.F.property": Finding(
        outcome=Outcome.AS_STATED,
        summary="200 random heads; the largest relative difference is 4.1e-15.",
        cases=200,
        margin=0.31,
        residuals={"relative difference": 4.1e-15, "symmetry of $M$": 2.2e-16},
    ),
    "thm41.T2.property": Finding(
        outcome=Outcome.AS_STATED,
        summary="No violation in 187 cases; the bound is attained in 92.",
        cases=187,
        vacuous_cases=13,
        tables=(
            Table(
                title="How often the bound says something",
                columns=("depth", "cases", "bound > 0", "attained"),
                rows=(("2", "97", "61", "58"), ("3", "50", "21", "19"), ("4", "40", "12", "11")),
                note="A bound of at most 0 says nothing.",
            ),
        ),
    ),
    "thm41.generic.counterexample": Finding(
        outcome=Outcome.AS_STATED,
        summary=r"$H_{\mathrm{eff}} = \tfrac{1}{2} I$ at a collapsed critical point.",
        witness=_WITNESS,
    ),
    "thm41.mutant.inertia-bare": Finding(
        outcome=Outcome.AS_STATED,
        summary=r"$n_-(D) = 1$ and $H_{\mathrm{eff}} = 3/16$.",
        witness=_SIBLING_WITNESS,
        cases=74,
    ),
    "thm41.mutant.inertia-rank": Finding(
        outcome=Outcome.AS_STATED, summary="Refuted at $m = 3$, $d = 1$.", witness=_SIBLING_WITNESS
    ),
    "thm41.mutant.first-layer": Finding(
        outcome=Outcome.AS_STATED, summary="Relative error 0.36.", cases=60
    ),
    "thm41.mutant.extra-slope": Finding(
        outcome=Outcome.AS_STATED, summary="Relative error 0.37.", cases=60
    ),
    "thm41.mutant.rank-only": Finding(
        outcome=Outcome.ERROR,
        summary="ValueError: <script>alert(1)</script> needs a matrix, got $5.",
        detail='Traceback (most recent call last):\n  File "<stdin>", line 1\nValueError: & < >',
    ),
    "thm41.scale.widths": Finding(
        outcome=Outcome.AS_STATED,
        summary="The smallest eigenvalue tends to 0 as the width grows.",
        plots=(
            Plot(
                title=r"Smallest eigenvalue of $H_{\mathrm{eff}}$",
                kind="line",
                series=(
                    Series(
                        label="GELU",
                        x=(64.0, 128.0, 256.0, 512.0),
                        y=(-0.021, -0.013, -0.0081, -0.0049),
                        low=(-0.026, -0.016, -0.0099, -0.0060),
                        high=(-0.016, -0.010, -0.0063, -0.0038),
                    ),
                    Series(
                        label="softplus",
                        x=(64.0, 128.0, 256.0, 512.0),
                        y=(-0.006, -0.004, -0.002, -0.001),
                    ),
                ),
                xlabel="width $d$",
                ylabel=r"$\lambda_{\min}$",
                xscale="log",
                note="Shaded: the middle 90% of 20 draws.",
            ),
        ),
    ),
}

EXPERIMENT_CHECKS = (
    _training(id="E3.spread", title="Spread of orbits"),
    _property(id="E3.scale", title="Scaling leaves it"),
    _mutant(id="E3.scale.any", title="False: any map does", arithmetic=Arithmetic.FLOAT64),
    _training(id="E3.probe", title="Linear probes", capabilities=("cuda",)),
)

_CASE_WITHOUT_HYPOTHESES = Witness(
    point=(("z", "[[1, 0]]"),),
    hypotheses=(),
    conclusion=Evaluated(id="claim", text="any map does", value="1.7", holds=False),
    found="search",
)

_CLOUD = tuple((0.02 * i, 0.9 * 0.02 * i + 0.05 * ((7 * i) % 11 - 5) / 5) for i in range(50))

EXPERIMENT_FINDINGS = {
    "E3.scale": Finding(outcome=Outcome.AS_STATED, summary="60 cases.", cases=60, margin=0.04),
    "E3.scale.any": Finding(
        outcome=Outcome.AS_STATED,
        summary="Refuted by search, at case 2.",
        cases=2,
        witness=_CASE_WITHOUT_HYPOTHESES,
    ),
    "E3.spread": Finding(
        outcome=Outcome.AS_STATED,
        summary="The spread falls 8.2-fold; normalised by scale it falls 1.1-fold.",
        cases=500,
        answers=(
            Measured(effect="spread", answer=Answer.YES, value="8.2 (7.6 to 8.8)"),
            Measured(effect="selective", answer=Answer.NO, value="0.97 (0.93 to 1.02)"),
            Measured(effect="shrinkage", answer=Answer.NO, value="share [0.31, 0.42]"),
        ),
        tables=(
            Table(
                title="Spread by seed",
                columns=("seed", "backbone", "head", "ratio"),
                rows=tuple(
                    (str(i), f"{2.1 + i / 50:.2f}", "0.27", f"{8 + i / 10:.1f}") for i in range(20)
                ),
            ),
        ),
        plots=(
            Plot(
                title="Orbit spread, head against backbone",
                kind="scatter",
                series=(
                    Series(
                        label="digits", x=tuple(x for x, _ in _CLOUD), y=tuple(y for _, y in _CLOUD)
                    ),
                ),
                xlabel="backbone",
                ylabel="head",
                equal_axes=True,
            ),
            Plot(
                title="Ratio by seed",
                kind="bar",
                series=(
                    Series(
                        label="ratio",
                        x=(0.0, 1.0, 2.0),
                        y=(8.0, 8.1, 8.2),
                        low=(7.6, 7.7, 7.8),
                        high=(8.4, 8.5, 8.6),
                    ),
                ),
                xlabel="seed",
                ylabel="spread ratio",
            ),
        ),
    ),
}


def _records(checks: tuple[Check, ...], evidence: dict[str, Traced]) -> tuple[CheckRecord, ...]:
    return tuple(
        CheckRecord.of(
            check,
            source=f"theorems/{check.room}/checks.py:{i}",
            evidence=evidence.get(check.id),
            note="" if check.id in evidence else "It needs a GPU.",
        )
        for i, check in enumerate(checks, 10)
    )


def _stamped(checks: tuple[Check, ...], findings: dict[str, Finding]) -> dict[str, Traced]:
    return {
        check.id: Traced(
            **asdict(evidence_for(check, findings[check.id], provenance(check.id))),
            data={"images": "e3b0c44298fc1c149afbf4c8996fb924"} if check.room == "E3" else {},
        )
        for check in checks
        if check.id in findings
    }


def run_record(findings: dict[str, Finding] = FINDINGS) -> RunRecord:
    """The record of a run in which the statement's checks left these findings."""
    evidence = _stamped(CHECKS, findings)
    measured = _stamped(EXPERIMENT_CHECKS, EXPERIMENT_FINDINGS)
    judged = judge(STATEMENT, CHECKS, evidence)
    statement = StatementRecord(
        statement=STATEMENT, checks=_records(CHECKS, evidence), judged=judged
    )
    experiment = ExperimentRecord(
        experiment=EXPERIMENT,
        checks=_records(EXPERIMENT_CHECKS, measured),
        answers=judge_experiment(EXPERIMENT, EXPERIMENT_CHECKS, measured),
    )
    return RunRecord(
        seed=20260523,
        profile="standard",
        device="cpu",
        versions={"python": "3.11.4", "sympy": "1.14.0", "torch": "2.13.0"},
        machine={"system": "Linux", "processor": "x86_64", "cores": "2"},
        git="0a1b2c3",
        started="2026-05-23T09:41:07Z",
        wall_s=71.0,
        cpu_s=122.0,
        statements=(statement,),
        experiments=(experiment,),
        failures=tuple(gate_failures(CHECKS, evidence, [judged])),
        not_run={
            check.id: check.note
            for check in (*statement.checks, *experiment.checks)
            if check.outcome is Outcome.NOT_RUN
        },
        omitted=("Theorem 3.1", "Experiment E4"),
        lemmas=(lemma("square-root"),),
    )


def empty_record() -> RunRecord:
    """The record of a run that had nothing to do."""
    return RunRecord(
        seed=1,
        profile="smoke",
        device="cpu",
        versions={"python": "3.11.4"},
        machine={},
        git="unknown",
        started="2026-05-23T09:41:07Z",
        wall_s=0.0,
        cpu_s=0.0,
    )
