"""Lemmas of linear algebra."""

from __future__ import annotations

from verify.claims.lemmas.lemma import Lemma

HORN_JOHNSON = "Horn and Johnson, Matrix Analysis, 2nd ed."

LEMMAS = (
    Lemma(
        "spectral",
        "Spectral theorem",
        "A symmetric matrix has an orthonormal basis of eigenvectors, with real eigenvalues.",
        f"{HORN_JOHNSON}, Chapter 4, the spectral theorem",
    ),
    Lemma(
        "positive-frame",
        "Spectral theorem, whitening",
        r"A symmetric $k \times k$ matrix $A$ with at least $d$ positive eigenvalues has a $k \times d$ matrix $W$ with $W^T A W = I$.",
        f"{HORN_JOHNSON}, Chapter 4, the spectral theorem (orthonormal eigenvectors, each divided by the root of its eigenvalue)",
    ),
    Lemma(
        "square-root",
        "Square root",
        "A positive semidefinite $A$ is $S^T S$ with a symmetric $S$ and $|S|^2 = |A|$; if $A$ is positive definite, $S$ is invertible.",
        f"{HORN_JOHNSON}, Theorem 7.2.6",
    ),
    Lemma(
        "rayleigh",
        "Rayleigh quotients",
        r"For a symmetric $A$, $\lambda_{\min}(A) |x|^2 \leq x^T A x \leq \lambda_{\max}(A) |x|^2$ for every $x$, and both bounds are attained at some $x \neq 0$.",
        f"{HORN_JOHNSON}, Theorem 4.2.2 (Rayleigh)",
    ),
    Lemma(
        "definite-subspace",
        "Courant-Fischer",
        r"If $x^T A x > 0$ for every $x \neq 0$ of a subspace of dimension $s$, the symmetric matrix $A$ has at least $s$ positive eigenvalues; if $x^T A x < 0$ there, at least $s$ negative ones.",
        f"{HORN_JOHNSON}, Theorem 4.2.6 (Courant-Fischer)",
    ),
    Lemma(
        "weyl",
        "Weyl's inequality",
        r"For symmetric $A$ and $E$ with eigenvalues in increasing order, $|\lambda_i(A + E) - \lambda_i(A)| \leq |E|$ for each $i$.",
        f"{HORN_JOHNSON}, Theorem 4.3.1 and Corollary 4.3.15 (Weyl)",
    ),
    Lemma(
        "inertia-complement",
        "Sylvester's law of inertia",
        r"Let $A$ be symmetric with $n_+$ positive eigenvalues, and $e^T A e > 0$. On $\{x : e^T A x = 0\}$, in any basis of it, the form of $A$ has $n_+ - 1$ positive eigenvalues.",
        f"{HORN_JOHNSON}, Theorem 4.5.8 (Sylvester), in a basis of $e$ and its complement",
    ),
    Lemma(
        "congruence",
        "Congruence keeps a semidefinite sign",
        r"If $P$ has independent rows, $P^T B P \succeq 0$ if and only if $B \succeq 0$.",
        f"{HORN_JOHNSON}, Observation 7.1.8; $P$ maps onto, so that it reaches every vector",
    ),
    Lemma(
        "semidefinite-null-vector",
        "Null vectors of a semidefinite form",
        r"If $A \succeq 0$, $x^T A x = 0$ only if $A x = 0$.",
        f"{HORN_JOHNSON}, Section 7.1, on null vectors of a semidefinite form",
    ),
    Lemma(
        "semidefinite-gap",
        "A semidefinite form across its kernel",
        r"If $A \succeq 0$ is not $0$ and $\gamma$ is its least positive eigenvalue, $x^T A x \geq \gamma |x|^2$ for every $x$ orthogonal to $\ker A$.",
        f"{HORN_JOHNSON}, Theorem 4.2.2 on the span of the other eigenvectors",
    ),
    Lemma(
        "rank-nullity",
        "Rank-nullity theorem",
        r"For a linear map $T$ on a space $V$ of finite dimension, $\dim T(V) + \dim \ker T = \dim V$. So $\dim T(V) \leq \dim V$, with equality if $T$ is injective; if the target has a smaller dimension than $V$, some $v \neq 0$ has $T v = 0$; and $q$ linear equations leave a subspace of dimension at least $\dim V - q$.",
        f"{HORN_JOHNSON}, Chapter 0, the rank-nullity theorem",
    ),
    Lemma(
        "subspace-dimension",
        "Dimension of a subspace",
        "A subspace has at most the dimension of a space that contains it; so a matrix with $r$ independent vectors in its range has rank at least $r$.",
        f"{HORN_JOHNSON}, Chapter 0, on subspaces",
    ),
    Lemma(
        "dimension-sum",
        "Dimension formula",
        r"$\dim(U + V) + \dim(U \cap V) = \dim U + \dim V$. So a hyperplane contains $U$, or cuts it in dimension $\dim U - 1$.",
        f"{HORN_JOHNSON}, Chapter 0, on the dimension of a sum of subspaces",
    ),
    Lemma(
        "two-subspaces",
        "Two proper subspaces do not fill a space",
        "A real vector space is not the union of two proper subspaces.",
        "Roman, Advanced Linear Algebra, 3rd ed., on unions of subspaces",
    ),
    Lemma(
        "symmetric-range",
        "Range of a symmetric matrix",
        "The range of a symmetric matrix is the orthogonal complement of its kernel.",
        f"{HORN_JOHNSON}, Chapter 0, on orthogonal complements",
    ),
    Lemma(
        "right-inverse",
        "Right inverse",
        "A matrix $A$ with independent rows has a right inverse: $A P = I$ with $P = A^T (A A^T)^{-1}$.",
        "Ben-Israel and Greville, Generalized Inverses, 2nd ed., on one-sided inverses",
    ),
    Lemma(
        "invertible-factor",
        "Factors of an invertible matrix",
        "If a product of square matrices is invertible, each of them is.",
        f"{HORN_JOHNSON}, Chapter 0 (the determinant is multiplicative)",
    ),
    Lemma(
        "pseudoinverse",
        "Pseudoinverse",
        "Every $A$ has one $A^+$ with $A A^+ A = A$, $A^+ A A^+ = A^+$ and symmetric $A A^+$, $A^+ A$. It is symmetric if $A$ is, and positive semidefinite if $A$ is. For $N = J^T J$, $N N^+ J^T = J^T$ and $J N^+ N = J$.",
        "Penrose, A generalized inverse for matrices, Proc. Cambridge Philos. Soc. 51 (1955)",
    ),
    Lemma(
        "cauchy-schwarz",
        "Cauchy-Schwarz inequality",
        r"$|x \cdot y| \leq |x| |y|$. So a form $\sum_i b_i B_i[v, v]$ has $|\sum_i b_i B_i[v, v]| \leq |b| |B|$ for unit $v$, where $|B| = \sup_{|v| = 1} |(B_i[v, v])_i|$; and for random $X$ and $Y$ with finite second moments $|E X Y|^2 \leq E X^2 \, E Y^2$.",
        f"{HORN_JOHNSON}, Chapter 5, the Cauchy-Schwarz inequality",
    ),
    Lemma(
        "triangle",
        "Triangle inequality",
        r"$|x| - |y| \leq |x + y| \leq |x| + |y|$.",
        f"{HORN_JOHNSON}, Chapter 5, on vector norms",
    ),
    Lemma(
        "operator-norm",
        "Operator norm",
        r"$|A x| \leq |A| |x|$, $|A + B| \leq |A| + |B|$, $|A B| \leq |A| |B|$ and $|A^T| = |A|$; $|Q| = 1$ if $Q^T Q = I$.",
        f"{HORN_JOHNSON}, Chapter 5, on the spectral norm",
    ),
    Lemma(
        "symmetric-norm",
        "Norm of a symmetric matrix",
        r"$|v^T A v| \leq |A|$ for every square $A$ and unit $v$, and $|A| = \max_{|v| = 1} |v^T A v|$ if $A$ is symmetric.",
        f"{HORN_JOHNSON}, Theorem 4.2.2, and Chapter 5 on the spectral norm",
    ),
    Lemma(
        "rank-one-norm",
        "Norm of a matrix of rank one",
        r"$|a b^T| = |a| |b|$ for vectors $a$ and $b$.",
        f"{HORN_JOHNSON}, Chapter 5, on the spectral norm: $|a b^T x| = |a| |b \\cdot x|$, which Cauchy-Schwarz bounds",
    ),
    Lemma(
        "trace-duality",
        "Duality of operator and trace norm",
        r"$|\operatorname{tr}(X Y)| \leq |X| |Y|_*$ for symmetric $X$ and $Y$, $|Y|_*$ the sum of the moduli of the eigenvalues of $Y$.",
        f"{HORN_JOHNSON}, Theorem 7.4.1.1 (von Neumann)",
    ),
    Lemma(
        "least-singular-value",
        "Least singular value",
        r"$|A y| \geq \sigma |y|$, $\sigma^2$ the least eigenvalue of $A^T A$.",
        f"{HORN_JOHNSON}, Theorem 4.2.2, of $A^T A$",
    ),
    Lemma(
        "polarisation",
        "Polarisation",
        "A symmetric matrix is determined by its quadratic form: $4 v^T A w = (v + w)^T A (v + w) - (v - w)^T A (v - w)$. So a symmetric $A$ with $v^T A v = 0$ for every $v$ of a subspace has $v^T A w = 0$ for all $v$ and $w$ of it.",
        "Lang, Algebra, 3rd ed., on symmetric forms",
    ),
    Lemma(
        "faddeev-leverrier",
        "Faddeev-LeVerrier",
        r"Where $\operatorname{rank} A \leq r$, the sum of the principal minors of order $r$ of $A^T A$, times the orthogonal projector on $\ker A$, is a polynomial in the entries of $A$.",
        "Decell, An application of the Cayley-Hamilton theorem to generalized matrix inversion, SIAM Review 7 (1965)",
    ),
    Lemma(
        "rank-semicontinuous",
        "The rank is lower semicontinuous",
        r"If the entries of $A(t)$ are continuous at $t_0$, $\operatorname{rank} A(t) \geq \operatorname{rank} A(t_0)$ for all $t$ near $t_0$.",
        f"{HORN_JOHNSON}, Chapter 0, on rank and minors: a minor that is not $0$ stays so nearby",
    ),
)
