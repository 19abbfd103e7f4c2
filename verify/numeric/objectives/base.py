"""What an objective is: a loss of a head's outputs, what it holds constant, and what it claims.

The variable u: (B, k) is every output of the head that the objective's gradient reaches: for
objectives of two trainable views, view 1 above view 2. All else - targets under a stop-gradient,
keys, a queue, a teacher - are constants, so that hess L is the Hessian that training sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from verify.numeric.objectives.checks import (
    have_directions,
    require_alike,
    require_batch,
    require_directions,
    require_finite,
    require_varying,
)
from verify.numeric.objectives.derivatives import Invariance, Jet, RowJet, differentiated

C = TypeVar("C")


@dataclass(frozen=True)
class Sampler:
    """Draws on the generator's own device, so that one seed gives the same numbers everywhere."""

    generator: torch.Generator
    dtype: torch.dtype = torch.float64
    device: str | torch.device = "cpu"

    def normal(self, *shape: int) -> Tensor:
        """Standard normal entries."""
        source = self.generator
        drawn = torch.randn(*shape, generator=source, dtype=self.dtype, device=source.device)
        return drawn.to(self.device)

    def integers(self, top: int, *shape: int) -> Tensor:
        """Whole numbers in [0, top), int64."""
        source = self.generator
        return torch.randint(top, shape, generator=source, device=source.device).to(self.device)


@dataclass(frozen=True, kw_only=True)
class Objective(Generic[C]):
    """One training objective, defined once.

    Attributes:
        name: key in `OBJECTIVES`; the name of `function`.
        title: as its paper writes it.
        source: paper and equation.
        shapes: what u and the constants are.
        function: the objective itself, as a training loop calls it.
        constants: type of what it holds constant besides u.
        draw: random constants for (B, k) outputs.
        evaluate: constants and u to the rows' own losses (B,) if separable, else to the loss;
            defined by `function`'s code.
        separable: L is the mean of losses of single rows, so hess L is block-diagonal.
        invariance: what may be rescaled, exactly as long as no row is shorter than `NORM_FLOOR`.
        closed: the rows' derivatives in closed form, with the checks of `evaluate`; without it
            they are differentiated.
        views: equal blocks that the rows of u come in.
        least: fewest rows of a view.
        network: names of the constants that are a network's outputs; they collapse when it does.
    """

    name: str
    title: str
    source: str
    shapes: str
    function: Callable[..., Tensor]
    constants: type[C]
    draw: Callable[[Sampler, int, int], C]
    evaluate: Callable[[C, Tensor], Tensor]
    separable: bool
    invariance: Invariance
    closed: Callable[[C, Tensor], RowJet] | None = None
    views: int = 1
    least: int = 1
    network: tuple[str, ...] = ()

    def context(
        self,
        batch: int,
        k: int,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float64,
        device: str | torch.device = "cpu",
    ) -> C:
        """Random constants for outputs of shape (batch, k).

        Raises:
            ValueError: if the objective is not defined for so many rows.
        """
        self.require_rows(batch)
        return self.draw(Sampler(generator, dtype, device), batch, k)

    def bind(self, constants: C) -> Loss:
        """The objective as a function of the head's outputs alone.

        Raises:
            TypeError: if the constants are not this objective's, or one that is normalised is not
                real floating point.
            ValueError: if they are not finite, or one that is normalised is not a batch of rows
                with directions.
        """
        if not isinstance(constants, self.constants):
            raise TypeError(
                f"{self.name} is bound to {self.constants.__name__}; it was given "
                f"{type(constants).__name__}. Objective.context draws an example."
            )
        for name, value in _tensors(constants).items():
            require_finite(self.name, name, value)
            if self.invariance is Invariance.ROW:
                require_batch(self.name, name, value)
                require_directions(self.name, name, value)
        return Loss(self, constants)

    def parts(self, u: Tensor) -> Tensor:
        """The parts of u that may be rescaled one by one, (B, k, parts); see `Invariance`."""
        return self.invariance.parts(u, self.views)

    def require_rows(self, rows: int) -> None:
        """Raise a ValueError unless so many rows make the objective's views."""
        least = self.views * self.least
        if rows < least or rows % self.views:
            raise ValueError(
                f"{self.name} expects `u` to hold {self.views} view(s) of at least {self.least} "
                f"row(s) each, so a multiple of {self.views} that is at least {least}; it held "
                f"{rows}."
            )

    def require_outputs(self, u: Tensor) -> None:
        """Check that the objective is defined and smooth in scale at u.

        Raises:
            TypeError: if u is not a real floating-point tensor.
            ValueError: if its shape is wrong, it is not finite, or the objective divides by 0.
        """
        require_batch(self.name, "u", u)
        self.require_rows(len(u))
        if self.invariance is Invariance.ROW and have_directions(u):
            return
        require_finite(self.name, "u", u)
        if self.invariance is Invariance.ROW:
            require_directions(self.name, "u", u)
        if self.invariance is Invariance.FEATURE:
            for view in u.chunk(self.views):
                require_varying(self.name, "u", view)


@dataclass(frozen=True)
class Loss:
    """An objective with its constants: u (B, k) -> L(u), the mean over the batch as in its paper.

    Calling it checks u, which `torch.func.grad` and `hessian` allow and `torch.vmap` over u does
    not; `unchecked` is the formula alone.
    """

    objective: Objective[Any]
    constants: Any

    @property
    def separable(self) -> bool:
        """Whether L is the mean of losses of single rows, so that hess L is block-diagonal."""
        return self.objective.separable

    def __call__(self, u: Tensor) -> Tensor:
        """L(u), a scalar.

        Raises:
            TypeError: if u is not of the constants' floating-point type.
            ValueError: if u does not match the constants, or L is not defined there.
        """
        self.objective.require_outputs(u)
        return self.unchecked(u)

    def unchecked(self, u: Tensor) -> Tensor:
        """L(u), with checks of shape and type only."""
        return self.objective.evaluate(self.constants, u).mean()

    def per_sample(self, u: Tensor) -> Tensor:
        """The rows' own losses, (B,); their mean is L(u).

        Raises:
            TypeError: as calling the loss does.
            ValueError: as calling the loss does, and if the objective couples the batch.
        """
        if not self.separable:
            raise ValueError(
                f"{self.objective.name} couples the rows of a batch, so no row has a loss of its "
                "own; use the loss itself."
            )
        self.objective.require_outputs(u)
        return self.objective.evaluate(self.constants, u)

    def jet(self, u: Tensor) -> Jet:
        """Value, gradient and Hessian-vector products at u: (B, k).

        In closed form where the objective has one, else by automatic differentiation.

        Raises:
            TypeError: as calling the loss does.
            ValueError: as calling the loss does; `hessian_product` if v does not begin with u's shape.
        """
        rows = self.rows(u)
        if rows is None:
            rho, value, product = differentiated(self.unchecked, u)
        else:
            value, rho = self.unchecked(u), rows.gradients

            def product(v: Tensor) -> Tensor:
                return rows.hessians.product(v.movedim(-1, 0)).movedim(0, -1)

        def hessian_product(v: Tensor) -> Tensor:
            if not isinstance(v, Tensor) or v.shape[:2] != u.shape:
                found = tuple(v.shape) if isinstance(v, Tensor) else type(v).__name__
                raise ValueError(
                    f"A Hessian of {self.objective.name} at outputs of shape {tuple(u.shape)} "
                    f"multiplies vectors of shape {(*u.shape, '...')}; it was given {found}."
                )
            require_alike(self.objective.name, u=u, v=v)
            return product(v.reshape(*u.shape, -1)).reshape(v.shape)

        return Jet(value, rho, hessian_product)

    def rows(self, u: Tensor) -> RowJet | None:
        """Gradient of L at u: (B, k) and the blocks of its Hessian, where they have a closed form.

        Raises:
            TypeError: as calling the loss does.
            ValueError: as calling the loss does.
        """
        self.objective.require_outputs(u)
        if self.objective.closed is None:
            return None
        return self.objective.closed(self.constants, u).times(1 / len(u))

    def dense_hessian(self, u: Tensor) -> Tensor:
        """Hess L(u): its diagonal blocks (B, k, k) if the objective is separable, else (Bk, Bk).

        The blocks are those of the mean; a row's own Hessian is B times its block.

        Raises:
            TypeError: as calling the loss does.
            ValueError: as calling the loss does.
        """
        batch, k = u.shape if isinstance(u, Tensor) and u.ndim == 2 else (0, 0)
        product = self.jet(u).hessian_product
        if self.separable:
            identity = torch.eye(k, dtype=u.dtype, device=u.device)
            return product(identity.expand(batch, k, k))
        identity = torch.eye(batch * k, dtype=u.dtype, device=u.device)
        return product(identity.reshape(batch, k, batch * k)).reshape(batch * k, batch * k)

    def to(self, dtype: torch.dtype) -> Loss:
        """The same loss with its floating-point constants rounded to another type."""
        cast = {
            name: value.to(dtype)
            for name, value in _tensors(self.constants).items()
            if value.dtype.is_floating_point
        }
        return Loss(self.objective, replace(self.constants, **cast))


def halves(u: Tensor) -> tuple[Tensor, Tensor]:
    """The two views of u: (2n, k) -> (n, k), (n, k).

    Raises:
        ValueError: if the number of rows is odd.
    """
    if u.ndim == 0 or len(u) % 2:
        raise ValueError(
            "Outputs of two views are stacked, view 1 above view 2, so their number is even; the "
            f"shape was {tuple(u.shape)}."
        )
    first, second = u.chunk(2)
    return first, second


def _tensors(constants: Any) -> dict[str, Tensor]:
    """The tensors among a dataclass's fields."""
    values = {field.name: getattr(constants, field.name) for field in fields(constants)}
    return {name: value for name, value in values.items() if isinstance(value, Tensor)}
