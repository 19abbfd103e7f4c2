"""What is installed is what is in the folders."""

from __future__ import annotations

import tomllib

from verify.__main__ import ROOT


def test_the_packages_declared_are_the_packages_on_disk():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for top in ("reports", "theorems", "verify")
        for file in (ROOT / top).rglob("__init__.py")
    }
    declared = project["tool"]["setuptools"]["packages"]
    assert sorted(declared) == sorted(found)
    assert all((ROOT / name.replace(".", "/")).is_dir() for name in declared)
