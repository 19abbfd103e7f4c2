"""Certified signs of float64 matrices, and how near such a matrix is to the Hessian of its function.

Oracles: the inertia of the very same matrix by an exact LDL^T factorisation over the rationals
(flint's fmpq), in which no rounding can hide an error of a bound; integer matrices of known
spectrum; mpmath at 200 digits for the function's Hessian. eigvalsh is none: the cases of interest
are those whose sign it gets wrong.
"""

from __future__ import annotations

import math
from fractions import Fraction

import flint
import mpmath
import pytest
import sympy as sp
import torch
from curvature_fixture import normal, random_head, symmetric
from flint import arb, fmpq
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from verify.numeric import EffectiveHessian
from verify.numeric.activations import ACTIVATIONS, a
from verify.numeric.certificates import (
    Sign,
    certify_sign,
    enclose_spectrum,
    exceeds,
    lower_float,
    rayleigh_quotient,
    upper_float,
)
from verify.numeric.heads import Head


def exact_inertia(matrix: torch.Tensor, shift: float = 0.0) -> tuple[int, int, int]:
    """Numbers of negative, zero and positive eigenvalues of A - shift I, over the rationals.

    LDL^T with symmetric pivoting on any non-zero diagonal entry; where the diagonal is 0 and the
    rest is not, a row and column are added to another, which is a congruence.
    """
    rows = [[fmpq(*v.as_integer_ratio()) for v in row] for row in matrix.tolist()]
    n = len(rows)
    for i in range(n):
        rows[i][i] -= fmpq(*float(shift).as_integer_ratio())
    signs = []
    active = list(range(n))
    while active:
        pivot = next((i for i in active if rows[i][i] != 0), None)
        if pivot is None:
            pair = next(((i, j) for i in active for j in active if rows[i][j] != 0), None)
            if pair is None:
                break
            i, j = pair
            for c in range(n):
                rows[i][c] += rows[j][c]
            for c in range(n):
                rows[c][i] += rows[c][j]
            continue
        active.remove(pivot)
        d = rows[pivot][pivot]
        signs.append(1 if d > 0 else -1)
        for i in active:
            factor = rows[i][pivot] / d
            for j in active:
                rows[i][j] -= factor * rows[pivot][j]
    return signs.count(-1), n - len(signs), signs.count(1)


def test_the_exact_inertia_is_that_of_known_matrices():
    assert exact_inertia(torch.tensor([[0.0, 1.0], [1.0, 0.0]])) == (1, 0, 1)
    assert exact_inertia(torch.ones(3, 3)) == (0, 2, 1)
    assert exact_inertia(torch.diag(torch.tensor([-1.0, 0.0, 2.0])), shift=1.0) == (2, 0, 1)


# --- of the matrix --------------------------------------------------------------------------------


@settings(
    deadline=None,
    max_examples=150,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@seed(3)
@given(st.integers(1, 8), st.integers(0, 10**6), st.floats(-20, 2), st.sampled_from([-1, 0, 1]))
def test_no_certificate_contradicts_the_exact_inertia(n, number, exponent, sign):
    """The smallest eigenvalue is about sign * 10^exponent, down to far below rounding."""
    values = normal(n, seed=number).abs() + 0.1
    values[0] = sign * 10.0**exponent
    matrix = symmetric(n, values, seed=number)
    negative = exact_inertia(matrix)[0]
    certificate = certify_sign(matrix)
    if certificate.sign is Sign.NEGATIVE:
        assert negative
    if certificate.sign is Sign.NON_NEGATIVE:
        assert not negative
    if math.isfinite(certificate.low):
        assert exact_inertia(matrix, certificate.low)[0] == 0
    below = sum(exact_inertia(matrix, certificate.high)[:2])
    assert below >= 1
    if sign and exponent > -12:
        assert certificate.sign is not Sign.UNDECIDED


@pytest.mark.parametrize("bits", range(20, 54))
def test_the_cholesky_test_never_claims_too_much_at_the_edge(bits):
    """[[1, 1 - e], [1 - e, 1 - 2e]] has determinant -e^2: indefinite however small e is."""
    e = 2.0**-bits
    matrix = torch.tensor([[1, 1 - e], [1 - e, 1 - 2 * e]], dtype=torch.float64)
    assert exact_inertia(matrix)[0] == 1
    assert not exceeds(matrix)
    definite = matrix.clone()
    definite[1, 1] = 1.0
    assert exact_inertia(definite) == (0, 0, 2)
    assert exceeds(definite) == (bits < 50), "the smallest eigenvalue e is to exceed 7 u, u = 2^-53"


@pytest.mark.parametrize("n", [2, 5, 40])
def test_the_cholesky_tests_constant_is_the_cited_one(n):
    """On diag(1, .., 1, x), where nothing is rounded but the shift c, it holds just if x > c."""
    u = 2.0**-53
    rest = u * sum(j + 2 for j in range(1, n))
    c = rest / (1 - (n + 2) * u)  # c = rest + (n + 2) u x at x = c
    for factor, proved in ((1 - 1e-3, False), (1 + 1e-3, True)):
        diagonal = torch.ones(n, dtype=torch.float64)
        diagonal[-1] = factor * c
        assert exceeds(torch.diag(diagonal)) == proved


def test_the_cholesky_test_proves_what_is_clear():
    hilbert = torch.tensor([[1 / (i + j + 1) for j in range(8)] for i in range(8)]).double()
    assert exact_inertia(hilbert) == (0, 0, 8) or not exceeds(hilbert)
    well = symmetric(200, torch.linspace(1e-9, 1, 200))
    assert exceeds(well)
    assert exceeds(well, 0.5e-9)
    assert not exceeds(well, 1.5e-9)
    assert not exceeds(torch.diag(torch.tensor([1.0, 0.0], dtype=torch.float64)))
    assert exceeds(torch.tensor([[5e-300]], dtype=torch.float64))


@settings(
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@seed(4)
@given(st.integers(1, 8), st.integers(0, 10**6), st.floats(-14, 3))
def test_the_spectrum_is_enclosed(n, number, exponent):
    """Below low[i] there are at most i eigenvalues, below high[i] or at it at least i + 1."""
    values = normal(n, seed=number) * 10 ** (exponent * normal(n, seed=number + 1).sigmoid())
    matrix = symmetric(n, values, seed=number)
    enclosure = enclose_spectrum(matrix)
    for index in range(n):
        assert exact_inertia(matrix, float(enclosure.low[index]))[0] <= index
        negative, zero, _ = exact_inertia(matrix, float(enclosure.high[index]))
        assert negative + zero >= index + 1


def test_a_spectrum_of_512_is_enclosed_tightly():
    """The tridiagonal matrix of -1, 2, -1 has the eigenvalues 2 - 2 cos(i pi / 513)."""
    n = 512
    ones = torch.ones(n - 1, dtype=torch.float64)
    matrix = torch.diag(torch.full((n,), 2.0).double()) - torch.diag(ones, 1) - torch.diag(ones, -1)
    enclosure = enclose_spectrum(matrix)
    with flint.ctx.workprec(100):
        for index in range(n):
            exact = 2 - 2 * (arb.pi() * (index + 1) / (n + 1)).cos()
            assert arb(float(enclosure.low[index])) <= exact <= arb(float(enclosure.high[index]))
    assert float((enclosure.high - enclosure.low).max()) < 1e-9
    assert enclosure.certificate.sign is Sign.NON_NEGATIVE
    shifted = matrix - torch.eye(n, dtype=torch.float64)
    assert enclose_spectrum(shifted).certificate.sign is Sign.NEGATIVE


@pytest.mark.parametrize("scale", [1.1, 0.9])
def test_a_spectrum_from_eigenvectors_that_are_not_orthonormal_is_enclosed(scale, monkeypatch):
    """With X = c Q and D = c^2 Lambda the residual vanishes, and only |X^T X - I| knows of c."""
    matrix = symmetric(5, torch.tensor([-3.0, -1.0, 0.5, 2.0, 4.0]))
    solve = torch.linalg.eigh

    def scaled(a):
        values, vectors = solve(a)
        return scale**2 * values, scale * vectors

    monkeypatch.setattr(torch.linalg, "eigh", scaled)
    enclosure = enclose_spectrum(matrix)
    for index in range(5):
        assert exact_inertia(matrix, float(enclosure.low[index]))[0] <= index
        assert sum(exact_inertia(matrix, float(enclosure.high[index]))[:2]) >= index + 1
    assert bool((enclosure.high - enclosure.low < 12 * abs(scale**2 - 1)).all())


def walsh(n):
    """(n, n), the Walsh functions (-1)^(i.j), i.j the number of bits that i and j share."""
    return torch.tensor(
        [[(-1.0) ** (i & j).bit_count() for j in range(n)] for i in range(n)]
    ).double()


def test_what_the_products_lose_is_in_the_enclosure(monkeypatch):
    """A_ij = a_{i xor j}, whose exact eigenvectors are the Walsh functions, here exact floats.

    Each row of A sums some 1 + 2^-40, then numbers below half a unit of its last place, which are
    all lost, then the same with the opposite sign. D is the diagonal of X^T A X as computed, so
    that nothing but the allowance for rounding knows of the loss. `pairs` is how many partial sums
    a product may keep for it to lose them all the same.
    """
    bites = 0
    for n, pairs in ((64, 1), (64, 2), (256, 4), (256, 16)):
        a = torch.full((n,), (1 - 2.0**-7) * 2.0**-53, dtype=torch.float64)
        a[:pairs], a[n // 2 : n // 2 + pairs] = 1 + 2.0**-40, -1 - 2.0**-40
        index = torch.arange(n)
        matrix = a[index[:, None] ^ index]
        x = walsh(n) / math.isqrt(n)
        values, order = (x.T @ (matrix @ x)).diagonal().sort()
        exact = sorted(
            sum(int(s) * Fraction(term) for s, term in zip(row, a.tolist(), strict=True))
            for row in walsh(n).tolist()
        )
        monkeypatch.setattr(torch.linalg, "eigh", lambda _, found=(values, x[:, order]): found)
        enclosure = enclose_spectrum(matrix)
        for value, low, high in zip(
            exact, enclosure.low.tolist(), enclosure.high.tolist(), strict=True
        ):
            assert Fraction(low) <= value <= Fraction(high)
        lost = max(abs(e - Fraction(v)) for e, v in zip(exact, values.tolist(), strict=True))
        bites += lost >= Fraction(n, 4) * Fraction(2) ** -53
    assert bites, "every product here sums in an order that loses nothing: the test says nothing"


def cited_bounds(matrix, values, x):
    """Ostrowski, Weyl and Higham's bounds of every eigenvalue, in rationals: a list of (low, high)."""
    a, q = ([[Fraction(v) for v in row] for row in m.tolist()] for m in (matrix, x))
    computed = matrix @ x
    product, gram, form = (m.tolist() for m in (computed, x.T @ x, x.T @ computed))
    n = len(a)
    gamma = Fraction(n, 2**53) / (1 - Fraction(n, 2**53))
    sizes = [sum(abs(v) for v in row) for row in q]
    lost = [
        gamma
        * (
            sum(abs(Fraction(v)) for v in product[i])
            + sum(abs(a[i][j]) * sizes[j] for j in range(n))
        )
        for i in range(n)
    ]
    d = [Fraction(v) for v in values.tolist()]
    delta = max(
        sum(abs(Fraction(form[i][j]) - d[i] * (i == j)) + abs(q[j][i]) * lost[j] for j in range(n))
        for i in range(n)
    )
    epsilon = max(
        sum(
            abs(Fraction(gram[i][j]) - (i == j)) + gamma * abs(q[j][i]) * sizes[j] for j in range(n)
        )
        for i in range(n)
    )
    return [
        (
            (v - delta) / (1 - epsilon if v < delta else 1 + epsilon),
            (v + delta) / (1 - epsilon if v > -delta else 1 + epsilon),
        )
        for v in d
    ]


@pytest.mark.parametrize("number", range(12))
def test_the_enclosures_constants_are_the_cited_ones(number):
    """Every term of the bounds is allowed for, and no more than a thousandth is added to their width."""
    matrix = symmetric(5, normal(5, seed=number), seed=number)
    values, x = torch.linalg.eigh(matrix)
    enclosure = enclose_spectrum(matrix)
    for (low, high), below, above in zip(
        cited_bounds(matrix, values, x),
        enclosure.low.tolist(),
        enclosure.high.tolist(),
        strict=True,
    ):
        slack = (high - low) / 1000 + Fraction(1, 2**49) * max(abs(low), abs(high))
        assert low - slack <= Fraction(below) <= low
        assert high <= Fraction(above) <= high + slack


def test_a_spectrum_whose_products_all_underflow_is_enclosed(monkeypatch):
    """A is the least positive number everywhere; halves of it are lost, so that A X = 0 and D = 0."""
    matrix = torch.full((4, 4), 2.0**-1074, dtype=torch.float64)
    found = torch.zeros(4, dtype=torch.float64), walsh(4) / 2
    assert not (matrix @ found[1]).any()
    monkeypatch.setattr(torch.linalg, "eigh", lambda _: found)
    assert exact_inertia(matrix, float(enclose_spectrum(matrix).high[-1]))[2] == 0


def test_the_cholesky_test_allows_for_squares_that_underflow():
    """diag(a, a, a, e) with b beside a: every b^2 / a < e / 2 is lost, and their sum exceeds e."""
    a, b, e = 2.0**-1028, 0.7 * 2.0**-1051, 2.0**-1074
    matrix = torch.diag(torch.tensor([a, a, a, e], dtype=torch.float64))
    matrix[3, :3] = matrix[:3, 3] = b
    assert exact_inertia(matrix) == (1, 0, 3)
    assert not exceeds(matrix)


def test_nothing_is_proved_where_subnormal_numbers_are_flushed_to_zero():
    """The eigenvalues of this one are 1e-310 and -1e-310; flushed, its entries read as 0."""
    matrix = torch.tensor([[0.0, 1e-310], [1e-310, 0.0]], dtype=torch.float64)
    assert float(enclose_spectrum(matrix).low[0]) <= -1e-310
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor does not flush subnormal numbers")
    try:
        for certify in (enclose_spectrum, certify_sign, exceeds):
            with pytest.raises(ValueError, match=r"call torch.set_flush_denormal\(False\)"):
                certify(matrix)
    finally:
        torch.set_flush_denormal(False)


def test_a_singular_matrix_stays_undecided():
    certificate = certify_sign(torch.ones(5, 5, dtype=torch.float64))
    assert certificate.sign is Sign.UNDECIDED
    assert abs(certificate.high) < 1e-14


def test_the_rayleigh_quotient_is_exact_for_small_integers():
    matrix = torch.tensor([[2.0, 1.0], [1.0, -3.0]], dtype=torch.float64)
    quotient = rayleigh_quotient(matrix, torch.tensor([1.0, 2.0], dtype=torch.float64))
    assert quotient.overlaps(arb(fmpq(-6, 5)))
    assert quotient.rad() < 1e-30


@pytest.mark.parametrize(
    ("matrix", "vector", "error", "message"),
    [
        # x.Ax / x.x = -2, where both eigenvalues are 0.
        ([[0.0, 4.0], [0.0, 0.0]], [1.0, -1.0], ValueError, "exactly symmetric"),
        (torch.eye(2, dtype=torch.float32), [1.0, 0.0], TypeError, "float64"),
        (torch.eye(2).double(), [0.0, 0.0], ValueError, "finite and not 0"),
        (torch.eye(2).double(), [1.0, math.nan], ValueError, "finite and not 0"),
        (torch.eye(2).double(), [1.0], ValueError, r"shape \(2,\), .* was \(1,\)"),
    ],
)
def test_a_rayleigh_quotient_that_bounds_no_eigenvalue_is_refused(matrix, vector, error, message):
    matrix = matrix if isinstance(matrix, torch.Tensor) else torch.tensor(matrix).double()
    with pytest.raises(error, match=message):
        rayleigh_quotient(matrix, torch.tensor(vector, dtype=torch.float64))


def test_floats_around_a_ball_contain_it():
    third = arb(1) / 3
    assert lower_float(third) <= third <= upper_float(third)
    assert upper_float(third) - lower_float(third) < 1e-15
    assert upper_float(arb(0.5)) == lower_float(arb(0.5)) == 0.5
    with flint.ctx.workprec(128):  # balls far smaller than the distance of two floats
        for whole in (1, 2):
            assert Fraction(lower_float(arb(whole) / 3)) < Fraction(whole, 3)
            assert Fraction(upper_float(arb(whole) / 3)) > Fraction(whole, 3)
    assert upper_float(arb("inf")) == math.inf


def test_matrices_that_cannot_be_the_source_of_a_sign_are_refused():
    with pytest.raises(TypeError, match="never the source of a sign"):
        certify_sign(torch.eye(2))
    with pytest.raises(ValueError, match="exactly symmetric; its largest asymmetry is 1"):
        certify_sign(torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64))
    with pytest.raises(ValueError, match="NaN or infinity"):
        exceeds(torch.full((2, 2), torch.inf, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"shape \(n, n\); it was \(2, 3\)"):
        enclose_spectrum(torch.zeros(2, 3, dtype=torch.float64))
    with pytest.raises(ValueError, match="empty"):
        certify_sign(torch.zeros(0, 0, dtype=torch.float64))
    with pytest.raises(ValueError, match="error bound of the spectrum overflows"):
        enclose_spectrum(1e308 * torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=torch.float64))


# --- the matrix, and the function ------------------------------------------------------------------------------

TARGET = (sp.Rational(1, 3), sp.Rational(-2, 5), sp.Rational(1, 2))


def squared_error(u):
    return sum((x - t) ** 2 for x, t in zip(u, TARGET, strict=True)) / 2


def negative_cosine(u):
    along = sum(x * t for x, t in zip(u, TARGET, strict=True))
    lengths = sp.sqrt(sum(x * x for x in u)) * sp.sqrt(sum(t * t for t in TARGET))
    return -along / lengths


def torch_loss(loss):
    target = torch.tensor([float(t) for t in TARGET], dtype=torch.float64)
    if loss is squared_error:
        return lambda u: (u - target).square().sum() / 2
    return lambda u: -torch.nn.functional.cosine_similarity(u, target, dim=0)


def mpmath_hessian(head: Head, loss, z: torch.Tensor) -> mpmath.matrix:
    """Second differences at 200 digits with step 1e-50, whose error is about 1e-50."""
    symbols = sp.symbols("u1:4")
    value = sp.lambdify(symbols, loss(symbols), "mpmath")
    apply = [sp.lambdify(a, s.expression, "mpmath") for s in head.activations]

    def function(point):
        x = point
        for layer, (w, b) in enumerate(zip(head.weights, head.biases, strict=True)):
            x = [
                mpmath.fsum(mpmath.mpf(c) * v for c, v in zip(row, x, strict=True))
                + mpmath.mpf(shift)
                for row, shift in zip(w.tolist(), b.tolist(), strict=True)
            ]
            if layer < head.depth - 1:
                x = [apply[layer](v) for v in x]
        return value(*x)

    h = mpmath.mpf(10) ** -50
    base = [mpmath.mpf(v) for v in z.tolist()]

    def at(i, s, j, t):
        point = list(base)
        point[i] += s * h
        point[j] += t * h
        return function(point)

    d = len(base)
    result = mpmath.matrix(d, d)
    for i in range(d):
        for j in range(d):
            mixed = at(i, 1, j, 1) - at(i, 1, j, -1) - at(i, -1, j, 1) + at(i, -1, j, -1)
            result[i, j] = mixed / (4 * h * h)
    return result


@pytest.mark.parametrize("loss", [squared_error, negative_cosine])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_the_matrix_is_the_functions_hessian(activation, loss):
    """mpmath differentiates the function; torch evaluates G + M in float64."""
    head, z = random_head((2, 4, 3, 3), activation, seed=3), normal(2, seed=5)
    found = EffectiveHessian(head, torch_loss(loss), z).dense()
    with mpmath.workdps(200):
        exact = mpmath_hessian(head, loss, z)
        rows = [[float(exact[i, j]) for j in range(2)] for i in range(2)]
    exact = torch.tensor(rows, dtype=torch.float64)
    torch.testing.assert_close(found, exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_an_enclosure_is_as_wide_as_its_formula_is_exactly(n):
    """Oracle: the formula in fractions, of the floats it is made of, where a bound is near 0 beside its error."""
    unit, eta = Fraction(1, 2**53), Fraction(1, 2**1074)
    gamma = n * unit / (1 - n * unit)

    def exact(matrix: torch.Tensor) -> list[list[Fraction]]:
        return [[Fraction(entry) for entry in row] for row in matrix.tolist()]

    for step in range(120):
        vector = normal(n, seed=step % 8)
        matrix = torch.outer(vector, vector) + step * 2.0**-54 * vector.square().sum() * torch.eye(
            n, dtype=torch.float64
        )
        values, x = torch.linalg.eigh(matrix)
        product = matrix @ x
        sums = [sum(map(abs, row)) for row in exact(x)]
        moved = [
            sum(map(abs, p)) + sum(abs(e) * s for e, s in zip(a, sums, strict=True))
            for p, a in zip(exact(product), exact(matrix), strict=True)
        ]
        columns, d = exact(x.T), exact(torch.diag(values))
        gaps, skews = (
            [
                sum(abs(e - w) for e, w in zip(row, wanted, strict=True))
                + gamma * sum(abs(e) * s for e, s in zip(column, more, strict=True))
                for row, wanted, column in zip(exact(found), at, columns, strict=True)
            ]
            for found, at, more in (
                (x.T @ product, d, moved),
                (x.T @ x, exact(torch.eye(n, dtype=torch.float64)), sums),
            )
        )
        delta, epsilon = max(gaps) + 4 * n**3 * eta, max(skews)
        enclosure = enclose_spectrum(matrix)
        for value, low, high in zip(
            values.tolist(), enclosure.low.tolist(), enclosure.high.tolist(), strict=True
        ):
            below, above = Fraction(value) - delta, Fraction(value) + delta
            assert low <= below / (1 - epsilon if below < 0 else 1 + epsilon)
            assert high >= above / (1 - epsilon if above > 0 else 1 + epsilon)
