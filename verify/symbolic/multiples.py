"""Whether an expression vanishes where others do: a sum of multiples of them, found by rewriting.

An equation e = 0 is used as a rule: one of its monomials, the leading one, is replaced by the others wherever
it occurs in the expression. What comes to 0 is a sum of multiples of the equations, exactly and in
symbolic dimensions. The search is not complete: it may miss a multiple, and never finds one that is none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import sympy as sp

from verify.symbolic.indexed import Term, canonical, contract_deltas, count_idle, evaluated, terms

MOST_REWRITINGS = 400
"""Of one expression; what takes more counts as not found."""

Ranges = Mapping[sp.Symbol, sp.Expr]
"""The size n of the range 1, .., n of each free index."""


def is_sum_of_multiples(
    expr: sp.Expr,
    equations: Iterable[tuple[sp.Expr, Ranges]],
    symmetric: frozenset[sp.IndexedBase] = frozenset(),
    free: Ranges = MappingProxyType({}),
    tries: int = 64,
) -> bool:
    """Whether multiples of the equations were found that sum to an expression.

    Args:
        expr: polynomial in indexed objects and symbols, under sums, with factors of any kind.
        equations: expressions that vanish, each for all values of its own free indices.
        symmetric: bases that do not change when their indices are permuted.
        free: the ranges of the expression's free indices.
        tries: how many choices of the equations' leading terms are tried.
    """
    start = list(_prepared(expr, free))
    rules = [list(_rules(*equation, free)) for equation in equations]
    return any(
        _comes_to_zero(start, chosen, symmetric, free)
        for chosen in itertools.islice(itertools.product(*rules), tries)
    )


Rewrite = tuple[Term, tuple[Term, ...], Ranges, Mapping[sp.Symbol, sp.Symbol]]
"""The leading term of an equation, the others, the ranges of its free indices and their names."""


def _rules(equation: sp.Expr, ranges: Ranges, free: Ranges) -> Iterator[Rewrite]:
    """An equation with each of its terms as the leading one, the longest first."""
    fresh = {index: sp.Dummy(integer=True) for index in ranges}
    renamed = {fresh[index]: size for index, size in ranges.items()}
    parts = list(_prepared(equation.xreplace(fresh), {**free, **renamed}))
    for lead in sorted(parts, key=lambda term: -len(term.factors)):
        deltas = [f for f in lead.factors if isinstance(f, sp.KroneckerDelta)]
        divisible = lead.coefficient.is_zero is False
        if lead.factors and divisible and not any(f.free_symbols & renamed.keys() for f in deltas):
            others = tuple(term for term in parts if term is not lead)
            yield lead, others, renamed, {new: index for index, new in fresh.items()}


def _prepared(expr: sp.Expr, free: Ranges) -> Iterator[Term]:
    for term in terms(expr):
        yield contract_deltas(evaluated(term), free)


def _comes_to_zero(
    start: Sequence[Term],
    rules: Sequence[Rewrite],
    symmetric: frozenset[sp.IndexedBase],
    free: Ranges,
) -> bool:
    waiting, left = list(start), list[Term]()
    for _ in range(MOST_REWRITINGS):
        if not waiting:
            return _is_zero(left, symmetric)
        term = waiting.pop()
        replaced = next((r for rule in rules for r in _applied(term, rule, symmetric, free)), None)
        if replaced is None:
            left.append(term)
        else:
            waiting += [contract_deltas(evaluated(one), free) for one in replaced]
    return False


def _applied(
    term: Term, rule: Rewrite, symmetric: frozenset[sp.IndexedBase], free: Ranges
) -> Iterator[list[Term]]:
    """What a term becomes where the leading term of a rule is replaced in it."""
    lead, others, ranges, names = rule
    summed = {index: (low, high) for index, low, high in lead.bound}
    known = {index: (low, high) for index, low, high in term.bound}
    known |= {index: (sp.S.One, size) for index, size in free.items()}
    own = {index: known[index] for index, _, _ in term.bound}
    wild = frozenset(summed) | frozenset(ranges)
    for found, rest in _matches(lead.factors, term.factors, wild, symmetric):
        naming = {**names, **found}  # an index that the leading term does not have stays itself
        images = [naming[index] for index in summed if index in naming]
        kept = set().union(*(factor.free_symbols for factor in rest))
        kept |= {naming[index] for index in ranges}
        if (
            len(images) == len(summed) == len(set(images))
            and all(own.get(naming[index]) == limits for index, limits in summed.items())
            and not kept & set(images)
            and all(known.get(naming[i]) == (sp.S.One, size) for i, size in ranges.items())
        ):
            bound = tuple(limits for limits in term.bound if limits[0] not in images)
            yield [
                _times(-term.coefficient / lead.coefficient, rest, bound, other, naming)
                for other in others
            ]


def _times(
    coefficient: sp.Expr,
    factors: tuple[sp.Expr, ...],
    bound: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...],
    other: Term,
    naming: Mapping[sp.Symbol, sp.Expr],
) -> Term:
    """A product with another term of an equation, whose own sums get indices of their own."""
    names = {**naming, **{index: sp.Dummy() for index, _, _ in other.bound}}
    return Term(
        coefficient * other.coefficient,
        factors + tuple(factor.xreplace(names) for factor in other.factors),
        bound + tuple((names[index], low, high) for index, low, high in other.bound),
    )


def _matches(
    pattern: tuple[sp.Expr, ...],
    factors: tuple[sp.Expr, ...],
    wild: frozenset[sp.Symbol],
    symmetric: frozenset[sp.IndexedBase],
) -> Iterator[tuple[dict[sp.Symbol, sp.Expr], tuple[sp.Expr, ...]]]:
    """The ways to find a pattern among factors: what its indices stand for, and the factors left."""
    if not pattern:
        yield {}, factors
        return
    first, *others = pattern
    for place, factor in enumerate(factors):
        for naming in _namings(first, factor, wild, symmetric):
            remaining = tuple(other.xreplace(naming) for other in others)
            rest = factors[:place] + factors[place + 1 :]
            for more, left in _matches(remaining, rest, wild - naming.keys(), symmetric):
                yield naming | more, left


def _namings(
    pattern: sp.Expr,
    factor: sp.Expr,
    wild: frozenset[sp.Symbol],
    symmetric: frozenset[sp.IndexedBase],
) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    if not isinstance(pattern, sp.Indexed):
        if pattern == factor:
            yield {}
        return
    if not isinstance(factor, sp.Indexed) or factor.base != pattern.base:
        return
    orders = [factor.indices]
    if factor.base in symmetric:
        orders = list(itertools.permutations(factor.indices))
    for order in orders:
        naming: dict[sp.Symbol, sp.Expr] = {}
        for index, image in zip(pattern.indices, order, strict=True):
            if index in wild and naming.setdefault(index, image) == image:
                continue
            if index in wild or index != image:
                break
        else:
            yield naming


def _is_zero(left: Iterable[Term], symmetric: frozenset[sp.IndexedBase]) -> bool:
    """Whether terms cancel; factors without an index are multiplied into the coefficients."""
    collected: dict[tuple[object, ...], sp.Expr] = {}
    for written in left:
        for term in count_idle(written):
            summed = {index for index, _, _ in term.bound}
            carried = [
                f
                for f in term.factors
                if f.has(sp.Indexed, sp.KroneckerDelta) or f.free_symbols & summed
            ]
            numbers = [f for f in term.factors if f not in carried]
            key = canonical(Term(sp.S.One, tuple(carried), term.bound), symmetric)
            value = term.coefficient * sp.Mul(*numbers)
            collected[key] = collected.get(key, sp.S.Zero) + value
    return all(sp.cancel(sp.together(value)) == 0 for value in collected.values())
