"""What trains and measures needs torch, NumPy and SymPy only, as on a bare GPU image."""

from __future__ import annotations

import subprocess
import sys

from verify.__main__ import ROOT

MODULES = (
    "verify.ssl.training",
    "verify.ssl.augment",
    "verify.ssl.backbones",
    "verify.ssl.data.loading",
    "verify.ssl.measurements",
    "verify.ssl.released",
)

SCRIPT = """
import importlib, sys
from importlib.metadata import packages_distributions
allowed = {"torch", "numpy", "sympy", "mpmath"}
installed = set(packages_distributions()) - set(sys.stdlib_module_names) - {"verify"}
import torch, numpy, sympy
with_them = set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(sorted({name.partition(".")[0] for name in set(sys.modules) - with_them} & installed - allowed))
"""


def test_imports_of_training_and_measuring() -> None:
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, *MODULES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
