"""A case in words: (name, value) pairs that follow from its fields."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, get_args, get_origin, get_type_hints

Pairs = tuple[tuple[str, str], ...]
"""Names and values; both may hold LaTeX between dollar signs."""

ENTRIES = 256
"""Most entries of a tensor that are drawn, and told, one by one."""

HIDDEN = ""
"""As a field's name, ``Annotated[T, HIDDEN]``: the field is not shown."""


@functools.singledispatch
def describe(case: object) -> Pairs:
    """Return a case as (name, value) pairs, one for each of its fields.

    A field is called by its annotation, ``j: Annotated[Tensor, "$J_*$"]``, or else by its own name;
    a record in a field is described field by field. A type is told in another way by
    ``describe.register``. A case that is no record is called ``case``.
    """
    names = _names(type(case))
    if names is None:
        return (("case", shown(case)),)
    return tuple(pair for field, name in names.items() for pair in _field(case, field, name))


def _field(case: object, field: str, name: str) -> Iterator[tuple[str, str]]:
    value = getattr(case, field)
    if name == HIDDEN:
        return
    if describe.dispatch(type(value)) is not describe.dispatch(object) or _names(type(value)):
        yield from describe(value)
    else:
        yield (name, shown(value))


def _names(kind: type) -> dict[str, str] | None:
    """What each field of a record is called, or None if the type is no record."""
    if dataclasses.is_dataclass(kind):
        fields = [field.name for field in dataclasses.fields(kind)]
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        fields = list(kind._fields)
    else:
        return None
    hints = get_type_hints(kind, localns=vars(typing), include_extras=True)
    return {field: _annotation(hints.get(field), field) for field in fields}


def _annotation(hint: Any, field: str) -> str:
    if get_origin(hint) is Annotated:
        name: str = get_args(hint)[1]
        return name
    return field


def shown(value: object) -> str:
    """Return a value as text: numbers as exact fractions, matrices in brackets, SymPy as LaTeX.

    A tuple of SymPy expressions is one formula.
    """
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if kind == "torch.Tensor":
        return exact(value)
    if kind.startswith("flint."):
        entries = getattr(value, "tolist", None)
        return shown(entries()) if entries else str(value)
    if _is_sympy(value):
        from sympy import latex

        return f"${latex(value)}$"
    if isinstance(value, tuple) and value and all(map(_is_sympy, value)):
        return f"$({', '.join(shown(entry)[1:-1] for entry in value)})$"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_sympy(value: object) -> bool:
    return any(base.__module__.partition(".")[0] == "sympy" for base in type(value).__mro__)


def exact(tensor: Any) -> str:
    """Return a tensor in exact fractions, nested in brackets; a large one as its shape."""
    if tensor.numel() > ENTRIES:
        return f"seeded, shape {tuple(tensor.shape)}"

    def text(value: list[Any] | float) -> str:
        if isinstance(value, list):
            return "[" + ", ".join(text(v) for v in value) + "]"
        return str(Fraction(value))

    return text(tensor.tolist())
