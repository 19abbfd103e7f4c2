"""Hypothesis strategies for heads, points and tensors.

Small cases draw every entry as a small rational with denominator 8, which floating point holds
exactly, so a shrunk failure prints and re-evaluates exactly. Above `ENTRIES` entries a seed is
drawn instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.describe import ENTRIES, describe, exact
from verify.numeric.activations import Activation
from verify.numeric.heads import Head

DENOMINATOR = 8


@st.composite
def tensors(
    draw: st.DrawFn, shape: tuple[int, ...], bound: int = 2, nonzero: bool = False
) -> Tensor:
    """Float64 tensors of a shape with entries n/8 in [-bound, bound]; `nonzero` excludes 0."""
    size = math.prod(shape)
    top = bound * DENOMINATOR
    if size > ENTRIES:
        generator = torch.Generator().manual_seed(draw(st.integers(0, 2**63 - 1)))
        entries = torch.randint(-top, top + 1, (size,), generator=generator).double()
        if nonzero:
            entries[entries == 0] = 1
    else:
        numbers = st.integers(-top, top)
        if nonzero:
            numbers = numbers.filter(bool)
        entries = torch.tensor(
            draw(st.lists(numbers, min_size=size, max_size=size)), dtype=torch.float64
        )
    return (entries / DENOMINATOR).reshape(shape)


@st.composite
def heads(
    draw: st.DrawFn,
    activations: Sequence[Activation],
    depths: tuple[int, int] = (2, 5),
    widths: tuple[int, int] = (1, 4),
) -> Head:
    """Heads with a depth N and widths d, m_1, .., k in the given closed ranges."""
    depth = draw(st.integers(*depths))
    sizes = draw(st.lists(st.integers(*widths), min_size=depth + 1, max_size=depth + 1))
    weights = tuple(draw(tensors((m, n))) for n, m in pairwise(sizes))
    biases = tuple(draw(tensors((m,))) for m in sizes[1:])
    return Head(weights, biases, draw(st.sampled_from(list(activations))))


@describe.register
def _(head: Head) -> tuple[tuple[str, str], ...]:
    """A head as (name, value) pairs for a witness."""
    names = dict.fromkeys(activation.name for activation in head.activations)
    pairs = [("activation", ", ".join(names))] if names else []
    for layer, (w, b) in enumerate(zip(head.weights, head.biases, strict=True), start=1):
        pairs += [(f"$W_{layer}$", exact(w)), (f"$b_{layer}$", exact(b))]
    return tuple(pairs)
