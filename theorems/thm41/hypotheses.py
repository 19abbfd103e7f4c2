"""The hypotheses of 4.1's readings, evaluated at an exact state; and how a state is printed."""

from __future__ import annotations

from itertools import combinations

import sympy as sp

from theorems.thm41.statement import STATEMENT
from verify.claims.counterexample import Value
from verify.claims.text import count
from verify.numeric.activations import RELU
from verify.symbolic.exact_head import Collapse, all_of, eigenvalues


def hypotheses(state: Collapse, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a state.

    All are decided from the exact encoder, loss, weights and point.
    """
    evaluate = {
        "A1": _analytic,
        "collapsed": _collapsed,
        "A6": _residual,
        "critical": _critical,
        "stationary": _stationary,
        "linear": lambda s: (_layers(s), s.head.depth == 1),
        "smooth": _smooth,
        "relu": lambda s: (_layers(s), s.head.depth > 1 and s.head.activation is RELU),
        "rank": _rank,
        "psd": _psd,
        "psd-everywhere": _psd_everywhere,
        "saddle": _saddle,
    }
    return {id: evaluate[id](state) for id in STATEMENT.reading(reading).hypotheses}


def _analytic(state: Collapse) -> Value:
    analytic = state.is_analytic
    return "$L$ and $h$ are real-analytic there" if analytic else "not analytic there", analytic


def _collapsed(state: Collapse) -> Value:
    x = sp.Symbol("x", real=True)
    image = state.encoder(x)
    constant = (image - state.at).applyfunc(sp.simplify).is_zero_matrix is True
    return rf"the encoder $f(x) = {sp.latex(image.T)}^T$, of every input $x$", constant


def _residual(state: Collapse) -> Value:
    nonzero = any(entry.is_nonzero for entry in state.rho)
    return rf"$\rho = {sp.latex(state.rho.T)}^T$", nonzero


def _critical(state: Collapse) -> Value:
    gradient = (state.jacobian.T * state.rho).applyfunc(sp.simplify)
    return rf"$J_h^T \rho = {sp.latex(gradient.T)}^T$", gradient.is_zero_matrix is True


def _stationary(state: Collapse) -> Value:
    """0 in the Clarke subdifferential; for d = 1 it is the interval of the one-sided slopes."""
    (z,), (at,) = state.inputs, state.at
    away = sp.Symbol("p", positive=True)
    right, left = (
        sp.limit(side * (state.composed.subs(z, at + side * away)).diff(away), away, 0)
        for side in (1, -1)
    )
    low, high = sp.Min(left, right), sp.Max(left, right)
    holds = all_of((low.is_nonpositive, high.is_nonnegative))
    return rf"the one-sided slopes span $[{sp.latex(low)}, {sp.latex(high)}]$", holds


def _layers(state: Collapse) -> str:
    """How many layers a head has, and its activation; with one layer there is none."""
    activation = f"activation {state.head.activation.name}"
    return f"{count(state.head.depth, 'layer')}, {activation if state.head.depth > 1 else 'no activation'}"


def _smooth(state: Collapse) -> Value:
    s = state.head.activation
    curved = "" if state.is_curved else "not seen that "
    text = rf"{_layers(state)}, {curved}$\nabla^2 h(z^*) \neq 0$"
    return text, state.head.depth > 1 and s.is_smooth and state.is_curved


def _rank(state: Collapse) -> Value:
    rank, d = state.loss_hessian.rank(), len(state.at)
    text = rf"$r = {rank}$, $d = {d}$, $\operatorname{{rank}} G = {state.pullback.rank()}$"
    return text, rank < d


def _psd(state: Collapse) -> Value:
    values = eigenvalues(state.loss_hessian)
    text = rf"eigenvalues of $\nabla^2 L$: ${', '.join(map(sp.latex, values))}$"
    return text, all_of(value.is_nonnegative for value in values)


def _psd_everywhere(state: Collapse) -> Value:
    """By the signs of all principal minors of a polynomial loss's Hessian."""
    hessian, k = sp.hessian(state.loss, state.outputs), len(state.outputs)
    rows = [n for size in range(1, k + 1) for n in combinations(range(k), size)]
    minors = [sp.expand(hessian.extract(list(n), list(n)).det()) for n in rows]
    text = rf"$\nabla^2 L(u) = {sp.latex(hessian)}$ at every $u$"
    smooth = state.loss.is_polynomial(*state.outputs) is True
    return text, smooth and all_of(minor.is_nonnegative for minor in minors)


def _saddle(state: Collapse) -> Value:
    least = eigenvalues(state.effective_hessian)[0]
    text = rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = {sp.latex(least)}$"
    return text, least.is_negative is True


def describe(state: Collapse) -> tuple[tuple[str, str], ...]:
    """The state as (name, value) pairs."""
    shape = f"$d = {len(state.at)}$, $k = {len(state.outputs)}$"
    return (
        ("$L(u)$", f"${sp.latex(state.loss)}$, {shape}"),
        *state.head.describe(),
        ("$z^*$", f"${sp.latex(sp.Matrix(state.at).T)}^T$"),
    )


def spectrum(state: Collapse) -> str:
    """G, M and the eigenvalues of H_eff, which is differentiated from the composition."""
    matrix = state.effective_hessian
    values = ", ".join(map(sp.latex, eigenvalues(matrix)))
    return rf"$G = {sp.latex(state.pullback)}$, $M = {sp.latex(state.interaction)}$, $H_{{\mathrm{{eff}}}} = {sp.latex(matrix)}$ with eigenvalues ${values}$"
