"""Toy rooms for the tests of the machinery: a registry is written to a folder, as source files."""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from verify.claims.check import Check, Context
from verify.engine import registry as rooms

_numbers = itertools.count(1)

HEAD = '''
"""A toy room."""
import functools
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

import numpy as np

from verify.engine.artefact import Artefact
from verify.claims.check import Arithmetic, Check, Kind, Role
from verify.claims.evidence import Finding, Outcome
from verify.claims.statement import Hypothesis, Part, Reading, Statement, Verdict

from .formula import f


def draw(ctx):
    generator = random.Random(ctx.seed_for("toy.P.property"))
    worst = max(f(generator.random()) for _ in range(ctx.cases))
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=f"{ctx.cases} cases, worst {worst:.3f}",
        cases=ctx.cases,
        residuals={"worst": worst},
    )


def derive(ctx):
    return Finding(outcome=Outcome.AS_STATED, summary="it closes", lemmas=("congruence",))


def say(ctx, outcome, summary):
    return Finding(outcome=Outcome(outcome), summary=summary)


def leave(ctx):
    os._exit(3)


def fail(ctx):
    raise ArithmeticError("two and two made five\\nsecond line")


def nan(ctx):
    return Finding(outcome=Outcome.AS_STATED, summary="a NaN", residuals={"gap": float("nan")})


def build(arguments, ctx):
    with open(os.path.join(os.path.dirname(ctx.cache), "built"), "a") as file:
        file.write("once\\n")
    return {"x": np.arange(arguments[0])}


def build_nothing(arguments, ctx):
    raise MemoryError("too large")


@dataclass(frozen=True)
class Words:
    name: str = "words"
    text: str = ""

    def load(self, ctx):
        return Words(text=ctx.data.get("cifar10", ""))

    def fingerprint(self):
        return (self.text or "0123456789abcdef") * 4


def build_of_words(arguments, ctx):
    build((3,), ctx)
    return {"x": np.array([len(arguments[1].load(ctx).text)])}


HEAD_OF_THREE = Artefact("toy-head", build, (3,))
OF_WORDS = Artefact("toy-words", build, (3, Words()))
OF_IMAGES = Artefact("toy-images", build_of_words, (3, Words()))
HOPELESS = Artefact("hopeless", build_nothing)


def weigh(ctx):
    total = 1.0 * HEAD_OF_THREE.load(ctx)["x"].sum()
    return Finding(outcome=Outcome.AS_STATED, summary="weighed", residuals={"sum": total})


def weigh_images(ctx):
    total = 1.0 * OF_IMAGES.load(ctx)["x"].sum()
    return Finding(outcome=Outcome.AS_STATED, summary="weighed", residuals={"sum": total})

FAULTY

def check(name, run, role="supports", kind="scale", arithmetic="float64", **more):
    return Check(
        id=f"toy.P.{name}",
        title=name,
        role=Role(role),
        kind=Kind(kind),
        arithmetic=Arithmetic(arithmetic),
        run=run,
        part="P",
        **more,
    )


CHECKS = (
'''

FAULTS = {
    "exits": "raise SystemExit(3)",
    "base": "raise type('Odd', (BaseException,), {})('neither here nor there')",
    "unpicklable": "raise type('Local', (Exception,), {})(lambda: 0)",
    "mute": "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})()",
    "surrogate": "raise ValueError('half a pair: \\ud83d')",
    "half": "return Finding(outcome=Outcome.AS_STATED, summary='half a pair: \\ud83d')",
    "escapes": "return Finding(outcome=Outcome.AS_STATED, "
    "summary='\\x1b[2Jall is well\\a, \\u202edetats sa')",
    "seven": "return 7",
    "memory": "return [0] * 10**15",
    "recursion": "return faulty_recursion(ctx)",
    "moves": "os.chdir('/')",
    "removes": "os.chdir(tempfile.mkdtemp()); os.rmdir(os.getcwd())",
    "environment": "os.environ['OMP_NUM_THREADS'] = '9'; del os.environ['PATH']",
    "closes": "sys.stdout.close()",
    "replaces": "sys.stderr = open(os.devnull, 'w')",
    "thread": "threading.Thread(target=time.sleep, args=(600,), name='sleeper').start()",
    "child": "subprocess.Popen(['sleep', '600'])",
    "grows": "os.environ['OF_A_LIBRARY'] = '1'",
    "draws": "random.seed(0); np.random.seed(0); shared.append(random.random())",
    "hangs": "time.sleep(600)",
}
"""Bodies of checks that do what a check must not, or, such as ``grows``, what it may."""


def _faulty(name: str) -> str:
    body = (
        FAULTS[name]
        if FAULTS[name].startswith(("raise", "return"))
        else (
            f"{FAULTS[name]}\n    return Finding(outcome=Outcome.AS_STATED, summary=repr(shared))"
        )
    )
    return (
        f"def faulty_{name}(ctx):\n    shared = [random.random(), np.random.random()]\n    {body}\n"
    )


TAIL = """
)

STATEMENT = Statement(
    id="toy",
    label="Theorem 0.1",
    title="A toy",
    source="nowhere",
    quoted="Squares are at most one.",
    unseen="",
    hypotheses=(Hypothesis(id="unit", text="$0 \\\\le x < 1$"),),
    readings=tuple(
        reading
        for reading in (
            Reading(id="R", text="f < 1", hypotheses=("unit",), predicted=Verdict.HOLDS),
        )
        if any(check.readings for check in CHECKS)
    ),
    parts=(Part(id="P", title="bound", text="f < 1"),),
)
"""

CHECKS = {
    "derivation": 'check("derivation", derive, kind="derivation", arithmetic="symbolic", '
    'all_dimensions=True, readings=("R",)),\n'
    '    check("derivation.ablation", derive, role="control", kind="derivation", '
    'arithmetic="symbolic", readings=("R",))',
    "measured": 'check("measured", functools.partial(say, outcome="as stated", summary="near"))',
    "property": 'check("property", draw, kind="property", cost=3.0)',
    "gpu": 'check("gpu", draw, capabilities=("cuda",))',
    "surprise": 'check("surprise", functools.partial(say, outcome="surprise", summary="it moved"))',
    "theorem": 'check("theorem", functools.partial(say, outcome="not run", summary="no Coq"), '
    'kind="kernel", arithmetic="kernel")',
    "undecided": 'check("undecided", functools.partial(say, outcome="undecided", summary="close"))',
    "context": 'check("context", functools.partial(say, outcome="surprise", summary="odd"), '
    'role="context")',
    "few": 'check("few", functools.partial(say, outcome="as stated", summary="few"), '
    'kind="property")',
    "leave": 'check("leave", leave)',
    "fail": 'check("fail", fail)',
    "nan": 'check("nan", nan)',
    "weigh": 'check("weigh", weigh, artefacts=(HEAD_OF_THREE,))',
    "weigh_again": 'check("weigh_again", weigh, artefacts=(HEAD_OF_THREE,))',
    "reads": 'check("reads", weigh, artefacts=(OF_WORDS,))',
    "images": 'check("images", weigh_images, artefacts=(OF_IMAGES,), capabilities=("cifar10",))',
    "hopeless": 'check("hopeless", weigh, artefacts=(HOPELESS,))',
    **{name: f'check("{name}", faulty_{name}, cost=5.0)' for name in FAULTS},
}
"""The toy room's checks, by the last component of their id."""

FORMULA = '''
"""The formula."""

def f(x):
    """Square."""
    return x * x
'''

EXPERIMENT = '''
"""A toy experiment."""
from verify.claims.check import Arithmetic, Check, Kind, Role
from verify.claims.evidence import Answer, Finding, Measured, Outcome
from verify.claims.statement import Effect, Experiment

EXPERIMENT = Experiment(
    id="X1",
    title="A toy",
    question="Is it so?",
    published="It is.",
    flaws=("One seed.",),
    effects=(Effect(id="so", text="It is so", published="yes", criterion="above zero"),),
)


def measure(ctx):
    return Finding(
        outcome=Outcome.AS_STATED,
        summary="measured",
        answers=(Measured(effect=EFFECT, answer=Answer.YES, value="1.0"),),
    )


CHECKS = (
    Check(
        id="X1.measure",
        title="measure",
        role=Role.CONTEXT,
        kind=Kind.TRAINING,
        arithmetic=Arithmetic.FLOAT32,
        run=measure,
    ),
)
'''


def write_registry(
    folder: Path, checks: Iterable[str] = ("derivation", "property"), effect: str = "so"
) -> str:
    """Write a registry with the rooms ``toy`` and ``X1``, and return its package name.

    Args:
        folder: on ``sys.path``.
        checks: which of `CHECKS` the room ``toy`` has.
        effect: the effect that the experiment's check answers.
    """
    name = f"registry{next(_numbers)}"
    package = folder / name
    room = package / "toy"
    room.mkdir(parents=True)
    (package / "__init__.py").write_text(
        textwrap.dedent('''
        """Toys."""
        from typing import NamedTuple

        class Entry(NamedTuple):
            id: str
            label: str
            title: str
            names: tuple

        CONTENTS = (
            Entry("toy", "Theorem 0.1", "A toy", ("toy", "0.1", "theorem 0.1")),
            Entry("X1", "Experiment X1", "A toy", ("x1", "experiment x1")),
        )
        ''')
    )
    listed = "".join(f"    {CHECKS[check]},\n" for check in checks)
    head = HEAD.lstrip().replace("FAULTY", "\n\n".join(_faulty(name) for name in FAULTS))
    (room / "__init__.py").write_text(f"{head}{listed}{TAIL.lstrip()}")
    (room / "formula.py").write_text(FORMULA.lstrip())
    (package / "x1.py").write_text(EXPERIMENT.lstrip().replace("EFFECT,", f'"{effect}",', 1))
    importlib.invalidate_caches()
    return name


def context(registry: str, folder: Path, **changes: str | int) -> Context:
    """Return a context whose rooms are those of a registry."""
    places = rooms.contents([registry])
    fields = {"seed": 1, "profile": "smoke", "device": "cpu", "cache": str(folder / "cache")}
    return Context(rooms=rooms.modules(places), **(fields | changes))  # type: ignore[arg-type]


def load_checks(registry: str) -> tuple[Check, ...]:
    """Return the checks of the room ``toy``."""
    return rooms.load("toy", f"{registry}.toy").checks


def forget(registry: str) -> None:
    """Forget the modules of a registry, so that changed source is imported anew."""
    for module in [name for name in sys.modules if name.partition(".")[0] == registry]:
        del sys.modules[module]
    rooms.load.cache_clear()


def with_parents(modules: Iterable[str]) -> set[str]:
    """These modules and the packages around them, of which some only define names."""
    parts = [module.split(".") for module in modules]
    return {".".join(names[: n + 1]) for names in parts for n in range(len(names))}
