"""What a check's function is made of, in words: the same in every process, or refused.

A function or class is known by the name under which its module holds it, and its module is noted,
so that its code can be hashed. Everything else is known by its value. A closure or lambda hides
what it was made with; it has no such name and is refused.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import re
import sys
import types
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import msgspec

from verify.identity.closure import PACKAGES, locate

_LITERALS = (type(None), type(...), bool, int, float, complex, str, bytes, range, Fraction)
"""Types whose representation says all there is to say; exactly these, not what derives from them."""

_ARRAYS = ("numpy.ndarray", "torch.Tensor")
_PRINTED = {
    "torch.device",
    "torch.dtype",
    *(f"flint.types.{name}.{name}" for name in ("fmpz", "fmpq", "fmpz_mat", "fmpq_mat")),
}
"""Other libraries' types that print as all that they are; the libraries are not imported for it."""

_FOREIGN = sys.stdlib_module_names | set(PACKAGES.values())
"""Top-level modules whose code is known by a version, and not hashed."""


class CanonicalFormError(ValueError):
    """An object cannot be written down; the message is a phrase that says what it is."""


def canonical_form(value: object) -> tuple[str, frozenset[str]]:
    """Return a value in words, and the project's modules whose functions and classes are in it.

    Opened are partial applications, bound methods, tuples, lists, sets, dictionaries, frozen
    dataclasses and structs, enumeration members, arrays of numbers, and SymPy expressions.

    Args:
        value: usually what a check runs.

    Raises:
        CanonicalFormError: if it holds a closure, a lambda, or another object without a name.
    """
    form = _CanonicalForm()
    words = form.form_of(value)
    return words, frozenset(form.modules)


class _CanonicalForm:
    """Spells values, and collects the modules that their code is in."""

    def __init__(self) -> None:
        self.modules: set[str] = set()

    def form_of(self, value: Any) -> str:
        kind = type(value)
        if kind in _LITERALS:
            return repr(value)
        if isinstance(value, enum.Enum):
            return f"{self.name(kind)}.{value.name}"
        if isinstance(value, functools.partial):
            named = [
                f"{name}={self.form_of(value.keywords[name])}" for name in sorted(value.keywords)
            ]
            return f"partial({self.listed((value.func, *value.args))}; {', '.join(named)})"
        if isinstance(value, types.MethodType):
            return f"({self.form_of(value.__self__)}).{value.__name__}"
        if isinstance(value, (tuple, list, set, frozenset, dict)):
            return self.container(value)
        if not isinstance(value, type) and (names := _fields(value)) is not None:
            given = (f"{name}={self.form_of(getattr(value, name))}" for name in names)
            return f"{self.name(kind)}({', '.join(given)})"
        if _is_sympy(value):
            return self.expression(value)
        if _full_name(kind) in _PRINTED:
            return f"{_full_name(kind)}({value})"
        if _full_name(kind) in _ARRAYS:
            return f"{_full_name(kind)}({value.dtype}, {list(value.shape)}, {value.tolist()!r})"
        if hasattr(value, "__qualname__") and hasattr(value, "__module__"):
            return self.name(value)
        raise CanonicalFormError(f"an object of type {_full_name(kind)}")

    def name(self, named: Any) -> str:
        """A function's or class's name, under which its module must hold it."""
        module, top = named.__module__, str(named.__module__).partition(".")[0]
        # What `hypothesis.strategies.composite` makes has a closure's qualified name, and a place.
        for name in (named.__qualname__, named.__name__):
            if "<" not in name and (top in _FOREIGN or _held(module, name) is named):
                break
        else:
            full = f"{module}.{named.__qualname__}"
            if "<" in full:
                raise CanonicalFormError(f"the closure or lambda {full}")
            raise CanonicalFormError(f"a function or class that its module does not hold as {full}")
        full = f"{module}.{name}"
        if top not in _FOREIGN:
            self.modules.add(module)
            while (named := getattr(named, "__wrapped__", None)) is not None:
                if locate(str(named.__module__)):  # what is decorated may be another module's
                    self.modules.add(named.__module__)
        return full

    def container(self, value: Any) -> str:
        kind = type(value)
        if isinstance(value, dict):
            pairs = (f"{self.form_of(key)}: {self.form_of(value[key])}" for key in value)
            words = f"{{{', '.join(pairs)}}}"
        elif isinstance(value, (set, frozenset)):
            words = f"{{{', '.join(sorted(map(self.form_of, value)))}}}"
        else:
            words = f"({self.listed(value)})"
        return f"{self.name(kind)}{words}"

    def listed(self, values: Iterable[object]) -> str:
        return ", ".join(map(self.form_of, values))

    def expression(self, value: Any) -> str:
        """A SymPy object with its symbols' assumptions, and the project's own functions in it."""
        from sympy import preorder_traversal, srepr

        for node in preorder_traversal(value):
            owner = type(node).__module__
            if owner is not None and owner.partition(".")[0] not in _FOREIGN:
                self.name(type(node))
        # A dummy symbol's number depends on how many this process had made before.
        return re.sub(r", dummy_index=\d+", "", srepr(value))


def _held(module: str, name: str) -> object:
    """What a module that is imported holds under a name, or None."""
    held: Any = sys.modules.get(module)
    for step in name.split("."):
        held = getattr(held, step, None)
    return held


def _fields(value: Any) -> list[str] | None:
    """The names of a frozen record's fields, or None if it is not one."""
    if dataclasses.is_dataclass(value) and getattr(type(value), "__dataclass_params__").frozen:  # noqa: B009
        return [field.name for field in dataclasses.fields(value)]
    if isinstance(value, msgspec.Struct) and value.__struct_config__.frozen:
        return list(value.__struct_fields__)
    return None


def _is_sympy(value: object) -> bool:
    """Whether a value is a SymPy object, an undefined function too; its library is not imported."""
    if isinstance(value, type):
        return type(value).__name__ == "UndefinedFunction"
    return any(base.__module__.partition(".")[0] == "sympy" for base in type(value).__mro__)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
