"""What matters of one source file: its code without prose, its imports, and whether it only defines."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_PLAIN_DECORATORS = {
    "classmethod",
    "dataclass",
    "dataclasses.dataclass",
    "property",
    "staticmethod",
}


class Import(NamedTuple):
    """One import statement's name: ``import module``, or ``from module import name``."""

    module: str
    name: str | None


class Source(NamedTuple):
    """What matters of one file.

    Attributes:
        digest: hash of its code.
        imports: its imports, made absolute.
        binds: of a package, the names that its own file binds.
        only_defines: of a package, whether its own file does nothing but import others and bind
            names to literals, functions, classes and instances of its own classes.
    """

    digest: str
    imports: tuple[Import, ...]
    binds: frozenset[str]
    only_defines: bool


@functools.lru_cache(maxsize=1024)
def parse(source: bytes, module: str, is_package: bool) -> Source:
    """Return what matters of a file's content.

    Args:
        source: the content.
        module: the module's absolute name, from which relative imports are resolved.
        is_package: whether the file is a package's ``__init__.py``.
    """
    tree = ast.parse(source, filename=module)
    package = module if is_package else module.rpartition(".")[0]
    imports = tuple(dict.fromkeys(_imports(tree.body, package)))
    _strip(tree.body)
    return Source(
        hashlib.sha256(ast.dump(tree).encode()).hexdigest(),
        imports,
        frozenset(_bound(tree.body)) if is_package else frozenset(),
        is_package and _only_defines(tree.body),
    )


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The lists of statements inside a statement; expressions hold none."""
    clauses = (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
    for holder in (statement, *clauses):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(holder, name, None)
            if isinstance(block, list):
                yield block


def _strip(block: list[ast.stmt]) -> None:
    """Take the prose out of statements."""
    block[:] = [statement for statement in block if not _is_prose(statement)]
    for statement in block:
        for inner in _blocks(statement):
            _strip(inner)


def _is_prose(statement: ast.AST) -> bool:
    """Whether a statement is a string on its own: a docstring, also one below an assignment."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _imports(block: Iterable[ast.stmt], package: str) -> Iterator[Import]:
    for node in block:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                yield Import(base, alias.name)
        elif isinstance(node, ast.If) and _is_type_checking(node.test):
            yield from _imports(node.orelse, package)
        else:
            for inner in _blocks(node):
                yield from _imports(inner, package)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements bind, those in branches too."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node.name
            elif isinstance(node, ast.alias):
                yield node.asname or node.name.partition(".")[0]


def _only_defines(body: Sequence[ast.stmt], classes: frozenset[str] = frozenset()) -> bool:
    """Whether statements only import and bind names; `classes` may be called for it."""
    classes |= {statement.name for statement in body if isinstance(statement, ast.ClassDef)}
    return all(_defines(statement, classes) for statement in body)


def _defines(statement: ast.stmt, classes: frozenset[str]) -> bool:
    if isinstance(statement, ast.If) and _is_type_checking(statement.test):
        return _only_defines(statement.orelse, classes)
    if isinstance(statement, ast.Assign):
        return all(map(_is_name, statement.targets)) and _is_plain(statement.value, classes)
    if isinstance(statement, ast.AnnAssign):
        value = statement.value
        return _is_name(statement.target) and (value is None or _is_plain(value, classes))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return _decorated_plainly(statement) and all(_is_plain(one, classes) for one in defaults)
    if isinstance(statement, ast.ClassDef):
        given = [*statement.bases, *(keyword.value for keyword in statement.keywords)]
        return (
            _decorated_plainly(statement)
            and all(_is_plain(one, classes) for one in given)
            and _only_defines(statement.body, classes)
        )
    return isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass))


def _is_name(target: ast.expr) -> bool:
    """Whether an assignment binds names, and changes no other object."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(map(_is_name, target.elts))
    return isinstance(target, ast.Name)


def _is_plain(value: ast.expr, classes: frozenset[str]) -> bool:
    """Whether an expression calls nothing but these classes."""
    return all(
        isinstance(node.func, ast.Name) and node.func.id in classes
        for node in ast.walk(value)
        if isinstance(node, ast.Call)
    )


def _decorated_plainly(definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    names = (
        ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
        for decorator in definition.decorator_list
    )
    return all(name in _PLAIN_DECORATORS for name in names)
