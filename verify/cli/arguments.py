"""The arguments of the command line: which commands there are, and which options each of them uses.

What a command does not use is refused before anything is done.
"""

from __future__ import annotations

import argparse
import difflib
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from verify.claims.check import CASES, Kind
from verify.engine.provenance import DISTRIBUTION, project_version
from verify.engine.store import SEED_LIMIT
from verify.experiments.forms import DATASETS, DIGITS, NETWORKS, PUBLISHED, SIZES

MOST = 1_000_000
"""The largest number of jobs, of seeds and of changes."""

PROG = "python -m verify"


class UsageError(Exception):
    """The request cannot be met as it stands; the message is a sentence for the user."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[0].upper()}{message[1:].rstrip('.')}.")


# --- what an option may be ----------------------------------------------------------------------


def seed(text: str) -> int:
    """Return the seed that an argument says, for `argparse`.

    Raises:
        argparse.ArgumentTypeError: if it is not a decimal number of at most 10 digits below
            `SEED_LIMIT`, with a sentence for the user.
    """
    if re.fullmatch("[0-9]{1,10}", text) is None or int(text) >= SEED_LIMIT:
        raise argparse.ArgumentTypeError(
            f"expected a whole number from 0 to {SEED_LIMIT - 1}, got {text[:40]!r}"
        )
    return int(text)


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("expected a path, got an empty one")
    return Path(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not int(text[:10]):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    if len(text) > len(str(MOST)) or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"expected at most {MOST}, got {text[:40]!r}")
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


def _scheduler(text: str) -> str:
    if re.fullmatch(r"tcp://[^\s/:]+:\d{1,5}|tcp://\[[0-9a-fA-F:]+\]:\d{1,5}", text) is None:
        raise argparse.ArgumentTypeError(
            f"expected a scheduler's address such as tcp://host:8786, got {text[:40]!r}"
        )
    return text


def _kind(text: str) -> Kind:
    try:
        return Kind(text.lower())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected one of {', '.join(Kind)}, got {text!r}"
        ) from None


_SWITCH: dict[str, Any] = {"action": "store_true"}
_KINDS: dict[str, Any] = {"action": "append", "default": [], "type": _kind, "metavar": "KIND"}

OPTIONS: dict[str, dict[str, Any]] = {
    "--profile": {"choices": tuple(CASES), "help": "how many random cases (default: standard)"},
    "--device": {
        "choices": ("auto", "cpu", "cuda"),
        "default": "auto",
        "help": "default: cuda if found",
    },
    "--seed": {
        "type": seed,
        "metavar": "N",
        "help": "default: drawn once for each evidence folder",
    },
    "--jobs": {
        "type": _jobs,
        "metavar": "N",
        "help": "worker processes (default: one for each CPU)",
    },
    "--cluster": {
        "type": _scheduler,
        "metavar": "ADDRESS",
        "help": "run on the workers of the Dask scheduler at tcp://HOST:PORT; on their GPUs with --device cuda",
    },
    "--only": {**_KINDS, "help": f"only checks of this kind (repeatable): {', '.join(Kind)}"},
    "--skip": {**_KINDS, "help": "no checks of this kind (repeatable)"},
    "--out": {
        "type": _path,
        "metavar": "DIR",
        "help": "the folder of evidence, artefacts and report",
    },
    "--fresh": {**_SWITCH, "help": "draw a new seed and reuse no stored evidence"},
    "--json": {"type": _path, "metavar": "FILE", "help": "write the whole record of the run"},
    "--junit": {"type": _path, "metavar": "FILE", "help": "write the checks as JUnit XML"},
    "--pdf": {"type": _path, "metavar": "FILE", "help": "print the first page, to be cited"},
    "--single-file": {**_SWITCH, "help": "the report as one page with everything"},
    "--full": {**_SWITCH, "help": "everything: texts, every check, lemmas, what rests on what"},
    "--record": {**_SWITCH, "help": "keep the results in reports/evidence instead"},
    "--budget": {
        "type": _budget,
        "metavar": "TIME",
        "help": "stop in time, e.g. after 90s, 9m, 1h",
    },
    "--seeds": {"type": _jobs, "metavar": "N", "help": "how many seeds (default: 300)"},
    "--fast": {**_SWITCH, "help": "the few that CI tries"},
    "--random": {"type": _jobs, "metavar": "N", "help": "N changes of each, drawn with --seed"},
    # of `ssl`
    "--data": {"choices": (DIGITS, *DATASETS), "default": DIGITS, "help": "default: digits"},
    "--data-path": {"type": _path, "metavar": "PATH", "help": "archive, folder or binary batches"},
    "--download": {**_SWITCH, "help": "fetch the official archive instead"},
    "--network": {"choices": NETWORKS, "help": f"default: {NETWORKS[0]}"},
    "--form": {
        "choices": tuple(SIZES),
        "help": f"how large networks and data are (default: {PUBLISHED.size})",
    },
    "--checkpoint": {"type": _path, "metavar": "FILE", "help": "of E8: a released network"},
    "--rehearse": {
        **_SWITCH,
        "help": "a few real steps: what the form would take here in memory, disk and time",
    },
    "--list": {**_SWITCH, "help": "list the forms and what they cost, of these experiments or all"},
    # of `ssl released`
    "--path": {"type": _path, "metavar": "DIR", "help": "the author's release, or its arrays"},
    "--check-citations": {**_SWITCH, "help": "file and line of each statement on its code"},
    # of `diagnose`
    "--head": {"metavar": "SPEC", "help": "package:callable, file.py:callable, or a checkpoint"},
    "--prefix": {"help": "of the head's tensors in the checkpoint (default: found)"},
    "--activation": {
        "default": "relu",
        "choices": ("relu", "gelu", "silu", "tanh", "softplus", "linear"),
        "help": "of a head read from tensors, which do not tell it (default: relu; DINO's is gelu)",
    },
    "--outputs": {
        "type": _path,
        "required": True,
        "metavar": "FILE",
        "help": "representations z (n, d), .npy or .pt",
    },
    "--views": {
        "type": _path,
        "metavar": "FILE",
        "help": "those of second views of the same samples",
    },
    "--labels": {"type": _path, "metavar": "FILE", "help": "classes (n,)"},
    "--loss": {"required": True, "metavar": "NAME", "help": "a loss's name, or package:callable"},
    "--set": {
        "action": "append",
        "default": [],
        "metavar": "NAME=X",
        "help": "a constant of the loss, e.g. temperature=0.2",
    },
    "--lr": {"type": float, "metavar": "X", "help": "learning rate, for the time to escape"},
    "--batch": {
        "type": int,
        "default": 32,
        "metavar": "B",
        "help": "samples of the batch (default: 32)",
    },
    "--html": {"type": _path, "metavar": "FILE", "help": "write a page with pictures"},
}
"""Every option by its name, as most commands have it."""


# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Command:
    """A command of the command line.

    Attributes:
        does: its line in the list of commands.
        options: those that it uses.
        words: how what stands beside the options is called in the usage; empty if nothing may.
        own: by option, what is otherwise than in `OPTIONS`.
        epilog: the last lines of its help.
    """

    does: str
    options: tuple[str, ...] = ()
    words: str = ""
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    epilog: str = ""


RUN = (
    *("--profile", "--device", "--seed", "--jobs", "--cluster", "--only", "--skip"),
    *("--out", "--fresh", "--json", "--junit", "--single-file"),
)
_NAMES = "A NAME is any that a statement or experiment goes by: thm41, 4.1, 'Theorem 4.1', E3."
_STATEMENTS = "A NAME is any that a statement goes by: thm41, 4.1, 'Theorem 4.1'."
_STORED = (
    "It takes the best evidence there is of every check, of whatever profile, seed and device."
)

COMMANDS: dict[str, Command] = {
    "all": Command("run every check, and write the report", RUN),
    "run": Command(
        "run the checks of some; the word `run` may be left out", RUN, "NAME", epilog=_NAMES
    ),
    "list": Command("name the statements and experiments"),
    "show": Command(
        "one screen on each: verdicts and what they rest on",
        ("--full", "--only", "--skip", "--out"),
        "NAME",
        epilog=f"{_NAMES} {_STORED}",
    ),
    "report": Command(
        "write the report again, or a part of it beside it",
        ("--only", "--skip", "--out", "--json", "--junit", "--single-file", "--pdf"),
        "NAME",
        epilog=f"{_NAMES} {_STORED} --pdf needs a Chromium.",
    ),
    "script": Command(
        "print a counterexample as a script that needs SymPy alone",
        (),
        "NAME READING",
        epilog="With a NAME alone it lists what is refuted, and of what there is no script. A check's id may "
        "stand for the READING.",
    ),
    "diff": Command("tell what changed between two runs, written with --json", (), "OLD NEW"),
    "doctor": Command("tell what this machine has, and what cannot run on it", ("--out",)),
    "kernel": Command(
        "have Coq check the theorems",
        ("--record", "--out"),
        "NAME",
        {"--record": {"help": "keep what it said for machines without Coq"}},
        _STATEMENTS,
    ),
    "mutate": Command(
        "change the code, one place at a time, and see which check notices",
        (
            *("--fast", "--random", "--seed", "--only", "--jobs", "--cluster", "--budget"),
            *("--fresh", "--record", "--out"),
        ),
        "NAME",
        {
            "--only": {"type": str, "metavar": "CHANGE", "help": "this change (repeatable)"},
            "--seed": {"help": "of --random"},
            "--fresh": {"help": "try again what was answered"},
        },
        f"{_STATEMENTS} `numeric`, `experiments` and `engine` have changes too.",
    ),
    "attack": Command(
        "search for violations of every inequality with optimisers",
        ("--budget", "--seed"),
        "NAME",
        {"--budget": {"help": "for each claim (default: 60s)"}, "--seed": {"help": "default: 0"}},
        _NAMES,
    ),
    "soak": Command(
        "count how often a check that draws is red without a fault",
        ("--profile", "--seeds", "--jobs", "--cluster", "--budget", "--record", "--out"),
        "NAME",
        {"--profile": {"help": "how many random cases (default: smoke)"}},
        _NAMES,
    ),
    "ssl": Command(
        "run experiments on data of your own",
        (
            *("--data", "--data-path", "--download", "--network", "--form", "--seeds"),
            *("--checkpoint", "--list", "--rehearse", "--record", "--budget", "--device"),
            *("--seed", "--jobs", "--cluster", "--fresh", "--out"),
        ),
        "NAME",
        {
            "--seeds": {"help": "the form with so many training seeds"},
            "--seed": {"help": "on the digits (default: drawn once for each evidence folder)"},
            "--fresh": {"help": "reuse no stored evidence, and on the digits draw a new seed"},
            "--record": {"help": "also keep the results in reports/evidence"},
        },
        "A NAME is an experiment, E1 to E9, or `all`.",
    ),
    "ssl released": Command(
        "re-analyse the author's released arrays",
        ("--path", "--check-citations", "--json"),
        own={"--json": {"help": "write the figures"}},
    ),
    "diagnose": Command(
        "say what state a head of your own is in",
        (
            *("--head", "--checkpoint", "--prefix", "--activation", "--outputs", "--views"),
            *("--labels", "--loss", "--set", "--lr", "--batch", "--seed", "--device"),
            *("--json", "--html"),
        ),
        "",
        {
            "--checkpoint": {"type": _path, "help": "the head's state; read as tensors alone"},
            "--seed": {"type": int, "default": 0, "help": "of samples drawn (default: 0)"},
            "--device": {"choices": ("cpu", "cuda"), "default": "cpu", "help": "default: cpu"},
            "--json": {"help": "write all of it"},
        },
        "A head is package:callable or file.py:callable (called without arguments, if it takes none), "
        "with its state from --checkpoint, or is read from the checkpoint's tensors alone. Outputs are "
        "the representations that go into it. Nothing in a checkpoint or an array file is run. "
        "Losses by name, with the numbers that --set sets: info_nce and nt_xent (temperature), "
        "dino (student_temperature, teacher_temperature), byol, simsiam, negative_cosine, mse, "
        "softmax_cross_entropy, vicreg and vicreg_released (invariance, variance, covariance, "
        "target, epsilon), barlow_twins and barlow_twins_released (off_diagonal).",
    ),
    "bench": Command(
        "time the curvature kernels against their peers",
        ("--profile", "--device", "--json"),
        "",
        {
            "--profile": {"choices": ("standard", "deep"), "help": "deep: the largest head too"},
            "--json": {"help": "write the result, and its drawing beside it"},
        },
    ),
    "new": Command("make the room of another statement, and judge it", RUN, "ID LABEL TITLE"),
}
"""Every command by its name, in the order of the list."""


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the command, its words (`names`) and its options, by default those of this process.

    Raises:
        UsageError: if it cannot be understood.
        SystemExit: after the help or the version was printed.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    top, commands = _parsers()
    if not words or words[0] in ("-h", "--help", "--version"):
        top.parse_args(words)
    command, rest = words[0], words[1:]
    if [command, *rest[:1]] == ["ssl", "released"]:
        command, rest = "ssl released", rest[1:]
    elif command not in commands:
        command, rest = "run", words
    options, unknown = commands[command].parse_known_intermixed_args(rest)
    if unknown:
        raise UsageError(_unknown(command, unknown))
    options.command = command
    return options


def refuse(options: argparse.Namespace, names: Iterable[str], why: str) -> None:
    """Refuse options that mean nothing beside the others.

    Args:
        options: of the command line.
        names: of the options, as its attributes.
        why: ends the sentence that they are not used.

    Raises:
        UsageError: if one is given, and not as it is by default.
    """
    for name in names:
        option, given = f"--{name.replace('_', '-')}", getattr(options, name)
        if given is not None and given is not False and given != OPTIONS[option].get("default"):
            raise UsageError(f"`{option}` is not used {why}.")


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    top = _Parser(
        prog=PROG,
        description="Decides the paper's statements, and repeats its experiments.",
        epilog=f"`{PROG} COMMAND --help` has the options of a command. {_NAMES}",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"{DISTRIBUTION} {project_version()}")
    listed = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        parser = listed.add_parser(
            name,
            help=command.does,
            description=f"{command.does[0].upper()}{command.does[1:]}.",
            epilog=command.epilog,
            allow_abbrev=False,
        )
        if command.words:
            parser.add_argument("names", nargs="*", metavar=command.words)
        else:
            parser.set_defaults(names=[])
        for option in command.options:
            parser.add_argument(option, **{**OPTIONS[option], **command.own.get(option, {})})
    return top, listed.choices


def _unknown(command: str, unknown: Sequence[str]) -> str:
    """What is said of words that a command does not know."""
    wanted = next((word for word in unknown if word.startswith("-")), "").partition("=")[0]
    if not wanted:
        return f"`{command}` takes no names, got {' '.join(unknown)!r}."
    if wanted not in OPTIONS:
        close = difflib.get_close_matches(wanted, COMMANDS[command].options, n=1, cutoff=0.7)
        close = close or difflib.get_close_matches(wanted, OPTIONS, n=1, cutoff=0.7)
        guess = f"Did you mean `{close[0]}`?" if close else f"`{PROG} {command} --help` has them."
        return f"`{command}` has no option `{wanted}`. {guess}"
    having = [f"`{name}`" for name, other in COMMANDS.items() if wanted in other.options]
    said = f"`{command}` does not use it: `{wanted}` is an option of {', '.join(having)}."
    return f"{said} {_STORED}" if command in ("show", "report") else said
