"""What derivations use that stands in no book: its argument is in words, and no check goes through it."""

from __future__ import annotations

from functools import partial

from verify.claims.lemmas.lemma import Lemma, LemmaKind

_argued = partial(Lemma, kind=LemmaKind.ARGUED)

_HEAD = r"Heads have two layers, $J = W_2 S W_1$ with $S = \operatorname{diag} s'(a)$ at $z^*$, and $b_2$ keeps $h(z^*)$, and so $H$ and $\rho$, fixed."
"""What the letters of these heads are."""

LEMMAS = (
    _argued(
        "layer-induction",
        "From the first layer up",
        r"If $\delta_0 = 0$, and $\delta_{l-1} = 0$ implies $\delta_l = 0$ for each hidden layer $l$, then $\delta_l = 0$ for all of them.",
        "Induction on $l$.",
    ),
    _argued(
        "layer-recursion",
        "The recursion telescopes",
        r"If $r_l = t_l + r_{l-1}$ for $l = 1, .., N - 1$, then $r_{N-1} = r_0 + \sum_{l=1}^{N-1} t_l$.",
        "Induction on $N$, the number of layers.",
    ),
    _argued(
        "merging",
        "Functions of a finite outcome",
        "A function on a finite set is, up to the names of its values, a composition of functions each of which merges two outcomes into one.",
        "Induction on the number of outcomes less that of the values.",
    ),
    _argued(
        "generic-ranks",
        "Heads with independent images under $H$",
        rf"{_HEAD} For $H$ of rank $r$, some head has $\operatorname{{rank}} H W_2 S = \min(r, m)$ and $\operatorname{{rank}} H J = \min(r, d, m)$, if $s'$ is not identically $0$.",
        r"Give every unit a slope that is not $0$; let the first $\min(r, m)$ columns of $W_2$ have independent images under $H$ and the others be $0$, and let the first $\min(r, d, m)$ rows of $W_1$ be independent.",
    ),
    _argued(
        "generic-critical-ranks",
        "Critical heads with independent images under $H$",
        rf"{_HEAD} For $m > d$ and $r' \geq d$, $r'$ the rank of $H$ on $\rho^\perp$, some critical head has $\operatorname{{rank}} H J = d$, if $s'$ is not identically $0$.",
        r"Give every unit a slope that is not $0$; take $d$ units with independent rows of $W_1$ and columns of $W_2$ in $\rho^\perp$ with independent images under $H$, and let the others have the row $0$ and a column in $\rho^\perp$: then $\delta = W_2^T \rho = 0$.",
    ),
    _argued(
        "critical-family",
        "The critical heads are an analytic family",
        rf"{_HEAD} The critical heads with $\rho \neq 0$ and $\operatorname{{rank}} S W_1 = d < m$ are those with $W_2^T \rho = \delta = \det(B^T B) x - B \operatorname{{adj}}(B^T B) B^T x$, $B = S W_1$, and $W_2 = \rho \delta^T / |\rho|^2 + (I - \rho \rho^T / |\rho|^2) X$, for some $x$ and $X$: analytic in $(W_1, b_1, x, X)$ if $s$ is.",
        r"$J^T \rho = B^T \delta$ with $\delta = W_2^T \rho$, so the head is critical where $\delta$ lies in $\ker B^T$, on which that expression in $x$ maps onto; and $W_2$ with a given $W_2^T \rho$ is any $X$ with its share along $\rho$ replaced.",
    ),
)
