"""What a diagnosis says, each answer with the strength of what it rests on."""

from __future__ import annotations

import enum
import math
import textwrap
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

FEW = 30
"""Samples, of which fewer have no interval: drawn anew, two cover what they are to in 40 % of cases, eight in 80 %."""


class DiagnosisError(ValueError):
    """A diagnosis cannot be made; the message is a sentence for the user."""


class Strength(enum.StrEnum):
    """What an answer rests on, strongest first."""

    CERTIFIED = "certified sign"
    THEOREM = "theorem, its hypotheses checked in float64"
    RESIDUAL = "residual"
    INTERVAL = "estimate with interval"
    VALUE = "value in float64"


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        question: as it would be asked.
        answer: a sentence.
        strength: what it rests on.
        basis: that, with its numbers.
    """

    question: str
    answer: str
    strength: Strength
    basis: str


@dataclass(frozen=True)
class Extremes:
    """Extreme eigenvalues of one of G, M and H_eff, over all independent blocks.

    Attributes:
        term: ``G``, ``M`` or ``H_eff``.
        smallest, largest: each within its residual, and rounding, of an eigenvalue.
        residuals: of the two.
        negative, zero, positive: eigenvalues whose sign is proved for the float64 matrix and resolved
            beyond `rounding`, and those that are not; None where the matrix was not formed.
        rounding: estimated error of forming the matrix, in norm; signs below it are not told.
        closed: whether head and loss have closed forms here; of others this error may miss what is lost whole,
            and no sign is called certified.
    """

    term: str
    smallest: float
    largest: float
    residuals: tuple[float, float]
    negative: int | None
    zero: int | None
    positive: int | None
    rounding: float
    closed: bool


@dataclass(frozen=True)
class Diagnosis:
    """A head's state under a loss.

    Attributes:
        verdict: in one sentence.
        answers: in order.
        numbers: what was measured, by name.
        terms: extremes of G, M and H_eff.
        spectra: singular values of the centred z and h over the largest, and eigenvalues of H_eff.
        escape: share of the escape direction that lies on each sample, (B,), or empty.
        samples: which of the outputs given these samples are, (B,).
        notes: what was assumed or left out.
    """

    verdict: str
    answers: tuple[Answer, ...]
    numbers: dict[str, float]
    terms: tuple[Extremes, ...]
    spectra: dict[str, tuple[float, ...]]
    escape: tuple[float, ...]
    samples: tuple[int, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, for JSON, which knows no infinite number: None stands for it."""
        told = {n: x if math.isfinite(x) else None for n, x in self.numbers.items()}
        return asdict(self) | {"numbers": told}

    def term(self, name: str) -> Extremes:
        """The extremes of ``G``, ``M`` or ``H_eff``."""
        return next(term for term in self.terms if term.term == name)

    def text(self, width: int = 100) -> str:
        """One screen of text."""
        lines = [self.verdict, ""]
        for found in self.answers:
            lines += textwrap.wrap(
                f"{found.question} {found.answer}", width, subsequent_indent="  "
            )
            lines += textwrap.wrap(
                f"[{found.strength}: {found.basis}]",
                width - 4,
                initial_indent="    ",
                subsequent_indent="    ",
            )
        lines += [""] * bool(self.notes) + [
            w for n in self.notes for w in textwrap.wrap(f"Note: {n}", width)
        ]
        return "\n".join(lines)


def spectrum(values: Tensor) -> tuple[float, ...]:
    """Singular values over the largest, as plain numbers; all 0 where there is none."""
    top = values.max() if len(values) else torch.ones(())
    return tuple((values / top if float(top) > 0 else values).tolist())
