"""Derivations whose every printed line is checked, and which fail without their hypotheses.

A derivation is a function of a `Proof`. It declares the statement's hypotheses with `Proof.given`
and its own set-up with `Proof.let`, cites lemmas of the register with `Proof.cite`, and states equalities
with `Proof.equal`, `rate` and `follows`, or facts with `Proof.fact`. What is printed is generated
from the expressions that were tested. `hypothesis_ablation` runs the same function again with each hypothesis
withdrawn and expects it not to close.
"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Premise, Step, Table
from verify.claims.lemmas import LemmaKind, lemma
from verify.claims.text import count
from verify.symbolic.indexed import (
    NoRuleError,
    Rule,
    derivative,
    is_zero,
    normal_form,
    readable,
    unnamed,
)
from verify.symbolic.matrices import Matrix
from verify.symbolic.multiples import is_sum_of_multiples


class OpenStepError(Exception):
    """A step cannot be taken without what was withdrawn."""


class Proof:
    """The record of one derivation.

    Args:
        withdrawn: hypotheses that `given`, `let` and `symmetry` deny.
        symmetric: indexed bases that are symmetric in their indices.
    """

    def __init__(
        self,
        withdrawn: frozenset[str] = frozenset(),
        symmetric: frozenset[sp.IndexedBase] = frozenset(),
    ) -> None:
        self.withdrawn = withdrawn
        self._symmetric = symmetric
        self.premises: dict[str, Premise] = {}
        self.equations: dict[str, tuple[sp.Expr | Matrix, ...]] = {}
        self.letters: set[str] = set()
        self.named: dict[str, sp.Symbol | sp.IndexedBase] = {}
        self.solved: dict[str, bool] = {}  # chosen by a definition, and whether as symmetric
        self.places: set[sp.Symbol] = set()  # indices and sizes
        self.arbitrary: set[str] = set()
        self.shown: list[sp.Expr] = []  # what steps that are not assumed make vanish
        self.stated: list[set[str]] = []  # the letters of each step
        self.free: dict[sp.Symbol, sp.Expr] = {}
        self.running: set[sp.Symbol] = set()
        self.symmetries: dict[str, sp.IndexedBase] = {}
        self.sizes: set[str] = set()
        self.explicit = False
        self.lemmas: list[str] = []
        self.steps: list[Step] = []

    def given(self, name: str, text: str, *vanishing: sp.Expr | Matrix) -> bool:
        """Declare a hypothesis of the statement; returns False where it is withdrawn.

        Args:
            name: the hypothesis's id in the statement, with ``id: aspect`` where a derivation uses
                two sides of one hypothesis. A reading that does not assume it is not derived.
            text: what the derivation takes from it; the statement's own text is printed with it.
            vanishing: what it says, as expressions that vanish, matrices entry by entry and indices of
                `every` at all their values.
        """
        return self._premise(name, "statement", text, vanishing)

    def let(self, name: str, text: str, *vanishing: sp.Expr | Matrix, by: str = "") -> bool:
        """Declare a part of the set-up; returns False where it is withdrawn.

        Args:
            name: for `follows`.
            text: what it says.
            vanishing: as of `given`.
            by: ``definition``, if it chooses a letter that was not used before; ``any``, if it is what is meant of
                letters for which 0 is one of the choices, as a vector of a kernel; ``steps``, if the steps before
                show it; ``contrary``, if it is what the statement denies; or the id of the lemma that gives
                it. Else it is a fact that is only asserted, and no reading of the statement is derived from it, nor by a
                part that is derived from it; where a derivation of another room rests on such a part, a reader judges.

        Raises:
            ValueError: if a definition has no new letter, has one for all indices, or asks of it what may not
                exist; if no step before is about a letter of what steps show; or if the register has no such lemma.
        """
        known = set(self.letters)
        for one in vanishing if by == "definition" else ():
            if lacking := self._unsolved(name, one, known):
                if self.withdrawn:
                    raise OpenStepError(text)
                raise ValueError(f"{name!r} {lacking}.")
            known |= _letters(one)
        told = _letters(*vanishing) & set().union(*self.stated) if vanishing else self.steps
        if by == "steps" and not told:
            raise ValueError(
                f"{name!r} is said to follow from the steps before, and there is none about its letters."
            )
        if by == "any":
            self._any(name, vanishing)
        if by not in ("", "definition", "any", "steps", "contrary"):
            self.cite(by)
        return self._premise(name, by, text, vanishing)

    def _any(self, name: str, vanishing: tuple[sp.Expr | Matrix, ...]) -> None:
        """Note letters of which one of the choices is 0; the last step may not be about them, see `derive`."""
        exprs = [_entry(one, {}) for one in vanishing]
        found = set()
        for letter in _letters(*vanishing) - self.letters:
            zero = {x: 0 for one in exprs for x in one.atoms(sp.Indexed) if _base(x) == letter}
            if zero and not any(one.xreplace(zero).doit() for one in exprs):
                found.add(letter)
        if not found:
            raise ValueError(f"{name!r} is about no new letter that may be 0.")
        self.arbitrary |= found

    def _unsolved(self, name: str, one: sp.Expr | Matrix, known: set[str]) -> str:
        """Why there may be nothing that satisfies an equation by which new letters are chosen; else empty.

        Something does if one letter stands alone, at every index, and what it equals is divided by no 0 and has the
        sign and symmetry that the letter has; or if 0 does. An equation that is not linear in its new letters is left
        to a reader, unless they are numbers.

        Raises:
            ValueError: if it chooses no letter, or says of all indices what is chosen once.
        """
        expr, ranges = _instance(one, {index: self.free[index] for index in self.running})
        placed = expr.atoms(sp.Indexed, sp.KroneckerDelta)
        places = {s for object in placed for index in object.indices for s in index.free_symbols}
        new = _letters(one) - known - {str(index) for index in places}
        if not (new := {letter for letter in new if not letter.startswith("|")}):
            raise ValueError(
                f"{name!r} defines nothing: each of its letters was used before, or is the norm of one."
            )
        chosen = {object for object in expr.atoms(sp.Indexed) if str(object.base) in new}
        carried = {s for object in chosen for index in object.indices for s in index.free_symbols}
        chosen |= {x for x in expr.atoms(sp.Symbol) if str(x) in new - set(map(_base, chosen))}
        summed = {limit[0] for sums in expr.atoms(sp.Sum) for limit in sums.limits}
        running = {index for index, size in ranges.items() if size != 1}
        if not summed & carried and running - carried:
            raise ValueError(
                f"{name!r} says of all indices what is chosen once: expected a new letter that carries each index."
            )
        if not _divides_by_no_zero(expr):
            return "divides by what is not known to be other than 0"
        found, unknown = Counter(map(_base, chosen)), sp.Dummy()
        symmetric = self._symmetric | (one.symmetric if isinstance(one, Matrix) else frozenset())
        lacking = ""
        for x in sorted(chosen, key=str):
            indices = set(x.indices) if isinstance(x, sp.Indexed) else set()
            slope = sp.diff(expr.xreplace({x: unknown}), unknown)
            alone = found[_base(x)] == 1 and not summed & x.free_symbols and running <= indices
            if not alone or slope.has(unknown):
                continue
            if not _is_nonzero(slope):
                lacking = "divides by what is not known to be other than 0"
            else:
                value = -expr.xreplace({x: sp.S.Zero}) / slope
                if not (lacking := _unlike(x, value, symmetric, {**self.free, **ranges})):
                    self.solved[_base(x)] = isinstance(x, sp.Indexed) and x.base in symmetric
                    return ""
        rest = expr.xreplace(dict.fromkeys(chosen, sp.S.Zero)).doit()
        if rest == 0 and not any(x.is_nonzero for x in chosen):
            self.solved |= dict.fromkeys(new, True)
            return ""
        doubled = expr.xreplace({x: 2 * x for x in chosen})
        try:  # not whether it looks so: (n + 1)^2 - n^2 - 2 n does not depend on n
            linear = _vanishes(doubled - 2 * expr + rest, symmetric, {**self.free, **ranges})
        except TypeError:
            linear = False
        if linear:
            return lacking or "is a system of equations, which may have no solution"
        self.solved |= dict.fromkeys(new, True)
        numbers = all(index.is_number for x in chosen for index in getattr(x, "indices", ()))
        return "is no linear equation of numbers, and may have no solution" if numbers else ""

    def _premise(
        self, name: str, by: str, text: str, vanishing: tuple[sp.Expr | Matrix, ...]
    ) -> bool:
        if name in self.premises:
            raise ValueError(f"{name!r} was declared before: give each premise a name of its own.")
        if by == "statement" and (chosen := _letters(*vanishing) & self.solved.keys()):
            raise ValueError(
                f"{name!r} is about {', '.join(sorted(chosen))}, which a definition chose: declare what the statement says first."
            )
        says = " and ".join(f"${_latex(one)} = 0$" for one in vanishing)
        self.premises[name] = Premise(name=name, by=by, text=text, says=says)
        self.equations[name] = vanishing
        self._meet(*vanishing)
        return name not in self.withdrawn

    def symmetry(self, *bases: sp.IndexedBase) -> None:
        """Declare that objects do not change when their indices are permuted.

        A `Matrix` that was made symmetric need not be declared. Either is withdrawn in turn, see
        `hypothesis_ablation`.
        """
        self._symmetric |= frozenset(bases)

    def over(self, size: sp.Expr, *indices: sp.Symbol) -> None:
        """Let free indices be some of 1, .., size, the same ones throughout.

        Raises:
            ValueError: if one had another range before, in which hypotheses may be declared; or if more
                is assumed of it than that it is in a range; or if the range may be empty.
        """
        if not (sp.sympify(size).is_integer and sp.sympify(size).is_positive):
            raise ValueError(f"Expected a range that is known not to be empty, got 1, .., {size}.")
        if special := {x for x in indices if x.assumptions0 not in INDICES}:
            raise ValueError(
                f"Expected an index of which no more is assumed than that it is a positive integer, got {', '.join(map(str, special))}."
            )
        if any(self.free.get(index, size) != size for index in indices):
            raise ValueError("An index keeps the range that it was given.")
        self.free.update(dict.fromkeys(indices, size))

    def every(self, size: sp.Expr, *indices: sp.Symbol) -> None:
        """Let free indices run over 1, .., size: what a hypothesis says with them it says of all.

        Raises:
            ValueError: if a hypothesis was declared before that has one, of which it says "some".
        """
        self.over(size, *indices)
        declared = [_entry(one, {}) for all in self.equations.values() for one in all]
        if late := {x for x in indices if any(one.has(x) for one in declared)} - self.running:
            raise ValueError(
                f"What was declared with {', '.join(map(str, late))} says it of some: let an index run before it is used."
            )
        self.running.update(indices)

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
        1 x 1 matrix), everything else as rational functions. It stays open where something is divided
        by that is not known to be other than 0. It takes nothing from a hypothesis, so that no formula of a
        statement is reached by it.

        Raises:
            TypeError: if there is no exact zero test for the difference.
        """
        same = self._same(lhs, rhs)
        self._step(text, f"{_latex(lhs)} = {_latex(rhs)}", same, (lhs, rhs), identity=True)

    def rate(
        self,
        text: str,
        expr: sp.Expr,
        rules: Mapping[sp.IndexedBase, Rule],
        rhs: sp.Expr,
        order: int = 1,
    ) -> None:
        """State the derivative in t of an indexed expression, by the given rules, which are printed.

        Args:
            text: the step in words.
            expr: what is differentiated; if one rule says the step, it is assumed.
            rules: the derivative of each indexed object.
            rhs: what it comes to.
            order: how many times it is differentiated.
        """
        self._meet(expr)
        found, used, written = unnamed(expr), dict[tuple[object, ...], sp.Indexed](), [expr]
        for _ in range(order):
            # A rule may tell apart indices that it can name, and equal ones from others.
            used |= {
                _pattern(object): object for object in sorted(found.atoms(sp.Indexed), key=str)
            }
            found = derivative(found, rules)
            written.append(found)
        ruled = [object for object in used.values() if object.base in rules]
        written += [rules[object.base](*object.indices) for object in ruled]
        power = "" if order == 1 else f"^{{{order}}}"
        left = rf"\frac{{d{power}}}{{dt{power}}} \left( {_latex(expr)} \right)"
        self._step(
            text,
            f"{left} = {_latex(rhs)}",
            self._same(found, rhs) and self._divides_by_no_zero(*written),
            (rhs,),
            assumed=_is_letter(expr.as_coeff_Add()[1]) and order == 1,
            uses=[_rule(object, rules) for object in ruled],
        )

    def follows(
        self,
        text: str,
        lhs: sp.Expr | Matrix,
        rhs: sp.Expr | Matrix,
        using: Mapping[str, sp.Expr | Matrix],
    ) -> None:
        """State an equality that follows from hypotheses of the form ``expression = 0``.

        Where a hypothesis was declared with what it makes vanish, what is used of it must be found to be
        a sum of multiples of that. Where it was not, or where the step is what was declared times a number, the
        step says no more than its hypotheses, and is printed as assumed.

        Args:
            text: the step in words.
            lhs: the left side.
            rhs: the right side; the step closes if ``lhs - rhs`` is the sum of the given
                vanishing expressions, identically.
            using: by name of a hypothesis declared with `given` or `let`, an expression that it makes
                vanish, already multiplied by what the step needs.

        Raises:
            ValueError: if a hypothesis in `using` was not declared, or does not make vanish what is
                used of it; if the step was found to close without one of them, or says that a number is another.
        """
        if undeclared := set(using) - set(self.premises):
            raise ValueError(
                f"The step uses hypotheses that were not declared: {sorted(undeclared)}."
            )
        if using and not self.withdrawn and self._is_identity(lhs, rhs):
            raise ValueError(f"The step {text!r} holds without what it uses.")
        used = [e for name, e in using.items() if name not in self.withdrawn]
        if isinstance(lhs, Matrix) and isinstance(rhs, Matrix):
            left, right = lhs - rhs, functools.reduce(operator.add, used, 0 * lhs)
        else:
            difference = lhs.scalar - rhs if isinstance(lhs, Matrix) else lhs - rhs
            left, right = difference, sp.Add(*map(_scalar, used))
            self._symmetric |= lhs.symmetric if isinstance(lhs, Matrix) else frozenset()
            if not self.withdrawn and left.is_number and left != 0:
                raise ValueError(f"The step {text!r} says that a number is another.")
        self._step(
            text,
            f"{_latex(lhs)} = {_latex(rhs)}",
            self._same(left, right) and self._divides_by_no_zero(lhs, rhs, *used),
            (lhs, rhs),
            assumed=not self.withdrawn and self._says_no_more(left, using),
            uses=[f"{name}: ${_latex(expr)} = 0$" for name, expr in using.items()],
        )

    def fact(
        self,
        text: str,
        formula: sp.Basic,
        *,
        at: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({}),
        equal_at: Mapping[sp.Expr, sp.Expr | int] | None = None,
        reduced_from: Iterable[sp.Expr] = (),
    ) -> None:
        """State a relation, or several joined by And, whose truth is decided from the formula.

        An inequality is decided by the signs that the symbols are declared with, of the expanded
        numerator and denominator of the difference; an equality by `sympy.simplify`.

        Args:
            text: the step in words.
            formula: as it is printed; unevaluated.
            at: what some of its symbols stand for, put in one after the other; printed with it. A relation
                is assumed where it says no more than that: if it bounds a letter of which neither a premise nor
                a step before says so, or comes to the signs of letters without a step before that says so.
            equal_at: values at which the two sides are the same, so that an inequality is not a
                looser one.
            reduced_from: what the formula was made of by cancelling, which must be defined as well.

        Raises:
            TypeError: if it is no relation, or holds a sum, which may be empty, or an integral.
            ValueError: if a letter stands for what has it, or is known to have another sign.
        """
        for one in (formula, *at.values()):
            if sp.sympify(one).has(ExprWithLimits):
                raise TypeError(f"A fact is about no sum or integral, state it with `equal`: {one}")
        put: set[sp.Symbol] = set()
        for symbol, value in at.items():
            put.add(symbol)
            if value != symbol and put & sp.sympify(value).free_symbols:
                raise ValueError(
                    f"{symbol} stands for {value}, which has letters that were put in."
                )
            if any(
                getattr(symbol, f"is_{s}") and getattr(value, f"is_{s}") is False for s in SIGNS
            ):
                raise ValueError(
                    f"{symbol} stands for {value}, which has not the sign that it has."
                )
        self._meet(*at, *at.values())
        by_steps = {x for x, value in at.items() if self._is_said(x - value, self.shown)}
        said, denied = set(by_steps), set[sp.Symbol]()
        for name, equations in self.equations.items():
            given = {x for x, value in at.items() if self._is_said(x - value, equations)}
            (denied if name in self.withdrawn else said).update(given)
        relations = _relations(formula)
        own = [r for r in relations if not _says_no_more_than(r, at, by_steps, said)]
        if denied - said:
            raise OpenStepError(text)
        self._step(
            text,
            _latex(formula),
            _holds(formula, at, equal_at) and self._divides_by_no_zero(*reduced_from),
            [side for relation in own for side in relation.args],
            assumed=not own,
            uses=[
                *(f"${sp.latex(symbol)} = {_latex(value)}$" for symbol, value in at.items()),
                *(f"assumed: ${_latex(r)}$" for r in relations if own and r not in own),
            ],
            stand=[sign for relation in own for sign in _stand(relation)],
            told=[side for relation in relations for side in relation.args],
        )

    def _is_said(self, difference: sp.Expr, vanishing: Iterable[sp.Expr | Matrix]) -> bool:
        """Whether a difference is a number times what vanishes."""
        return any(
            self._ratio(difference, one) != 0
            for one in vanishing
            if not isinstance(one, Matrix) and one.free_symbols == difference.free_symbols
        )

    def finish(self) -> None:
        """Look at the whole.

        Raises:
            ValueError: if premises were found to contradict each other, or the last step is about letters of which
                only some are meant.
        """
        if some := self.arbitrary & set().union(*self.stated[-1:]):
            raise ValueError(
                f"The last step is about {', '.join(sorted(some))}, of which not any are meant."
            )
        held = [
            sp.numer(sp.together(_entry(one, {})))
            for name, equations in self.equations.items()
            if self.premises[name].by != "contrary"
            for one in equations
        ]
        held = [one for one in held if not one.has(sp.Sum) and one != 0]
        if held and sp.groebner(held).exprs == [1]:
            raise ValueError("The premises contradict each other.")

    @property
    def closed(self) -> bool:
        """Whether there are steps and every one of them closed."""
        return bool(self.steps) and all(step.closed for step in self.steps)

    def _step(
        self,
        text: str,
        latex: str,
        closed: bool,
        sides: Iterable[sp.Expr | Matrix],
        assumed: bool = False,
        uses: Iterable[str] = (),
        identity: bool = False,
        stand: Iterable[str] = (),
        told: Iterable[sp.Expr] = (),
    ) -> None:
        sides = tuple(sides)
        self._meet(*sides, *told)
        self.stated.append(_letters(*sides, *told))
        if len(sides) == 2 and closed and not (assumed or stand) and _are_numbers(*sides):
            self.shown.append(_scalar(sides[0]) - _scalar(sides[1]))
        self.steps.append(
            Step(
                text=text,
                latex=latex,
                closed=closed,
                assumed=assumed,
                uses=tuple(uses),
                sides=() if identity else tuple(map(expression, sides)),
                stand=tuple(stand),
            )
        )

    def _meet(self, *sides: sp.Expr | Matrix) -> None:
        """Note the letters of expressions as used, and their signs.

        Raises:
            ValueError: if two letters print alike, one prints as a formula, or more is assumed of one than a sign;
                if anything is assumed of a function, or a matrix prints without one of its letters.
        """
        self.letters |= _letters(*sides)
        entries = [_entry(side, {}) for side in sides if not isinstance(side, sp.MatrixBase)]
        for one in (one for entry in entries for one in entry.atoms(AppliedUndef)):
            if any(getattr(one, f"is_{sign}") is not None for sign in SIGNS):
                raise ValueError(f"Expected a function of which nothing is assumed, got {one}.")
        for side in (side for side in sides if isinstance(side, Matrix)):
            self.places |= {x for size in side.shape for x in size.free_symbols}
            for base in _entry(side, {}).atoms(sp.IndexedBase):
                if str(base) not in side.latex:
                    raise ValueError(f"A matrix with {base} prints as {side.latex}.")
        for entry in entries:
            for one in entry.atoms(sp.Indexed, sp.KroneckerDelta, sp.Sum):
                of = (
                    one.limits
                    if isinstance(one, sp.Sum)
                    else one.args[isinstance(one, sp.Indexed) :]
                )
                self.places |= sp.Tuple(*of).free_symbols
        for letter in {letter for side in sides for letter in _named(_entry(side, {}))}:
            if isinstance(letter, sp.Dummy):
                if letter.assumptions0 not in INDICES:
                    raise ValueError(f"Expected an index, or a letter with a name, got {letter}.")
            elif self.named.setdefault(_printed(letter), letter) != letter:
                raise ValueError(f"Two letters print as {letter}: give each a name of its own.")

    @property
    def signs(self) -> str:
        """What is assumed of letters, but of indices and sizes, and that norms are not negative."""
        told, sizes = (
            [],
            self.places | {x for size in self.free.values() for x in size.free_symbols},
        )
        for name, letter in sorted(self.named.items()):
            symbol = letter.label if isinstance(letter, sp.IndexedBase) else letter
            signs = [text for sign, text in SIGNS.items() if text and getattr(symbol, f"is_{sign}")]
            if symbol.is_integer and symbol not in sizes | self.free.keys():
                told.append(
                    f"integer ${' '.join([_latex(letter), *(f'{s} 0' for s in signs[:1])])}$"
                )
            elif (
                signs and not symbol.is_integer and (name, signs[0]) != (f"|{name[1:-1]}|", r"\geq")
            ):
                told.append(f"${_latex(letter)} {signs[0]} 0$")
        return ", ".join(told)

    def _divides_by_no_zero(self, *sides: sp.Expr | Matrix) -> bool:
        """Whether no side, as it is written, divides by what may be 0."""
        return _divides_by_no_zero(
            *(
                entry
                for side in sides
                for entry in (
                    sp.flatten(side) if isinstance(side, sp.MatrixBase) else [_entry(side, {})]
                )
            )
        )

    def _same(self, lhs: sp.Expr | Matrix, rhs: sp.Expr | Matrix) -> bool:
        """Whether two sides are equal, for all dimensions and without a division by 0."""
        if isinstance(lhs, Matrix) and not isinstance(rhs, Matrix):
            self._symmetric |= lhs.symmetric
            lhs = lhs.scalar
        if isinstance(lhs, sp.MatrixBase):
            self.explicit = True
            return lhs.shape == rhs.shape and all(
                self._same(one, other)
                for one, other in zip(sp.flatten(lhs), sp.flatten(rhs), strict=True)
            )
        free, symmetric = dict(self.free), self._symmetric
        if isinstance(lhs, Matrix) or isinstance(rhs, Matrix):
            difference = lhs - rhs  # raises where the shapes differ
            symmetric |= difference.symmetric
            self.sizes.update(str(size) for size in difference.shape if not size.is_number)
            lhs, rhs, free = *(_entry(side, free) for side in (lhs, rhs)), free
        self._meet(lhs, rhs)
        held = {base: f"symmetric: {base}" for base in sorted(symmetric, key=str)}
        if chosen := [name for base in held if self.solved.get(name := str(base)) is False]:
            raise ValueError(f"A definition chose {', '.join(chosen)} without it being symmetric.")
        self.symmetries |= {name: base for base, name in held.items() if (lhs - rhs).has(base)}
        kept = frozenset(base for base, name in held.items() if name not in self.withdrawn)
        self.sizes.update(
            str(limit[2])
            for sums in (lhs - rhs).atoms(sp.Sum)
            for limit in sums.limits
            if not limit[2].is_number
        )
        return _divides_by_no_zero(lhs, rhs) and _vanishes(lhs - rhs, kept, free)

    def _says_no_more(self, left: sp.Expr | Matrix, using: Mapping[str, sp.Expr | Matrix]) -> bool:
        """Whether a step is what its hypotheses were declared to say, or they were declared to say nothing."""
        for name, expr in using.items():
            declared = self.equations[name]
            if not declared:
                return True
            if not self._is_sum_of_multiples(expr, declared):
                raise ValueError(
                    f"What the step uses of {name!r} was not found to be a sum of multiples of what it says: expected multiples of {', '.join(map(_latex, declared))}, got {_latex(expr)}."
                )
        if any(
            self._ratio(left, one)
            for name in using
            for said in self.equations[name]
            for one in self._instances(said, left)
        ):
            return True
        for name in using if len(using) > 1 else ():
            others = [one for other in using if other != name for one in self.equations[other]]
            if self._is_sum_of_multiples(left, others, tries=1):
                raise ValueError(
                    f"The step holds without what it uses of {name!r}: leave that out."
                )
        return False

    def _is_sum_of_multiples(
        self, expr: sp.Expr | Matrix, vanishing: Iterable[sp.Expr | Matrix], tries: int = 64
    ) -> bool:
        """Whether an expression is found to vanish where others do, at all values of running indices."""
        vanishing, free = tuple(vanishing), dict(self.free)
        held = (one.symmetric for one in (expr, *vanishing) if isinstance(one, Matrix))
        running = {index: self.free[index] for index in self.running}
        equations = [_instance(one, running) for one in vanishing]
        return is_sum_of_multiples(
            _entry(expr, free), equations, self._symmetric.union(*held), free, tries
        )

    def _instances(
        self, said: sp.Expr | Matrix, left: sp.Expr | Matrix
    ) -> Iterable[sp.Expr | Matrix]:
        """What is said, as it is and at each of a step's own indices; of a matrix, its entries there."""
        yield said
        free = dict(self.free)
        _entry(left, free)
        expr, ranges = _instance(said, {index: self.free[index] for index in self.running})
        places = [[i for i, size in free.items() if size == length] for length in ranges.values()]
        for images in itertools.product(*places):
            yield expr.xreplace(dict(zip(ranges, images, strict=True)))

    def _is_identity(self, lhs: sp.Expr | Matrix, rhs: sp.Expr | Matrix) -> bool:
        """Whether two sides are found to be the same with no hypothesis."""
        try:
            return self._alike(lhs, rhs)
        except TypeError:  # there is no zero test for their difference alone
            return False

    def _ratio(self, left: sp.Expr | Matrix, right: sp.Expr | Matrix) -> sp.Expr:
        """The number that one side may be the other times; 0 if there is none."""
        free: dict[sp.Symbol, sp.Expr] = dict(self.free)
        if isinstance(right, Matrix) and right.shape != getattr(left, "shape", (1, 1)):
            return sp.S.Zero
        one, other = (_scalar(s) if _are_numbers(s) else _entry(s, free) for s in (left, right))
        if not (one - other).has(sp.Indexed, sp.Sum):
            found = sp.cancel(sp.together(one / other)) if other != 0 else sp.S.Zero
            return found if found.is_number else sp.S.Zero
        symmetric = self._symmetric.union(
            *(side.symmetric for side in (left, right) if isinstance(side, Matrix))
        )
        forms = [normal_form(side, symmetric, free) for side in (one, other)]
        if not forms[1] or forms[0].keys() != forms[1].keys():
            return sp.S.Zero
        ratios = {sp.cancel(forms[0][key] / forms[1][key]) for key in forms[1]}
        found = ratios.pop()
        return found if not ratios and found.is_number else sp.S.Zero

    def _alike(self, left: sp.Expr | Matrix, right: sp.Expr | Matrix) -> bool:
        """Whether two sides are of one kind, and equal."""
        if isinstance(left, Matrix) and isinstance(right, Matrix):
            return left.shape == right.shape and self._same(left, right)
        return self._same(_scalar(left), _scalar(right)) if _are_numbers(left, right) else False


Derive = Callable[[Proof], None]


def derive(derivation: Derive, ctx: Context) -> Finding:
    """Run a derivation: it finds what it states if every step closes, and not all are assumed."""
    proof = Proof()
    derivation(proof)
    proof.finish()
    assumed = sum(step.assumed for step in proof.steps)
    if not proof.closed:
        open_steps = [step.text for step in proof.steps if not step.closed]
        summary = f"Does not close: {'; '.join(open_steps) or 'it has no steps'}"
    elif assumed == len(proof.steps):
        summary = "Says no more than what it assumes: every step is assumed"
    else:
        summary = f"{count(len(proof.steps), 'step')}, closed by exact zero tests"
        if proof.sizes:
            summary += f", for all {' and '.join(map(_inline, sorted(proof.sizes)))}"
            if proof.explicit:
                summary += ", but for steps at a given size, which a reader extends"
        if assumed:
            summary += (
                f", of which {assumed} only {'says' if assumed == 1 else 'say'} what is assumed"
            )
        if proof.lemmas:
            summary += f", citing {_cited(proof.lemmas)}"
    signs = (
        [Premise(name="signs", by="signs", text="Letters have", says=proof.signs)]
        if proof.signs
        else []
    )
    return Finding(
        outcome=(
            Outcome.AS_STATED if proof.closed and assumed < len(proof.steps) else Outcome.SURPRISE
        ),
        summary=f"{summary}.",
        steps=tuple(proof.steps),
        lemmas=tuple(dict.fromkeys(proof.lemmas)),
        premises=(*proof.premises.values(), *signs),
        fixed_size=proof.explicit and not proof.sizes,
    )


def _cited(ids: Iterable[str]) -> str:
    """How many lemmas of either kind are cited, in words."""
    kinds = Counter(lemma(id).kind for id in set(ids))
    return " and ".join(count(kinds[kind], f"{kind} lemma") for kind in LemmaKind if kinds[kind])


def hypothesis_ablation(derivation: Derive, ctx: Context) -> Finding:
    """Run a derivation with each hypothesis withdrawn: none may be idle.

    Symmetries are withdrawn as well; one that nothing needs is not assumed, and not listed. How many the last step
    does not close without is told: that it rests on what the others are needed for, a reader judges.
    """
    complete = Proof()
    derivation(complete)
    rows, idle, last = [], [], 0
    for name, premise in complete.premises.items():
        fails_at, at_last = _fails_at(derivation, name)
        last += at_last
        if not fails_at:
            idle.append(name)
        rows.append((name, premise.text, fails_at or "nowhere"))
    for name, base in complete.symmetries.items():
        fails_at, at_last = _fails_at(derivation, name)
        if fails_at:
            last += at_last
            rows.append((_inline(name), f"${base}$ is symmetric in all its indices", fails_at))
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
        if last < len(rows):
            summary = f"{summary[:-1]}; its last step does without {len(rows) - last} of them."
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


def _fails_at(derivation: Derive, withdrawn: str) -> tuple[str, bool]:
    """The first step that does not close without a hypothesis, or empty; and whether the last one does not."""
    proof = Proof(withdrawn=frozenset({withdrawn}))
    stuck = ""
    try:
        derivation(proof)
    except (OpenStepError, NoRuleError) as error:
        stuck = str(error) or "a step without words"
    except ValueError:  # a step after one that is open
        if all(step.closed for step in proof.steps):
            raise
        stuck = "what follows it"
    opened = [step.text or "a step without words" for step in proof.steps if not step.closed]
    return next(iter(opened), stuck), bool(stuck) or not proof.steps[-1].closed


class _Printer(LatexPrinter):  # type: ignore[misc]
    """SymPy's printer, with one summation sign for each index, and exponents in a line."""

    def _print_Sum(self, expr: sp.Sum) -> str:  # SymPy dispatches on this name
        signs = (
            rf"\sum_{{{index}={self._print(low)}}}^{{{self._print(high)}}}"
            for index, low, high in expr.limits[::-1]
        )
        body = self._print(expr.function)
        if expr.function.is_Add:
            body = rf"\left({body}\right)"
        return f"{' '.join(signs)} {body}"


def expression(side: sp.Expr | Matrix) -> str:
    """A side of a relation as `verify.claims.statement.Formula` knows it."""
    return side.latex if isinstance(side, Matrix) else str(readable(sp.sympify(side)))


def _inline(name: str) -> str:
    """A name, or ``symmetric: name``, that can stand in text: as a formula where it is written in LaTeX."""
    before, colon, symbol = name.rpartition(": ")
    return f"{before}{colon}${symbol}$" if "\\" in symbol else name


def _latex(expr: sp.Expr | Matrix) -> str:
    if isinstance(expr, Matrix):
        return expr.latex
    return str(
        _Printer({"fold_frac_powers": True}).doprint(
            readable(expr) if isinstance(expr, sp.Expr) else expr
        )
    )


def _rule(object: sp.Indexed, rules: Mapping[sp.IndexedBase, Rule]) -> str:
    """A rule of differentiation, at the indices of an object."""
    rate = sp.sympify(rules[object.base](*object.indices))
    named, rate = readable(sp.Tuple(object, rate))
    return rf"$\frac{{d}}{{dt}} {_latex(named)} = {_latex(rate)}$"


def _pattern(object: sp.Indexed) -> tuple[object, ...]:
    """An object with its indices told apart by name, and those that have none by where they stand first."""
    indices = object.indices
    return (object.base, *(indices.index(x) if isinstance(x, sp.Dummy) else x for x in indices))


def _letters(*sides: sp.Expr | Matrix) -> set[str]:
    """The names of the symbols and indexed objects in expressions, without indices and sizes."""
    exprs = [_entry(side, {}) for side in sides]
    return {
        str(letter)
        for expr in exprs
        for letter in expr.atoms(sp.Symbol)
        if not isinstance(letter, sp.Dummy) and not letter.is_integer
    }


@functools.cache
def _printed(letter: sp.Symbol | sp.IndexedBase) -> str:
    """How a letter prints.

    Raises:
        ValueError: if that reads as a formula, or if more is assumed of it than a sign.
    """
    symbol = letter.label if isinstance(letter, sp.IndexedBase) else letter
    if not NAME.fullmatch(
        functools.reduce(lambda n, group: group.sub("x", n), GROUPS, symbol.name)
    ):
        raise ValueError(f"Expected a letter, got {symbol.name!r}, which reads as a formula.")
    known = {sign: True for sign in SIGNS if getattr(symbol, f"is_{sign}")}
    if sp.Dummy(**known).assumptions0 != symbol.assumptions0:
        raise ValueError(f"Expected a letter of which no more is assumed than its sign: {letter}.")
    return str(sp.latex(symbol))


def _named(expr: sp.Expr) -> Iterable[sp.Symbol | sp.IndexedBase]:
    """The symbols and indexed objects in an expression."""
    walk = sp.preorder_traversal(expr)
    for node in walk:
        if isinstance(node, sp.IndexedBase):
            walk.skip()
        if isinstance(node, (sp.Symbol, sp.IndexedBase)):
            yield node


def _base(letter: sp.Expr) -> str:
    """The name of a symbol, or of what an index is put to."""
    return str(letter.base if isinstance(letter, sp.Indexed) else letter)


def _unlike(
    letter: sp.Expr,
    value: sp.Expr,
    symmetric: frozenset[sp.IndexedBase],
    ranges: Mapping[sp.Symbol, sp.Expr],
) -> str:
    """What a letter is declared to be and its value is not known to be; else empty."""
    known = sorted(letter.assumptions0.items(), key=lambda one: (not one[1], one[0][::-1]))
    for property, truth in known:
        if getattr(value, f"is_{property}") is not truth:
            return f"gives {letter} the value {value}, of which {property} = {truth} is not known"
    if isinstance(letter, sp.Indexed) and letter.base in symmetric:
        places = [index for index in letter.indices if index in ranges]
        for index in places[1:]:
            swapped = value.xreplace({places[0]: index, index: places[0]})
            if not _vanishes(value - swapped, symmetric, ranges):
                return f"gives {letter} the value {value}, of which symmetry is not known"
    return ""


def _scalar(side: sp.Expr | Matrix) -> sp.Expr:
    return side.scalar if isinstance(side, Matrix) else sp.sympify(side)


def _are_numbers(*sides: sp.Expr | Matrix) -> bool:
    return all(
        side.shape == (1, 1) if isinstance(side, Matrix) else isinstance(side, (sp.Expr, int))
        for side in sides
    )


ROW, COLUMN = sp.symbols("a b", cls=sp.Dummy, integer=True)
"""Those of an arbitrary entry."""


def _entry(side: sp.Expr | Matrix, free: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """A number, or an arbitrary entry of a matrix, whose indices are added to the free ones."""
    if not isinstance(side, Matrix):
        return sp.sympify(side)
    free |= {ROW: side.rows, COLUMN: side.columns}
    return side.entry(ROW, COLUMN)


def _instance(
    side: sp.Expr | Matrix, free: Mapping[sp.Symbol, sp.Expr]
) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """An equation's left side with the ranges of its free indices."""
    ranges = dict(free)
    expr = _entry(side, ranges)
    return expr, {index: size for index, size in ranges.items() if expr.has(index)}


SIGNS = {
    "positive": ">",
    "negative": "<",
    "nonnegative": r"\geq",
    "nonpositive": r"\leq",
    "nonzero": r"\neq",
    "real": "",
    "integer": "",
}
"""What may be assumed of a letter, and how it prints."""

GROUPS = [
    re.compile(group) for group in (*2 * [r"(?<=.)\{[^{}]*\}"], r"(?<=.)\([^()]*\)", r"\|[^|]*\|")
]
NAME = re.compile(
    r"(?=[A-Za-z\\])(\\[A-Za-z]+ ?)*[A-Za-z]*[0-9]*'*([_^](x|[A-Za-z0-9]+|[-+*]|\\[A-Za-z]+)?'*)*"
)
"""A letter with commands before it, its number, primes, and what stands above and below it, once groups are out of it."""

INDICES = [
    sp.Dummy(**known).assumptions0
    for known in ({}, {"integer": True}, {"integer": True, "positive": True})
]
"""What may be assumed of an index."""

DEFINED = (
    *(sp.Symbol, sp.Indexed, sp.IndexedBase, sp.Tuple, sp.Rational, sp.NumberSymbol),
    *(sp.Add, sp.Mul, ExprWithLimits, sp.Derivative, sp.Subs, sp.Lambda),
    *(sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.asin),
    *(sp.Abs, sp.KroneckerDelta, AppliedUndef),
)
"""What is a number, exactly, wherever its parts are; of a limit, infinity or rounded number that is not known."""


def _divides_by_no_zero(*sides: sp.Expr) -> bool:
    """Whether everything that is divided by is known to be other than 0."""
    return all(map(_is_nonzero, _denominators(*sides)))


def _denominators(*sides: sp.Expr) -> Iterable[sp.Expr]:
    """What must be other than 0 for sides to be defined as they are written; 0 where that is not known."""
    for node in (node for side in sides for node in sp.preorder_traversal(sp.sympify(side))):
        if node.is_Pow and node.exp.is_nonnegative is not True:
            yield node.base
        if isinstance(node, (sp.Derivative, sp.Subs)) and (done := node.doit()) != node:
            yield from _denominators(done)
        elif not _is_defined(node):
            yield sp.S.Zero


def _is_defined(node: sp.Basic) -> bool:
    """Whether a node is a real number wherever its parts are, but for the 0 of a base with a negative exponent."""
    if node.is_Pow:
        return bool(node.exp.is_integer or node.base.is_nonnegative)
    if isinstance(node, (sp.log, sp.gamma)):
        return bool(node.args[0].is_positive)
    if isinstance(node, sp.asin) and (node.args[0] ** 2 - 1).expand().is_positive:
        return False
    return isinstance(node, DEFINED)


def _is_nonzero(expr: sp.Expr) -> bool:
    if expr.is_nonzero is True or expr.is_positive is True:
        return True
    return not expr.has(sp.Indexed, sp.Sum) and _has_sign(expr, sp.Ne)


def _vanishes(
    difference: sp.Expr,
    symmetric: frozenset[sp.IndexedBase],
    free: Mapping[sp.Symbol, sp.Expr],
) -> bool:
    if difference.has(sp.Indexed, sp.Sum):
        return is_zero(difference, symmetric, free)
    if not difference.is_rational_function(*difference.free_symbols):
        raise TypeError(f"no exact zero test is known for {difference}")
    return bool(sp.cancel(sp.together(difference)) == 0)


def _relations(formula: sp.Basic) -> tuple[sp.Rel, ...]:
    """The relations that a formula joins by And.

    Raises:
        TypeError: if it is anything else.
    """
    relations = formula.args if isinstance(formula, sp.And) else (formula,)
    if not all(isinstance(relation, sp.Rel) for relation in relations):
        raise TypeError(f"a fact must be a relation or several joined by And: got {formula}")
    return tuple(relations)


def _says_no_more_than(
    relation: sp.Rel,
    at: Mapping[sp.Symbol, sp.Expr],
    by_steps: set[sp.Symbol],
    said: set[sp.Symbol],
) -> bool:
    """Whether a relation is the sign of a letter, or what letters were said to stand for; see `Proof.fact`."""
    gap = found = relation.lhs - relation.rhs
    for symbol, value in at.items():
        found = found.subs(symbol, value)
    if _is_letter(gap) or any(
        sp.diff(gap, x).is_nonzero and sp.diff(gap, x).is_number for x in at.keys() - said
    ):
        return True
    put = found != gap and not by_steps & gap.free_symbols
    return put and all(map(_is_letter, sp.Add.make_args(sp.expand(found))))


def _stand(relation: sp.Rel) -> tuple[str, str]:
    """How each side of a relation stands to the other."""
    if isinstance(relation, (sp.Le, sp.Lt)):
        return ("<", ">")
    return (">", "<") if isinstance(relation, (sp.Ge, sp.Gt)) else ("=", "=")


def _is_letter(expr: sp.Expr) -> bool:
    """Whether an expression is one symbol or indexed object, times a number."""
    return isinstance(expr.as_coeff_Mul()[1], (sp.Symbol, sp.Indexed))


def _holds(
    formula: sp.Basic,
    at: Mapping[sp.Symbol, sp.Expr],
    equal_at: Mapping[sp.Expr, sp.Expr | int] | None,
) -> bool:
    """Whether a formula is found to be true, and with equality where that is asked for."""
    for relation in _relations(formula):
        left, right = relation.lhs, relation.rhs
        divided = [*_denominators(left, right)]  # what cancels below is divided by all the same
        for symbol, value in at.items():
            left, right, *divided = (one.subs(symbol, value) for one in (left, right, *divided))
            divided += _denominators(value)
        if not (all(map(_is_nonzero, divided)) and _divides_by_no_zero(left, right)):
            return False
        if isinstance(relation, sp.Eq) and (left == right or sp.simplify(left - right) == 0):
            continue
        gap = right - left if isinstance(relation, (sp.Le, sp.Lt)) else left - right
        if not _has_sign(gap, type(relation)):
            return False
        if equal_at is None:
            continue
        if not all(_may_be(*place) for place in equal_at.items()):
            return False
        if sp.cancel(sp.together(gap).subs(equal_at)) != 0:
            return False
    return True


def _may_be(expr: sp.Expr, value: sp.Expr | int) -> bool:
    """Whether the signs of an expression's letters leave a value possible, if only as a limit."""
    value = sp.sympify(value)
    return not any(
        getattr(expr, sign) and not getattr(value, sign)
        for sign in ("is_real", "is_nonnegative", "is_nonpositive")
    )


def _has_sign(gap: sp.Expr, relation: type[sp.Rel]) -> bool:
    """Whether a difference is positive, not negative or not 0, as the relation asks."""
    if relation in (sp.Lt, sp.Gt):
        asked = "is_positive"
    elif relation in (sp.Le, sp.Ge):
        asked = "is_nonnegative"
    elif relation is sp.Ne:
        asked = "is_nonzero"
    else:
        return False
    if getattr(gap, asked) is True:
        return True
    top, bottom = (sp.expand(part) for part in sp.fraction(sp.cancel(sp.together(gap))))
    below = bottom.is_nonzero if relation is sp.Ne else bottom.is_positive
    return getattr(top, asked) is True and below is True
