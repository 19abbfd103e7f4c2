"""What became of the statement, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, derived, holds_added, refuted

SUMMARY = Summary(
    readings=(
        refuted("refuted for some real numbers", "quoted"),
        holds_added("it holds from 1 on", "above-one"),
    ),
    smallest=r"$x = \frac{1}{2}$",
    shown_by="template.quoted.half",
    instead=(derived("A number from 1 on is at most its square", "repaired"),),
)
