"""Lemmas of probability and statistics."""

from __future__ import annotations

from verify.claims.lemmas.lemma import Lemma

LEMMAS = (
    Lemma(
        "central-limit",
        "Central limit theorem in several dimensions",
        r"If $X_1, X_2, ..$ in $\mathbb{R}^n$ are independent with one law of mean $0$ and covariance $\Sigma$, $(X_1 + .. + X_m) / \sqrt{m}$ tends in law to $N(0, \Sigma)$.",
        "Billingsley, Probability and Measure, 3rd ed., on limit theorems in several dimensions",
    ),
    Lemma(
        "symmetric-law",
        "Averaging over a sign",
        r"If the law of $W$ given $R$ is that of $-W$ given $R$, $P((W, R) \in A) = E \, \frac{1}{2} (1_A(W, R) + 1_A(-W, R))$ for every event $A$.",
        "Billingsley, Probability and Measure, 3rd ed., on conditional expectation",
    ),
    Lemma(
        "variance-of-copies",
        "Variance by independent copies",
        r"If $h'$ is an independent copy of a random vector $h$ with $E |h|^2 < \infty$, $E |h - E h|^2 = \frac{1}{2} E |h - h'|^2$.",
        "Serfling, Approximation Theorems of Mathematical Statistics, on U-statistics (the variance)",
    ),
    Lemma(
        "fisher-processing",
        "Data processing for Fisher information",
        r"In a regular model the Fisher matrix of a function of $z$ is at most that of $z$: $I_{h(z)} \preceq I_z$.",
        "Zamir, A proof of the Fisher information inequality via a data processing argument, IEEE Transactions on Information Theory 44 (1998), 1246-1250",
    ),
    Lemma(
        "fisher-gaussian",
        "Fisher information of a Gaussian mean",
        r"For $N(m(\theta), C)$ with $C \succ 0$ that does not depend on $\theta$, and $m \in C^1$, it is $Dm^T C^{-1} Dm$.",
        "Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, on the Cramer-Rao bound of Gaussian data",
    ),
    Lemma(
        "smooth-dense",
        "Smooth functions are dense",
        r"For every law on $\mathbb{R}^k$ the smooth bounded functions are dense in the square-integrable ones.",
        "Folland, Real Analysis, 2nd ed., Chapter 7, on functions of compact support, which are dense, and smoothing",
    ),
)
