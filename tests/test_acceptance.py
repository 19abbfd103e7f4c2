"""Which findings count: one that contradicts itself is refused, new or read back from a store.

Each case breaks one rule; the evidence of the last tests is written as a run without rules would.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace
from toy import context, load_checks, write_registry

from verify.claims.acceptance import validate_finding
from verify.claims.evidence import Evaluated, Evidence, Finding, Outcome, Step, Witness
from verify.engine.provenance import evidence_key
from verify.engine.registry import load
from verify.engine.runner import run_all
from verify.engine.store import Store, lookup_valid, seal, unseal
from verify.engine.worker import run_check

HOLDS = Evaluated(id="A", text="a", value="1", holds=True)
FAILS = Evaluated(id="B", text="b", value="2", holds=False)

CONTRADICTIONS = [
    ({"margin": 1.5}, "error / allowed reached 1.5"),
    ({"steps": (Step(text="a step", latex="x", closed=False),)}, "a step"),
    ({"witness": Witness(point=(), hypotheses=(HOLDS, FAILS), conclusion=FAILS)}, "hypothesis"),
]


def finding(**fields):
    return Finding(outcome=Outcome.AS_STATED, summary="", **fields)


@pytest.fixture
def toy(folder):
    """A registry, its context, and the checks and subject of its room."""
    registry = write_registry(folder, ["derivation", "property"])
    return (
        registry,
        context(registry, folder),
        load_checks(registry),
        load("toy", f"{registry}.toy").subject,
    )


@pytest.mark.parametrize(
    ("contradiction", "message"),
    [
        *CONTRADICTIONS,
        ({"margin": 1 + 1e-9}, "error / allowed reached 1"),
        ({"margin": float("nan")}, "margin is nan"),
    ],
)
def test_a_finding_that_contradicts_itself_is_refused(toy, contradiction, message):
    _, _, checks, subject = toy
    with pytest.raises(ValueError, match=message):
        validate_finding(checks[0], subject, finding(**contradiction))


def test_what_is_no_finding_is_refused(toy):
    _, _, checks, subject = toy
    with pytest.raises(TypeError, match=r"expected a Finding from toy\.P\.derivation, got dict"):
        validate_finding(checks[0], subject, {"outcome": "as stated"})


def test_a_consistent_finding_is_accepted(toy):
    _, _, checks, subject = toy
    consistent = finding(
        margin=1.0,
        steps=(Step(text="", latex="x", closed=True),),
        witness=Witness(point=(), hypotheses=(HOLDS,), conclusion=FAILS),
    )
    assert validate_finding(checks[0], subject, consistent) == consistent


@pytest.mark.parametrize(
    ("name", "contradiction"),
    [*(("derivation", fields) for fields, _ in CONTRADICTIONS), ("property", {"cases": 49})],
)
def test_stored_evidence_that_breaks_a_rule_does_not_count_and_its_check_runs_again(
    toy, folder, name, contradiction
):
    _, ctx, checks, subject = toy
    check = next(check for check in checks if check.id == f"toy.P.{name}")
    store = Store(folder / "evidence")
    made = run_check(check.id, ctx)
    store.write(made)
    assert lookup_valid(check, subject, evidence_key(check, ctx), store) == made
    assert store.warnings == []
    store.write(replace(made, **contradiction))
    assert lookup_valid(check, subject, evidence_key(check, ctx), store) is None
    (warning,) = store.warnings
    assert warning.startswith(f"Stored evidence of {check.id} does not count: ")
    results = run_all([check], ctx, store, ThreadPoolExecutor)
    assert results.reused == frozenset()
    assert lookup_valid(check, subject, evidence_key(check, ctx), store) is not None


@pytest.mark.slow
def test_a_report_does_not_count_stored_evidence_that_breaks_a_rule(verify, folder):
    registry = write_registry(folder)
    asked = ("--profile", "smoke", "--device", "cpu", "--jobs", "1")
    verify(registry, "all", *asked)
    (file,) = (folder / "out" / "evidence").glob("toy.P.property-*.json")
    kept = unseal(file.read_bytes(), Evidence)
    assert kept.margin is None
    file.write_bytes(seal(replace(kept, margin=2.0)))
    code, out, err = verify(registry, "report")
    assert "part P, bound: undecided (not run: toy.P.property)" in out
    assert "1 not run" in out.splitlines()[-1]
    assert "does not count: as stated, although error / allowed reached 2." in err
    assert code == 0
