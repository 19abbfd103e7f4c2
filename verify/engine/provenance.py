"""Where evidence comes from: the key under which it may stand, the checkout and the machine."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

from verify.claims.check import DATA, Context, Kind
from verify.claims.evidence import Evidence
from verify.claims.text import count
from verify.identity.closure import closure_digest, modified_since_import, versions
from verify.identity.fingerprint import canonical_form
from verify.kernel import coq, record

if TYPE_CHECKING:
    from verify.claims.check import Buildable, Check

DISTRIBUTION = "projection-head-verifier"

CONTEXT = Context.__module__
"""The module of `Context`, through which every check draws its seeds and cases."""


EARLIER = "images of artefacts kept earlier"
"""The name, among a check's data, of those that nobody noted."""


class Traced(Evidence, frozen=True, kw_only=True):
    """Evidence with the data that it was found on.

    Attributes:
        data: SHA-256 by name of what `data_of` names; under `EARLIER` ``unknown`` where an artefact was kept before
            it was noted of which images it is.
    """

    data: dict[str, str] = msgspec.field(default_factory=dict)


class Images(Protocol):
    """Images that are loaded: `verify.ssl.data.Dataset`."""

    name: str

    def fingerprint(self) -> str:
        """SHA-256 of all of them with their labels."""


@runtime_checkable
class ImageSource(Protocol):
    """Where images come from: `verify.ssl.data.Source`, among the arguments of an artefact."""

    def load(self, session: Context, /) -> Images:
        """Read them."""


class Written(msgspec.Struct, frozen=True):
    """What is run, as it is written down in a key: in words, and the digest of its code."""

    words: str
    code: str


def code_of(modules: Iterable[str], besides: str = "") -> str:
    """Return the digest of the code that modules rest on, see `closure_digest`."""
    return closure_digest(*sorted(modules), besides=besides)


def evidence_key(check: Check, ctx: Context, installed: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 of everything that may change what a check finds.

    That is what it runs, by names and values; the code of that (the import closure of the modules
    of its functions, of the room's own table of checks only this check); what the check declares,
    but for its title and cost; the artefacts it needs; and the profile, seed, device and versions.
    Of a check that needs a GPU or data of its own only what it runs with counts, see `effective_context`.

    Args:
        check: the check.
        ctx: the context it runs in; `cache` and `git` have no part in the key.
        installed: versions by package name; `versions_for` the check by default.

    Raises:
        ValueError: if the code has no source file, or what it runs cannot be spelled.
    """
    installed = versions_for(check) if installed is None else installed
    ctx = effective_context(check, ctx)
    if isinstance(check.run, Written):
        words, code = check.run.words, check.run.code
    else:
        words, modules = canonical_form(check.run)
        code = code_of(modules | {CONTEXT}, besides=ctx.rooms[check.room])
    parts = (
        code,
        words,
        (check.id, check.role, check.kind, check.arithmetic),
        (check.part, check.readings, check.all_dimensions, check.capabilities),
        [(need.name, need.key(ctx, installed)) for need in check.artefacts],
        (ctx.profile, ctx.seed, ctx.device),
        sorted(installed.items()),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def versions_for(check: Check) -> dict[str, str]:
    """Return the versions in this process that a check's evidence rests on; of a theorem Coq's and its libraries', too.

    Where there is no Coq, the record of what it said takes its place.
    """
    if check.kind is not Kind.KERNEL:
        return versions()
    if coq.version():
        return versions() | {"coq": coq.version(), "coq libraries": coq.libraries()}
    judge = "not here"
    if record.RECORD.is_file():
        judge += f", record {hashlib.sha256(record.RECORD.read_bytes()).hexdigest()[:12]}"
    return versions() | {"coq": judge}


def effective_context(check: Check, ctx: Context) -> Context:
    """Return the context that a check runs in, wherever it is asked for.

    One that needs a GPU runs nowhere else. One that needs data of its own runs on the CPU unless it
    needs a GPU, and draws nothing from the run's seed and profile, which it is not given.
    """
    if check.ignores_run_seed:
        ctx = msgspec.structs.replace(ctx, seed=0, profile="standard", device="cpu")
    if "cuda" in check.capabilities:
        ctx = msgspec.structs.replace(ctx, device="cuda")
    return ctx


def data_of(check: Check, ctx: Context) -> dict[str, str]:
    """Return the SHA-256, by name, of the data that a check is declared to rest on.

    That is of the images, with labels, that the sources of its artefacts hold now (that kept artefacts
    are of the same sees `verify.engine.origin`); and of the file or folder that a user named for what it needs besides, as it is
    on the disk. Data that a check reads without either are a library's, whose version is noted, or an
    archive that was fetched, whose checksum the code holds.

    Raises:
        OSError: if a file cannot be read.
    """
    ctx = effective_context(check, ctx)
    named = {name: ctx.data.get(name) for name in check.capabilities if name in DATA}
    return fingerprints(check.artefacts, ctx) | {
        name: content_digest(Path(path)) for name, path in named.items() if path
    }


def fingerprints(artefacts: Iterable[Buildable], ctx: Context) -> dict[str, str]:
    """Return the SHA-256, by name, of the images that the sources of artefacts hold now."""
    sources = (
        argument
        for artefact in artefacts
        for argument in getattr(artefact, "arguments", ())
        if isinstance(argument, ImageSource)
    )
    loaded = [source.load(ctx) for source in dict.fromkeys(sources)]
    return {images.name: images.fingerprint() for images in loaded}


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content; of a folder the names and contents of all files in it."""
    if path.is_file():
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    digest = hashlib.sha256()
    for file in sorted(filter(Path.is_file, path.rglob("*"))):
        digest.update(f"{file.relative_to(path).as_posix()} {content_digest(file)}\n".encode())
    return digest.hexdigest()


def configuration(check: Check) -> str:
    """Return the hash of what a check runs, by names and values, without the code of it."""
    run = check.run
    words = run.words if isinstance(run, Written) else canonical_form(run)[0]
    return hashlib.sha256(words.encode()).hexdigest()


def edited(check: Check, ctx: Context) -> list[str]:
    """Return the modules under a check's key whose files changed since they were imported."""
    _, modules = canonical_form(check.run)
    return modified_since_import(CONTEXT, *sorted(modules), besides=ctx.rooms[check.room])


def difference(check: Check, ctx: Context, evidence: Evidence) -> str:
    """Return how evidence under another key came about, as a sentence: ``Measured with ...``."""
    made, ctx = evidence.provenance, effective_context(check, ctx)
    then = msgspec.structs.replace(ctx, seed=made.seed, profile=made.profile, device=made.device)
    if evidence_key(check, then, made.versions) != made.key:
        return "Measured with earlier code."
    changed = [
        f"{name} {getattr(made, name)}"
        for name in ("profile", "seed", "device")
        if getattr(made, name) != getattr(ctx, name)
    ]
    now = versions_for(check)
    changed += [
        f"{package} {made.versions.get(package, 'not noted')}"
        for package in now | made.versions
        if made.versions.get(package) != now.get(package)
    ]
    return f"Measured with {', '.join(changed)}."


def in_checkout(root: Path) -> bool:
    """Whether the folder of our packages is a checkout of the project, not an installation."""
    return (root / "pyproject.toml").is_file() and (root / "theorems" / "conftest.py").is_file()


def project_version() -> str:
    """Return the version of the checkout, or of the installation."""
    file = Path(__file__).parents[2] / "pyproject.toml"
    if file.is_file():
        return str(tomllib.loads(file.read_text("utf-8"))["project"]["version"])
    return version(DISTRIBUTION)


def git_state(root: Path) -> str:
    """Return the commit at `root`, with ``-dirty`` if files differ from it; else ``unknown``."""
    if not in_checkout(root):  # an environment may lie inside somebody's repository
        return "unknown"
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() or "unknown"


def outside_bounds() -> list[str]:
    """Return a sentence on each library whose version is none that the project was installed for."""
    try:
        needs = [need for need in requires(DISTRIBUTION) or () if "extra ==" not in need]
    except PackageNotFoundError:  # a checkout that was not installed
        return []
    found = []
    for need in needs:
        name, bounds = re.findall(r"^[\w.-]+|[<>=!~].*", need)
        with contextlib.suppress(PackageNotFoundError):  # told where it is imported
            have = version(name)
            for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", bounds):
                if (_release(have) >= _release(bound)) is not (sign == ">="):
                    found.append(
                        f"{name} {have} is installed, and the project asks for {bounds}; `pip install '{need}'` has that."
                    )
    return found


def _release(text: str) -> list[int]:
    """The numbers of a version, without zeros at its end: 2.14.0rc1 and 2.14 are alike."""
    found = re.match(r"[\d.]*", text)
    numbers = [int(part) for part in (found[0] if found else "").split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def machine() -> dict[str, str]:
    """Return what this machine is, in words: system, processor, cores, memory in GiB."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": str(os.cpu_count() or 1),
        "memory": _memory(),
    }


def processor(device: str) -> str:
    """Return what is computed on, in words: the GPU, or the CPU, its cores and the threads that are used."""
    torch = sys.modules.get("torch")  # where it is not loaded it computes nothing
    if device == "cuda" and torch and torch.cuda.is_available():
        name: str = torch.cuda.get_device_name(0)
        return name
    cores = os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    threads = torch.get_num_threads() if torch else int(asked) if asked.isdecimal() else cores
    return f"{_processor()}, {count(cores, 'core')}, {count(threads, 'thread')}"


@functools.cache
def _processor() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    named = re.search(r"^model name\s*:\s*(.+)$", described, re.MULTILINE)
    return named[1].strip() if named else platform.machine()


def _memory() -> str:
    try:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return "unknown"
    return f"{size / 2**30:.1f} GiB"
