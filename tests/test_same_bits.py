"""The same seed gives the same bits, whatever the number of workers, `OMP_NUM_THREADS`, and the order of hashing.

The room is a real one, in processes of their own; the oracle of one run is the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from verify.__main__ import ROOT
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
