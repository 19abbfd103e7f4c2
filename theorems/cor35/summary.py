"""What became of Corollary 3.5, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds_added(
            "below it definiteness holds for the Gauss–Newton term at one loss Hessian, conditioning up to 9-fold if PSD",
            "definite",
            "conditioning-gauss-newton-psd",
        ),
        refuted(
            "refuted for the effective Hessian, that it is required, and that collapse beyond is stable",
            "definite-full",
            "definite-full-psd",
            "isotropy",
            "conditioning",
            "conditioning-psd",
            "necessary",
            "necessary-psd",
            "stable",
            "stable-psd",
        ),
    ),
    readings=(
        holds_added(
            "below the threshold definiteness holds for the Gauss–Newton term with one and the same loss Hessian",
            "definite",
        ),
        holds_added(
            r"for it $\kappa_\phi < 9 \kappa$ holds too where that loss Hessian is positive semidefinite",
            "conditioning-gauss-newton-psd",
        ),
        holds(
            "that beyond the threshold definiteness can be lost holds, and that a collapse there can be stable",
            "can-fail",
            "can-be-stable",
        ),
        refuted(
            "refuted that the whole effective Hessian keeps definiteness, or conditioning within any constant factor, that isotropy is kept, that the threshold is required, and that exceeding it makes collapse stable, all of it also where the loss Hessian is positive semidefinite",
            "definite-full",
            "definite-full-psd",
            "isotropy",
            "conditioning-psd",
            "necessary",
            "necessary-psd",
            "stable",
            "stable-psd",
        ),
        refuted(
            "refuted that any constant bounds conditioning behind indefinite loss Hessians, of the Gauss–Newton term too",
            "conditioning",
        ),
    ),
    smallest=r"$L = \frac{1}{2} |u|^2$, $h_* = z$, $h_\phi = (\frac{5}{4} z_1, \frac{3}{4} z_2)$: below the threshold the condition number goes from 1 to $\frac{25}{9}$, so that isotropy is lost (it stays below 9 there).",
    shown_by="cor35.published.isotropy",
    instead=(
        proved(
            r"With $|J_*| \leq L$, a loss Hessian of norm at most $M$, and the least eigenvalue $\lambda > 0$ and the condition number $\kappa$ of the target's Gauss–Newton term: for $k > d$, over loss Hessians of any sign, the sharp threshold of definiteness is $L \sin(\frac{1}{2} \arcsin \frac{\lambda}{M L^2})$, up to $\sqrt{2}$ times the published one",
            "sharp",
        ),
        proved(
            r"behind positive semidefinite ones, for every $k$, definiteness is kept below $\sqrt{\lambda/M}$, at least twice the published one",
            "psd",
        ),
        proved(
            r"and below the published one $\kappa_\phi < (\frac{2 \kappa + 1}{2 \sqrt{\kappa} - 1})^2 \leq 9 \kappa$, which for $d \geq 2$ is approached at every $\kappa$",
            "below",
        ),
    ),
    defences=(
        Defence(
            of=("definite-full", "definite-full-psd"),
            answer="As in Proposition 3.4 the Gauss–Newton term is meant, at one loss Hessian.",
            reply=(
                holds_added("Granted: there definiteness is kept below the threshold", "definite"),
                proved(
                    "for the whole effective Hessian the five terms of 3.4 take the place of the published bound",
                    "full",
                ),
            ),
        ),
        Defence(
            of=("isotropy", "conditioning", "conditioning-psd"),
            answer="To maintain isotropic condition numbers means that they stay bounded, not that they stay 1.",
            reply=(
                holds_added(
                    r"Granted for the Gauss–Newton term behind one positive semidefinite loss Hessian: $\kappa_\phi < 9 \kappa$ below the threshold",
                    "conditioning-gauss-newton-psd",
                ),
                refuted(
                    "behind indefinite ones no constant bounds it",
                    "conditioning",
                ),
                refuted(
                    "and that of the whole effective Hessian none bounds behind positive semidefinite ones either",
                    "conditioning-psd",
                ),
            ),
        ),
        Defence(
            of=("necessary", "necessary-psd"),
            answer="Requires is said of the guarantee: beyond the threshold definiteness can be lost.",
            reply=(
                holds("Granted: it can", "can-fail"),
                proved(
                    r"but not right beyond it: for the Gauss–Newton term the guarantee reaches to the sharp threshold over loss Hessians of any sign, and behind positive semidefinite loss Hessians to $\sqrt{\lambda/M}$, at least twice the published one",
                    "sharp",
                    "psd",
                ),
            ),
        ),
        Defence(
            of=("stable", "stable-psd"),
            answer="A head of too little capacity cannot bend down any more, so beyond the threshold a collapse can be stable, and without an interaction term it is.",
            reply=(
                holds("Granted that it can", "can-be-stable"),
                proved(
                    r"and that without an interaction term it is, where $\nabla^2 L \succeq 0$. But there such a collapse is stable below the threshold too. (There need not be one: where $k = d$ and the target has no interaction term either, $J_\phi$ is invertible below the threshold, and $J_\phi^T \rho = 0$ only for $\rho = 0$.) Nor does the threshold make anything definite: with $\lambda > 0$ the target's $H_{\mathrm{eff}}$ is so already, and beyond the threshold that is kept or lost",
                    "beyond",
                    "published",
                ),
                refuted("it can be lost there behind a convex loss", "stable-psd"),
            ),
        ),
    ),
    titles={
        "definite": "Definite Gauss–Newton term below the threshold, one Hessian",
        "definite-full": "Definite effective Hessian below the threshold",
        "definite-full-psd": "Definite below the threshold, behind a PSD loss Hessian",
        "isotropy": "Isotropy kept below the threshold",
        "conditioning": "Conditioning within a constant factor below the threshold",
        "conditioning-psd": "Conditioning within a constant factor, PSD loss Hessian",
        "conditioning-gauss-newton-psd": "Gauss–Newton conditioning below 9-fold, PSD loss Hessian",
        "necessary": "Necessity of the threshold",
        "necessary-psd": "Necessity of the threshold, behind a PSD loss Hessian",
        "can-fail": "Definiteness can be lost beyond the threshold",
        "stable": "Stable collapse beyond the threshold",
        "stable-psd": "Stable collapse beyond the threshold, PSD loss Hessian",
        "can-be-stable": "A collapse can be stable beyond the threshold",
    },
    part_titles={
        "sharp": "The sharp threshold, for the Gauss–Newton term",
        "psd": "Threshold and conditioning behind PSD loss Hessians",
        "indefinite": "Conditioning behind indefinite loss Hessians",
        "full": "When the whole effective Hessian stays definite",
        "beyond": "What exceeding the threshold can change",
    },
)
