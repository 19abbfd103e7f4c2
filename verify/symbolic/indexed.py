"""Calculus of indexed sums whose dimensions are symbols.

Expressions are SymPy `Sum`s of products of `Indexed` objects, such as
``Sum(rho[i]*h[i], (i, 1, k))`` with a symbolic ``k``. Differentiation follows stated rules, one
per indexed object, and equality is decided by a normal form, so a proof that closes here closes
for every value of the dimensions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import sympy as sp

Rule = Callable[..., sp.Expr]
"""The derivative of an indexed object, as a function of its indices."""

Bound = tuple[sp.Symbol, sp.Expr, sp.Expr]
"""A summation index with its lower and upper limit."""

PLAIN = (sp.Add, sp.Mul, sp.Pow, sp.Function, sp.Indexed, sp.IndexedBase, sp.Atom)
"""What keeps its meaning when an index within it gets another name; a derivative in that index would not."""

LETTERS = "ijpqabcefgl"
"""Summation indices as printed, in order of use; then with numbers, i_1, j_1, and so on."""


def total(summand: Callable[..., sp.Expr], *sizes: sp.Expr) -> sp.Sum:
    """The sum of ``summand(i, j, ..)`` over i = 1..sizes[0], j = 1..sizes[1], and so on.

    Every call makes its own indices, so that one sum's index is never caught by another.
    """
    indices = [sp.Dummy(integer=True) for _ in sizes]
    nested = summand(*indices)
    for index, size in zip(indices[::-1], sizes[::-1], strict=True):
        nested = sp.Sum(nested, (index, 1, size))
    return nested


def readable(expr: sp.Expr) -> sp.Expr:
    """The same expression for printing: indices without a name get letters, none used twice."""
    free = expr.free_symbols
    used = {symbol.name for symbol in free if not isinstance(symbol, sp.Dummy)}
    endless = (f"{c}_{n}" if n else c for n in itertools.count() for c in LETTERS)
    letters = (letter for letter in endless if letter not in used)
    nodes = list(sp.preorder_traversal(expr))
    unnamed = (node for node in nodes if isinstance(node, sp.Dummy) and node in free)
    bound = (limit[0] for node in nodes if isinstance(node, sp.Sum) for limit in node.limits)
    indices = dict.fromkeys([*unnamed, *bound])
    return expr.xreplace(dict(zip(indices, (sp.Symbol(c) for c in letters), strict=False)))


class NoRuleError(Exception):
    """An object was met whose derivative no rule states; a derivation that needs it stays open."""


def unnamed(expr: sp.Expr) -> sp.Expr:
    """The same expression with indices of no name in its sums, which a rule cannot name."""
    return expr.replace(
        lambda node: isinstance(node, sp.Sum),
        lambda sums: sums.xreplace({limit[0]: sp.Dummy(integer=True) for limit in sums.limits}),
    )


def constant(*_indices: sp.Expr) -> sp.Expr:
    """The rule of an object that does not depend on the variable."""
    return sp.S.Zero


def derivative(expr: sp.Expr, rules: Mapping[sp.IndexedBase, Rule]) -> sp.Expr:
    """Differentiate an indexed expression by the rules, linearity and the product rule.

    Raises:
        NoRuleError: if an indexed object has no rule.
        TypeError: if the expression holds anything but sums, products, integer powers, indexed
            objects and numbers.
    """
    if expr.is_Add:
        return sp.Add(*(derivative(arg, rules) for arg in expr.args))
    if expr.is_Mul:
        factors = list(expr.args)
        return sp.Add(
            *(
                sp.Mul(*factors[:n], derivative(factor, rules), *factors[n + 1 :])
                for n, factor in enumerate(factors)
            )
        )
    if expr.is_Pow and expr.exp.is_Integer:
        return expr.exp * expr.base ** (expr.exp - 1) * derivative(expr.base, rules)
    if isinstance(expr, sp.Sum):
        if any(sp.Tuple(*limit[1:]).has(sp.Indexed) for limit in expr.limits):
            raise TypeError(f"cannot differentiate a sum whose length may change: {expr}")
        return sp.Sum(derivative(expr.function, rules), *expr.limits)
    if isinstance(expr, sp.Indexed):
        if expr.base not in rules:
            raise NoRuleError(f"no rule states the derivative of ${expr.base}$")
        return rules[expr.base](*expr.indices)
    if not expr.free_symbols:
        return sp.S.Zero
    raise TypeError(f"cannot differentiate {expr} of type {type(expr).__name__}")


def is_zero(
    expr: sp.Expr,
    symmetric: frozenset[sp.IndexedBase] = frozenset(),
    free: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({}),
) -> bool:
    """Decide whether an indexed expression vanishes identically, for all dimensions.

    Args:
        expr: polynomial in indexed objects and Kronecker deltas, under sums.
        symmetric: bases that do not change when their indices are permuted.
        free: the size of the range 1..size of indices that no sum binds. A Kronecker delta joins a
            sum's index with a free one only if that has the sum's range, since it is 0 beyond it.

    Returns:
        True if the normal form is empty. Exact: no evaluation, no tolerance.
    """
    return not normal_form(expr, symmetric, free)


def normal_form(
    expr: sp.Expr,
    symmetric: frozenset[sp.IndexedBase] = frozenset(),
    free: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({}),
) -> dict[tuple[object, ...], sp.Expr]:
    """The coefficients of an indexed expression by canonical monomial; zero ones left out."""
    collected: dict[tuple[object, ...], sp.Expr] = {}
    for written in terms(expr):
        for term in count_idle(contract_deltas(evaluated(written), free)):
            key = canonical(term, symmetric)
            collected[key] = collected.get(key, sp.S.Zero) + term.coefficient
    return {key: value for key, value in collected.items() if value != 0}


@dataclass(frozen=True)
class Term:
    """One monomial under sums: coefficient * product of factors, summed over the bound indices."""

    coefficient: sp.Expr
    factors: tuple[sp.Expr, ...]
    bound: tuple[Bound, ...]

    def __mul__(self, other: Term) -> Term:
        return Term(
            self.coefficient * other.coefficient,
            self.factors + other.factors,
            self.bound + other.bound,
        )


def terms(expr: sp.Expr) -> Iterator[Term]:
    """The monomials of an expression, multiplied out, under sums with indices of their own."""
    if expr.is_Add:
        for arg in expr.args:
            yield from terms(arg)
    elif expr.is_Mul:
        for parts in itertools.product(*(list(terms(arg)) for arg in expr.args)):
            product = Term(sp.S.One, (), ())
            for part in parts:
                product = product * part
            yield product
    elif expr.is_Pow and expr.exp.is_Integer and expr.exp > 0:
        # Each copy of a sum needs its own dummy indices, so the base is expanded anew every time.
        for parts in itertools.product(*(list(terms(expr.base)) for _ in range(expr.exp))):
            product = Term(sp.S.One, (), ())
            for part in parts:
                product = product * part
            yield product
    elif isinstance(expr, sp.Sum):
        fresh = {index: sp.Dummy() for index, _, _ in expr.limits}
        if len(fresh) < len(expr.limits):
            raise TypeError(f"expected an index of its own for each sum, got {expr}")
        for _, low, high in expr.limits:
            summed = {s for s in (low.free_symbols | high.free_symbols) if isinstance(s, sp.Dummy)}
            if summed or (low.free_symbols | high.free_symbols) & set(fresh):
                raise TypeError(f"a sum's limits must not depend on a summation index: {expr}")
        bound = tuple((fresh[index], low, high) for index, low, high in expr.limits)
        for term in terms(expr.function.xreplace(fresh)):
            yield Term(term.coefficient, term.factors, term.bound + bound)
    elif expr.is_number:
        yield Term(expr, (), ())
    elif not expr.is_commutative:
        raise TypeError(f"factors must commute: {expr}")
    elif not all(isinstance(node, PLAIN) for node in sp.preorder_traversal(expr)):
        raise TypeError(
            f"expected no index of its own within a function, where another's name may meet it: {expr}"
        )
    else:
        yield Term(sp.S.One, (expr,), ())


def evaluated(term: Term) -> Term:
    """The same with its numbers in the coefficient, and each Kronecker delta once: it is 0 or 1."""
    numbers = [f for f in term.factors if f.is_number]
    rest = [f for f in term.factors if not f.is_number]
    deltas = dict.fromkeys(f for f in rest if isinstance(f, sp.KroneckerDelta))
    others = [f for f in rest if not isinstance(f, sp.KroneckerDelta)]
    return Term(term.coefficient * sp.Mul(*numbers), (*others, *deltas), term.bound)


def count_idle(term: Term) -> Iterator[Term]:
    """Sum out every index that no factor carries: what is left is multiplied by its range's length.

    A range that is not known to have at least 0 members stays as it is.
    """
    carried = set().union(*(factor.free_symbols for factor in term.factors))
    lengths = {index: high - low + 1 for index, low, high in term.bound if index not in carried}
    lengths = {i: n for i, n in lengths.items() if n.is_integer and n.is_nonnegative}
    if not lengths:
        yield term
        return
    bound = tuple(b for b in term.bound if b[0] not in lengths)
    # The sizes in the term are multiplied out with the lengths, so that k / k is 1.
    summed = {index for index, _, _ in bound}
    sizes = [
        f
        for f in term.factors
        if not (f.has(sp.Indexed, sp.KroneckerDelta) or f.free_symbols & summed)
    ]
    rest = tuple(f for f in term.factors if f not in sizes)
    for part in terms(sp.expand(sp.Mul(*sizes, *lengths.values()))):
        yield Term(term.coefficient, rest, bound) * part


def contract_deltas(term: Term, free: Mapping[sp.Symbol, sp.Expr]) -> Term:
    """Sum out every Kronecker delta that carries a bound index.

    Raises:
        TypeError: if the two indices of a delta do not run over the same range, or one of them is
            free and its range is not known.
    """
    ranges = {index: (low, high) for index, low, high in term.bound}
    known = ranges | {index: (sp.S.One, size) for index, size in free.items()}
    sizes = {s for low, high in ranges.values() for s in (low.free_symbols | high.free_symbols)}
    for factor in term.factors:
        if not isinstance(factor, sp.KroneckerDelta):
            continue
        gone, kept = factor.args if factor.args[0] in ranges else factor.args[::-1]
        if gone not in ranges:
            continue
        if known.get(kept) != ranges[gone] or kept in sizes:
            raise TypeError(
                f"{factor} joins {kept}, whose range is not known to be 1, .., {ranges[gone][1]}, with an index of that range"
            )
        rest = list(term.factors)
        rest.remove(factor)
        joined = Term(
            term.coefficient,
            tuple(f.xreplace({gone: kept}) for f in rest),
            tuple(b for b in term.bound if b[0] != gone),
        )
        return contract_deltas(evaluated(joined), free)
    return _joined(term)


def _joined(term: Term) -> Term:
    """The same with one name for two free indices that a Kronecker delta joins."""
    factors = list(term.factors)
    for place in range(len(factors)):
        delta = factors[place]  # with the names that the deltas before it left
        if not isinstance(delta, sp.KroneckerDelta):
            continue
        kept, gone = sorted(delta.args, key=lambda index: (index.is_Symbol, str(index)))
        if gone.is_Symbol:
            factors = [f if f == delta else f.xreplace({gone: kept}) for f in factors]
    joined = tuple(factors)
    return term if joined == term.factors else evaluated(replace(term, factors=joined))


def canonical(term: Term, symmetric: frozenset[sp.IndexedBase]) -> tuple[object, ...]:
    """The least name of a monomial over all namings of its bound indices.

    Indices that play different parts (see `_parts`) need not be tried in each other's places.
    """
    alike: dict[int, list[sp.Symbol]] = {}
    for index, part in _parts(term, symmetric).items():
        alike.setdefault(part, []).append(index)
    classes = [alike[part] for part in sorted(alike)]
    names: list[tuple[object, ...]] = []
    for orders in itertools.product(*map(itertools.permutations, classes)):
        naming = {index: _letter(n) for n, index in enumerate(itertools.chain(*orders))}
        names.append(tuple(sorted(_name(f.xreplace(naming), symmetric) for f in term.factors)))
    ranges = {bound[0]: _range(bound) for bound in term.bound}
    return (min(names, key=str), tuple(ranges[index] for index in itertools.chain(*classes)))


def _parts(term: Term, symmetric: frozenset[sp.IndexedBase]) -> dict[sp.Symbol, int]:
    """The part that each bound index plays: its range, where it stands, and beside which others.

    Found by refinement, as in tests of graph isomorphism; no naming of the indices enters.
    """
    told = {bound[0]: _range(bound) for bound in term.bound}
    while True:
        ranks = {text: rank for rank, text in enumerate(sorted(set(told.values())))}
        parts = {index: ranks[text] for index, text in told.items()}
        naming = {index: _letter(part) for index, part in parts.items()}
        for index, part in parts.items():
            places = naming | {index: _letter(-1)}
            found = (f for f in term.factors if index in f.free_symbols)
            told[index] = str((part, sorted(_name(f.xreplace(places), symmetric) for f in found)))
        if len(set(told.values())) == len(ranks):
            return parts


def _letter(number: int) -> sp.Symbol:
    return sp.Symbol(f"\N{LEFT ANGLE BRACKET}{number}\N{RIGHT ANGLE BRACKET}")


def _range(bound: Bound) -> str:
    return str(sp.srepr(sp.Tuple(*bound[1:])))


def _name(factor: sp.Expr, symmetric: frozenset[sp.IndexedBase]) -> str:
    """Names a factor with the assumptions on its symbols, so that like names stay apart."""
    if not isinstance(factor, sp.Indexed):
        return str(sp.srepr(factor))
    indices = [sp.srepr(index) for index in factor.indices]
    if factor.base in symmetric:
        indices.sort()
    return f"{sp.srepr(factor.base.label)}[{','.join(indices)}]"
