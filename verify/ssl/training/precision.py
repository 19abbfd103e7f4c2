"""In what arithmetic networks are trained and measured."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def ieee() -> Iterator[None]:
    """Let float32 mean float32: no TF32 in matrix products and convolutions, which cuDNN has by default.

    Convolutions are deterministic besides, so that a run on CUDA repeats itself.
    """
    cudnn, products = torch.backends.cudnn, torch.backends.cuda.matmul
    before = cudnn.allow_tf32, cudnn.deterministic, cudnn.benchmark, products.allow_tf32
    cudnn.allow_tf32, cudnn.deterministic, cudnn.benchmark = False, True, False
    products.allow_tf32 = False
    try:
        yield
    finally:
        cudnn.allow_tf32, cudnn.deterministic, cudnn.benchmark, products.allow_tf32 = before


def autocast(precision: str, device: str | torch.device) -> torch.autocast:
    """The context in which networks compute while they are trained."""
    kind = torch.device(device).type
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=precision == "bfloat16")
