"""What shows that the refutations of 4.1 could have failed: points and boxes that must not count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from theorems.thm41.descent import Joined, lands, returning, t
from theorems.thm41.persistence import REACH, Box, persistence
from theorems.thm41.refutations import (
    FLAT_LINEAR,
    FLAT_RELU,
    LINEAR_SADDLE,
    LOSS,
    SQUARED_ERROR,
    column,
    even,
    falling_quartic,
    flat,
    linear_saddle,
    relu_kink,
    stable_collapse,
    two_output_head,
    two_output_state,
    u1,
    u2,
)
from verify.claims.check import Check, Context
from verify.claims.controls import ByConstruction
from verify.claims.declare import refutation_controls
from verify.claims.evidence import Finding, Outcome, Table, finding
from verify.numeric.activations import LINEAR, QUADRATIC, RELU, SOFTPLUS, SWISH
from verify.symbolic.exact_head import Collapse, ExactHead

KINK = u1 * sp.Abs(u1)
"""C^1 and not C^2 at 0."""

ONE = sp.S.One
"""An encoder f(x) = z* + x (1, .., 1)^T that is not constant."""

_STABLE = two_output_state(SOFTPLUS)
_FLAT_AFFINE = ExactHead.of(LINEAR, ([[1, 0], [0, 0]], [0, 0]))
_STRAIGHT = ExactHead.of(SOFTPLUS, ([[1, 0], [-1, 0]], [0, 0]), ([[1, -1], [0, 0]], [0, 0]))
"""h(z) = (s(z_1) - s(-z_1), 0) = (z_1, 0): a smooth head that is not curved."""

_ONE_SIDED = ExactHead.of(RELU, ([[1], [-1]], [0, 0]), ([[-1, 0]], [0]))
"""h(z) = -relu(z): it repels on one side of its kink."""

_SOFT = ExactHead.of(SOFTPLUS, ([[1]], [0]), ([[1], [0]], [-sp.log(2), 0]))
"""h(z) = (s(z) - s(0), 0)."""


def _tilted() -> ExactHead:
    """The head with its first output increasing: no critical point near 0."""
    head = two_output_head(SOFTPLUS)
    w1 = head.weights[0].as_mutable()
    w1[1, 0] = 1
    return ExactHead((w1.as_immutable(), head.weights[1]), head.biases, SOFTPLUS)


def _coupled() -> ExactHead:
    """h_1 = 9/20 (z_1 + z_2)^2 + 1/20 (z_1 - z_2)^2 + REACH (z_1 - z_2) / 2, h_2 = s(z_2), s(a) = a + a^2.

    H_eff = [[1, 4/5], [4/5, 2]] puts the critical point outside the square, its diagonal alone inside.
    """
    wide, narrow, tilt = sp.Rational(9, 40), sp.Rational(1, 40), REACH / 4
    return ExactHead.of(
        QUADRATIC,
        ([[1, 1], [-1, -1], [1, -1], [-1, 1], [0, 1]], [0] * 5),
        ([[wide, wide, narrow + tilt, narrow - tilt, 0], [0, 0, 0, 0, 1]], [0, 0]),
    )


def _twice_even() -> ExactHead:
    """h_i(z) = s(z_i) + s(-z_i) - 2 s(0)."""
    two = 2 * SOFTPLUS.at(0, sp.S.Zero)
    return ExactHead.of(
        SOFTPLUS,
        ([[1, 0], [-1, 0], [0, 1], [0, -1]], [0, 0, 0, 0]),
        ([[1, 1, 0, 0], [0, 0, 1, 1]], [-two, -two]),
    )


_RETURNING = returning(SWISH)


def _beside_saddle(**changed: Any) -> Joined:
    """A strict saddle of two inputs and two outputs, with something changed."""
    return Joined(replace(two_output_state(SOFTPLUS, sign=-1), **changed), u1)


def _titled(check: Check, what: str) -> Check:
    """Controls of a reading that has several, by what tells them from the others."""
    return replace(check, title=f"{check.title}; {what}")


_SINGULAR = "then $H_{\\mathrm{eff}}$ is $G$, of rank $r < d$, and no critical point is enclosed"

CONTROLS: tuple[Check, ...] = (
    refutation_controls(
        "1-psd",
        linear_saddle,
        reading="1-psd",
        violations={
            "A1": flat(FLAT_LINEAR, u2 + KINK),
            "collapsed": replace(LINEAR_SADDLE, spread=ONE),
            "A6": flat(FLAT_LINEAR, u1**2 - u2**2),
            "critical": flat(FLAT_LINEAR, u1 - u1**2),
            "linear": _STABLE,
        },
        mild=flat(FLAT_LINEAR, u2),  # H_eff = 0 is positive semidefinite
    ),
    refutation_controls(
        "1-non-repelling",
        falling_quartic,
        reading="1-non-repelling",
        violations={
            "A1": flat(FLAT_LINEAR, u2 + KINK),
            "collapsed": replace(flat(FLAT_LINEAR), spread=ONE),
            "A6": flat(FLAT_LINEAR, u2**2 - u1**4),
            "critical": flat(FLAT_LINEAR, u2 - u1**4 + u1),
            "linear": flat(_SOFT),
            "psd": flat(FLAT_LINEAR, u2 - u1**2),
        },
        mild=flat(FLAT_LINEAR, u2 + u1**4),
    ),
    *(
        _titled(
            refutation_controls(
                name,
                stable_collapse,
                reading="2-every",
                violations={
                    "A1": replace(_STABLE, loss=LOSS + KINK),
                    "collapsed": replace(_STABLE, spread=ONE),
                    "A6": replace(_STABLE, loss=u2**2 / 2),
                    "critical": replace(_STABLE, at=column(1, 0)),
                    "smooth": Collapse(u1**2 + u2, (u1, u2), straight, column(0, 0)),
                    "rank": replace(_STABLE, loss=LOSS + u1**2),
                    "psd": replace(_STABLE, loss=u1 - u2**2),
                },
                mild=two_output_state(SOFTPLUS, sign=-1),
            ),
            f"the point that violates smooth has {what}",
        )
        for name, straight, what in (
            ("2-every", _FLAT_AFFINE, "a linear head"),
            ("2-every.straight", _STRAIGHT, "a softplus head that is not curved"),
        )
    ),
    refutation_controls(
        "2-generic",
        persistence,
        reading="2-generic",
        violations={
            "A1": ByConstruction("balls enclose analytic activations and polynomial losses only"),
            "collapsed": Box(two_output_head(SOFTPLUS), spread=ONE),
            "A6": ByConstruction(f"where $\\rho = 0$, {_SINGULAR}"),
            "critical": Box(_coupled()),
            "smooth": ByConstruction(f"where $M = 0$, {_SINGULAR}"),
            "rank": Box(two_output_head(SOFTPLUS), loss=LOSS + u1**2),
            "psd": Box(_twice_even(), loss=u1 + u2 - u2**2 / 200),
        },
        mild=ByConstruction(
            "where the faces enclose a critical point, Gershgorin's bound is positive on the square"
        ),
    ),
    refutation_controls(
        "2-escape",
        lands,
        reading="2-escape",
        violations={
            "A1": replace(_RETURNING, step=t),
            "collapsed": _beside_saddle(spread=ONE),
            "A6": ByConstruction(
                r"where $\rho = 0$, $H_{\mathrm{eff}} = G \succeq 0$ has no saddle"
            ),
            "critical": _beside_saddle(at=column(1, 0)),
            "smooth": ByConstruction(
                r"where $M = 0$, $H_{\mathrm{eff}} = G \succeq 0$ has no saddle"
            ),
            "rank": _beside_saddle(loss=LOSS + u1**2),
            "psd": _beside_saddle(loss=u1 - u2**2),
            "saddle": Joined(_STABLE, u1),
        },
        mild=replace(_RETURNING, far=u2**2 / 4),  # from z > 2 to z / 2
    ),
    _titled(
        refutation_controls(
            "relu-non-repelling.quartic",
            falling_quartic,
            reading="relu-non-repelling",
            violations={
                "collapsed": replace(flat(FLAT_RELU), spread=ONE),
                "A6": flat(FLAT_RELU, u2**2 - u1**4),
                "relu": flat(FLAT_LINEAR),
                "stationary": flat(FLAT_RELU, u2 - u1**4 + u1),
                "psd": flat(FLAT_RELU, u2 - u1**2),
            },
            # -z^4 for z > 0 and z^4 for z < 0: it repels on one side
            mild=flat(FLAT_RELU, u2 - u1**3 * sp.Abs(u1)),
        ),
        "off the kinks",
    ),
    _titled(
        refutation_controls(
            "relu-non-repelling.kink",
            relu_kink,
            reading="relu-non-repelling",
            violations={
                "collapsed": replace(even(RELU, -1), spread=ONE),
                "A6": even(RELU, -1, loss=u1**2),
                "relu": even(SOFTPLUS, -1),
                "stationary": even(RELU, -1, at=1),
                "psd": even(RELU, -1, loss=u1 - u1**2),
            },
            mild=Collapse(u1, (u1,), _ONE_SIDED, column(0)),
        ),
        "at a kink",
    ),
    refutation_controls(
        "relu-non-repelling-everywhere",
        relu_kink,
        reading="relu-non-repelling-everywhere",
        violations={
            "collapsed": replace(even(RELU, -1, loss=SQUARED_ERROR), spread=ONE),
            "A6": even(RELU, -1, loss=u1**2),
            "relu": even(SOFTPLUS, -1, loss=SQUARED_ERROR),
            "stationary": even(RELU, -1, at=1),
            # its Hessian is 0 at the point
            "psd-everywhere": even(RELU, -1, loss=u1 - u1**4),
        },
        mild=Collapse(SQUARED_ERROR, (u1,), _ONE_SIDED, column(0)),
    ),
)
"""By reading: for each hypothesis a point that violates it alone, and a mild point."""

LARGE = sp.Rational(1, 4)


def persistence_can_fail(ctx: Context) -> Finding:
    """The certificate refuses a box that is too large, and heads that it must refuse."""
    attempts = {
        "a box of radius 1/4": Box(two_output_head(SOFTPLUS), LARGE),
        "the unstable head": Box(two_output_head(SOFTPLUS, sign=-1)),
        "a head without a critical point": Box(_tilted()),
    }
    found = {name: persistence(box, "2-generic", ctx) for name, box in attempts.items()}
    passed = [name for name, one in found.items() if one.outcome is not Outcome.VACUOUS]
    return finding(
        not passed,
        "The certificate is refused where it must be.",
        f"Not refused: {', '.join(passed)}.",
        cases=len(found),
        tables=(
            Table(
                title="Boxes that must be void",
                columns=("box", "found"),
                rows=tuple((name, one.summary) for name, one in found.items()),
            ),
        ),
    )
