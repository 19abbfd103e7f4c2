"""What the benchmark times: states of heads with a loss, and our side of every comparison."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.bench.reference_functions import FORMS, TORCH, Library, outputs, parameters
from verify.experiments.e1.estimator_audit import Cell, Setting, State, initial_state
from verify.numeric.activations import ACTIVATIONS, SWISH
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import ExtremeEigenpairs, extreme_eigenpairs
from verify.numeric.objectives import NEGATIVE_COSINE, OBJECTIVES, Loss, Targets
from verify.numeric.objectives.distillation import teacher_probabilities

STEPS, LEARNING_RATE, MOMENTUM = 60, 0.05, 0.9
"""Of the training that collapses a head: the published optimiser, until outputs are alike."""

ONE_END = 1e-3
"""Of the norm: how exact power iteration is asked to be, and ours beside it."""

Value = Callable[[Any, Any, Any], Any]
"""A loss of weights, a point x: (n,), and a target (1, k) or None."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A head, a loss of its outputs, and z: (B, d).

    Where the loss is a mean over the samples they are B operators on R^d, else one on R^(B d).
    """

    head: Head
    loss: Loss
    z: Tensor

    @functools.cached_property
    def targets(self) -> Tensor | None:
        """What the samples' own losses compare outputs with, (B, 1, k); None where the batch is coupled."""
        if not self.loss.separable:
            return None
        c = self.loss.constants
        targets: Tensor = c.targets if isinstance(c, Targets) else teacher_probabilities(c)
        return targets.unsqueeze(1)

    @property
    def points(self) -> Tensor:
        """Where the operators are taken, (blocks, n)."""
        return self.z if self.loss.separable else self.z.reshape(1, -1)

    def value(self, library: Library) -> Value:
        """What each operator is the Hessian of by its point, in plain code of a library."""
        form = FORMS[self.loss.objective.name]
        share = len(self.z) if self.loss.separable else 1

        def value(weights: Any, x: Any, target: Any) -> Any:
            u = outputs(library, self.head, weights, x.reshape(-1, self.head.d))
            return form(library, self.loss.constants, u, target) / share

        return value

    def of_one(self, library: Library = TORCH) -> tuple[Callable[[Tensor], Tensor], Tensor]:
        """The function of the only operator in PyTorch, and its point (n,)."""
        value, weights, targets = self.value(library), parameters(library, self.head), self.targets
        target = None if targets is None else targets[0]
        return lambda x: torch.as_tensor(value(weights, x, target)), self.points[0]


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
    objective: str = NEGATIVE_COSINE.name,
) -> Problem:
    """A head at initialisation with z and an objective, its constants drawn."""
    widths = predictor or (projector[-1], projector[-1])
    state = initial_state(Cell(ACTIVATIONS[activation]), Setting(projector, widths, batch), 0)
    if predictor is None:
        depth = len(projector) - 1
        head = Head(state.head.weights[:depth], None, state.head.activations[: depth - 1])
        state = replace(state, head=head)
    state = moved(state, device)
    generator = torch.Generator().manual_seed(1)
    constants = OBJECTIVES[objective].context(batch, state.head.k, generator, device=device)
    return Problem(state.head, OBJECTIVES[objective].bind(constants), state.z)


@functools.cache
def collapsed(
    setting: Setting, samples: int, device: str = "cpu", steps: int = STEPS
) -> tuple[Problem, tuple[float, float]]:
    """Some samples of a Swish head that SimSiam has collapsed, in float64.

    The pseudo-collapsed start is trained in float32 on one pair of views of the setting's batch,
    with the published optimiser.

    Returns:
        The problem, and the variance of the outputs' directions before and after.
    """
    state = moved(initial_state(Cell(SWISH, 0.1), setting, 0), device)
    noise = torch.randn(state.z.shape, generator=torch.Generator().manual_seed(1))
    z = state.z.float()
    other = torch.relu(z + 0.3 * noise.to(device))
    weights = [w.float().requires_grad_() for w in state.head.weights]
    optimiser = torch.optim.SGD(weights, lr=LEARNING_RATE, momentum=MOMENTUM)
    depth = len(setting.projector) - 1
    heads = Head(weights[:depth], None, SWISH), Head(weights[depth:], None, SWISH)
    projector, predictor = (
        functools.partial(outputs, TORCH, head, parameters(TORCH, head)) for head in heads
    )
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
    problem = Problem(head, NEGATIVE_COSINE.bind(Targets(targets)), state.z[:samples])
    return problem, (variances[0], variances[-1])


# --- our side -----------------------------------------------------------------------------------


def pairs(problem: Problem, dense_up_to: int | None = None) -> ExtremeEigenpairs:
    """Extreme eigenpairs of every operator; by default by whichever way is cheaper."""
    hessian = EffectiveHessian(problem.head, problem.loss, problem.z)
    return extreme_eigenpairs(hessian, dense_up_to=dense_up_to)


def extremes(problem: Problem) -> Tensor:
    """Smallest and largest eigenvalue of every operator, (blocks, 2)."""
    return pairs(problem).values.reshape(-1, 2)


def largest(values: Tensor) -> Tensor:
    """The value of largest modulus, (1,), of an operator's ends (1, 2)."""
    return values[0, values[0].abs().argmax()].reshape(1)


def largest_alone(problem: Problem) -> Tensor:
    """That of the only operator, to a residual of `ONE_END`, whatever the other end is by then."""
    hessian = EffectiveHessian(problem.head, problem.loss, problem.z)
    pairs = extreme_eigenpairs(hessian, ends="norm", tolerance=ONE_END)
    return largest(pairs.values.reshape(1, 2))


def extremes_of_a_new_head(problem: Problem) -> Tensor:
    """The same of a head that is seen for the first time."""
    head = problem.head
    return extremes(replace(problem, head=Head(head.weights, head.biases, head.activations)))


def factorised(problem: Problem) -> Tensor:
    """The same by closed form and eigh, which is what Lanczos falls back to."""
    return pairs(problem, dense_up_to=problem.head.d).values


def terms_and_spectrum(problem: Problem) -> Tensor:
    """G and M in closed form, and all eigenvalues of their sum, (1, d)."""
    return EffectiveHessian.plan(problem.head, problem.loss).terms(problem.z).eigenvalues
