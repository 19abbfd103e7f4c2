"""Formulas in plain Unicode. The oracle is how a mathematician would type them into a message."""

from __future__ import annotations

import pytest

from reports.plain import plain, spoken
from reports.typed import lettered, typeset


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\lambda_{\min}(H_{\mathrm{eff}}) = -2", "λ_min(H_eff) = −2"),
        (r"v^T H_{\mathrm{eff}} v \geq 0", "vᵀH_eff v ≥ 0"),
        (r"\frac{\lambda}{2 L M}", "λ/(2LM)"),
        (r"\frac{1}{2} |u|^2", "(1/2)|u|²"),
        (r"h_1(z^*) + \phi^{-1}(0)", "h₁(z*) + ϕ⁻¹(0)"),
        (r"\sqrt{1 + u^2} - \sqrt{2}", "√(1 + u²) − √2"),
        (r"\operatorname{rank} I_h \leq \dim V", "rank I_h ≤ dim V"),
        (r"\ker(\nabla^2 L \, J_h)", "ker(∇²L J_h)"),
        (r"\sum_{i=1}^{n} a_i", "∑_(i = 1)^n aᵢ"),
        (r"L'' > 0, \hat h", "L″ > 0, h\u0302"),
        (r"x^{-\frac{1}{2}} y", "x^(−1/2)y"),
        (r"\binom{d + 2}{3} > d (k - d)", "(d + 2 choose 3) > d(k − d)"),
        (r"\left[\begin{matrix}1 & 0\\0 & 2\end{matrix}\right]", "[1, 0; 0, 2]"),
        (r"{}^2 \mathbb{R}^d", "²ℝ^d"),
    ],
)
def test_a_formula_in_unicode(latex: str, expected: str) -> None:
    assert spoken(latex) == expected


def test_text_around_formulas_stays_and_what_cannot_be_read_too() -> None:
    assert plain(r"for $k > d$, and \$5") == "for k > d, and $5"
    assert plain("one $ alone") == "one $ alone"
    assert plain(r"$\frac{1}$") == r"\frac{1}"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("J_h^T rho = 0 != rho", "J_hᵀ ρ = 0 ≠ ρ"),
        ("|H| <= 2 L M eps + M eps^2", "|H| ≤ 2 L M ϵ + M ϵ²"),
        ("lambda_min(hess L) at theta0", "λ_min(∇²L) at θ₀"),
        ("W_1 and s''(a) behind z |-> (z, 0)", "W₁ and s″(a) behind z ↦ (z, 0)"),
        (
            "8x8 of 32 x 32, linear x0.1, f of x1 and (x1, x2)",
            "8×8 of 32 × 32, linear × 0.1, f of x1 and (x1, x2)",
        ),
        ("1e-7, 2.5e-16 and 3e+4 of E1e-7", "10⁻⁷, 2.5 · 10⁻¹⁶ and 3 · 10⁴ of E1e-7"),
        ("9.5e+00, -1.0e-01, 2.8e+02 and 1e+02", "9.5, −0.10, 280 and 100"),
        ("-0.0, -0 and [-0.00, -0.01]", "0.0, 0 and [0.00, −0.01]"),
        ("Swish, x0.1, and ReLU, x 0.1; (0, 2) x 3", "Swish, × 0.1, and ReLU, × 0.1; (0, 2) × 3"),
        ("21.85x, x1e-2 and 2x(t)", "21.85×, ×10⁻² and 2x(t)"),
        ("prop33.robust.kappa", "prop33.robust.kappa"),
        ("--lambda of kernel/delta.v at 0x1F", "--lambda of kernel/delta.v at 0x1F"),
        ("(-pi, pi), 1/lambda, (l/pi)^2", "(-π, π), 1/λ, (l/π)²"),
        ("[-1.9, 2.3], -3.8e-16 and 2 to -5", "[−1.9, 2.3], −3.8 · 10⁻¹⁶ and 2 to −5"),
        ("pp. 13184-13212, cifar10-1, (k)-1", "pp. 13184-13212, cifar10-1, (k)-1"),
        ("a gradient, a phial and an x_11y", "a gradient, a phial and an x_11y"),
        ("|h - z| at - |z|, one - two of a-b", "|h − z| at − |z|, one − two of a-b"),
        ("2 sqrt(M / lambda) - sqrt K, sqrtx", "2 √(M / λ) − √K, sqrtx"),
        ("the grad of L and grad L", "the grad of L and ∇L"),
        ("theta = psi(eta), D psi and rho . h", "θ = ψ(η), D ψ and ρ · h"),
        ("z xi, nu v, x Phi(x) and a nub", "z ξ, ν v, x Φ(x) and a nub"),
        ("0 <> (J^T J)^+ grad (L o h) = o(t)", "0 ≠ (Jᵀ J)⁺ ∇(L ∘ h) = o(t)"),
    ],
)
def test_typed_mathematics_has_the_letters_of_unicode(typed: str, shown: str) -> None:
    assert lettered(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("kappa of H_eff", r"κ of $H_{\mathrm{eff}}$"),
        ("lambda_min(H_eff) <= 0", r"$\lambda_{\min}$($H_{\mathrm{eff}}$) ≤ 0"),
        ("W W^T and J_h^T rho, n_- of n_0", "W Wᵀ and $J_{h}^{T}$ ρ, $n_{-}$ of n₀"),
        ("H_eff^phi - I in R^d", r"$H_{\mathrm{eff}}^{\phi}$ − I in $R^{d}$"),
        ("T_(s+t) and R^(n-1)", "$T_{s+t}$ and $R^{n-1}$"),
        ("c^-1 / (delta^2 l^2)", "c⁻¹ / (δ² l²)"),
        ("R^l_mij and sum_p Gamma^p_jm", r"$R_{mij}^{l}$ and $\sum_{p}$ $\Gamma_{jm}^{p}$"),
        (
            "T_theta0, sum_const and delta_l o s''(a)",
            r"$T_{\theta_0}$, sum_const and $\delta_{l}$ ∘ s″(a)",
        ),
        (r"$rho$ and `H_eff <= 1` stay, \$5 too", r"$rho$ and `H_eff <= 1` stay, \$5 too"),
        (
            "prop33.robust.kappa, info_nce, part_F, e_x.py",
            "prop33.robust.kappa, info_nce, part_F, e_x.py",
        ),
    ],
)
def test_typed_mathematics_in_texts_becomes_mathematics(typed: str, shown: str) -> None:
    assert typeset(typed) == shown
    assert typeset(shown) == shown


def test_what_is_typed_reads_alike_on_pages_and_in_the_terminal() -> None:
    assert plain("kappa of H_eff, J_h^T rho") == "κ of H_eff, J_hᵀ ρ"
