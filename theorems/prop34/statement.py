"""Proposition 3.4 as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

from theorems.prop34.bounds import CONCLUDES, GRADIENT, PULLBACK, STAR
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="prop34",
    label="Proposition 3.4",
    title="Perturbation of the effective Hessian",
    source="public summary of arXiv 2605.17180 (section 3); the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r'Proves that MLP heads can learn state-dependent metrics along the optimization trajectory and quantifies how approximation errors in the head degrade the optimization geometry. [..] Proposition 3.4 quantifies the approximation error upper bound $\|H_{\mathrm{eff}}^\phi - H_{\mathrm{eff}}^*\|_2 \leq 2 L M \epsilon + M \epsilon^2$. [..] Quantification of Capacity Thresholds: Proposition 3.4 elevates the question of "how deep/wide a head should be" from empirical heuristics to a topological theorem.',
    unseen=r"What $\epsilon$, $L$ and $M$ bound is not in the quoted text; from other public accounts, and from the form of the bound, we read $\epsilon \geq |J_\phi - J_*|$, $L \geq |J_*|$ and $M \geq |\nabla^2 \mathcal{L}|$ for the loss $\mathcal{L}$ at the outputs of both heads, in the spectral norm at one point $z$. The summary defines $H_{\mathrm{eff}}$ with the interaction term; whether the proposition drops that term, and whether it compares the heads at one loss Hessian, is not said. Each possibility is a reading.",
    hypotheses=(
        Hypothesis(
            id="A1",
            text=r"Assumption 1: the loss $\mathcal{L}$ and both heads are $C^2$",
            source="known from other public accounts of the paper",
        ),
        Hypothesis(
            id="jacobian",
            text=r"$|J_\phi - J_*| \leq \epsilon$",
            source="the approximation error of the head",
        ),
        Hypothesis(
            id="c2",
            text=r"$|h_\phi - h_*|$, $|J_\phi - J_*|$ and $|D^2 h_\phi - D^2 h_*|$ are at most $\epsilon$",
            source="the approximation error of the head, read as the $C^2$ distance of the heads",
        ),
        Hypothesis(id="L", text="$|J_*| \\leq L$", source="$L$ in the bound"),
        Hypothesis(
            id="M",
            text=r"$|\nabla^2 \mathcal{L}| \leq M$ at the outputs of both heads",
            source="$M$ in the bound",
        ),
        Hypothesis(
            id="same-hessian",
            text=r"the effective Hessian is its Gauss-Newton term $J^T H J$, with one loss Hessian $H = \nabla^2 \mathcal{L}$ for both heads",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="gauss-newton",
            text="both heads have zero second derivative at $z$, so that $M_\\phi = M_* = 0$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="same-output",
            text=r"$h_\phi(z) = h_*(z)$, so that the loss has one Hessian and one gradient",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="outputs",
            text=r"$|h_\phi - h_*| \leq \epsilon_0$",
            origin=Origin.ADDED,
        ),
        Hypothesis(
            id="second",
            text=r"$|D^2 h_\phi - D^2 h_*| \leq \epsilon_2$, where $|B| = \sup_{|v|=1} |B[v,v]|$",
            origin=Origin.ADDED,
        ),
        Hypothesis(id="K2", text="$|D^2 h_*| \\leq K_2$", origin=Origin.ADDED),
        Hypothesis(id="R", text=r"$|\nabla \mathcal{L}(h_*)| \leq R$", origin=Origin.ADDED),
        Hypothesis(
            id="T",
            text=r"$\nabla^2 \mathcal{L}$ is Lipschitz with constant $T$ on the segment $[h_*, h_\phi]$",
            origin=Origin.ADDED,
        ),
    ),
    readings=(
        Reading(
            id="full",
            text=r"$|H_{\mathrm{eff}}^\phi - H_{\mathrm{eff}}^*| \leq "
            + PULLBACK
            + r"$ for the whole effective Hessian $\nabla^2 (\mathcal{L} \circ h)$.",
            hypotheses=("A1", "jacobian", "L", "M"),
            predicted=Verdict.REFUTED,
            rescued_by="star",
        ),
        Reading(
            id="full-same-output",
            text=r"The same bound for the whole effective Hessian, of heads with equal outputs at $z$.",
            hypotheses=("A1", "jacobian", "L", "M", "same-output"),
            predicted=Verdict.REFUTED,
            rescued_by="star",
        ),
        Reading(
            id="c2-distance",
            text=r"The same bound for the whole effective Hessian, where $\epsilon$ bounds the distance of the heads up to order 2.",
            hypotheses=("A1", "c2", "L", "M"),
            predicted=Verdict.REFUTED,
            rescued_by="star",
        ),
        Reading(
            id="own-hessian",
            text=r"The same bound for the Gauss-Newton terms alone, $J_\phi^T H_\phi J_\phi$ and $J_*^T H_* J_*$, each with the loss Hessian at its own output.",
            hypotheses=("A1", "jacobian", "L", "M", "gauss-newton"),
            predicted=Verdict.REFUTED,
            rescued_by="star",
        ),
        Reading(
            id="one-hessian",
            text=r"$|J_\phi^T H J_\phi - J_*^T H J_*| \leq "
            + PULLBACK
            + r"$ with one loss Hessian $H$.",
            hypotheses=("A1", "jacobian", "L", "M", "same-hessian"),
            predicted=Verdict.HOLDS_ADDED,
            concludes=CONCLUDES["pullback"],
        ),
    ),
    parts=(
        Part(
            id="pullback",
            title="The Gauss-Newton term with one loss Hessian",
            text=r"If $|J_\phi - J_*| \leq \epsilon$, $|J_*| \leq L$ and $|H| \leq M$ then $|J_\phi^T H J_\phi - J_*^T H J_*| \leq "
            + PULLBACK
            + r"$. Equality holds at $J_* = L p q^T$, $J_\phi - J_* = \epsilon p q^T$, $H = M p p^T$ with unit vectors $p$, $q$, for all $k$ and $d$.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["pullback"],
        ),
        Part(
            id="star",
            title="The whole effective Hessian",
            text=r"For $C^2$ losses $\mathcal{L}$ and heads, at a point $z$, let $|h_\phi - h_*| \leq \epsilon_0$, $|J_\phi - J_*| \leq \epsilon$, $|D^2 h_\phi - D^2 h_*| \leq \epsilon_2$, $|J_*| \leq L$, $|D^2 h_*| \leq K_2$, $|\nabla \mathcal{L}(h_*)| \leq R$, $|\nabla^2 \mathcal{L}(h_*)| \leq M$, and let $\nabla^2 \mathcal{L}$ be Lipschitz with constant $T$ on $[h_*, h_\phi]$. Then $|H_{\mathrm{eff}}^\phi - H_{\mathrm{eff}}^*| \leq "
            + STAR
            + r"$. At $d = k = 1$ all terms are attained at once, whatever the constants. Where $M'$ bounds $|\nabla^2 \mathcal{L}|$ on the segment, $M'\epsilon_0$ may replace $"
            + GRADIENT
            + r"$; at $d = k = 1$ this form is attained for quadratic losses, where $T = 0$.",
            predicted=Verdict.PROVED,
            concludes=CONCLUDES["star"],
        ),
    ),
)
