"""Lemmas of real analysis and of differential equations."""

from __future__ import annotations

from verify.claims.lemmas.lemma import Lemma

RUDIN = "Rudin, Principles of Mathematical Analysis, 3rd ed."

LEMMAS = (
    Lemma(
        "lipschitz-hessian",
        "Curvature under a Lipschitz gradient",
        r"If $f$ is $C^2$ and $\nabla f$ is Lipschitz with the constant $\ell$, every eigenvalue of $\nabla^2 f$ lies in $[-\ell, \ell]$.",
        "Nesterov, Introductory Lectures on Convex Optimization (2004), Chapter 1, on functions with a Lipschitz continuous gradient",
    ),
    Lemma(
        "null-preimages",
        "Preimages of null sets",
        r"If $g: \mathbb{R}^d \to \mathbb{R}^d$ is $C^1$ with $Dg$ invertible everywhere, the preimage of a set of measure zero has measure zero; so has a countable union of such.",
        "Folland, Real Analysis, 2nd ed., Theorem 2.47, of the local inverses",
    ),
    Lemma(
        "small-image",
        "Images of lower dimension",
        r"The image of an open subset of $\mathbb{R}^p$ under a $C^1$ map into $\mathbb{R}^n$ with $p < n$ has measure zero; so has a countable union of such.",
        "Lee, Introduction to Smooth Manifolds, 2nd ed., Corollary 6.11; Rudin, Real and Complex Analysis, 3rd ed., Lemma 7.25, of the map that forgets $n - p$ coordinates first",
    ),
    Lemma(
        "stable-manifold",
        "The centre-stable manifold",
        r"If $g$ is $C^1$, $g(z^*) = z^*$, and $Dg(z^*)$ is invertible with an eigenvalue of modulus above $1$, then the points whose whole orbit stays in some neighbourhood of $z^*$ lie in a $C^1$ disc of dimension below $d$, which has measure zero. Every orbit that converges to $z^*$ enters that neighbourhood for good.",
        "Shub, Global Stability of Dynamical Systems (1987), Theorem III.7; so used by Lee et al., Gradient descent only converges to minimizers (COLT 2016)",
    ),
    Lemma(
        "chain-rule",
        "Chain rule",
        r"If $h$ is differentiable at $z$ and $L$ at $h(z)$, $L \circ h$ is differentiable at $z$ with $D(L \circ h) = DL(h(z)) \, Dh(z)$; its gradient is $J_h^T \nabla L(h(z))$.",
        f"{RUDIN}, Theorem 9.15",
    ),
    Lemma(
        "mixed-derivatives",
        "Schwarz's theorem",
        "The second derivatives of a $C^2$ function do not depend on the order of differentiation.",
        f"{RUDIN}, Theorem 9.41",
    ),
    Lemma(
        "fundamental-theorem",
        "Fundamental theorem of calculus",
        r"If $f$ is $C^1$ on $[a, b]$, with values in $\mathbb{R}^n$, $f(b) - f(a) = \int_a^b f'(t) \, dt$. So $\nabla L(u + \Delta) - \nabla L(u) = \int_0^1 \nabla^2 L(u + t \Delta) \Delta \, dt$ where $L$ is $C^2$ near the segment.",
        f"{RUDIN}, Theorem 6.21, entry by entry",
    ),
    Lemma(
        "taylor-integral",
        "Taylor's theorem, integral form",
        r"If $F$ is $C^2$ on an interval that holds $0$ and $x$, $F(x) = F(0) + F'(0) x + \int_0^x (x - t) F''(t) \, dt$.",
        "Apostol, Calculus, vol. 1, 2nd ed., on Taylor's formula with remainder",
    ),
    Lemma(
        "taylor-lipschitz",
        "Taylor's theorem with a Lipschitz derivative",
        r"If the derivative of $f$ is Lipschitz with the constant $B$ on the segment from $x$ to $y$, $|f(y) - f(x) - Df(x)(y - x)| \leq \frac{1}{2} B |y - x|^2$.",
        r"Nesterov, Introductory Lectures on Convex Optimization (2004), Lemma 1.2.3, of $e \cdot f$ for unit vectors $e$",
    ),
    Lemma(
        "mean-value",
        "Mean value inequality",
        r"If $f$ is differentiable on an interval and $|f'| \leq \delta$, $|f(b) - f(a)| \leq \delta |b - a|$.",
        f"{RUDIN}, Theorem 5.10 and Theorem 5.19",
    ),
    Lemma(
        "zero-derivative",
        "A derivative that vanishes",
        r"A differentiable function on an interval, with values in $\mathbb{R}^n$, is constant if its derivative vanishes.",
        f"{RUDIN}, Theorem 5.11, entry by entry",
    ),
    Lemma(
        "invariant-ball",
        "Balls around a centre that is approached",
        r"Let $z: [0, T) \to \mathbb{R}^d$ be differentiable, $B$ an open ball about $z^*$, and $\frac{d}{dt} |z - z^*|^2 \leq 0$ at every $t$ with $z(t) \in B$. If $z(0) \in B$, $z(t)$ stays in $B$, and $|z - z^*|$ does not increase.",
        f"{RUDIN}, Theorem 5.11, up to the first time outside $B$, which there cannot be",
    ),
    Lemma(
        "locally-constant",
        "Locally constant functions",
        "A function on a connected set is constant if it is constant near each point. So a continuous function on an interval is constant if all its values are isolated among the values that it may take.",
        f"{RUDIN}, Theorem 4.22 and Theorem 2.47 (an interval is connected)",
    ),
    Lemma(
        "constant-hessian",
        "Functions with a constant Hessian",
        "A $C^2$ function whose Hessian is constant on a connected open set is a quadratic polynomial there.",
        f"{RUDIN}, Theorem 9.19 with the bound 0, in balls, of the gradient less a linear map, and again",
    ),
    Lemma(
        "uniform-continuity",
        "Uniform continuity",
        "A continuous function on a compact set is uniformly continuous.",
        f"{RUDIN}, Theorem 4.19",
    ),
    Lemma(
        "inverse-function",
        "Inverse function theorem on an interval",
        r"If $\phi$ is $C^m$ on an open interval, $m \geq 1$, and $\phi' > 0$, the image is an open interval, and $\phi^{-1}$ is $C^m$ on it.",
        f"{RUDIN}, Theorem 9.24 and Theorem 4.23",
    ),
    Lemma(
        "sine",
        "The sine on a quarter turn to each side",
        r"$\sin$ maps $(-\frac{\pi}{2}, \frac{\pi}{2})$ onto $(-1, 1)$, where $\sin' = \cos > 0$, so that $\arcsin$ is $C^\infty$ on $(-1, 1)$. $\cos$ falls on $[0, \frac{\pi}{4}]$ from $1$ to $1 / \sqrt{2}$.",
        f"{RUDIN}, Chapter 8 (the trigonometric functions)",
    ),
    Lemma(
        "half-angle",
        "Half angles",
        r"$\sin a = 2 \sin \frac{a}{2} \cos \frac{a}{2}$.",
        "NIST Digital Library of Mathematical Functions, Section 4.21",
    ),
    Lemma(
        "gronwall",
        "Gronwall's inequality",
        r"If $f > 0$ is differentiable on an interval and $(\log f)' \leq o$, $f(b) \leq f(a) e^{o (b - a)}$ for $a \leq b$.",
        "Hartman, Ordinary Differential Equations, on Gronwall's inequality",
    ),
    Lemma(
        "separation",
        "Separation of variables",
        r"Let $w > 0$ and $\sigma > 0$ be continuous on an open interval $I$ and on $[0, T]$. $\dot\theta = \sigma(t) / w(\theta)$, $\theta(0) = \theta_0 \in I$, is solved by $\int_{\theta_0}^{\theta(t)} w = \int_0^t \sigma$, for as long as the right side is less than $\int_{\theta_0}^{\sup I} w$. On a circle, where $w$ is periodic, that is all of $[0, T]$.",
        "Walter, Ordinary Differential Equations, on equations with separated variables",
    ),
    Lemma(
        "smooth-approximation",
        "Smoothing a velocity",
        r"Let $A$ and $v$ be continuous on $[0, T]$. There are smooth $A_\delta$ that tend to $A$ uniformly as $\delta \to 0$, and then $u_\delta(t) = u_0 + \int_0^t A_\delta v$ tends to $u_0 + \int_0^t A v$ uniformly.",
        f"{RUDIN}, Theorem 7.26 (Weierstrass) and Theorem 7.16",
    ),
    Lemma(
        "monotone-gradient",
        "Gradients of convex functions are monotone",
        r"If $L$ is convex and $C^1$ on a convex open set, $(\nabla L(u) - \nabla L(w)) \cdot (u - w) \geq 0$ for all $u$ and $w$ of it.",
        "Nesterov, Introductory Lectures on Convex Optimization (2004), Theorem 2.1.3",
    ),
    Lemma(
        "nearest-point",
        "Nearest point of a cone",
        r"Let $C \subseteq \mathbb{R}^k$ be closed and not empty, and $t w \in C$ for all $w \in C$ and $t \geq 0$. Every $u$ has a nearest point $w$ in $C$, and $(u - w) \cdot w = 0$.",
        f"{RUDIN}, Theorem 4.16, and Theorem 5.8 for $t \\mapsto |u - t w|^2$ at $t = 1$",
    ),
    Lemma(
        "parseval",
        "Parseval's theorem, for a function and its derivative",
        r"Let $h$ be $C^1$ on $[0, \ell]$ with the coefficients $c_n$ in $\cos(n \omega s)$, $\omega = \pi / \ell$; or, if $h(0) = h(\ell)$, in $\cos(n \omega s)$ and $\sin(n \omega s)$, $\omega = 2 \pi / \ell$. The mean of $|h|^2$ is $|c_0|^2 + \frac{1}{2} \sum_{n \geq 1} |c_n|^2$ and that of $|h'|^2$ is $\frac{1}{2} \sum_{n \geq 1} (n \omega)^2 |c_n|^2$, summed over both kinds where there are two.",
        f"{RUDIN}, Theorem 8.16, of $h$ (evenly continued) and $h'$; Hardy, Littlewood and Polya, Inequalities, Theorem 258",
    ),
    Lemma(
        "pinkus",
        "Pinkus: density of networks with their derivatives",
        r"If $s \in C^m(\mathbb{R})$ is no polynomial, then for every compact $K \subset \mathbb{R}^d$, function that is $C^m$ near $K$, and $\epsilon > 0$ some network with one hidden layer and the activation $s$ is within $\epsilon$ of it on $K$, with all derivatives up to order $m$.",
        "Pinkus, Approximation theory of the MLP model in neural networks, Acta Numerica 8 (1999), Section 4 (derivative approximation), for functions on all of space, of which a smooth cut-off makes one",
    ),
    Lemma(
        "analytic-null-set",
        "Zeros of an analytic function",
        r"A real analytic function on $\mathbb{R}^N$ that is not identically $0$ vanishes on a set of measure zero only.",
        "Mityagin, The zero set of a real analytic function, Mathematical Notes 107 (2020), 529-530",
    ),
    Lemma(
        "analytic-isolated-zeros",
        "Isolated zeros of an analytic function",
        "The zeros of a real analytic function on an interval that is not identically $0$ are isolated. So if $s$ is analytic and not affine, those of $s' s''$ are.",
        "Krantz and Parks, A Primer of Real Analytic Functions, 2nd ed., on power series of one variable",
    ),
)
