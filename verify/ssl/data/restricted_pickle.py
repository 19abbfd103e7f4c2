"""Reads a pickle as data: arrays, containers, strings, bytes and numbers, and nothing else.

Python's own unpickler calls whatever a file names. This reader has no way to call anything: it
walks through the opcodes (`pickletools` tells them apart and runs none of them), and knows the five
names by which numpy and Python write arrays and bytes. Every other name, and every opcode that makes
an object of a class, is refused with a sentence.

Strings that Python 2 wrote come as bytes, as with ``pickle.load(file, encoding="bytes")``.
"""

from __future__ import annotations

import enum
import math
import pickletools
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verify.ssl.data.dataset import DataError

DEEPEST = 64
"""Containers within containers; a file with more is refused."""

NUMERIC = re.compile(r"[biufc]\d{1,2}|[SU]\d{1,6}")
"""The codes of element types that an array may have: numbers, bytes and strings."""


class RefusedPickle(DataError):
    """A pickle holds something that is not plain data, or is damaged; the message is a sentence."""


class _Known(enum.Enum):
    """What a pickle may name; none of these is ever called."""

    RECONSTRUCT = enum.auto()
    NDARRAY = enum.auto()
    DTYPE = enum.auto()
    SCALAR = enum.auto()
    ENCODE = enum.auto()
    BYTES = enum.auto()


_NAMES = {
    ("numpy", "ndarray"): _Known.NDARRAY,
    ("numpy", "dtype"): _Known.DTYPE,
    ("_codecs", "encode"): _Known.ENCODE,
    ("__builtin__", "bytes"): _Known.BYTES,
    ("builtins", "bytes"): _Known.BYTES,
} | {
    (module, name): known
    for module in ("numpy.core.multiarray", "numpy._core.multiarray")
    for name, known in (("_reconstruct", _Known.RECONSTRUCT), ("scalar", _Known.SCALAR))
}


@dataclass(eq=False)
class _Dtype:
    """An element type: its code, such as ``f4``, and its byte order once that is known."""

    code: str
    order: str = "="

    def numpy(self) -> np.dtype[Any]:
        if not NUMERIC.fullmatch(self.code):
            raise RefusedPickle(
                f"An array's elements must be numbers, bytes or strings, but the pickle says "
                f"{self.code!r}; it is not read."
            )
        return np.dtype(self.order.replace("|", "=") + self.code)


@dataclass(eq=False)
class _Array:
    """An array whose contents come after it."""

    value: Any = None
    filled: bool = False


@dataclass
class _Machine:
    """The stack that a pickle is written for.

    Attributes:
        stack: what was pushed since the last mark.
        below: the stacks under it, one for each open mark.
        memo: what was stored for later, by number.
    """

    stack: list[Any] = field(default_factory=list)
    below: list[list[Any]] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def pop_mark(self) -> list[Any]:
        """What lies above the last mark."""
        items = self.stack
        self.stack = self.below.pop()
        return items


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}

_ARGUMENTS = (
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
)
"""Opcodes that push their argument, as `pickletools` decodes it."""

_PYTHON2 = ("STRING", "BINSTRING", "SHORT_BINSTRING")
"""Opcodes that push a string of Python 2, which `pickletools` decodes as Latin-1 or ASCII."""

_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple}

_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}

_NOTHING = ("PROTO", "FRAME")


def loads(data: bytes) -> Any:
    """The plain object that a pickle describes: its containers may be nested, not circular.

    Raises:
        RefusedPickle: if it names or makes anything else, or is damaged.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name == "STOP":
                break
            _step(machine, opcode.name, argument)
        (result,) = machine.stack
        if machine.below:
            raise RefusedPickle("The pickle ends within a container, and is not read.")
        return _plain(result, [], {})
    except RefusedPickle:
        raise
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError) as error:
        raise RefusedPickle(f"The pickle is damaged ({error}); it is not read.") from error


def _step(machine: _Machine, name: str, argument: Any) -> None:
    """Carry out one opcode."""
    stack = machine.stack
    if name in _NOTHING:
        return
    if name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name in _ARGUMENTS:
        stack.append(argument)
    elif name in _PYTHON2:
        stack.append(argument.encode("latin-1"))
    elif name in _EMPTY:
        stack.append(_EMPTY[name]())
    elif name in _TUPLES:
        count = _TUPLES[name]
        if len(stack) < count:
            raise IndexError("a tuple has too few items")
        stack[-count:] = [tuple(stack[-count:])]
    elif name in _MARKED:
        _close(machine, name)
    elif name == "MARK":
        machine.below.append(stack)
        machine.stack = []
    elif name in ("APPEND", "SETITEM"):
        last = [stack.pop() for _ in range(1 if name == "APPEND" else 2)]
        _extend(stack[-1], last[::-1])
    elif name == "POP":
        stack.pop()
    elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
        machine.memo[argument] = stack[-1]
    elif name == "MEMOIZE":
        machine.memo[len(machine.memo)] = stack[-1]
    elif name in ("GET", "BINGET", "LONG_BINGET"):
        stack.append(machine.memo[argument])
    elif name == "GLOBAL":
        stack.append(_known(*argument.split(" ", 1)))
    elif name == "STACK_GLOBAL":
        attribute, module = stack.pop(), stack.pop()
        stack.append(_known(module, attribute))
    elif name == "REDUCE":
        arguments = stack.pop()
        stack.append(_make(stack.pop(), arguments))
    elif name == "BUILD":
        state = stack.pop()
        _fill(stack[-1], state)
    else:
        raise RefusedPickle(
            f"The pickle uses the opcode {name}, which plain arrays, containers, strings and "
            "numbers do not need; it is not read."
        )


_MARKED = ("LIST", "TUPLE", "DICT", "APPENDS", "SETITEMS", "POP_MARK")


def _close(machine: _Machine, name: str) -> None:
    """Carry out an opcode that takes everything above the last mark."""
    items = machine.pop_mark()
    if name == "LIST":
        machine.stack.append(items)
    elif name == "TUPLE":
        machine.stack.append(tuple(items))
    elif name == "DICT":
        machine.stack.append({})
        _extend(machine.stack[-1], items)
    elif name != "POP_MARK":
        _extend(machine.stack[-1], items)


def _extend(container: Any, items: list[Any]) -> None:
    """Append to a list, or set keys of a dict from alternating keys and values."""
    if type(container) is list:
        container.extend(items)
        return
    if type(container) is not dict or len(items) % 2:
        raise RefusedPickle("The pickle fills something that is no list or dict; it is not read.")
    for key, value in zip(items[::2], items[1::2], strict=True):
        if type(key) not in (str, bytes, int):
            raise RefusedPickle(
                f"A key of a dict must be a string, bytes or an integer, but the pickle has a "
                f"{type(key).__name__}; it is not read."
            )
        container[key] = value


def _known(module: object, name: object) -> _Known:
    found = _NAMES.get((_text(module), _text(name)))
    if found is None:
        raise RefusedPickle(
            f"The pickle names {_text(module)}.{_text(name)}, but only numpy's arrays and types are "
            "read; nothing was run."
        )
    return found


def _text(value: object) -> str:
    """A string, which Python 2 wrote as bytes."""
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    if isinstance(value, str):
        return value
    raise RefusedPickle(
        f"The pickle has a {type(value).__name__} where a name belongs; it is not read."
    )


def _make(what: object, arguments: object) -> Any:
    """What a pickle asks to be made of one of the known names and a tuple of arguments."""
    match what, arguments:
        case _Known.RECONSTRUCT, (_Known.NDARRAY, *_):
            return _Array()
        case _Known.DTYPE, (code, *_):
            return _Dtype(_text(code))
        case _Known.SCALAR, (_Dtype() as dtype, bytes() as data):
            return np.frombuffer(data, dtype.numpy(), 1)[0]
        case _Known.ENCODE, (str() as text, encoding) if _text(encoding) in ("latin1", "latin-1"):
            return text.encode("latin-1")
        case _Known.BYTES, ():
            return b""
        case _:
            raise RefusedPickle(
                "The pickle asks to make something other than an array, a number or bytes; nothing "
                "was run."
            )


def _fill(what: object, state: object) -> None:
    """Give an array its contents, or an element type its byte order."""
    match what, state:
        case _Dtype(), (_, order, None, None, None, *_) if _text(order) in ("<", ">", "=", "|"):
            what.order = _text(order)
        case _Array(filled=False), (
            _,
            tuple() as shape,
            _Dtype() as dtype,
            bool() | 0 | 1 as by_columns,
            data,
        ):
            what.value = _contents(shape, dtype, bool(by_columns), data)
            what.filled = True
        case _:
            raise RefusedPickle(
                "The pickle gives a state to something that is no array of numbers or strings; it "
                "is not read."
            )


def _contents(shape: tuple[Any, ...], dtype: _Dtype, by_columns: bool, data: object) -> Any:
    """An array from its bytes; of an array of objects, its one item or the list of them."""
    if not all(type(length) is int and length >= 0 for length in shape):
        raise RefusedPickle(f"An array's shape must be lengths, but the pickle says {shape!r}.")
    if dtype.code in ("O8", "O4", "O"):
        if type(data) is list and len(data) == math.prod(shape) and len(shape) <= 1:
            return data if shape else data[0]
        raise RefusedPickle(
            "Of arrays of objects only a single object or a list of them is read, and this pickle "
            "has another."
        )
    if not isinstance(data, bytes):
        raise RefusedPickle("The contents of an array must be bytes; the pickle is not read.")
    element = dtype.numpy()
    if len(data) != math.prod(shape) * element.itemsize:
        raise RefusedPickle(
            f"An array of shape {shape} needs {math.prod(shape) * element.itemsize} bytes, but the "
            f"pickle has {len(data)}; it is not read."
        )
    found = np.frombuffer(data, element).reshape(shape, order="F" if by_columns else "C")
    return found.astype(element.newbyteorder("="))


def _plain(value: Any, around: list[int], done: dict[int, Any]) -> Any:
    """The same with arrays in place of what stood for them; `around` are the containers outside."""
    if id(value) in done:
        return done[id(value)]
    if id(value) in around or len(around) > DEEPEST:
        raise RefusedPickle(
            f"The pickle's containers hold one another, or are nested more than {DEEPEST} deep; it "
            "is not read."
        )
    if isinstance(value, _Dtype | _Known) or (isinstance(value, _Array) and not value.filled):
        raise RefusedPickle(
            "The pickle holds the name of a type where data belong; it is not read."
        )
    inside = [*around, id(value)]
    result = value
    if isinstance(value, _Array):
        result = _plain(value.value, inside, done)
    elif type(value) is list:
        result = [_plain(item, inside, done) for item in value]
    elif type(value) is tuple:
        result = tuple(_plain(item, inside, done) for item in value)
    elif type(value) is dict:
        result = {key: _plain(item, inside, done) for key, item in value.items()}
    else:
        return value
    done[id(value)] = result
    return result
