"""A SimCLR head while it trains: its curvature every few steps, and its diagnosis at the end.

The layers are those of lightly's `SimCLRProjectionHead`: linear, BatchNorm, ReLU, linear, BatchNorm.
"""

from __future__ import annotations

import torch
from torch import nn

from verify.diagnose import CurvatureTrack, Diagnosis, diagnose
from verify.numeric import nt_xent


def main(steps: int = 60) -> Diagnosis:
    """Train on two views of four clusters, with a track, and diagnose."""
    torch.manual_seed(0)
    centres = 2 * torch.randn(4, 16, dtype=torch.float64)
    labels = torch.arange(256) % 4
    z = centres[labels] + 0.5 * torch.randn(256, 16, dtype=torch.float64)
    views = z + 0.2 * torch.randn_like(z)
    first, last = nn.Linear(16, 32, bias=False), nn.Linear(32, 8, bias=False)
    head = nn.Sequential(first, nn.BatchNorm1d(32), nn.ReLU(), last, nn.BatchNorm1d(8)).double()

    def loss(u: torch.Tensor) -> torch.Tensor:
        first_view, second_view = u.chunk(2)
        return nt_xent(first_view, second_view, 0.5)

    track = CurvatureTrack(head, loss, every=20, samples=8, views=2)
    optimiser = torch.optim.Adam(head.parameters(), lr=1e-2)
    rows = []
    for _ in range(steps):
        batch = torch.randint(256, (32,))
        pair = torch.cat([z[batch], views[batch]])
        rows.append(track(pair))
        optimiser.zero_grad()
        loss(head(pair)).backward()
        optimiser.step()
    measured = [row for row in rows if row is not None]
    assert len(measured) == -(-steps // 20)
    assert all(row["lambda_min"] < 0 for row in measured), (
        "negative curvature at every step measured"
    )
    assert head[1].num_batches_tracked == steps, "the track left BatchNorm's statistics alone"
    found = diagnose(
        head.eval(), "nt_xent", z, views=views, labels=labels, batch=8, options={"temperature": 0.5}
    )
    assert "Not completely collapsed" in found.verdict
    assert found.numbers["variance of directions of h"] > 0.5
    assert found.numbers["probe of h"] > 0.9
    return found


if __name__ == "__main__":
    print(main().text())
