"""5.1, the augmentation tangent space: its definition as quoted, readings and parts. Literals only.

The summary calls 5.1, 5.2 and 5.3 theorems together. Neither the kind nor the text of 5.1 is stated
anywhere we can see; what is judged here is the definition that 5.2 and 5.3 rest on.
"""

from __future__ import annotations

from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

STATEMENT = Statement(
    id="thm51",
    label="Theorem 5.1",
    title="The augmentation tangent space",
    source="public summary of arXiv 2605.17180; the paper (PMLR 306, pp. 13184-13212) was not at hand in full",
    quoted=r"The augmentation tangent space $\mathcal{V}_{\mathrm{aug}}(z)$ is the set of directions spanned by infinitesimal changes in continuous augmentation parameters—the projection head must compress orbits in these directions. [..] Discrete augmentations (e.g., flips) lack smooth group structures, making infinitesimal modeling inapplicable. [..] Theorems 5.1–5.3 quantify 'why discard the head'",
    unseen="No source that we can see states 5.1. The summary counts it among Theorems 5.1 to 5.3; whether it is a definition, a lemma or a theorem, and what it says, is not known to us. What is judged here is the definition of the augmentation tangent space as the summary words it. How smooth the augmentations are assumed to be, and whether they act on inputs or on representations, is not said.",
    hypotheses=(
        Hypothesis(
            id="orbit",
            text=r"$o_x(\theta) = \mathrm{enc}(T_\theta x)$ is $C^1$ at $\theta_0$, where $T_{\theta_0} x = x$; $\mathcal{V}_{\mathrm{aug}}$ is the span of its derivatives",
            source="spanned by infinitesimal changes in continuous augmentation parameters",
        ),
        Hypothesis(
            id="one-sided",
            text=r"$o_x$ has one-sided derivatives at $\theta_0$: the parameter stays on one side of $\theta_0$ (blur, crops), or the orbit has a kink there (bilinear interpolation)",
            source="spanned by infinitesimal changes in continuous augmentation parameters",
        ),
        Hypothesis(
            id="encoder",
            text=r"$z = \mathrm{enc}(x)$ for an encoder that need not be injective",
            source=r"$\mathcal{V}_{\mathrm{aug}}(z)$, written as a function of $z$",
        ),
        Hypothesis(
            id="equivariant",
            text=r"the augmentation acts on representations: $\mathrm{enc}(T_\theta x) = S_\theta(\mathrm{enc}(x))$ for maps $S_\theta$ that do not depend on $x$",
            origin=Origin.ADDED,
        ),
    ),
    readings=(
        Reading(
            id="subspace",
            text=r"$\mathcal{V}_{\mathrm{aug}}$, as a function of the input $x$, is a linear subspace.",
            hypotheses=("orbit",),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="one-sided",
            text=r"$\mathcal{V}_{\mathrm{aug}}$, as the span of one-sided derivatives, is a linear subspace; where $o_x$ is differentiable and the admissible directions span the parameters, it is the same one as before.",
            hypotheses=("one-sided",),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="of-z",
            text=r"$\mathcal{V}_{\mathrm{aug}}(z)$ is a function of $z$: inputs with one representation have one tangent space.",
            hypotheses=("orbit", "encoder"),
            predicted=Verdict.REFUTED,
            rescued_by="of-z-equivariant",
        ),
        Reading(
            id="fibre",
            text=r"$\mathcal{V}_{\mathrm{aug}}(z)$, as the span over all inputs of the representation $z$, is a linear subspace and a function of $z$ for every encoder. (Its dimension may exceed the number of parameters.)",
            hypotheses=("orbit", "encoder"),
            predicted=Verdict.HOLDS,
        ),
        Reading(
            id="of-z-equivariant",
            text="If the augmentation acts on representations, inputs with one representation have one tangent space.",
            hypotheses=("orbit", "encoder", "equivariant"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="subspace",
            title="A subspace for every input",
            text=r"$\mathcal{V}_{\mathrm{aug}}(x) = \operatorname{im} D o_x(\theta_0)$ is a linear subspace of dimension $\operatorname{rank} D o_x(\theta_0) \leq \min(p, d)$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="parameters",
            title="Change of parameters, and composition",
            text=r"Under $\theta = \psi(\eta)$ with a differentiable $\psi$ the tangent space can only shrink, and it stays the same if $D\psi$ is onto at $\eta_0$. For differentiable families and encoders, with $T_{\theta_0} = \mathrm{id}$ that follow each other, the tangent space is the sum of theirs.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="cone",
            title="One-sided parameters",
            text=r"Where the parameters may move in the directions of a convex cone $K$ only, and $o_x$ has a one-sided derivative $O$ that is linear on $K$, the velocities form the convex cone $O K$, and need not form a subspace. Its span is $\mathcal{V}_{\mathrm{aug}}$ if $K$ spans the parameters.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="of-z",
            title="When it is a function of $z$",
            text=r"It is one if and only if the image of $D o_x$ is the same for all inputs of one representation; $\mathrm{enc}(T_\theta x) = S_\theta(\mathrm{enc}(x))$ suffices and is not necessary. For a linear group action, $\mathcal{V}_{\mathrm{aug}}(g z) = g \mathcal{V}_{\mathrm{aug}}(z)$, of dimension $\dim \mathfrak{g} - \dim \mathfrak{g}_z$ with $\mathfrak{g}_z = \{\xi \in \mathfrak{g} : \xi z = 0\}$; it is constant on an orbit and lower semicontinuous in $z$: at a limit it can only drop.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="discrete",
            title="Discrete parameters",
            text=r"A discrete parameter contributes no direction: it does not move along a curve of parameters that starts at $\theta_0$.",
            predicted=Verdict.PROVED,
        ),
        Part(
            id="images",
            title="Real image augmentations",
            text="For rotation, translation, scale, hue, saturation, brightness and blur of colour images, away from the kinks of bilinear interpolation, Jacobian-vector products through smooth convolutional networks with $d = 16$, 512 and 2048 give the tangent space: central differences approach them at second order, and its numerical rank is the number of independent parameters. At the identity bilinear interpolation has a kink: one-sided differences approach one-sided derivatives at first order, and the derivatives of the two sides differ.",
            predicted=Verdict.SUPPORTED,
        ),
    ),
)
