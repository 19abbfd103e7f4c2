"""What a report is spared: pages that show the same record already, and drawings and formulas made before.

Everything is known by content: by the record that is shown, by the plot or formula itself, and by the files and
libraries that draw it.
"""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from verify.engine.outline import Files
from verify.engine.provenance import project_version
from verify.engine.record import RunRecord
from verify.engine.store import seal, unseal, write_whole

PAGE = "index.html"
"""Name of the first page in the site folder."""

LIBRARIES = ("jinja2", "latex2mathml", "markupsafe", "matplotlib")
"""What draws, besides our own files and the packages whose versions `Files` stamps."""

_OF_THE_RUN: dict[str, Any] = {"started": "", "wall_s": 0.0, "cpu_s": 0.0, "reused": 0}
"""What differs between two runs that show the same."""


class Rendered(NamedTuple):
    """The first page of a report, and why what was not shown is not, a sentence each."""

    page: Path
    faults: tuple[str, ...]


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """Pages as they were written: what they show, and the SHA-256 of each by its path."""

    shown: str
    pages: dict[str, str]


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """Formulas and figures, by what they were drawn from, and what drew them."""

    drawn_by: str
    formulas: dict[str, str] = {}
    figures: dict[str, str] = {}


def shown(run: RunRecord, single_file: bool) -> str:
    """Hash of what the pages of a record show, and of all that makes them.

    When the run was, how long it took, and what it found stored have no part in it: a run that finds nothing new
    leaves the pages of the run that did.
    """
    record: dict[str, Any] = msgspec.to_builtins(run) | _OF_THE_RUN
    for room in (*record["statements"], *record["experiments"], *record["foundations"]):
        for check in room["checks"]:
            check["reused"] = False
    made_by = (drawn_by("verify"), project_version())
    content = hashlib.sha256(msgspec.json.encode([record, single_file, made_by]))
    return content.hexdigest()


def drawn_by(*packages: str) -> str:
    """Hash of this package's files, of those of other packages, and of the libraries' versions."""
    here = Path(__file__).parent
    # The pages that it draws by default, and evidence, which is in the record.
    files = Files({__name__.partition(".")[0], *packages}, (here / "site", here / "evidence"))
    versions = [f"{name} {version(name)}" for name in LIBRARIES]
    stamp = files.stamp(file for file in files.present if file.endswith(".py"))
    return hashlib.sha256("\n".join([stamp, *versions]).encode()).hexdigest()


def write(run: RunRecord, site: Path, *, single_file: bool, cache: Path) -> Rendered:
    """Write the report of a run, unless its pages are there and nothing was missing in them.

    Args:
        run: the record to show.
        site: folder of the pages.
        single_file: one page with everything.
        cache: where it is kept what was drawn and written.

    Raises:
        OSError: as `reports.render.render` does.
    """
    to_show = shown(run, single_file)
    if stands(site, to_show, cache):
        return Rendered(site / PAGE, ())
    from reports.render import render  # with Jinja and matplotlib

    done = render(run, site, single_file=single_file, cache=cache)
    if done.faults:  # they are told again
        return done
    with contextlib.suppress(OSError):  # the next run writes them again
        note(site, to_show, cache)
    return done


def stands(site: Path, shown: str, cache: Path) -> bool:
    """Whether the pages of a folder are still the ones that were written to show this."""
    try:
        kept = unseal(_note(site, cache).read_bytes(), Pages)
        return kept.shown == shown and all(
            _hash(Path(page)) == digest for page, digest in kept.pages.items()
        )
    except (OSError, ValueError, msgspec.MsgspecError):  # missing, damaged, or of another layout
        return False


def note(site: Path, shown: str, cache: Path) -> None:
    """Note pages that were just written."""
    pages = {str(page): _hash(page) for page in site.resolve().glob("*.html")}
    write_whole(_note(site, cache), seal(Pages(shown=shown, pages=pages)))


def drawn(cache: Path, drawn_by: str) -> Drawn:
    """What was drawn before by the same files and libraries."""
    try:
        kept = unseal(_drawings(cache).read_bytes(), Drawn)
    except (OSError, ValueError, msgspec.MsgspecError):  # missing, damaged, or of another layout
        return Drawn(drawn_by=drawn_by)
    return kept if kept.drawn_by == drawn_by else Drawn(drawn_by=drawn_by)


def keep(drawn: Drawn, cache: Path) -> None:
    """Keep what was drawn."""
    write_whole(_drawings(cache), seal(drawn))


def _note(site: Path, cache: Path) -> Path:
    where = hashlib.sha256(str(site.resolve()).encode()).hexdigest()[:16]
    return cache / f"pages-{where}.json"


def _drawings(cache: Path) -> Path:
    return cache / "drawings.json"


def _hash(page: Path) -> str:
    return hashlib.sha256(page.read_bytes()).hexdigest()
