"""What this machine has, and what therefore cannot run on it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from verify.claims.check import Context
from verify.claims.text import count
from verify.cli.kernel import missing
from verify.engine.provenance import git_state, machine, outside_bounds
from verify.engine.record import by_reason
from verify.engine.registry import RegistryEntry, RoomError, load, modules
from verify.engine.worker import THREADS, missing_capability
from verify.identity.closure import versions
from verify.kernel import coq


def gpu() -> str:
    """Return the name of the first CUDA device, or an empty string if there is none."""
    if versions()["torch"].endswith("+cpu"):  # told without its import, which takes a second
        return ""
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""


def examine(
    places: Sequence[RegistryEntry], root: Path, out: Path, working: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    """Find what there is, and yield it as (what, finding) pairs as it is found.

    Args:
        places: the rooms; each is imported, so that what is broken shows.
        root: the project's root folder.
        out: where evidence is kept.
        working: is told what is being looked at.
    """
    yield from machine().items()
    yield from (("git", git_state(root)), ("evidence", str(out)))
    yield from versions().items()
    for sentence in outside_bounds():
        yield "versions", sentence
    working("looking for a GPU")
    try:
        import torch  # noqa: F401

        card = gpu()
    except ImportError as error:
        yield "device", f"PyTorch cannot be imported ({error}); nothing numeric can run"
        card = ""
    else:
        yield "device", f"cuda ({card})" if card else "cpu (no CUDA device was found)"
    threads = ", ".join(f"{name}={os.environ.get(name, 'unset')}" for name in THREADS)
    yield "threads", f"one in each worker; this shell has {threads}"
    yield "digits", _digits()
    yield "coq", f"{coq.version()}, libraries {coq.libraries()}" if coq.version() else missing()
    ctx = Context(
        seed=0,
        profile="standard",
        device="cuda" if card else "cpu",
        cache=str(out),
        rooms=modules(places),
    )
    cannot: dict[str, str] = {}
    whole = True
    for place in places:
        working(f"importing {place.entry.label}")
        try:
            room = load(place.entry.id, place.module)
        except RoomError as error:
            yield "cannot run", str(error)
            whole = False
            continue
        for check in room.checks:
            if reason := missing_capability(check, ctx):
                cannot[check.id] = reason
    for reason, ids in by_reason(cannot).items():
        yield "cannot run", f"{reason} {count(len(ids), 'check')}: {', '.join(ids)}"
    if whole and not cannot:
        yield "cannot run", "nothing: every check can run here"


def _digits() -> str:
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        return "not found: scikit-learn, which brings them, is not installed"
    file = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    return "found, with scikit-learn" if file.is_file() else "not found in scikit-learn"
