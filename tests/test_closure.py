"""The closure is what a result rests on: too small, and stale evidence passes for fresh.

Toy packages in which every kind of import occurs once are the cases; what the closure should be is
written down by hand. One test reads this project's own files, another follows real imports.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from toy import context, forget, load_checks, with_parents, write_registry

from verify.__main__ import REGISTRIES, ROOT
from verify.claims.check import Arithmetic, Check, Context, Kind, Role
from verify.claims.evidence import Finding, Outcome
from verify.engine.provenance import difference, evidence_key
from verify.engine.registry import contents
from verify.engine.store import Store
from verify.engine.worker import run_check, with_provenance
from verify.identity.closure import (
    closure,
    closure_digest,
    locate,
    modified_since_import,
    snapshot_sources,
    versions,
)


def write(folder, **files):
    """Write a package ``pkg``; a key is a module's name with ``__`` for the full stop."""
    for name, text in files.items():
        path = folder.joinpath("pkg", *name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (path.parent / "__init__.py").touch()
    (folder / "pkg" / "__init__.py").touch()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import pkg.other", {"pkg", "pkg.other"}),
        ("import pkg.other as o", {"pkg", "pkg.other"}),
        ("from pkg import other", {"pkg.other"}),
        ("from . import other", {"pkg.other"}),
        ("from .other import x", {"pkg.other"}),
        ("from .sub.deep import x", {"pkg.sub.deep", "pkg.other"}),
        ("def f():\n    from pkg.other import x", {"pkg.other"}),
        ("class A:\n    import pkg.other", {"pkg", "pkg.other"}),
        ("try:\n    pass\nfinally:\n    import pkg.other", {"pkg", "pkg.other"}),
        ("try:\n    pass\nexcept OSError:\n    import pkg.other", {"pkg", "pkg.other"}),
        ("match 1:\n    case 1:\n        from pkg.other import x", {"pkg.other"}),
        ("while 0:\n    pass\nelse:\n    from pkg.other import x", {"pkg.other"}),
        ("with x:\n    async def f():\n        from pkg.other import x", {"pkg.other"}),
        ("from pkg.other import *", {"pkg.other"}),
        ("from .sub.deep import *", {"pkg.sub.deep", "pkg.other"}),
        ("if TYPE_CHECKING:\n    import pkg.other", set()),
        ("if typing.TYPE_CHECKING:\n    pass\nelse:\n    import pkg.other", {"pkg", "pkg.other"}),
        ("import json, xml.etree", set()),
        ("import pkg.absent", {"pkg"}),
    ],
)
def test_every_kind_of_import_is_followed(folder, source, expected):
    write(folder, start=source, other="x = 1", sub__deep="from ..other import x")
    assert set(closure("pkg.start")) == expected | {"pkg.start"}


DEFINES = '''
"""Prose."""
from __future__ import annotations
import json
from ..other import y
from typing import TYPE_CHECKING, NamedTuple
if TYPE_CHECKING:
    from .deep import x

class Entry(NamedTuple):
    """An entry."""
    id: str
    size: int = 3

    @property
    def names(self):
        return self.id.lower(), y()

CONTENTS = (Entry("a"), Entry(id="b", size=-1))
TABLE: dict[str, int] = {"a": 1, **{"b": json.JSONDecoder}}

def function(x, y=(1, 2)):
    return json.loads(x)
'''


def test_a_package_that_only_defines_is_left_out_where_it_is_only_implied(folder):
    write(folder, start="from .sub.deep import x", sub__deep="x = 1", other="def y(): return 2")
    init = folder / "pkg" / "sub" / "__init__.py"
    init.write_text(DEFINES)
    assert set(closure("pkg.start")) == {"pkg.start", "pkg.sub.deep"}
    before = closure_digest("pkg.start")
    init.write_text(DEFINES.replace('Entry("a")', 'Entry("a"), Entry("c")'))
    assert closure_digest("pkg.start") == before


@pytest.mark.parametrize(
    "start", ["from .sub import CONTENTS", "import pkg.sub", "import pkg.sub.deep"]
)
def test_a_package_that_is_imported_from_is_followed(folder, start):
    write(folder, start=start, sub__deep="x = 1", other="def y(): return 2")
    init = folder / "pkg" / "sub" / "__init__.py"
    init.write_text(DEFINES)
    assert {"pkg.sub", "pkg.other"} <= set(closure("pkg.start"))
    before = closure_digest("pkg.start")
    init.write_text(DEFINES.replace('Entry("a")', 'Entry("a"), Entry("c")'))
    assert closure_digest("pkg.start") != before


@pytest.mark.parametrize(
    "acts",
    [
        "json.loads('1')",
        "one = json.loads('1')",
        "json.loads = None",
        "json.x['a'] = 1",
        "CONTENTS += ()",
        "for x in (1,): pass",
        "if CONTENTS: pass",
        "class A:\n    json.loads('1')",
        "class A(json.loads('1')): pass",
        "@json.loads\ndef f(): pass",
        "@json.register\nclass A: pass",
        "def f(x=json.loads('1')): pass",
        "if TYPE_CHECKING:\n    pass\nelse:\n    json.loads('1')",
    ],
)
def test_a_package_that_does_more_is_hashed_and_its_imports_are_not_followed(folder, acts):
    write(folder, start="from .sub.deep import x", sub__deep="x = 1", other="def y(): return 2")
    (folder / "pkg" / "sub" / "__init__.py").write_text(f"{DEFINES}{acts}\n")
    assert set(closure("pkg.start")) == {"pkg.start", "pkg.sub", "pkg.sub.deep"}
    assert set(closure("pkg.start", besides="pkg.sub")) == {"pkg.start", "pkg.sub.deep"}
    assert "pkg.sub" in closure("pkg.start", "pkg.sub", besides="pkg.sub")


def test_a_package_that_rebinds_the_name_of_its_module_is_followed_too(folder):
    write(folder, start="from .sub import deep", sub__deep="x = 1", other="y = 2")
    assert set(closure("pkg.start")) == {"pkg.start", "pkg.sub.deep"}
    (folder / "pkg" / "sub" / "__init__.py").write_text("from ..other import y as deep")
    assert set(closure("pkg.start")) == {"pkg.start", "pkg.sub.deep", "pkg.sub", "pkg.other"}


def test_a_circle_of_imports_ends(folder):
    write(folder, start="import pkg.other", other="import pkg.start")
    assert set(closure("pkg.start")) == {"pkg", "pkg.start", "pkg.other"}


def test_a_module_without_source_is_refused(folder):
    with pytest.raises(ValueError, match=r"'pkg\.absent'.*source file"):
        closure("pkg.absent")
    assert locate("builtins") is None
    assert locate("__main__.x") is None


SOURCE = '"""Prose."""\nA = 1.0\n"""Why."""\ndef f(x):\n    """More."""\n    return x + A\n'


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Prose", "Other prose", True),
        ("More", "Less", True),
        ("Why", "Because", True),
        ("    return", "    # a comment\n\n    return", True),
        ("x + A", "(x  +  A)", True),
        ("x + A", "x - A", False),
        ("1.0", "-1.0", False),
        ("1.0", "1", False),
        ("1.0", "1.0000000000000002", False),
        ("return x + A", "return A + x", False),
        ("def f(x)", "def f(x, y=0)", False),
    ],
)
def test_prose_and_layout_keep_the_digest_and_code_changes_it(folder, old, new, same):
    write(folder, start=SOURCE)
    before = closure_digest("pkg.start")
    assert old in SOURCE
    write(folder, start=SOURCE.replace(old, new))
    assert (closure_digest("pkg.start") == before) is same


def test_a_renamed_module_changes_the_digest(folder):
    write(folder, start="x = 1", other="x = 1")
    assert closure_digest("pkg.start") != closure_digest("pkg.other")


# --- freshness ------------------------------------------------------------------------------


def test_a_change_that_keeps_size_and_modification_time_is_seen(folder):
    write(folder, start="x = 1 * 2")
    path = folder / "pkg" / "start.py"
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    digests = {closure_digest("pkg.start")}
    for sign in "+-/":
        path.write_text(f"x = 1 {sign} 2")
        os.utime(path, ns=times)
        digests.add(closure_digest("pkg.start"))
    assert len(digests) == 4


def test_a_file_that_appears_later_is_seen(folder):
    write(folder, start="try:\n    import pkg.sub.late\nexcept ImportError:\n    pass")
    (folder / "pkg" / "sub").mkdir()
    before = closure_digest("pkg.start")
    (folder / "pkg" / "sub" / "late.py").write_text("x = 1")
    after = closure_digest("pkg.start")
    assert before != after
    (folder / "pkg" / "sub" / "late.py").unlink()
    assert closure_digest("pkg.start") == before


def test_another_package_of_the_same_name_earlier_on_the_path_is_seen(folder, monkeypatch):
    write(folder, start="x = 1")
    before = closure_digest("pkg.start")
    write(folder / "earlier", start="x = 2")
    monkeypatch.syspath_prepend(folder / "earlier")
    assert closure_digest("pkg.start") != before


def test_files_are_not_read_again_while_they_stay_as_they_are(folder, monkeypatch):
    write(folder, start="from .other import x", other="x = 1")
    monkeypatch.setattr("verify.identity.closure._SETTLED_NS", 0)
    first = closure_digest("pkg.start")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    assert closure_digest("pkg.start") == first


def test_what_was_pinned_is_compared_with_the_files_themselves(folder, monkeypatch):
    write(folder, start="x = 1 * 2")
    snapshot_sources("pkg.start")
    assert modified_since_import("pkg.start") == []
    (folder / "pkg" / "start.py").write_text("x = 1 + 2")
    monkeypatch.setattr("verify.identity.closure._stamp", lambda path: None)
    assert modified_since_import("pkg.start") == ["pkg.start"]


def test_the_keys_of_four_hundred_checks_take_well_under_a_second(folder):
    registry = write_registry(folder, ["derivation", "property", "surprise", "weigh"])
    checks = load_checks(registry)
    ctx = context(registry, folder)
    start = time.process_time()
    for _ in range(400 // len(checks)):
        for check in checks:
            evidence_key(check, ctx)
    assert time.process_time() - start < 0.7  # 0.1 s on an idle machine


def test_nothing_is_imported_and_reading_the_project_takes_less_than_30_ms_a_module():
    modules = [str(place.module) for place in contents(REGISTRIES)]
    code = (
        "import sys, time\n"
        "from verify.identity.closure import closure, closure_digest, locate\n"
        f"modules = [m for m in {modules!r} if locate(m)]\n"
        "start = time.process_time()\n"
        "digests = [closure_digest(m) for m in modules]\n"
        "print(time.process_time() - start, len(digests), len(closure(*modules)))\n"
        "print([m for m in sys.modules if m.partition('.')[0] in ('torch', 'sympy', 'theorems')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    timing, imported = done.stdout.splitlines()
    seconds, rooms, files = timing.split()
    assert int(rooms) == len(contents(REGISTRIES))
    assert float(seconds) < 0.03 * int(files)  # 4 ms on an idle machine
    assert imported == "[]"


def test_the_closure_holds_every_project_module_that_an_import_really_loads(folder):
    registry = write_registry(folder)
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        f"import {registry}.toy\n"
        f"print(*(m for m in sys.modules if m.partition('.')[0] in ('verify', {registry!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= with_parents(closure(f"{registry}.toy"))


@functools.cache
def trees():
    """The syntax tree of every file that a room rests on."""
    found = closure(*(place.module for place in contents(REGISTRIES))).values()
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in found}


def acting(body):
    """The statements at the top of a file that may do more than bind names of its own."""
    own = {
        node.id
        for statement in body
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for statement in body:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
                continue
            case ast.Expr(ast.Constant(str())) | ast.If(ast.Name("TYPE_CHECKING"), orelse=[]):
                continue
            case ast.AugAssign(target=ast.Name(name)) if name in own:
                continue
            case ast.Assign() | ast.AnnAssign() if not {
                type(node)
                for target in getattr(statement, "targets", [getattr(statement, "target", None)])
                for node in ast.walk(target)
            } & {ast.Attribute, ast.Subscript}:
                continue
            case ast.Try(inner, handlers, orelse, finalbody):
                blocks = [inner, *(one.body for one in handlers), orelse, finalbody]
                yield from (line for block in blocks for line in acting(block))
            case _:
                yield ast.unparse(statement)


@pytest.mark.parametrize(
    "acts",
    [
        "torch.set_default_dtype(float)",
        "torch.defaults.dtype = float",
        "TABLE['x'] = 1",
        "TABLE |= {}",
        "for x in TABLE: pass",
        "try:\n    import fcntl\nexcept ImportError:\n    torch.seed()",
        "if TYPE_CHECKING:\n    pass\nelse:\n    torch.seed()",
        "with torch.no_grad(): pass",
        "del TABLE",
        "x, torch.y = 1, 2",
        "(print('so'))",
    ],
)
def test_what_acts_where_it_is_imported_is_found(acts):
    assert list(acting(ast.parse(f"from a import TABLE, torch\nx = 1\n{acts}").body))


@pytest.mark.slow
def test_no_file_that_a_room_rests_on_acts_where_it_is_imported():
    """What a package around a module did there could change a result and move no key."""
    assert len(trees()) > 100
    for path, tree in trees().items():
        assert list(acting(tree.body)) == [], path


def test_an_edit_in_a_room_costs_that_room_and_few_others_and_no_training_of_theirs():
    """So many rooms are imported and judged anew after an edit of one of the room's files."""
    places = contents(REGISTRIES)
    beside = ("summary", "picture")
    rests = {
        place.entry.id: set(
            closure(place.module, *filter(locate, (f"{place.module}.{n}" for n in beside)))
        )
        for place in places
    }
    own = {
        place.entry.id: {m for m in rests[place.entry.id] if f"{m}.".startswith(f"{place.module}.")}
        for place in places
    }
    others = {
        room: {other for other in rests if other != room and rests[other] & files}
        for room, files in own.items()
    }
    assert {room: found for room, found in others.items() if found} == {
        "prop34": {"cor35"},
        "E2": {"E7"},
        "E3": {"E6", "E8"},
        "E4": {"E6"},
        "E5": {"E6"},
    }
    networks = set(closure("verify.experiments.networks"))  # of every training but 3.1's
    assert [room for room, files in own.items() if files & networks] == []
    of_31 = set(closure("theorems.thm31.trained"))
    assert [room for room, files in own.items() if files & of_31] == ["thm31"]


@pytest.mark.slow
def test_no_room_imports_by_a_computed_name():
    assert len(trees()) > 100
    for path, tree in trees().items():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            assert name not in ("import_module", "__import__"), f"{path}: {name}"


def test_versions_name_python_and_what_is_absent(monkeypatch):
    assert versions()["python"] == sys.version.partition(" ")[0]
    assert versions()["numpy"][0].isdigit()
    monkeypatch.setattr("verify.identity.closure.PACKAGES", ("no-such-package",))
    assert versions.__wrapped__()["no-such-package"] == "absent"


# --- the key of evidence --------------------------------------------------------------------


@pytest.fixture
def registry(folder):
    return write_registry(folder, ["derivation", "property", "surprise", "weigh"])


def keys(registry, folder, **changes):
    ctx = context(registry, folder, **changes)
    return {check.id: evidence_key(check, ctx) for check in load_checks(registry)}


def test_a_sign_in_another_module_of_the_closure_changes_every_key(registry, folder):
    before = keys(registry, folder)
    formula = folder / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace("x * x", "-x * x"))
    after = keys(registry, folder)
    assert all(before[id] != after[id] for id in before)


def test_prose_in_another_module_changes_no_key(registry, folder):
    before = keys(registry, folder)
    formula = folder / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace("Square.", "The square.") + "# a comment\n")
    assert keys(registry, folder) == before


@pytest.mark.parametrize("change", [{"seed": 2}, {"profile": "deep"}, {"device": "cuda"}])
def test_the_context_is_part_of_the_key(registry, folder, change):
    before, after = keys(registry, folder), keys(registry, folder, **change)
    assert all(before[id] != after[id] for id in before)


def test_cache_and_checkout_are_no_part_of_the_key(registry, folder):
    assert keys(registry, folder) == keys(registry, folder, cache="elsewhere", git="abc")


def test_versions_are_part_of_the_key(registry, folder):
    check = load_checks(registry)[0]
    ctx = context(registry, folder)
    assert evidence_key(check, ctx) == evidence_key(check, ctx, versions())
    assert evidence_key(check, ctx) != evidence_key(check, ctx, versions() | {"torch": "0.0"})


def test_what_judged_a_theorem_is_part_of_its_key_and_of_no_other(
    registry, folder, monkeypatch, tmp_path
):
    check, *_ = load_checks(registry)
    theorem = dataclasses.replace(check, kind=Kind.KERNEL)
    ctx = context(registry, folder)
    monkeypatch.setattr("verify.kernel.record.RECORD", tmp_path / "record.json")
    made, of_code_alone = {}, set()
    for coq, libraries, content in (
        ("8.16.1", "a", "{}"),
        ("8.16.1", "b", "{}"),
        ("8.20.0", "b", "{}"),
        ("", "", "{}"),
        ("", "", "{ }"),
        ("", "", ""),
    ):
        monkeypatch.setattr("verify.kernel.coq.version", lambda coq=coq: coq)
        monkeypatch.setattr("verify.kernel.coq.libraries", lambda of=libraries: of)
        (tmp_path / "record.json").write_text(content)
        if not content:
            (tmp_path / "record.json").unlink()
        finding = Finding(outcome=Outcome.AS_STATED, summary="")
        evidence = with_provenance(theorem, ctx, finding)
        made[evidence.provenance.key] = evidence
        assert evidence_key(theorem, ctx) == evidence.provenance.key
        of_code_alone.add(evidence_key(theorem, ctx, {}))
        made_without = with_provenance(check, ctx, finding).provenance
        assert (made_without.key, made_without.versions) == (
            evidence_key(check, ctx, versions()),
            versions(),
        )
    assert len(made) == 6
    assert len(of_code_alone) == 1
    told = [difference(theorem, ctx, evidence) for evidence in made.values()]
    assert told[:3] == [
        "Measured with coq 8.16.1, coq libraries a.",
        "Measured with coq 8.16.1, coq libraries b.",
        "Measured with coq 8.20.0, coq libraries b.",
    ]
    assert re.fullmatch("Measured with coq not here, record [0-9a-f]{12}.", told[3])
    older = evidence.provenance
    before = msgspec.structs.replace(
        older, versions=versions(), key=evidence_key(theorem, ctx, versions())
    )
    unnoted = msgspec.structs.replace(evidence, provenance=before)
    assert difference(theorem, ctx, unnoted) == "Measured with coq not noted."


def test_arguments_of_a_partial_application_are_part_of_the_key(registry, folder):
    ctx = context(registry, folder)
    check = next(check for check in load_checks(registry) if check.id == "toy.P.surprise")
    other = functools.partial(check.run.func, outcome="surprise", summary="it moved further")
    assert evidence_key(check, ctx) != evidence_key(dataclasses.replace(check, run=other), ctx)


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.CONTEXT},
        {"kind": Kind.SCALE},
        {"arithmetic": Arithmetic.FLOAT32},
        {"all_dimensions": True},
        {"readings": ("R",)},
        {"part": ""},
        {"capabilities": ("cuda",)},
    ],
)
def test_what_a_check_declares_is_part_of_its_key(registry, folder, change):
    ctx = context(registry, folder)
    check = load_checks(registry)[2]
    changed = dataclasses.replace(check, **change)
    assert evidence_key(check, ctx) != evidence_key(changed, ctx)


def test_title_and_cost_are_no_part_of_the_key(registry, folder):
    ctx = context(registry, folder)
    check = load_checks(registry)[2]
    renamed = dataclasses.replace(check, title="another", cost=99.0)
    assert evidence_key(check, ctx) == evidence_key(renamed, ctx)


def test_a_check_that_needs_a_gpu_has_one_key_wherever_it_is_asked_for(folder):
    registry = write_registry(folder, ["gpu"])
    assert keys(registry, folder) == keys(registry, folder, device="cuda")


SPLIT = {
    "first": "def run(ctx):\n    return 1\n",
    "second": "from . import third\ndef run(ctx):\n    return third.x\n",
    "third": "x = 2\n",
}


def test_a_key_holds_the_code_of_the_checks_own_run_alone(folder, monkeypatch):
    """A room of two checks in modules of their own: a change reaches the keys that it concerns."""
    write(folder, **{f"room__{name}": text for name, text in SPLIT.items()})
    table = folder / "pkg" / "room" / "__init__.py"
    table.write_text("from . import first, second\nCHECKS = tuple(map(print, (first, second)))\n")
    first, second = (importlib.import_module(f"pkg.room.{name}") for name in ("first", "second"))
    ctx = Context(seed=1, profile="smoke", device="cpu", cache="", rooms={"pkg": "pkg.room"})
    fields = {"title": "", "role": Role.SUPPORTS, "kind": Kind.SCALE}
    checks = [
        Check(id=f"pkg.{n}", run=module.run, arithmetic=Arithmetic.EXACT, **fields)
        for n, module in enumerate((first, second))
    ]

    def digests():
        return [evidence_key(check, ctx) for check in checks]

    before = digests()
    table.write_text(table.read_text() + "MORE = print('a line more')\n")
    assert digests() == before
    (folder / "pkg" / "__init__.py").write_text("NAMES = ('another',)\n")
    assert digests() == before
    (folder / "pkg" / "room" / "third.py").write_text("x = -2\n")
    after = digests()
    assert after[0] == before[0]
    assert after[1] != before[1]
    for name in [name for name in sys.modules if name.partition(".")[0] == "pkg"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.slow
def test_a_line_in_a_table_of_contents_changes_no_key(tmp_path):
    """A real room of each registry, with the tables of contents of a copied project edited, then code of all."""
    for name in ("theorems", "verify"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    code = (
        "import sys\n"
        "from verify.__main__ import REGISTRIES\n"
        "from verify.claims.check import Context\n"
        "from verify.engine.provenance import evidence_key\n"
        "from verify.engine.registry import contents, load, modules\n"
        "places = contents(REGISTRIES)\n"
        "ctx = Context(seed=1, profile='smoke', device='cpu', cache='', rooms=modules(places))\n"
        "checks = [c for n in ('prop52', 'E3') for c in load(n, ctx.rooms[n]).checks]\n"
        "def keys(): return [evidence_key(check, ctx) for check in checks]\n"
        "before = keys()\n"
        "for path in sys.argv[1:3]:\n"
        "    with open(path, 'a') as file: file.write(\"\\nAFTERWORD = ('a', 1)\\n\")\n"
        "assert keys() == before\n"
        "with open(sys.argv[3], 'a') as file: file.write('\\nAFTERWORD = 1\\n')\n"
        "print(len(before), sum(map(str.__eq__, keys(), before)))\n"
    )
    edited = [tmp_path.joinpath(*name.split("."), "__init__.py") for name in REGISTRIES]
    done = subprocess.run(
        [sys.executable, "-c", code, *edited, tmp_path / "verify" / "claims" / "check.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    checks, unmoved = map(int, done.stdout.split())
    assert checks > 50
    assert unmoved == 0  # by what every check draws through, which shows that files are read again


def test_the_keys_are_the_same_in_another_process(registry, folder):
    code = (
        f"import sys; sys.path[:0] = [{str(folder)!r}, {str(Path(__file__).parent)!r}]\n"
        "import toy, pathlib\n"
        "from verify.engine.provenance import evidence_key\n"
        f"ctx = toy.context({registry!r}, pathlib.Path({str(folder)!r}))\n"
        f"print(*(evidence_key(c, ctx) for c in toy.load_checks({registry!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == list(keys(registry, folder).values())


def test_older_evidence_says_how_it_differs(registry, folder):
    ctx = context(registry, folder)
    check = load_checks(registry)[1]
    made = run_check(check.id, ctx)
    other = context(registry, folder, seed=7, profile="deep")
    assert difference(check, other, made) == "Measured with profile smoke, seed 1."
    formula = folder / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace("x * x", "x * x * x"))
    assert difference(check, other, made) == "Measured with earlier code."
    forget(registry)
    store = Store(folder / "evidence")
    store.write(made)
    again = run_check(check.id, ctx)
    time.sleep(0.002)  # dates are kept in milliseconds
    store.write(again)
    assert store.newest(check.id, besides=again.provenance.key) == made
