"""The arguments of the command line, and what is refused before anything is done."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from verify.claims.check import CASES, Kind
from verify.engine.store import parse_seed
from verify.experiments.forms import DATASETS, DIGITS, NETWORKS, PUBLISHED, SIZES


class UsageError(Exception):
    """The request cannot be met as it stands; the message is a sentence for the user."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[0].upper()}{message[1:].rstrip('.')}.")


def new_parser(prog: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """A parser whose errors are `UsageError`."""
    return _Parser(prog=prog, description=description, epilog=epilog, allow_abbrev=False)


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options of a command line, by default of this process.

    Raises:
        UsageError: if it cannot be understood.
        SystemExit: after the help was printed.
    """
    parser = _Parser(
        prog="python -m verify",
        description="Decides the paper's statements, and repeats its experiments.",
        epilog="Commands: all | NAME... (thm41, 4.1, 'Theorem 4.1', E3) | list | show NAME... | "
        "report [NAME...] | diff OLD NEW | doctor | bench | kernel [NAME...] | ssl E3... | ssl all | ssl --list | "
        "ssl released --path DIR | diagnose --help | mutate [NAME|numeric|experiments...] | attack [NAME...] | soak [NAME...] | new ID LABEL TITLE.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("words", nargs="+", metavar="COMMAND", help="what to do, or which rooms to run; see below")
    add("--profile", choices=tuple(CASES), help="how many random cases (default: standard)")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: cuda if found")
    add("--seed", type=seed, metavar="N", help="default: drawn once for each evidence folder")
    add("--jobs", type=_jobs, metavar="N", help="worker processes (default: one for each CPU)")
    kinds: dict[str, Any] = {"action": "append", "default": [], "metavar": "KIND"}
    listed = ", ".join(Kind)
    add(
        "--only",
        **kinds,
        help=f"only checks of this kind (repeatable): {listed}; of `mutate`: this change",
    )
    add("--skip", **kinds, type=_kind, help="no checks of this kind (repeatable)")
    add("--out", type=_path, metavar="DIR", help="keep evidence and report here")
    add("--fresh", action="store_true", help="draw a new seed and reuse no stored evidence")
    add("--json", type=_path, metavar="FILE", help="write the whole record of the run")
    add("--single-file", action="store_true", help="the report as one page with everything")
    add("--junit", type=_path, metavar="FILE", help="write the checks as JUnit XML")
    _add_reproduction(parser)
    changes = parser.add_argument_group("of `mutate`, which changes the code and sees who notices")
    changes.add_argument("--fast", action="store_true", help="the few that CI tries")
    changes.add_argument(
        "--random", type=_jobs, metavar="N", help="N changes of each, drawn with --seed"
    )
    options = parser.parse_intermixed_args(argv)
    command = options.words[0]
    if command != "mutate":
        try:
            options.only = [_kind(one) for one in options.only]
        except argparse.ArgumentTypeError as error:
            raise UsageError(f"Argument --only: {error}.") from None
    for defaults, only_of in ((_REPRODUCTION, "ssl"), (_MUTATION, "mutate")):
        for name, unset in defaults.items():
            if getattr(options, name) != unset and command not in (only_of, *_ALSO.get(name, ())):
                raise UsageError(f"`--{name.replace('_', '-')}` is an option of `{only_of}`.")
    return options


_REPRODUCTION: dict[str, object] = {
    "data": DIGITS,
    "data_path": None,
    "network": NETWORKS[0],
    "form": PUBLISHED.size,
    "seeds": None,
    "budget": None,
    "download": False,
    "checkpoint": None,
    "list": False,
    "rehearse": False,
    "record": False,
    "path": None,
    "check_citations": False,
}
"""The options of ``ssl`` with what they are if they are not given."""

_MUTATION: dict[str, object] = {"fast": False, "random": None}
"""The options of ``mutate`` likewise."""

_ALSO = {
    "record": ("kernel", "mutate", "soak"),
    "budget": ("mutate", "soak", "attack"),
    "seeds": ("soak",),
}
"""The other commands that have an option of one of these."""


def _add_reproduction(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("of `ssl`, which runs experiments on data of your own")
    add = group.add_argument
    add("--data", choices=(DIGITS, *DATASETS), default=DIGITS, help="default: digits")
    add("--data-path", type=_path, metavar="PATH", help="archive, folder or binary batches")
    add("--download", action="store_true", help="fetch the official archive instead")
    add("--network", choices=NETWORKS, default=NETWORKS[0], help=f"default: {NETWORKS[0]}")
    add(
        "--form",
        choices=tuple(SIZES),
        default=PUBLISHED.size,
        help=f"how large networks and data are (default: {PUBLISHED.size})",
    )
    add(
        "--seeds",
        type=_jobs,
        metavar="N",
        help="the form with so many training seeds; of `soak`: how many",
    )
    add(
        "--budget",
        type=_budget,
        metavar="TIME",
        help="stop in time, e.g. after 9m; 90s, 1h; of `attack`: for each claim",
    )
    add("--checkpoint", type=_path, metavar="FILE", help="of E8: a released network")
    add(
        "--record",
        action="store_true",
        help="also keep the results in reports/evidence; of `kernel`, in its record",
    )
    add(
        "--rehearse",
        action="store_true",
        help="a few real steps: what the form would take here in memory, disk and time",
    )
    add("--list", action="store_true", help="list the forms and what they cost")
    add("--path", type=_path, metavar="DIR", help="of `ssl released`: the author's release")
    add("--check-citations", action="store_true", help="of `ssl released`: file and line of each")


def seed(text: str) -> int:
    """Return the seed that an argument says, for `argparse`.

    Raises:
        argparse.ArgumentTypeError: if it says none, with a sentence for the user.
    """
    try:
        return parse_seed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("expected a path, got an empty one")
    return Path(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def _budget(text: str) -> float:
    number, unit = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "s")
    try:
        seconds = float(number) * _UNITS[unit]
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected a time such as 90s, 9m or 1h, got {text!r}")
    return seconds


def _kind(text: str) -> Kind:
    try:
        return Kind(text.lower())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected one of {', '.join(Kind)}, got {text!r}"
        ) from None
