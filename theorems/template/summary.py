"""What became of the statement, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, derived, holds_added, refuted

SUMMARY = Summary(
    headline=(
        refuted("refuted for some real numbers", "quoted"),
        holds_added("holds from 1 on", "above-one"),
    ),
    readings=(
        refuted("refuted for some real numbers", "quoted"),
        holds_added("it holds from 1 on", "above-one"),
    ),
    smallest=r"$x = \frac{1}{2}$",
    shown_by="template.quoted.half",
    instead=(derived("A number from 1 on is at most its square", "repaired"),),
    defences=(
        Defence(
            of=("quoted",),
            answer="Only numbers from 1 on are meant.",
            reply=(holds_added("Granted: from 1 on it holds", "above-one"),),
        ),
    ),
    titles={
        "quoted": "Every real number and its square",
        "above-one": "Numbers from 1 on and their squares",
    },
)
