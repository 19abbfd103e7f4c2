"""The command `diagnose`: one's own head from files, in words on the screen and on a page."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from verify.cli.arguments import UsageError, refuse


def run(asked: argparse.Namespace, page: Callable[[Any], str]) -> int:
    """Diagnose, print, and write the files asked for; return the exit code.

    Args:
        asked: the options of the command line.
        page: from a diagnosis to HTML.

    Raises:
        UsageError: if it cannot be done; the message says what to do.
    """
    if asked.head is not None and ":" in asked.head:
        refuse(asked, ("activation",), "with a `--head` that is called")
        if asked.checkpoint is None:
            refuse(asked, ("prefix",), "without `--checkpoint`")
    for name in ("checkpoint", "outputs", "views", "labels"):  # before PyTorch is imported
        path = getattr(asked, name)
        if path is not None and not os.path.isfile(path):
            raise UsageError(f"There is no file {path}; give --{name} its place.")

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
        notes: list[str] = []
        head = inputs.head(
            asked.head,
            asked.checkpoint,
            prefix=asked.prefix,
            activation=asked.activation,
            notes=notes,
        )
        found = diagnose(
            head,
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
    if asked.head is None or ":" not in asked.head:
        note = f"The head was read from its tensors as {inputs.layers_of(head)}. What stands between its layers, an activation (--activation; in a head of DINO always GELU) or none, what follows the last layer, and BatchNorm's eps they do not tell."
        notes.append(note)
    found = replace(found, notes=(*found.notes, *notes))
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
