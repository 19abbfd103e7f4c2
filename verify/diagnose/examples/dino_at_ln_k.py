"""DINO's loss stands at ln K: is that collapse stable? In z it is degenerate: nothing drives z anywhere.

Where all prototypes are one, so are the K outputs, and both softmaxes are uniform. Then rho is 0, so
M is; and J maps to constants, which the softmax does not see, so G is 0 as well. Of the prototypes' own
weights this says nothing.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.diagnose import Diagnosis, diagnose


class Head(nn.Module):
    """DINO's head: an MLP, the direction of its output, a linear map to K prototypes."""

    def __init__(self, inputs: int, prototypes: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(inputs, 32), nn.GELU(), nn.Linear(32, 16))
        self.last_layer = nn.Linear(16, prototypes, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        """Logits (N, K) for representations (N, d)."""
        found: Tensor = self.last_layer(F.normalize(self.mlp(z), dim=-1))
        return found


def main(prototypes: int = 4096) -> tuple[Diagnosis, Diagnosis]:
    """Diagnose a head whose prototypes are one, and the same head with prototypes of its own."""
    torch.manual_seed(0)
    head = Head(12, prototypes).double()
    z = torch.randn(64, 12, dtype=torch.float64)
    views = z + 0.1 * torch.randn_like(z)
    healthy = diagnose(head, "dino", z, views=views, batch=4)
    assert "degenerate" not in healthy.verdict
    with torch.no_grad():
        head.last_layer.weight.copy_(head.last_layer.weight[:1].expand(prototypes, 16))
    found = diagnose(head, "dino", z, views=views, batch=4)
    assert math.isclose(found.numbers["loss"], math.log(prototypes), rel_tol=1e-9)
    assert "degenerate critical point" in found.verdict
    assert found.term("H_eff").negative == 0 == found.term("H_eff").positive
    return found, healthy


if __name__ == "__main__":
    print(main()[0].text())
