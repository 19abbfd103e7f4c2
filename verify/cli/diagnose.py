"""The command `diagnose`: one's own head from files, in words on the screen and on a page."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from verify.cli.arguments import UsageError, new_parser

EPILOG = (
    "A head is package:callable or file.py:callable (called without arguments, if it takes none), with its "
    "state from --checkpoint, or is read from the checkpoint's tensors alone. Outputs are the "
    "representations that go into it. Nothing in a checkpoint or an array file is run."
)


def options(argv: Sequence[str]) -> argparse.Namespace:
    """The options of the command.

    Raises:
        UsageError: if they cannot be understood.
        SystemExit: after the help was printed.
    """
    parser = new_parser(
        "python -m verify diagnose",
        "Says whether a head has collapsed, whether that is stable, and what the head does.",
        EPILOG,
    )
    add = parser.add_argument
    add("--head", metavar="SPEC", help="package:callable, file.py:callable, or a checkpoint")
    add("--checkpoint", type=Path, metavar="FILE", help="the head's state; read as tensors alone")
    add("--prefix", help="of the head's tensors in the checkpoint (default: found)")
    add(
        "--activation",
        default="relu",
        choices=("relu", "gelu", "silu", "tanh", "softplus", "linear"),
        help="of a head read from tensors, which do not tell it (default: relu; DINO's is gelu)",
    )
    add(
        "--outputs",
        type=Path,
        required=True,
        metavar="FILE",
        help="representations z (n, d), .npy or .pt",
    )
    add("--views", type=Path, metavar="FILE", help="those of second views of the same samples")
    add("--labels", type=Path, metavar="FILE", help="classes (n,)")
    add("--loss", required=True, metavar="NAME", help="a loss's name, or package:callable")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=X",
        help="a constant of the loss, e.g. temperature=0.2",
    )
    add("--lr", type=float, metavar="X", help="learning rate, for the time to escape")
    add("--batch", type=int, default=32, metavar="B", help="samples of the batch (default: 32)")
    add("--seed", type=int, default=0, metavar="N", help="of samples drawn (default: 0)")
    add("--device", choices=("cpu", "cuda"), default="cpu")
    add("--json", type=Path, metavar="FILE", help="write all of it")
    add("--html", type=Path, metavar="FILE", help="write a page with pictures")
    return parser.parse_args(argv)


def run(asked: argparse.Namespace, page: Callable[[Any], str]) -> int:
    """Diagnose, print, and write the files asked for; return the exit code.

    Args:
        asked: of `options`.
        page: from a diagnosis to HTML.

    Raises:
        UsageError: if it cannot be done; the message says what to do.
    """
    import torch

    from verify.diagnose import DiagnosisError, diagnose, inputs

    if asked.device == "cuda" and not torch.cuda.is_available():
        print("verify: --device cuda was asked for and no CUDA device was found.", file=sys.stderr)
        return 3
    begun = time.perf_counter()

    def progress(step: str) -> None:
        if sys.stderr.isatty():
            print(f"{time.perf_counter() - begun:6.1f} s  {step}", file=sys.stderr)

    try:
        named = ":" in asked.loss
        found = diagnose(
            inputs.head(
                asked.head, asked.checkpoint, prefix=asked.prefix, activation=asked.activation
            ),
            inputs.named(asked.loss, "--loss") if named else asked.loss,
            inputs.rows(asked.outputs, "--outputs"),
            views=None if asked.views is None else inputs.rows(asked.views, "--views"),
            labels=None if asked.labels is None else inputs.rows(asked.labels, "--labels"),
            lr=asked.lr,
            batch=asked.batch,
            options=_constants(asked.set),
            device=asked.device,
            seed=asked.seed,
            progress=progress,
        )
    except DiagnosisError as error:
        raise UsageError(str(error)) from None
    print(found.text())
    try:
        if asked.json is not None:
            asked.json.write_text(json.dumps(found.to_dict(), indent=1) + "\n", encoding="utf-8")
        if asked.html is not None:
            asked.html.write_text(page(found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written ({error.strerror}).") from None
    return 0


def _constants(given: Sequence[str]) -> dict[str, float]:
    found = {}
    for pair in given:
        name, _, value = pair.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise UsageError(
                f"`--set` expects NAME=number, such as temperature=0.2; it was {pair!r}."
            ) from None
    return found
