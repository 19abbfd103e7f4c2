"""The register of lemmas: everything that some derivation uses without proving it.

A source says a label where it was looked up, and else under which subject its index has it.

One file for each field; what stands in no book is in `argued`, and is printed as such.
"""

from __future__ import annotations

import difflib

from verify.claims.lemmas import analysis, argued, geometry, linear_algebra, probability
from verify.claims.lemmas.lemma import Lemma, LemmaKind

CONVENTIONS = "Vectors and matrices are real and finite, $|x|$ is the Euclidean norm of a vector, $|A|$ the operator norm of a matrix, and eigenvalues are counted with multiplicity."

FIELDS: dict[str, tuple[Lemma, ...]] = {
    "Linear algebra": linear_algebra.LEMMAS,
    "Analysis": analysis.LEMMAS,
    "Geometry": geometry.LEMMAS,
    "Probability": probability.LEMMAS,
    "Argued in words, not checked": argued.LEMMAS,
}

LEMMAS: dict[str, Lemma] = {lemma.id: lemma for field in FIELDS.values() for lemma in field}


def lemma(id: str) -> Lemma:
    """Return the lemma of this id.

    Raises:
        ValueError: if the register has none, with the ids that are close.
    """
    if id not in LEMMAS:
        close = difflib.get_close_matches(id, LEMMAS)
        guess = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(
            f"No lemma is called {id!r}.{guess} The lemmas are entries of verify/claims/lemmas."
        )
    return LEMMAS[id]


__all__ = ["CONVENTIONS", "FIELDS", "LEMMAS", "Lemma", "LemmaKind", "lemma"]
