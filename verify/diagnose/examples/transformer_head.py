"""A transformer as a head: attention has second derivatives, and each layer a Hessian of its own."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from verify.diagnose import Diagnosis, diagnose
from verify.numeric import extreme_eigenpairs, of_parameters


class Head(nn.Module):
    """A representation cut into tokens, one encoder layer over them, and a linear map of their mean."""

    def __init__(self, tokens: int = 4, width: int = 8, outputs: int = 6) -> None:
        super().__init__()
        self.shape = (tokens, width)
        self.layer = nn.TransformerEncoderLayer(
            width, 2, 16, dropout=0.0, batch_first=True, activation="gelu"
        )
        self.last = nn.Linear(width, outputs)

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, k) for representations (N, tokens * width)."""
        found: Tensor = self.last(self.layer(z.reshape(-1, *self.shape)).mean(1))
        return found


def main() -> Diagnosis:
    """Diagnose it under SimSiam's loss, and take the Gauss-Newton term of its attention."""
    torch.manual_seed(0)
    head = Head().double()
    z = torch.randn(64, 32, dtype=torch.float64)
    views = z + 0.1 * torch.randn_like(z)
    found = diagnose(head, "simsiam", z, views=views, batch=4)
    assert found.term("H_eff").negative, (
        "the cosine's Hessian is indefinite off its critical points"
    )
    assert found.term("M").negative, "attention bends"
    attention = of_parameters(
        head, z[:4], lambda u: u.square().sum() / 2, "layer.self_attn.out_proj.*"
    )
    assert float(extreme_eigenpairs(attention.pullback).values[0]) > -1e-12, "Gauss-Newton is PSD"
    return found


if __name__ == "__main__":
    print(main().text())
