"""The work that the benchmark times: states of heads, and what both sides of a comparison compute.

A reference is PyTorch's own: its Hessian of its own functions, and eigvalsh.
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.bench.reference_functions import plain_function, plain_outputs
from verify.experiments.e1.estimator_audit import Cell, Setting, State, initial_state
from verify.numeric.activations import ACTIVATIONS, SWISH
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import ExtremeEigenpairs, extreme_eigenpairs
from verify.numeric.objectives import NEGATIVE_COSINE, OBJECTIVES, Loss, Targets

CHUNK = 256
"""Columns of `torch.func.hessian` at once at the largest size, where all of them need 20 GB."""

STEPS, LEARNING_RATE, MOMENTUM = 60, 0.05, 0.9
"""Of the training that collapses a head: the published optimiser, until outputs are alike."""

Sample = tuple[Head, Loss, Tensor]
"""A head, a loss of its outputs, and z: (B, d)."""


def moved(state: State, device: str) -> State:
    """A state on a device."""
    weights = [w.to(device) for w in state.head.weights]
    head = Head(weights, [b.to(device) for b in state.head.biases], state.head.activations)
    return State(head, state.z.to(device), state.targets.to(device))


def initial(
    activation: str,
    projector: tuple[int, ...],
    predictor: tuple[int, ...] | None,
    batch: int,
    device: str = "cpu",
) -> Sample:
    """A head at initialisation with z and the negative cosine to random targets."""
    widths = predictor or (projector[-1], projector[-1])
    state = initial_state(Cell(ACTIVATIONS[activation]), Setting(projector, widths, batch), 0)
    if predictor is None:
        depth = len(projector) - 1
        head = Head(state.head.weights[:depth], None, state.head.activations[: depth - 1])
        state = replace(state, head=head)
    k = state.head.k
    targets = torch.randn(batch, k, generator=torch.Generator().manual_seed(1)).double()
    state = moved(replace(state, targets=targets), device)
    return state.head, NEGATIVE_COSINE.bind(Targets(state.targets)), state.z


def collapsed(
    setting: Setting, samples: int, device: str = "cpu", steps: int = STEPS
) -> tuple[Sample, tuple[float, float]]:
    """Some samples of a Swish head that SimSiam has collapsed, in float64.

    The pseudo-collapsed start is trained in float32 on one pair of views of the setting's batch,
    with the published optimiser.

    Returns:
        The samples, and the variance of the outputs' directions before and after.
    """
    state = moved(initial_state(Cell(SWISH, 0.1), setting, 0), device)
    noise = torch.randn(state.z.shape, generator=torch.Generator().manual_seed(1))
    z = state.z.float()
    other = torch.relu(z + 0.3 * noise.to(device))
    weights = [w.float().requires_grad_() for w in state.head.weights]
    optimiser = torch.optim.SGD(weights, lr=LEARNING_RATE, momentum=MOMENTUM)
    depth = len(setting.projector) - 1
    projector = plain_outputs(Head(weights[:depth], None, SWISH))
    predictor = plain_outputs(Head(weights[depth:], None, SWISH))
    variances = []
    for _ in range(steps):
        h, h_other = projector(z), projector(other)
        p, p_other = predictor(h), predictor(h_other)
        loss = OBJECTIVES["simsiam"].function(p, p_other, h.detach(), h_other.detach())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        variances.append(float(F.normalize(p.detach(), dim=1).var(0).sum()))
    with torch.no_grad():
        targets = projector(other)[:samples].double()
    head = Head([w.detach().double() for w in weights], None, state.head.activations)
    sample = head, NEGATIVE_COSINE.bind(Targets(targets)), state.z[:samples]
    return sample, (variances[0], variances[-1])


def extremes(sample: Sample) -> ExtremeEigenpairs:
    """Extreme eigenpairs by Lanczos at any size."""
    return extreme_eigenpairs(EffectiveHessian(*sample), dense_up_to=1)


def values(sample: Sample) -> Tensor:
    """Their values, (B, 2)."""
    return extremes(sample).values


def factorised(sample: Sample) -> Tensor:
    """The same by closed form and eigh, which is what Lanczos falls back to."""
    return extreme_eigenpairs(EffectiveHessian(*sample), dense_up_to=sample[0].d).values


def terms_and_spectrum(sample: Sample) -> Tensor:
    """G and M in closed form, and the first sample's eigenvalues of their sum, (d,)."""
    head, loss, z = sample
    return EffectiveHessian.plan(head, loss).terms(z).eigenvalues[0]


def spectrum(sample: Sample, row: int = 0, chunk: int | None = None) -> Tensor:
    """Eigenvalues of one sample by PyTorch's own Hessian of PyTorch's own functions, (d,).

    Args:
        sample: the head, the loss - a mean over the batch - and z.
        row: which of the samples.
        chunk: columns of the Hessian at once; all by default.
    """
    head, loss, z = sample
    function = plain_function(head, loss.constants.targets[row : row + 1])

    def at(point: Tensor) -> Tensor:
        return function(point.unsqueeze(0)) / len(z)

    if chunk is None:
        return torch.linalg.eigvalsh(torch.func.hessian(at)(z[row]))

    def column(v: Tensor) -> Tensor:
        return torch.func.jvp(torch.func.grad(at), (z[row],), (v,))[1]

    identity = torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
    return torch.linalg.eigvalsh(torch.vmap(column, chunk_size=chunk)(identity))


def ends(sample: Sample) -> Tensor:
    """Smallest and largest eigenvalue of every sample by `spectrum`, (B, 2)."""
    return torch.stack([spectrum(sample, row)[[0, -1]] for row in range(len(sample[2]))])
