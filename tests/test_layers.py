"""Storeys: each part of `verify` imports only what lies below it.

The oracle is the syntax tree of every file, not what happens to be imported in a run; the rules
themselves are tried on one forbidden import for each storey.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.__main__ import ROOT

BELOW: dict[str, set[str]] = {
    "numeric": set(),
    "identity": set(),
    "kernel": set(),
    "symbolic": {"numeric"},
    "claims": {"symbolic", "numeric", "kernel"},
    "engine": {"claims", "identity", "kernel"},
    "ssl": {"numeric", "identity"},
    "diagnose": {"ssl", "numeric"},
    "experiments": {"ssl", "engine", "claims", "numeric"},
    "cli": {"diagnose", "experiments", "ssl", "engine", "identity", "claims", "kernel"},
    "bench": {"experiments", "numeric"},
    "__main__": {"bench", "cli", "experiments", "engine", "claims", "reports"},
    "reports": {"diagnose", "engine", "claims"},
    "theorems": {"experiments", "ssl", "engine", "claims", "symbolic", "numeric"},
}
"""What each storey may import besides itself. A storey is a folder of `verify`, or a neighbour."""

MOST_ARROWS = 30
"""Arrows at most between the storeys of `verify`."""


def storey(module: str) -> str:
    """The storey that a module is in; of `verify` itself, ``verify``."""
    top, *rest = module.split(".")
    return rest[0] if top == "verify" and rest else top


def imports(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """The project's modules that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in known or node.module == "verify" else node.module


def faults(module: str, source: str, known: set[str]) -> list[str]:
    """The imports of a file that its storey does not allow, one sentence each."""
    here, found = storey(module), []
    for wanted in imports(ast.parse(source), known):
        if wanted.partition(".")[0] not in ("verify", "theorems", "reports"):
            continue
        there = storey(wanted)
        if there != here and there not in BELOW[here]:
            found.append(f"{module} ({here}) imports {wanted} ({there})")
        package, _, name = wanted.rpartition(".")
        if name.startswith("_") and package != module.rpartition(".")[0]:
            found.append(f"{module} imports {wanted}, which is private to {package}")
    return found


def files() -> dict[str, Path]:
    """The product's files by module name."""
    found = {}
    for top in ("verify", "theorems", "reports"):
        for path in (ROOT / top).rglob("*.py"):
            if path.name == "conftest.py" or path.name.startswith("test_"):
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


FILES = files()


def test_every_storey_imports_only_what_lies_below_it():
    sources = {module: path.read_text(encoding="utf-8") for module, path in FILES.items()}
    assert [fault for m, text in sources.items() for fault in faults(m, text, set(FILES))] == []


def test_no_storey_is_below_itself():
    def reachable(start: str, seen: frozenset[str] = frozenset()) -> set[str]:
        return {n for b in BELOW.get(start, set()) - seen for n in {b, *reachable(b, seen | {b})}}

    assert [name for name in BELOW if name in reachable(name)] == []


def test_there_are_few_arrows_between_storeys():
    arrows = set()
    for module, path in FILES.items():
        if module.startswith("verify."):
            for wanted in imports(ast.parse(path.read_text(encoding="utf-8")), set(FILES)):
                if wanted.startswith("verify.") and storey(wanted) != storey(module):
                    arrows.add((storey(module), storey(wanted)))
    assert 0 < len(arrows) <= MOST_ARROWS


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("verify.numeric.heads", "from verify.claims.evidence import Table"),
        ("verify.identity.closure", "from verify.claims.check import Check"),
        ("verify.kernel.coq", "from verify.claims.evidence import Finding"),
        ("verify.symbolic.indexed", "from verify.claims.derivation import Proof"),
        ("verify.claims.acceptance", "from verify.engine.store import Records"),
        ("verify.engine.runner", "from verify.ssl.training import train"),
        ("verify.ssl.measurements", "from verify.engine.artefact import Artefact"),
        ("verify.diagnose.core", "from verify.claims.evidence import Plot"),
        ("verify.experiments.e1.measure", "import verify.cli.console"),
        ("verify.cli.console", "from reports import render"),
        ("verify.bench.table", "from verify.engine.runner import run_all"),
        ("verify.__main__", "from theorems import thm41"),
        ("reports.render", "from verify.experiments import forms"),
        ("theorems.thm51.scale", "from verify.cli import console"),
    ],
)
def test_one_forbidden_import_is_found(module, line):
    source = FILES[module].read_text(encoding="utf-8") if module in FILES else ""
    assert faults(module, source, set(FILES)) == []
    (fault,) = faults(module, f"{source}\n{line}\n", set(FILES))
    assert fault.startswith(f"{module} (")


def test_a_private_module_of_another_package_is_found():
    known = {*FILES, "verify.experiments._private"}
    (fault,) = faults("theorems.thm51.scale", "from verify.experiments import _private", known)
    assert "private to verify.experiments" in fault
