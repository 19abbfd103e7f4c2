"""Outlines of rooms: they know what the rooms know, and none is believed that anything has changed under.

Oracles: the imported rooms themselves, whose keys an outline must reproduce; an audit hook of Python, which sees every
file that importing them opens; and counts of imports, of looks at files, of drawings and of written files, of runs that
find nothing new.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from toy import context, forget, with_parents, write_registry

from reports import figures, kept, mathml, render
from verify.__main__ import REGISTRIES, ROOT
from verify.claims.declare import measurement
from verify.engine import outline, registry
from verify.engine.outline import Files, Outlines
from verify.engine.provenance import evidence_key
from verify.engine.record import CheckRecord
from verify.engine.registry import contents
from verify.identity import closure

FAST = ("--profile", "smoke", "--device", "cpu", "--jobs", "1", "--seed", "3")

KEYS = """
    ctx = Context(seed=5, profile="smoke", device="cpu", cache="c", rooms=modules(places))
    for check in room(place.entry.id, place.module).checks:
        needs = [(need.key(ctx), str(need.path(ctx))) for need in check.artefacts]
        keys[check.id] = [evidence_key(check, ctx), configuration(check), needs, check.capabilities]
"""
"""What both scripts do with a room."""

IMPORTING = f"""
import importlib, json, os, sys
from pathlib import Path
folder, root, modules_of_rooms = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
opened, watching = set(), True
def hook(event, arguments):
    if watching and event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.add(os.path.realpath(os.fsdecode(arguments[0])))
sys.addaudithook(hook)
for module in modules_of_rooms:
    importlib.import_module(module)
loaded = [name for name in sys.modules if name.partition(".")[0] in ("verify", "theorems")]
watching = False
import verify.engine.outline as outline
from verify.__main__ import REGISTRIES
from verify.claims.check import Context
from verify.engine.provenance import configuration, evidence_key
from verify.engine.registry import contents, load, modules
places = contents(REGISTRIES)
watching = True
for place in places:
    load(place.entry.id, place.module)
watching = False
seen = {{file for file in opened if file.startswith(root + os.sep) and "__pycache__" not in file}}
outlines = outline.Outlines(folder, places)
keys, stamped, room = {{}}, set(), load
for place in places:
    outlines.room(place.entry.id, place.module){KEYS}
    kept = outline.unseal((folder / f"{{place.module}}.json").read_bytes(), outline.Outline)
    stamped.update(kept.files)
files = outline.Files(outlines._packages)
unseen = [file for file in seen if (name := files.relative(Path(file))).endswith(".py") and name not in stamped]
print(json.dumps([keys, sorted(unseen), sorted(seen), loaded]))
"""

LOOKING = f"""
import json, sys
from pathlib import Path
from verify.__main__ import REGISTRIES
from verify.claims.check import Context
from verify.engine.outline import Outlines
from verify.engine.provenance import configuration, evidence_key
from verify.engine.registry import contents, modules
places = contents(REGISTRIES)
keys, room = {{}}, Outlines(Path(sys.argv[1]), places).room
for place in places:{KEYS}
heavy = [name for name in ("torch", "sympy", "scipy", "sklearn", "numpy", "hypothesis") if name in sys.modules]
print(json.dumps([keys, heavy]))
"""


def told(script: str, *arguments: str):
    """What a script prints, run by itself in the checkout."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)


@pytest.mark.slow
def test_the_outlines_of_all_rooms_have_their_keys_import_nothing_and_stamp_all_that_is_read(
    tmp_path,
):
    modules = [place.module for place in contents(REGISTRIES)]
    keys, unseen, seen, loaded = told(IMPORTING, str(tmp_path), str(ROOT.resolve()), *modules)
    assert unseen == []
    assert with_parents(closure.closure(*modules)).issuperset(loaded)  # what importing them loads
    assert any(file.endswith(".v") for file in seen)  # which stamps hold of every package
    outlined, heavy = told(LOOKING, str(tmp_path))
    assert outlined == keys
    assert heavy == []
    # A run without data or a GPU trains so many networks, each once for all that need it; one more is counted here.
    trained = [path for _, _, needs, lacks in keys.values() if not lacks for _, path in needs]
    assert len(trained) == 119
    assert len(set(trained)) == 76


# --- a toy room -----------------------------------------------------------------------------


@pytest.fixture
def imports(monkeypatch) -> list[str]:
    """The rooms that are imported, one entry each time."""
    found: list[str] = []
    load = registry.load

    def counted(name, module):
        found.append(name)
        return load(name, module)

    counted.cache_clear = load.cache_clear  # which `toy.forget` calls
    monkeypatch.setattr(registry, "load", counted)
    return found


def outlined(folder: Path, name: str):
    """The toy room by way of its outline."""
    places = contents([name])
    return Outlines(folder / "outlines", places).room("toy", places[0].module)


def test_an_outline_is_the_room_without_its_functions(folder, imports):
    name = write_registry(folder, ["derivation", "property", "weigh"])
    places = contents([name])
    room = registry.load("toy", places[0].module)
    outlined(folder, name)
    imports.clear()
    again = outlined(folder, name)
    assert imports == []
    assert dataclasses.replace(room, checks=()) == dataclasses.replace(again, checks=())
    ctx = context(name, folder)
    for one, other in zip(room.checks, again.checks, strict=True):
        bare = {"run": None, "artefacts": ()}
        assert dataclasses.replace(one, **bare) == dataclasses.replace(other, **bare)
        assert evidence_key(one, ctx) == evidence_key(other, ctx)
        assert evidence_key(one, ctx, {"torch": "1"}) == evidence_key(other, ctx, {"torch": "1"})
        assert [n.path(ctx) for n in one.artefacts] == [n.path(ctx) for n in other.artefacts]
        with pytest.raises(TypeError, match="only outlined"):
            other.run(ctx)


PICTURE = """
from verify.claims.evidence import Plot
from verify.claims.picture import Picture
def picture(checks):
    return Picture(plot=Plot(title="T", kind="line", series=(), xlabel="x", ylabel="y"), caption=", ".join(checks))
"""


def test_a_picture_is_drawn_once_of_the_same_records_and_again_of_others(folder, imports):
    name = write_registry(folder, ["derivation"])
    (folder / name / "toy" / "picture.py").write_text(PICTURE)
    for _ in range(2):  # imported, and outlined
        room = outlined(folder, name)
        assert room.picture({}).caption == ""
        forget(name)
    assert imports == ["toy"]
    drawn = (folder / "outlines" / f"{name}.toy.picture").read_bytes()
    assert room.picture({}).caption == ""
    assert f"{name}.toy" not in sys.modules  # it was not drawn anew
    for damage in (drawn[:-9], drawn.replace(b'"line"', b'"bar"'), b"", b"{}"):
        assert damage != drawn
        (folder / "outlines" / f"{name}.toy.picture").write_bytes(damage)
        assert room.picture({}).caption == ""
        assert (folder / "outlines" / f"{name}.toy.picture").read_bytes() == drawn
    forget(name)
    assert (
        room.picture(
            {"toy.derivation": CheckRecord.of(measurement("toy.derivation", "t", print))}
        ).caption
        == "toy.derivation"
    )
    assert (folder / "outlines" / f"{name}.toy.picture").read_bytes() != drawn
    (folder / name / "toy" / "picture.py").write_text(
        PICTURE.replace('", ".join(checks)', '"other"')
    )
    forget(name)
    assert outlined(folder, name).picture({}).caption == "other"


def test_what_is_drawn_does_not_depend_on_pages_or_evidence(monkeypatch, tmp_path):
    package = tmp_path / "reports"
    for folder in ("site", "evidence"):
        (package / folder).mkdir(parents=True)
    (package / "kept.py").write_text("")
    (package / "style.css").write_text("a {}")
    monkeypatch.setattr(kept, "__file__", str(package / "kept.py"))
    monkeypatch.setattr(outline.importlib.util, "find_spec", lambda name: Spec((str(package),)))
    stamp = kept.drawn_by()
    (package / "site" / "index.html").write_text("page")
    (package / "evidence" / "run.json").write_text("{}")
    (package / ".#style.css").symlink_to("nobody@nowhere.1")  # an editor's lock
    assert kept.drawn_by() == stamp
    (package / "style.css").write_text("a { color: red }")
    styled = kept.drawn_by()
    (package / "kept.py").write_text("changed = True")
    assert len({stamp, styled, kept.drawn_by()}) == 3


class Spec(NamedTuple):
    """Where a package is."""

    submodule_search_locations: tuple[str, ...]


def a_line_of_code(package: Path) -> None:
    (package / "formula.py").write_text((package / "formula.py").read_text() + "\nMORE = 1\n")


def a_comment(package: Path) -> None:
    (package / "__init__.py").write_text((package / "__init__.py").read_text() + "\n# so it is\n")


def the_same_size_and_time(package: Path) -> None:
    file = package / "formula.py"
    before = file.stat()
    text = file.read_text()
    assert "x" in text
    file.write_text(text.replace("x", "y"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def a_module_that_hides_another(package: Path) -> None:
    (package / "formula").mkdir()
    (package / "formula" / "__init__.py").write_text((package / "formula.py").read_text())


def a_file_that_any_may_read(package: Path) -> None:
    (package / "theorem.v").write_text("Theorem t : True.")


def a_file_that_goes(package: Path) -> None:
    (package / "formula.py").unlink()


@pytest.mark.parametrize(
    "change",
    [
        a_line_of_code,
        a_comment,
        the_same_size_and_time,
        a_module_that_hides_another,
        a_file_that_any_may_read,
        a_file_that_goes,
    ],
)
def test_an_outline_does_not_outlive_what_it_was_made_of(folder, imports, change):
    name = write_registry(folder, ["derivation"])
    for _ in range(2):
        outlined(folder, name)
    assert imports == ["toy"]
    change(folder / name / "toy")
    forget(name)
    if change is a_file_that_goes:
        with pytest.raises(registry.RoomError):
            outlined(folder, name)
    else:
        outlined(folder, name)
    assert imports == ["toy", "toy"]


def test_an_outline_is_of_these_versions_and_not_believed_when_it_is_damaged(
    folder, imports, monkeypatch
):
    name = write_registry(folder, ["derivation"])
    outlined(folder, name)
    (file,) = (folder / "outlines").iterdir()
    whole = file.read_bytes()
    for damage in (whole[:-40], whole.replace(b"toy.P", b"toy.Q"), b"", b"{}"):
        file.write_bytes(damage)
        outlined(folder, name)
        assert file.read_bytes() == whole
    assert len(imports) == 5
    versions = outline.versions() | {"torch": "0.0"}
    monkeypatch.setattr(outline, "versions", lambda: versions)
    outlined(folder, name)
    assert len(imports) == 6


def test_what_was_edited_after_its_import_is_not_kept(folder, imports):
    name = write_registry(folder, ["derivation"])
    registry.load("toy", contents([name])[0].module)
    a_line_of_code(folder / name / "toy")
    for _ in range(2):
        assert not isinstance(outlined(folder, name).checks[0].run, outline.Run)
    assert imports == ["toy"] * 3


def test_files_know_each_other_apart(folder):
    name = write_registry(folder, ["derivation"])
    files = Files([name])
    (file,) = (one for one in files.present if one.endswith("formula.py"))
    assert files.relative(folder / name / "toy" / "formula.py") == file
    assert files.stamp([file]) != files.stamp([])
    assert files.stamp([file, f"{name}/none.py"]) == ""
    with pytest.raises(ValueError, match="in none of the packages"):
        files.relative(folder / "elsewhere.py")


# --- what a run that finds nothing new does -------------------------------------------------


def written(folder: Path) -> dict[str, int]:
    """When each file of a folder was written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_an_unchanged_run_imports_draws_and_writes_nothing(verify, folder, imports, monkeypatch):
    name = write_registry(folder, ["derivation", "property", "weigh"])
    looks, pages, lists = [], [], []
    stamp, page, listdir = closure._stamp, render.pages, os.listdir
    monkeypatch.setattr(closure, "_stamp", lambda path: looks.append(path) or stamp(path))
    monkeypatch.setattr(os, "listdir", lambda path=".": lists.append(Path(path)) or listdir(path))
    monkeypatch.setattr(render, "pages", lambda run, *how: pages.append(run) or page(run, *how))
    code, first, _ = verify(name, "all", *FAST)
    assert (code, imports[0], len(pages)) == (0, "toy", 1)
    before = written(folder / "out")
    imports.clear()
    looks.clear()
    lists.clear()
    code, second, _ = verify(name, "all", *FAST)
    assert code == 0
    assert imports == []
    assert looks == []
    assert lists.count(folder / "out" / "evidence") == 1  # not one for each check
    assert len(pages) == 1
    assert written(folder / "out") == before
    assert "; 0 reused;" in first
    assert "; 5 reused;" in second
    (folder / "out" / "site" / "toy.html").write_text("edited")  # pages are known by their content
    verify(name, "all", *FAST)
    assert len(pages) == 2
    assert "edited" not in (folder / "out" / "site" / "toy.html").read_text()


def test_an_unchanged_run_loads_no_library_that_computes(verify, folder):
    name = write_registry(folder, ["derivation", "property", "weigh"])
    assert verify(name, "all", *FAST)[0] == 0
    run = ["all", "--profile", "smoke", "--out", "out"]  # on a GPU, if PyTorch may find one
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(folder)!r}]
from verify.__main__ import main
from verify.cli.soak import limit
from verify.engine.mutation import catalogue
catalogue.FOLDERS = {{}}  # as `verify` does
main({run!r}, registries=[{name!r}])
heavy = ("flint", "jinja2", "matplotlib", "scipy", "sklearn", "sympy", "torch")
print(*[library for library in heavy if library in sys.modules])
limit(0, 300)
print("scipy.stats" in sys.modules)
"""
    told = subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True).splitlines()
    assert any("; 5 reused;" in line for line in told)
    may_have_gpu = not closure.versions()["torch"].endswith("+cpu")
    assert told[-2:] == ["torch" if may_have_gpu else "", "False"]


def test_formulas_and_figures_are_drawn_once_and_not_by_other_code(run, tmp_path, monkeypatch):
    drawn = []
    svg, formula = figures.svg, mathml._formula
    monkeypatch.setattr(figures, "svg", lambda *plot: drawn.append(plot) or svg(*plot))
    monkeypatch.setattr(mathml, "_formula", lambda *tex: drawn.append(tex) or formula(*tex))

    def again(by: str) -> int:
        """How many are drawn in a process that has drawn nothing yet."""
        monkeypatch.setattr(render, "drawn_by", lambda: by)
        for kind in (mathml.FORMULAS, render.FIGURES):
            kind.clear()
            kind.earlier = {}
        drawn.clear()
        render.render(run, tmp_path / "site", cache=tmp_path)
        return len(drawn)

    first = again("code")
    page = (tmp_path / "site" / "index.html").read_bytes()
    assert first > 10
    assert again("code") == 0
    assert (tmp_path / "site" / "index.html").read_bytes() == page
    assert again("other code") == first
    (tmp_path / "drawings.json").write_bytes((tmp_path / "drawings.json").read_bytes()[:-9])
    assert again("other code") == first


def test_a_report_whose_figures_are_drawn_imports_nothing_that_draws(tmp_path):
    code = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]
from report_fixture import run_record
from reports.render import render
render(run_record(), Path("site"), cache=Path("cache"))
print(*[name for name in ("matplotlib", "scipy") if name in sys.modules])
"""
    told = [subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path) for _ in range(2)]
    assert [one.split() for one in told] == [[b"matplotlib"], []]


def test_a_template_is_compiled_once_in_a_process(run, monkeypatch):
    compiled, cache = [], render._Compiled()
    dump = cache.dump_bytecode
    cache.dump_bytecode = lambda bucket: compiled.append(bucket.key) or dump(bucket)
    monkeypatch.setattr(render, "COMPILED", cache)
    first, again = (render.page(run) for _ in range(2))
    assert first == again
    assert len(compiled) == len(set(compiled)) > 5


def test_pages_of_another_version_of_the_project_are_not_kept(run, monkeypatch):
    before = kept.shown(run, False)
    assert kept.shown(run, False) == before
    monkeypatch.setattr(kept, "project_version", lambda: "0.0", raising=False)
    assert kept.shown(run, False) != before


def test_what_draws_is_known_by_its_files_and_libraries(monkeypatch):
    before = kept.drawn_by()
    assert kept.drawn_by() == before
    monkeypatch.setattr(kept, "version", lambda name: "0.0")
    assert kept.drawn_by() != before
