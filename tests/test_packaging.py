"""What is installed: the product without its tests, which runs from anywhere and keeps its names.

The oracle of the wheel is the checkout's tree; that of an installation is pip, in an environment
of its own that sees the packages of this one.
"""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from report_fixture import run_record

from projection_head_verifier import DISTRIBUTION, NAMES, taken
from reports.render import page
from verify.__main__ import ROOT

COQ = "theorems/thm41/kernel/Toy.v"
"""A file of a kind that is not Python, which the copy that is built gets."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the checkout."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for name in NAMES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("site"))
    for file in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", f"{_module()}.py"):
        shutil.copy(ROOT / file, copy)
    (copy / COQ).parent.mkdir(exist_ok=True)
    (copy / COQ).write_text("Definition toy := 0.\n")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (built,) = out.iterdir()
    return built


def _module():
    return DISTRIBUTION.replace("-", "_")


def _is_test(file):
    return file.name == "conftest.py" or file.name.startswith("test_")


def test_the_wheel_holds_the_product_and_no_test(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tree = {
        file.relative_to(ROOT).as_posix()
        for top in NAMES
        for file in (ROOT / top).rglob("*")
        if file.suffix
        in (".py", ".html", ".css", ".ipynb", ".json", ".toml", ".txt", ".typed", ".v")
        and not _is_test(file)
        and "site" not in file.parts
    }
    assert held == tree | {COQ, f"{_module()}.py"}
    assert not any(_is_test(Path(name)) for name in held)
    assert {f"{name}/py.typed" for name in NAMES} < held


def test_in_a_checkout_no_name_is_taken():
    assert taken() == ""


class Environment:
    """An environment with our wheel, and a working directory that is empty at first."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder / "environment"
        self.work = folder / "work"
        self.work.mkdir()
        venv.create(self.folder, symlinks=True)
        self.python = self.folder / "bin" / "python"
        (self.site,) = self.folder.glob("lib/python*/site-packages")
        self.pip("install", wheel)
        (self.site / "those_of_the_tests.pth").write_text("\n".join(site.getsitepackages()))

    def pip(self, command: str, *arguments: object) -> None:
        """Install or uninstall, from files alone."""
        options = {"install": ("--no-deps", "--no-index", "--no-compile"), "uninstall": ("-y",)}
        call = [sys.executable, "-m", "pip", "-q", "--python", self.python, command]
        subprocess.run([*call, *options[command], *arguments], check=True, capture_output=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What Python says to these arguments, in the working directory."""
        return self._call(self.python, *arguments)

    def script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What the installed command says to these arguments, in the working directory."""
        return self._call(self.folder / "bin" / DISTRIBUTION, *arguments)

    def _call(self, *command: object) -> subprocess.CompletedProcess[str]:
        outside = {key: text for key, text in os.environ.items() if not key.startswith("PYTHON")}
        return subprocess.run(
            [*map(str, command)], cwd=self.work, env=outside, capture_output=True, text=True
        )

    def state(self) -> dict[Path, tuple[int, int]]:
        """Size and time stamp of every file that was installed, and of what came to lie there."""
        return {
            file: (file.stat().st_size, file.stat().st_mtime_ns)
            for file in self.site.rglob("*")
            if "__pycache__" not in file.parts and file.is_file()
        }


@pytest.fixture
def environment(tmp_path, wheel):
    return Environment(tmp_path, wheel)


def _other(folder, name, version, files):
    """A wheel of an unrelated distribution."""
    path, info = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    files |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(file, text)
    return path


@pytest.mark.slow
def test_an_installation_runs_from_an_empty_folder_and_is_never_written_to(environment):
    for path in (environment.site, *environment.site.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    before = environment.state()
    listed = environment.run("-m", "verify", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert environment.script("list").stdout == listed.stdout
    assert "Theorem 4.1" in listed.stdout
    assert list(environment.work.iterdir()) == []
    done = environment.script(
        "3.4", "--profile", "smoke", "--only", "counterexample", "--jobs", "1"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (environment.work / "reports" / "site" / "index.html").is_file()
    assert list((environment.work / ".verify" / "evidence").glob("prop34.*.json"))
    assert environment.run("-m", "verify", "report").returncode == 0
    assert environment.state() == before
    refused = environment.script("ssl", "E3", "--record")
    assert refused.returncode == 2
    assert "keeps results in a checkout" in refused.stderr


@pytest.mark.slow
def test_a_name_that_another_distribution_took_is_said_in_one_sentence(environment, tmp_path):
    # As the index has one: it needs a package that is not there.
    broken = _other(tmp_path, "verify", "1.1.1", {"verify/__init__.py": "import absent\n"})
    harmless = _other(tmp_path, "reports", "0.4.1", {"reports/__init__.py": "x = 1\n"})
    environment.pip("install", harmless)
    for done in (environment.script("list"), environment.run("-m", "verify", "list")):
        assert (done.returncode, done.stdout) == (1, "")
        (sentence,) = done.stderr.splitlines()
        assert "`reports` was taken over by the distribution reports 0.4.1" in sentence
        assert "install it again, in an environment of its own" in sentence
    environment.pip("install", broken)
    for done in (environment.script("list"), environment.run("-m", _module(), "list")):
        (sentence,) = done.stderr.splitlines()
        assert "`verify` was taken over by the distribution verify 1.1.1" in sentence
        assert "`reports` was taken over by the distribution reports 0.4.1" in sentence
    environment.pip("uninstall", "verify")
    for done in (environment.script("list"), environment.run("-m", "verify", "list")):
        (sentence,) = done.stderr.splitlines()
        assert f"{Path('verify', '__init__.py')} was removed" in sentence


@pytest.mark.slow
def test_a_name_that_is_found_elsewhere_first_is_said_too(environment):
    (environment.work / "theorems").mkdir()
    (environment.work / "theorems" / "__init__.py").write_text("")
    assert environment.script("list").returncode == 0  # it does not look in the working directory
    done = environment.run("-m", "verify", "list")
    (sentence,) = done.stderr.splitlines()
    assert "`theorems` belongs to the file" in sentence
    assert str(environment.work) in sentence


def test_the_citation_is_of_this_version():
    """Its keys are those that version 1.2.0 of the Citation File Format requires, of the work and of the paper."""
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = dict(re.findall(r"^([a-z-]+): *(.*)$", text, re.MULTILINE))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert (cited["title"], cited["version"]) == (project["name"], project["version"])
    assert (cited["cff-version"], cited["license"]) == ("1.2.0", project["license"])
    paper = set(
        re.findall(r"^(?:  - |    )([a-z-]+):", text.partition("references:")[2], re.MULTILINE)
    )
    assert {"type", "title", "authors"} <= paper
    assert "2605.17180" in text


def test_the_report_says_how_to_cite_it_as_the_citation_file_does():
    said = page(run_record()).partition('<section id="cite">')[2].partition("</section>")[0]
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    fields = r"^\s*(?:- )?(?:title|version|name|family-names|given-names|collection-title|volume|start|end|year|value): *(.*)$"
    cited = [value.strip('"') for value in re.findall(fields, text, re.MULTILINE)]
    assert len(cited) > 9
    for value in cited:
        assert value.casefold() in said.casefold(), value
