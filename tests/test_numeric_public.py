"""`from verify.numeric import ...`: every public name is there, documented, typed and lazy.

The oracle of the types is mypy, and that of laziness what a fresh process has imported.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from itertools import pairwise

import pytest

import verify.numeric
from verify.__main__ import ROOT
from verify.numeric import public


@pytest.mark.parametrize("name", public.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name):
    found = getattr(verify.numeric, name)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert found.__doc__
        assert found.__module__.startswith("verify.numeric.")
        return
    below = pkgutil.walk_packages(verify.numeric.__path__, "verify.numeric.")
    (home,) = (module.name for module in below if _documents(module.name, name))
    assert getattr(importlib.import_module(home), name) is found


def _documents(module, name):
    """Whether a module's own file binds a name with a docstring below it."""
    body = ast.parse(inspect.getsource(importlib.import_module(module))).body
    return any(
        isinstance(first, (ast.Assign, ast.AnnAssign))
        and ast.unparse(getattr(first, "target", None) or first.targets[0]) == name
        and isinstance(then, ast.Expr)
        for first, then in pairwise(body)
    )


def test_a_star_import_brings_the_public_names():
    found = {}
    exec("from verify.numeric import *", found)
    assert set(public.__all__) == set(found) - {"__builtins__"}


def test_another_name_is_refused():
    with pytest.raises(ImportError, match="cannot import name 'annotations_of'"):
        exec("from verify.numeric import annotations_of")


@pytest.mark.parametrize("code", ["import verify.numeric", "import verify.__main__"])
def test_pytorch_is_imported_only_when_it_is_needed(code):
    code += "; import sys; print('torch' in sys.modules or 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_type_checker_knows_the_types(tmp_path):
    (tmp_path / "use.py").write_text(
        "from verify.numeric import EffectiveHessian, extreme_eigenpairs, no_such_name\n"
        "reveal_type(extreme_eigenpairs)\n"
        "reveal_type(EffectiveHessian.pullback)\n"
    )
    # Without the libraries it takes seconds; with them it reads all of PyTorch.
    alone = ["--config-file=", "--no-site-packages", "--ignore-missing-imports"]
    alone += ["--follow-imports=silent", "--cache-dir", tmp_path / "cache"]
    command = [sys.executable, "-m", "mypy", *alone, tmp_path / "use.py"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert 'has no attribute "no_such_name"' in said
    assert "-> verify.numeric.lanczos.ExtremeEigenpairs" in said
    assert "-> verify.numeric.operators.SymmetricOperator" in said
