"""Lemmas of geometry: curves, metrics, groups and polyhedra."""

from __future__ import annotations

from verify.claims.lemmas.lemma import Lemma

LEMMAS = (
    Lemma(
        "riemann-tensor",
        "Riemann tensor by Christoffel symbols of the first kind",
        r"For a $C^2$ metric $g$ with $\Gamma_{ij,k} = \frac{1}{2} (\partial_i g_{jk} + \partial_j g_{ik} - \partial_k g_{ij})$: $R_{ijkl} = \frac{1}{2} (\partial_j \partial_k g_{il} + \partial_i \partial_l g_{jk} - \partial_i \partial_k g_{jl} - \partial_j \partial_l g_{ik}) + g^{pq} (\Gamma_{jk,p} \Gamma_{il,q} - \Gamma_{jl,p} \Gamma_{ik,q})$.",
        "Landau and Lifshitz, The Classical Theory of Fields, 4th ed., on the properties of the curvature tensor",
    ),
    Lemma(
        "tubular-neighbourhood",
        "Tubular neighbourhoods",
        r"A smooth regular arc $\gamma: [0, T] \to \mathbb{R}^d$ that does not meet itself can be continued as such to some $(-\alpha, T + \alpha)$, $\alpha > 0$, and then for some $\epsilon > 0$ $(t, n) \mapsto \gamma(t) + n$, $-\alpha < t < T + \alpha$, $n$ orthogonal to $\dot\gamma(t)$ and $|n| < \epsilon$, is smooth, injective and with an invertible derivative: its values are a neighbourhood of the arc.",
        "Lee, Introduction to Smooth Manifolds, 2nd ed., Theorem 6.24, and on the extension of smooth functions",
    ),
    Lemma(
        "frame-completion",
        "Completing a frame along an arc",
        r"Let $g$ be a field of positive definite $k \times k$ matrices on an interval, of class $C^m$ with $0 \leq m \leq \infty$, $e_1$ a field of vectors of the same class with $e_1^T g e_1 = 1$, and $d \leq k$. There are $e_2, .., e_d$ of the same class with $e_p^T g e_q = \delta_{pq}$.",
        "Hirsch, Differential Topology, on vector bundles (over an interval they are trivial), and Gram-Schmidt",
    ),
    Lemma(
        "adjoint-action",
        "Adjoint action",
        r"For a matrix group with the Lie algebra $\mathfrak{g}$ and an element $g$ of it, $X \mapsto g^{-1} X g$ maps $\mathfrak{g}$ onto $\mathfrak{g}$.",
        "Hall, Lie Groups, Lie Algebras, and Representations, 2nd ed., on the Lie algebra of a matrix Lie group",
    ),
    Lemma(
        "linear-cells",
        "Cells of a piecewise linear map",
        "A composition of continuous piecewise linear maps with finitely many pieces is affine on each cell of a finite polyhedral complex, and the boundaries of its cells of full dimension form a closed set of measure zero.",
        "Rourke and Sanderson, Introduction to Piecewise-Linear Topology, on polyhedra and piecewise linear maps; Arora, Basu, Mianjy and Mukherjee, Understanding Deep Neural Networks with Rectified Linear Units (2018), on networks as piecewise linear functions",
    ),
)
