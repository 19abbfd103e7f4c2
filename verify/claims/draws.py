"""Where Hypothesis is run: what it draws follows from the seed and the strategy, not from what else is loaded."""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis.strategies import SearchStrategy

Case = TypeVar("Case")


def given(cases: SearchStrategy[Case]) -> Callable[[Callable[[Case], None]], Callable[[], None]]:
    """Hypothesis's `given`, without what `alone` switches off."""
    alone()
    return hypothesis.given(cases)


@functools.cache
def alone() -> None:
    """Have Hypothesis, from now on in this process, draw no number that it reads in the files of loaded modules.

    From 6.131.1 on it mixes the constants of all local modules into what it draws, and has no setting for that.
    """
    if hypothesis.__version_info__ < (6, 131, 1):  # reads no files, or draws nothing from them
        return
    try:
        from hypothesis.internal import constants_ast
        from hypothesis.internal.conjecture import providers

        remembered = providers.CONSTANTS_CACHE.cache
        gathers = providers._get_local_constants.__name__
    except (ImportError, AttributeError):
        warnings.warn(
            f"Hypothesis {hypothesis.__version__} may draw numbers that it reads in the files of loaded modules, and they "
            "cannot be left out as from earlier ones: the same seed may draw other cases where other modules are loaded.",
            stacklevel=3,
        )
        return
    as_object = hasattr(constants_ast, "Constants")  # they were a mapping at first
    none: object = constants_ast.Constants() if as_object else defaultdict(tuple)
    setattr(providers, gathers, lambda: none)
    remembered.clear()
