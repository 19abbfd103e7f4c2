"""What a lemma is: an exact statement that derivations use and do not prove."""

from __future__ import annotations

import enum

import msgspec


class LemmaKind(enum.StrEnum):
    """Where the proof of a lemma is: in the literature, or in words of this project only."""

    STANDARD = "standard"
    ARGUED = "argued"


class Lemma(msgspec.Struct, frozen=True):
    """A statement that derivations rest on.

    Attributes:
        id: what `Proof.cite` names it by.
        name: what a reader knows it by.
        text: the exact statement with its hypotheses; LaTeX between dollar signs. The conventions
            are `verify.claims.lemmas.CONVENTIONS`.
        source: where it is proved; of an argued one, the argument.
        kind: whether it stands in the literature.
    """

    id: str
    name: str
    text: str
    source: str
    kind: LemmaKind = LemmaKind.STANDARD
