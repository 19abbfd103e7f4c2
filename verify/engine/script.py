"""A counterexample as one script that needs SymPy alone, cut out of the room's own source.

Nothing is written twice: the point is printed from the object that the check holds, and what evaluates
it, with all that this uses, is the source of the room and of `verify`, name by name. Replaced are only
the statement, of which the texts are kept, and `counterexample`, which here prints and exits.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import importlib
import inspect
import re
import symtable
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from verify.claims.check import Arithmetic, Check, Kind, Role
from verify.claims.statement import Statement

OURS = ("verify", "theorems")
ALLOWED = {*sys.stdlib_module_names, "sympy"}
"""What a script may import."""

REPLACED = ("counterexample", "STATEMENT")
"""Names that the head of a script defines in its own way."""

HEAD = Path(__file__).with_name("script_head.txt")


class NoScript(Exception):
    """A refutation cannot be told as such a script; the message is a sentence that says why."""


def refutations(checks: Iterable[Check]) -> list[Check]:
    """The checks that refute."""
    return [check for check in checks if check.role is Role.REFUTES]


def script(check: Check, statement: Statement, point: object = None) -> str:
    """Return the script of a counterexample.

    Args:
        check: the refutation.
        statement: what it refutes a reading of.
        point: another point to be tried; the check's own by default.

    Raises:
        NoScript: if it cannot be told so.
    """
    if check.kind is Kind.KERNEL:
        raise NoScript(
            f"Refuted by a theorem, which Coq checks: `python -m verify kernel {check.room}`."
        )
    if check.arithmetic is Arithmetic.BALL:
        raise NoScript("Refuted in ball arithmetic, by python-flint, which SymPy has not.")
    run = check.run
    if not isinstance(run, functools.partial) or len(run.args) != 3:
        raise NoScript("It is no counterexample at a point that could be printed.")
    refute, own, about = run.args
    reading = statement.reading(about)
    excerpt = _Excerpt()
    excerpt.need(refute.__name__, importlib.import_module(refute.__module__))
    told = excerpt.value(own if point is None else point)
    texts = {id: statement.hypothesis(id).text for id in reading.hypotheses}
    head = HEAD.read_text(encoding="utf-8").format(
        title=f"{statement.label}, reading {about}",
        text=textwrap.fill(_source(reading.text), 98),
        check=check.id,
        imports="\n".join(sorted(excerpt.imports)),
        reading=reading.text,
        hypotheses="\n".join(f"    {id!r}: {text!r}," for id, text in texts.items()),
    )
    last = f"POINT = {told}\n\nif __name__ == '__main__':\n    {refute.__name__}(POINT, {about!r}, None)\n"
    return "\n\n\n".join([head.rstrip(), *excerpt.pieces.values(), last])


def _source(text: str) -> str:
    """Text that may stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"""', "'''")


class _Printer(StrPrinter):  # type: ignore[misc]
    """Writes an expression as Python that evaluates to it, with ``sp`` for SymPy."""

    def _print_Rational(self, number: Any) -> str:
        return f"sp.Rational({number.p}, {number.q})"

    def _print_Pi(self, _: Any) -> str:
        return "sp.pi"

    def _print_Exp1(self, _: Any) -> str:
        return "sp.E"


class _Excerpt:
    """Pieces of source that are needed, each after those that it needs.

    Attributes:
        imports: lines.
        pieces: source by name.
    """

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.pieces: dict[str, str] = {}
        self._seen: dict[str, str] = {}

    def need(self, name: str, module: ModuleType) -> bool:
        """Take a name of a module and what it needs; False if a script cannot have it."""
        if name in REPLACED:
            return True
        entry = _names(module).get(name)
        if entry is None:
            return hasattr(builtins, name)
        if isinstance(entry, tuple):
            line, source, original = entry
            if source.partition(".")[0] in OURS:
                there = importlib.import_module(source)
                return original in _names(there) and self.need(original, there)
            if source.partition(".")[0] in ALLOWED:
                self.imports.add(line)
                return True
            return False
        if name in self._seen:
            if self._seen[name] != module.__name__:
                raise NoScript(
                    f"It is told by two things of the name {name}, of {self._seen[name]} and {module.__name__}."
                )
            return True
        self._seen[name] = module.__name__
        if isinstance(entry, (ast.FunctionDef, ast.ClassDef)):
            return self._take_code(name, entry, module)
        return self._take_data(name, entry, module)

    def _take_code(
        self, name: str, node: ast.FunctionDef | ast.ClassDef, module: ModuleType
    ) -> bool:
        at_once, later = _free(node)
        if not all(self.need(free, module) for free in sorted(at_once)):
            return False
        for free in sorted(later):
            self.need(free, module)
        lines = inspect.getsource(module).splitlines()
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        # The values are to be read on a terminal.
        self.pieces[name] = re.sub(
            r"\blatex\b", "sstr", "\n".join(lines[first - 1 : node.end_lineno])
        )
        return True

    def _take_data(self, name: str, node: ast.stmt, module: ModuleType) -> bool:
        found = getattr(module, name)
        try:
            text = self.value(found)
        except NoScript:  # a type, written down for readers
            at_once, _ = _free(node)
            if not all(self.need(free, module) for free in sorted(at_once)):
                return False
            text = ast.unparse(node.value)  # type: ignore[attr-defined]
        if text != name:
            self.pieces[name] = f"{name} = {text}"
        return True

    def value(self, found: object) -> str:
        """A value as Python.

        Raises:
            NoScript: if it is not made of records, tuples and SymPy's expressions.
        """
        if isinstance(found, (sp.Basic, sp.MatrixBase)):
            return self._expression(found)
        if found is None or isinstance(found, (str, int, float)):
            return repr(found)
        if isinstance(found, FunctionType):
            return "None"  # what evaluates in floating point
        if dataclasses.is_dataclass(found) and not isinstance(found, type):
            names = [one.name for one in dataclasses.fields(found)]
        elif isinstance(found, tuple) and hasattr(found, "_fields"):
            names = list(found._fields)
        elif isinstance(found, (tuple, list)):
            inner = ", ".join(map(self.value, found))
            if isinstance(found, list):
                return f"[{inner}]"
            return f"({inner}{',' * (len(found) == 1)})"
        else:
            raise NoScript(f"It holds a {type(found).__name__}, which cannot be printed exactly.")
        module = importlib.import_module(type(found).__module__)
        for known, entry in _names(module).items():
            named = isinstance(entry, ast.Assign) and getattr(module, known) is found
            if named and (known in self.pieces or known not in self._seen):
                self.need(known, module)
                return known
        self.need(type(found).__name__, module)
        fields = (f"{name}={self.value(getattr(found, name))}" for name in names)
        return f"{type(found).__name__}({', '.join(fields)})"

    def _expression(self, found: sp.Basic | sp.MatrixBase) -> str:
        symbols = sorted(found.atoms(sp.Symbol), key=str)
        for symbol in symbols:
            line = f"{symbol.name} = sp.{sp.srepr(symbol)}"
            if self.pieces.setdefault(symbol.name, line) != line:
                raise NoScript(f"It is told with two things of the name {symbol.name}.")
        if isinstance(found, sp.Symbol):
            return str(found.name)
        if isinstance(found, sp.Integer):
            text = f"sp.Integer({found})"
        else:
            text = re.sub(r"(?<![\w.])([A-Za-z]\w*)\(", r"sp.\1(", _Printer().doprint(found))
            text = re.sub(r"^sp\.Matrix", f"sp.{type(found).__name__}", text)
        known = {"sp": sp, **{symbol.name: symbol for symbol in symbols}}
        if eval(text, known) != found:
            raise NoScript(f"{found} cannot be printed exactly.")
        return text


@functools.cache
def _names(module: ModuleType) -> dict[str, Any]:
    """What a module defines at its top, by name: the node, or of an import its line, module and name."""
    found: dict[str, Any] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Import):
            for one in node.names:
                renamed = f" as {one.asname}" if one.asname else ""
                name = one.asname or one.name.partition(".")[0]
                found[name] = (f"import {one.name}{renamed}", one.name, "")
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                renamed = f" as {one.asname}" if one.asname else ""
                line = f"from {node.module} import {one.name}{renamed}"
                found[one.asname or one.name] = (line, node.module or "", one.name)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for leaf in ast.walk(target):
                    if isinstance(leaf, ast.Name):
                        found[leaf.id] = node
    return found


class _Unannotated(ast.NodeTransformer):
    """Leaves out annotations, which are not evaluated, but of fields that are told by them."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        told = [node.annotation] if "Annotated" in ast.unparse(node.annotation) else []
        values = [self.visit(node.value)] if node.value is not None else []
        return ast.Expr(ast.Tuple([*told, *values], ast.Load()))


def _free(node: ast.stmt) -> tuple[set[str], set[str]]:
    """The global names that a statement uses when it is run, and those that its functions use later."""
    copied = ast.parse(ast.unparse(node)).body[0]
    text = ast.unparse(ast.fix_missing_locations(_Unannotated().visit(copied)))
    at_once: set[str] = set()
    later: set[str] = set()

    def visit(table: symtable.SymbolTable, names: set[str]) -> None:
        names |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module")
        }
        for child in table.get_children():
            visit(child, later if child.get_type() == "function" else names)

    visit(symtable.symtable(text, "excerpt", "exec"), at_once)
    return at_once, later
