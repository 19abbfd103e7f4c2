"""The same seed gives the same bits, whatever the number of workers, `OMP_NUM_THREADS`, and the order of hashing.

The room is a real one, in processes of their own; the oracle of one run is the other. Nor does it matter what else
is loaded: Hypothesis would draw numbers that it read in the files of any module.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from verify.__main__ import ROOT
from verify.claims import draws
from verify.claims.evidence import Finding
from verify.engine.record import RunRecord

pytestmark = pytest.mark.slow  # it starts processes

KINDS = ("mutant", "counterexample")


def found(folder: Path, jobs: int, threads: int, hashing: int) -> dict[str, dict[str, object]]:
    """All that each check found, without when and how long."""
    file = folder / f"{jobs}-{threads}-{hashing}.json"
    asked = ["3.4", "--profile", "smoke", "--seed", "7", "--jobs", str(jobs), "--json", str(file)]
    asked += [word for kind in KINDS for word in ("--only", kind)]
    subprocess.run(
        [sys.executable, "-m", "verify", *asked, "--out", str(folder / file.stem)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONHASHSEED": str(hashing)},
        check=True,
        capture_output=True,
    )
    record = msgspec.json.decode(file.read_bytes(), type=RunRecord)
    return {
        check.id: {name: getattr(check.evidence, name) for name in Finding.__struct_fields__}
        for check in record.checks
        if check.evidence is not None
    }


def test_a_seed_repeats_a_run_to_the_last_bit(tmp_path: Path) -> None:
    once, again = found(tmp_path, 1, 1, 0), found(tmp_path, 2, 2, 1)
    assert len(once) >= 10
    assert once == again
    assert any("case" in str(one["summary"]) for one in once.values())  # found by random search


DRAWING = """
import sys
sys.path.insert(0, {folder!r})
for name in sys.argv[1:]:
    __import__(name)
from hypothesis import strategies as st
from verify.claims.check import Context
from verify.claims.property import Claim, search
seen = []
def ratio(case):
    seen.append(case)
    return 0.0
claim = Claim("of wide integers", lambda: st.integers(0, 2**63 - 1), ratio)
search(claim, Context(seed=3, profile="smoke", device="cpu", cache="", rooms={{}}), 300)
print(len(seen), seen)
"""


def test_a_hypothesis_that_keeps_its_numbers_elsewhere_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(draws.hypothesis, "__version_info__", (7, 0, 0))
    for name in ("_get_local_constants", "CONSTANTS_CACHE"):
        with monkeypatch.context() as moved:
            moved.delattr(f"hypothesis.internal.conjecture.providers.{name}", raising=False)
            with pytest.warns(UserWarning, match="the same seed may draw other cases"):
                draws.alone.__wrapped__()


def test_what_is_drawn_does_not_depend_on_what_else_is_loaded(tmp_path: Path) -> None:
    """Hypothesis draws numbers of a module that no claim reads, unless it is told not to."""
    constants = tuple(range(10**12, 10**12 + 40))
    (tmp_path / "unrelated.py").write_text(f"UNUSED = {constants}\n", encoding="utf-8")
    code = DRAWING.format(folder=str(tmp_path))
    alone, beside = (
        subprocess.run(
            [sys.executable, "-c", code, *more],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for more in ((), ("unrelated",))
    )
    assert alone.startswith("300 ")
    assert alone == beside
    assert not any(str(one) in beside for one in constants)


def test_hypothesis_is_run_in_one_place() -> None:
    """All else only describes cases; what ran them elsewhere would draw whatever is loaded."""
    running = {
        path.relative_to(ROOT).as_posix()
        for top in ("projection_head_verifier.py", "reports", "theorems", "verify")
        for path in ([ROOT / top] if top.endswith(".py") else (ROOT / top).rglob("*.py"))
        if not path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.ImportFrom)
            and node.module in ("hypothesis", "hypothesis.core")
            and {"given", "find"} & {one.name for one in node.names}
        )
        or (isinstance(node, ast.Import) and "hypothesis" in {one.name for one in node.names})
    }
    assert running == {"verify/claims/draws.py"}
