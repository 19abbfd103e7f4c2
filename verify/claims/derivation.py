"""Derivations whose every printed line is checked, and which fail without their hypotheses.

A derivation is a function of a `Proof`. It declares the statement's hypotheses with `Proof.given`
and its own set-up with `Proof.let`, cites lemmas of the register with `Proof.cite`, and states equalities
with `Proof.equal`, `rate` and `follows`, or facts with `Proof.fact`. What is printed is generated
from the expressions that were tested. `hypothesis_ablation` runs the same function again with each hypothesis
withdrawn and expects it not to close.
"""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import sympy as sp
from sympy.printing.latex import LatexPrinter

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Step, Table
from verify.claims.lemmas import LemmaKind, lemma
from verify.claims.text import count
from verify.symbolic.indexed import NoRuleError, Rule, derivative, is_zero, readable
from verify.symbolic.matrices import Matrix


class Proof:
    """The record of one derivation.

    Args:
        withdrawn: hypotheses that `given` denies.
        symmetric: indexed bases that are symmetric in their indices.
    """

    def __init__(
        self,
        withdrawn: frozenset[str] = frozenset(),
        symmetric: frozenset[sp.IndexedBase] = frozenset(),
    ) -> None:
        self.withdrawn = withdrawn
        self.symmetric = symmetric
        self.hypotheses: dict[str, str] = {}
        self.assumed: list[str] = []
        self.free: dict[sp.Symbol, sp.Expr] = {}
        self.enters: dict[str, str] = {}
        self.lemmas: list[str] = []
        self.steps: list[Step] = []

    def given(self, name: str, text: str) -> bool:
        """Declare a hypothesis of the statement; returns False where it is withdrawn.

        Args:
            name: the hypothesis's id in the statement, with ``id: aspect`` where a derivation uses
                two sides of one hypothesis. A reading that does not assume it is not derived.
            text: what the derivation takes from it.
        """
        self.assumed.append(name.partition(":")[0])
        return self.let(name, text)

    def let(self, name: str, text: str) -> bool:
        """Declare a definition or a part of the set-up; returns False where it is withdrawn."""
        self.hypotheses[name] = text
        return name not in self.withdrawn

    def over(self, size: sp.Expr, *indices: sp.Symbol) -> None:
        """Let free indices run over 1, .., size."""
        self.free.update(dict.fromkeys(indices, size))

    def cite(self, *ids: str) -> None:
        """Name lemmas of `verify.claims.lemmas` that the derivation uses without proving them.

        Raises:
            ValueError: if the register has no lemma of such an id.
        """
        self.lemmas += [lemma(id).id for id in ids]

    def equal(self, text: str, lhs: sp.Expr | Matrix, rhs: sp.Expr | Matrix) -> None:
        """State that two expressions are equal; closed if the exact zero test agrees.

        Indexed expressions are compared by their normal form in symbolic dimensions, matrices
        entry by entry (of symbolic shape at an arbitrary entry; a number with the only entry of a
        1 x 1 matrix), everything else as rational functions.

        Raises:
            TypeError: if there is no exact zero test for the difference.
        """
        closed = _equal(lhs, rhs, self.symmetric, self.free)
        self.steps.append(Step(text=text, latex=f"{_latex(lhs)} = {_latex(rhs)}", closed=closed))

    def rate(
        self,
        text: str,
        expr: sp.Expr,
        rules: Mapping[sp.IndexedBase, Rule],
        rhs: sp.Expr,
        order: int = 1,
    ) -> None:
        """State the derivative in t of an indexed expression, by the given rules.

        Args:
            text: the step in words.
            expr: what is differentiated.
            rules: the derivative of each indexed object.
            rhs: what it comes to.
            order: how many times it is differentiated.
        """
        found = expr
        for _ in range(order):
            found = derivative(found, rules)
        power = "" if order == 1 else f"^{{{order}}}"
        left = rf"\frac{{d{power}}}{{dt{power}}} \left( {_latex(expr)} \right)"
        closed = _equal(found, rhs, self.symmetric, self.free)
        self.steps.append(Step(text=text, latex=f"{left} = {_latex(rhs)}", closed=closed))

    def follows(
        self,
        text: str,
        lhs: sp.Expr | Matrix,
        rhs: sp.Expr | Matrix,
        using: Mapping[str, sp.Expr | Matrix],
    ) -> None:
        """State an equality that follows from hypotheses of the form ``expression = 0``.

        Args:
            text: the step in words.
            lhs: the left side.
            rhs: the right side; the step closes if ``lhs - rhs`` is the sum of the given
                vanishing expressions, identically.
            using: by name of a hypothesis declared with `given` or `let`, an expression that it makes
                vanish, already multiplied by what the step needs.

        Raises:
            ValueError: if a hypothesis in `using` was not declared.
        """
        if undeclared := set(using) - set(self.hypotheses):
            raise ValueError(
                f"The step uses hypotheses that were not declared: {sorted(undeclared)}."
            )
        for name, expr in using.items():
            self.enters.setdefault(name, f"${_latex(expr)} = 0$")
        used = [e for name, e in using.items() if name not in self.withdrawn]
        if isinstance(lhs, Matrix) and not isinstance(rhs, Matrix):
            closed = _equal(
                lhs.scalar - rhs, sp.Add(*used), self.symmetric | lhs.symmetric, self.free
            )
        elif isinstance(lhs, Matrix):
            closed = _equal(
                lhs - rhs, functools.reduce(operator.add, used, 0 * lhs), self.symmetric, self.free
            )
        else:
            closed = _equal(lhs - rhs, sp.Add(*used), self.symmetric, self.free)
        self.steps.append(Step(text=text, latex=f"{_latex(lhs)} = {_latex(rhs)}", closed=closed))

    def fact(self, text: str, formula: sp.Basic, holds: bool) -> None:
        """State a formula whose truth was decided by the caller from that formula."""
        self.steps.append(Step(text=text, latex=sp.latex(formula), closed=bool(holds)))

    @property
    def closed(self) -> bool:
        """Whether there are steps and every one of them closed."""
        return bool(self.steps) and all(step.closed for step in self.steps)


Derive = Callable[[Proof], None]


def derive(derivation: Derive, ctx: Context) -> Finding:
    """Run a derivation: it finds what it states if every step closes."""
    proof = Proof()
    derivation(proof)
    if proof.closed:
        summary = f"{count(len(proof.steps), 'step')}, closed by exact zero tests"
        if proof.lemmas:
            summary += f", citing {_cited(proof.lemmas)}"
    else:
        open_steps = [step.text for step in proof.steps if not step.closed]
        summary = f"Does not close: {'; '.join(open_steps) or 'it has no steps'}"
    return Finding(
        outcome=Outcome.AS_STATED if proof.closed else Outcome.SURPRISE,
        summary=f"{summary}.",
        steps=tuple(proof.steps),
        lemmas=tuple(dict.fromkeys(proof.lemmas)),
        hypotheses=tuple(dict.fromkeys(proof.assumed)),
    )


def _cited(ids: Iterable[str]) -> str:
    """How many lemmas of either kind are cited, in words."""
    kinds = Counter(lemma(id).kind for id in set(ids))
    return " and ".join(count(kinds[kind], f"{kind} lemma") for kind in LemmaKind if kinds[kind])


def hypothesis_ablation(derivation: Derive, ctx: Context) -> Finding:
    """Run a derivation with each hypothesis withdrawn: none may be idle."""
    complete = Proof()
    derivation(complete)
    rows, idle = [], []
    for name, text in complete.hypotheses.items():
        attempt = Proof(withdrawn=frozenset({name}))
        try:
            derivation(attempt)
            fails_at = next((step.text for step in attempt.steps if not step.closed), "")
        except NoRuleError as stuck:
            fails_at = str(stuck)
        if not fails_at:
            idle.append(name)
        enters = complete.enters.get(name, "")
        rows.append(
            (name, f"{text}; it enters as {enters}" if enters else text, fails_at or "nowhere")
        )
    if not complete.closed:
        summary = "The derivation does not close with all its hypotheses."
    elif not rows:
        summary = "It declares no hypothesis."
    elif idle:
        summary = f"Closes although withdrawn: {', '.join(idle)}."
    else:
        summary = f"Stays open whenever one of its {len(rows)} hypotheses is withdrawn."
        if len(rows) == 1:
            summary = "Stays open when its only hypothesis is withdrawn."
    sound = complete.closed and bool(rows) and not idle
    return Finding(
        outcome=Outcome.AS_STATED if sound else Outcome.SURPRISE,
        summary=summary,
        cases=len(rows),
        tables=(
            Table(
                title="Each hypothesis withdrawn in turn",
                columns=("hypothesis", "what it says", "the derivation then fails at"),
                rows=tuple(rows),
            ),
        ),
    )


class _Printer(LatexPrinter):  # type: ignore[misc]
    """SymPy's printer, with one summation sign for each index."""

    def _print_Sum(self, expr: sp.Sum) -> str:  # SymPy dispatches on this name
        signs = (
            rf"\sum_{{{index}={self._print(low)}}}^{{{self._print(high)}}}"
            for index, low, high in expr.limits[::-1]
        )
        body = self._print(expr.function)
        if expr.function.is_Add:
            body = rf"\left({body}\right)"
        return f"{' '.join(signs)} {body}"


def _latex(expr: sp.Expr | Matrix) -> str:
    if isinstance(expr, Matrix):
        return expr.latex
    return str(_Printer().doprint(readable(expr) if isinstance(expr, sp.Expr) else expr))


def _equal(
    lhs: sp.Expr | Matrix,
    rhs: sp.Expr | Matrix,
    symmetric: frozenset[sp.IndexedBase],
    free: Mapping[sp.Symbol, sp.Expr],
) -> bool:
    if isinstance(lhs, Matrix) and not isinstance(rhs, Matrix):
        return _equal(lhs.scalar, rhs, symmetric | lhs.symmetric, free)
    if isinstance(lhs, Matrix) or isinstance(rhs, Matrix):
        difference = lhs - rhs  # raises where the shapes differ
        a, b = sp.symbols("a b", cls=sp.Dummy, integer=True)
        ranges = {**free, a: difference.rows, b: difference.columns}
        return is_zero(difference.entry(a, b), symmetric | difference.symmetric, ranges)
    if isinstance(lhs, sp.MatrixBase):
        return lhs.shape == rhs.shape and all(
            _equal(a, b, symmetric, free) for a, b in zip(lhs, rhs, strict=True)
        )
    difference = lhs - rhs
    if difference.has(sp.Indexed, sp.Sum):
        return is_zero(difference, symmetric, free)
    if not difference.is_rational_function(*difference.free_symbols):
        raise TypeError(f"no exact zero test is known for {difference}")
    return bool(sp.cancel(sp.together(difference)) == 0)
