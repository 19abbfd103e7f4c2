"""What became of Proposition 3.4, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Summary, holds_added, proved, refuted

SUMMARY = Summary(
    readings=(
        holds_added(
            "holds for the Gauss–Newton term with one and the same loss Hessian", "one-hessian"
        ),
        refuted(
            "refuted for the whole effective Hessian, even where the outputs are equal or $\\epsilon$ bounds the distance of the heads up to order 2, and for Gauss–Newton terms with a loss Hessian each",
            "full",
            "full-same-output",
            "c2-distance",
            "own-hessian",
        ),
    ),
    smallest=r"$L = u + \frac{u^2}{2}$, $h_* = z + \frac{z^2}{2}$, $h_\phi = z - \frac{3 z^2}{2}$ at $z = 0$: the bound allows no change, and $H_{\mathrm{eff}}$ goes from 2 to $-2$.",
    shown_by="prop34.full.curved.full",
    instead=(
        proved(
            "For the whole effective Hessian there is a bound of five terms, attained at $d = k = 1$",
            "star",
        ),
    ),
)
