"""Corollary 3.5 as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

from theorems.cor35.bounds import (
    CONCLUDES,
    CONDITION,
    CONDITION_BELOW,
    CONDITION_CONVEX,
    CONVEX,
    KEPT,
    LARGEST,
    LEAST,
    PUBLISHED,
    SHARP,
    WEYL,
)
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="cor35",
    label="Corollary 3.5",
    title="Capacity threshold",
    source="public summary of arXiv 2605.17180 (section 3); the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"Corollary 3.5: maintaining isotropic condition numbers requires $\epsilon < \lambda_{\min}(H_{\mathrm{eff}}^*) / (2 L M)$; exceeding this threshold makes collapse points stable. [..] Explains that the importance of depth/width for projection head performance is not merely empirical heuristics but a topological necessity—insufficient capacity $\to$ threshold violation $\to$ stable collapse.",
    unseen=r"What $\epsilon$, $L$ and $M$ bound is not in the quoted text; we read them as in Proposition 3.4. What it means to maintain isotropic condition numbers is not said: positive definiteness, an unchanged condition number, and one that is bounded by a constant times the old one are read apart. We read a stable collapse point as a critical point with $H_{\mathrm{eff}} \succeq 0$.",
    hypotheses=(
        Hypothesis(
            id="A1",
            text="Assumption 1: the loss and both heads are $C^2$",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="A6",
            text=r"Assumption 6: $\rho = \nabla L \neq 0$ at the collapsed state",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="collapsed",
            text="the configuration is collapsed: every input maps to the same $z$",
            source="collapse points",
        ),
        Hypothesis(
            id="critical",
            text=r"$z$ is a critical point of $L \circ h_\phi$: $J_\phi^T \rho = 0$",
            source="collapse points",
        ),
        Hypothesis(
            id="jacobian",
            text=r"$|E| \leq \epsilon$ where $E = J_\phi - J_*$",
            source=r"$\epsilon$, the approximation error of the head",
        ),
        Hypothesis(id="L", text="$|J_*| \\leq L$", source="$L$ in the threshold"),
        Hypothesis(
            id="M",
            text=r"$|\nabla^2 L| \leq M$ at the outputs of both heads",
            source="$M$ in the threshold",
        ),
        Hypothesis(
            id="lambda",
            text=r"$\lambda = \lambda_{\min}(H_{\mathrm{eff}}^*) > 0$",
            source="the threshold is positive",
        ),
        Hypothesis(id="threshold", text=rf"$\epsilon < {PUBLISHED}$", source="requires"),
        Hypothesis(id="exceeds", text=rf"$|E| > {PUBLISHED}$", source="exceeding this threshold"),
        Hypothesis(
            id="psd",
            text=r"$\nabla^2 L \succeq 0$",
            origin=Origin.REMARKED,
            source="in standard MSE-based objectives the loss Hessian is PSD (Section 4.1)",
        ),
        Hypothesis(
            id="isotropic",
            text=r"$H_{\mathrm{eff}}^* = \lambda I$",
            source="isotropic condition numbers",
        ),
        Hypothesis(
            id="same-hessian",
            text="the effective Hessian is its Gauss-Newton term $J^T H J$, with one loss Hessian $H$ for both heads",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="below-sharp",
            text=rf"$\epsilon < \epsilon^* = {SHARP}$ with $q = \lambda / (M L^2)$",
            origin=Origin.ADDED,
        ),
        Hypothesis(id="below-root", text=rf"$\epsilon < {CONVEX}$", origin=Origin.ADDED),
    ),
    readings=(
        Reading(
            id="definite",
            text=r"Below the threshold $J_\phi^T H J_\phi \succ 0$, with one loss Hessian $H$.",
            hypotheses=("A1", "jacobian", "L", "M", "lambda", "threshold", "same-hessian"),
            predicted=Verdict.HOLDS_ADDED,
        ),
        Reading(
            id="definite-full",
            text=r"Below the threshold $H_{\mathrm{eff}}^\phi \succ 0$, for the whole effective Hessian.",
            hypotheses=("A1", "jacobian", "L", "M", "lambda", "threshold"),
            predicted=Verdict.REFUTED,
            rescued_by="full",
        ),
        Reading(
            id="isotropy",
            text=r"Below the threshold an isotropic effective Hessian stays isotropic: its condition number remains $1$, even with $\nabla^2 L \succeq 0$.",
            hypotheses=("A1", "jacobian", "L", "M", "lambda", "threshold", "isotropic", "psd"),
            predicted=Verdict.REFUTED,
            rescued_by="below",
        ),
        Reading(
            id="conditioning",
            text=r"Below the threshold $\kappa_\phi \leq C \kappa_*$ with a constant $C$ for all losses and heads.",
            hypotheses=("A1", "jacobian", "L", "M", "lambda", "threshold", "isotropic"),
            predicted=Verdict.REFUTED,
            rescued_by="below",
        ),
        Reading(
            id="necessary",
            text=rf"The threshold is required: for $|E| > {PUBLISHED}$, $H_{{\mathrm{{eff}}}}^\phi$ is not positive definite or not as well conditioned.",
            hypotheses=("A1", "L", "M", "lambda", "exceeds"),
            predicted=Verdict.REFUTED,
            rescued_by="can-fail",
        ),
        Reading(
            id="can-fail",
            text=rf"Beyond the threshold definiteness can be lost: there are heads with $|E| > {PUBLISHED}$ and $\lambda_{{\min}}(H_{{\mathrm{{eff}}}}^\phi) \leq 0$.",
            hypotheses=("A1", "L", "M", "lambda", "exceeds"),
            predicted=Verdict.HOLDS,
            existential=True,
        ),
        Reading(
            id="stable",
            text=r"Exceeding the threshold makes collapse points stable: $H_{\mathrm{eff}}^\phi \succeq 0$ there.",
            hypotheses=("A1", "A6", "collapsed", "critical", "L", "M", "lambda", "exceeds"),
            predicted=Verdict.REFUTED,
            rescued_by="beyond",
        ),
    ),
    parts=(
        Part(
            id="published",
            title="The published threshold, for the Gauss-Newton term",
            text=rf"Let $\lambda = \lambda_{{\min}}(J_*^T H J_*) > 0$, $|J_*| \leq L$, $|H| \leq M$. If $|E| < {PUBLISHED}$ then $(J_* + E)^T H (J_* + E) \succ 0$. This does not follow from Weyl and Proposition 3.4, whose bound at the threshold exceeds $\lambda$ by $\lambda^2 / (4 L^2 M)$.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["published"],
        ),
        Part(
            id="sharp",
            title="The sharp threshold",
            text=rf"With $q = \lambda / (M L^2) \leq 1$: $(J_* + E)^T H (J_* + E) \succ 0$ for all $|E| < \epsilon^* = {SHARP}$, and this is best possible for all $L$, $M$, $\lambda$ with $q \leq 1$ and $k \geq d + 1$ (exact instances at $d = 1$, and at $d = 3$ by padding with diagonal blocks). The published threshold is $\epsilon^* \cos(\frac{{1}}{{2}} \arcsin q)$, smaller by a factor in $[1/\sqrt{{2}}, 1)$. Where $k = d$, $J_*^T H J_* \succ 0$ forces $H \succ 0$ (Sylvester), and the larger threshold for positive semidefinite loss Hessians applies.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["sharp"],
        ),
        Part(
            id="psd",
            title="Positive semidefinite loss Hessians",
            text=rf"If $H \succeq 0$ and $|E| < {CONVEX}$, with $\Lambda = \lambda_{{\max}}(J_*^T H J_*)$, $\kappa = \Lambda / \lambda$ and $\tau = |E| \sqrt{{M / \lambda}}$: $\lambda_{{\min}} \geq {LEAST}$, $\lambda_{{\max}} \leq {LARGEST}$ and $\kappa_\phi \leq {CONDITION_CONVEX}$ for the perturbed head. All three are sharp, for $d \geq 2$, and so is the threshold, at which definiteness can be lost. Thus $\kappa_\phi \leq K$ if $|E| \leq {KEPT} \cdot {CONVEX}$, for $K \geq \kappa$.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["psd"],
        ),
        Part(
            id="below",
            title="The condition number below the published threshold",
            text=rf"If $H \succeq 0$ and $|E| < {PUBLISHED}$ then $\lambda_{{\min}} > \lambda / 4$ and $\kappa_\phi < {CONDITION_BELOW} \leq 9\kappa$. For $d \geq 2$ the first bound is approached at every $\kappa$, where $\Lambda = M L^2$.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["below"],
        ),
        Part(
            id="indefinite",
            title="Indefinite loss Hessians",
            text=rf"With $|E| = \tau {PUBLISHED}$ and $x = {WEYL} < 1$: $\kappa_\phi \leq {CONDITION}$. No bound depends on $\kappa$ alone: at $|E| = {PUBLISHED}$ a head with $\kappa = 1$ is sent to $\kappa_\phi = \cot^2(\frac{{1}}{{4}} \arcsin q)$, which is $99 + 70\sqrt{{2}}$ at $q = 7/25$ and grows like $16 / q^2$ as $q \to 0$.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["indefinite"],
        ),
        Part(
            id="full",
            title="The whole effective Hessian",
            text=r"If the full bound of Proposition 3.4 is less than $\lambda_{\min}(H_{\mathrm{eff}}^*)$ then $H_{\mathrm{eff}}^\phi \succ 0$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="beyond",
            title="Beyond the threshold",
            text=r"If $H \succeq 0$ then $(J_* + E)^T H (J_* + E) \succeq 0$ for every $E$: without an interaction term such a collapse is stable to second order on either side of any threshold. The threshold makes nothing stable, since $\lambda > 0$ says that the target is stable already: below the full bound's threshold that is kept, and beyond it can only be kept or lost.",
            predicted=Verdict.PROVED,
        ),
    ),
)
