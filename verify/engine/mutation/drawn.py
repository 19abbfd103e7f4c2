"""Changes made from the syntax tree: one operator, comparison, constant, sign or transpose, drawn at random.

Nobody chose them, so that the share that is noticed says something of the checks. Many are of no
consequence, which no machine can tell (a bound that is looser and still true, a case that never
comes): the share is a lower bound of the power, and every survivor is to be looked at.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_TRANSPOSES = ("T", "mT")


class Drawn(NamedTuple):
    """One change that was drawn.

    Attributes:
        file: from the root of the checkout.
        line: of the file, counted from 1.
        text, becomes: the expression before and after.
        start, end: where the expression stands in the file, in bytes.
    """

    file: str
    line: int
    text: str
    becomes: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """Names it."""
        return f"{self.file}:{self.line}: {self.text} -> {self.becomes}"

    def apply(self, source: str) -> str:
        """Return the file's text with the change."""
        raw = source.encode()
        return (raw[: self.start] + self.becomes.encode() + raw[self.end :]).decode()


def draw(root: Path, files: Sequence[str], number: int, seed: int) -> list[Drawn]:
    """Draw so many different changes from files, uniformly among all there are."""
    every = [change for file in files for change in changes(root, file)]
    return random.Random(seed).sample(every, min(number, len(every)))


def changes(root: Path, file: str) -> Iterator[Drawn]:
    """Every change of a file, in the order of its text."""
    source = (root / file).read_text(encoding="utf-8")
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _computed(ast.parse(source)):
        for becomes in _variants(node):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
            # In brackets, since the place may bind more tightly.
            new = f"({ast.unparse(becomes)})"
            yield Drawn(file, node.lineno, raw[start:end].decode(), new, start, end)


def _computed(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that are computed with: no annotation, default of a `cost` or text."""
    for name, field in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for node in field if isinstance(field, list) else [field]:
            if not isinstance(node, ast.AST):
                continue
            if isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.keyword) and node.arg in ("cost", "title", "text")
            ):
                continue
            if isinstance(node, ast.expr):
                yield node
            yield from _computed(node)


def _variants(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions that may take the place of one."""
    new = copy.deepcopy(node)
    match new:
        case ast.BinOp(op=op) if type(op) in _OPERATORS and not _is_text(new):
            new.op = _OPERATORS[type(op)]()
            yield new
        case ast.BinOp(op=ast.MatMult()):
            new.left, new.right = new.right, new.left
            yield new
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            new.ops = [_COMPARISONS[type(op)]()]
            yield new
        case ast.BoolOp(op=op):
            new.op = ast.And() if isinstance(op, ast.Or) else ast.Or()
            yield new
        case ast.UnaryOp(op=ast.USub()):
            yield new.operand
        case ast.Attribute(attr=attr) if attr in _TRANSPOSES:
            yield new.value
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value * 1.5 if value else 1.0)


def _is_text(node: ast.BinOp) -> bool:
    """Whether texts are joined."""
    return any(
        isinstance(one, ast.JoinedStr)
        or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in ast.walk(node)
    )
