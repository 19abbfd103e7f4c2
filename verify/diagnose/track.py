"""Curvature while a network trains, at a price of a few lines and some milliseconds a step."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from verify.numeric import EffectiveHessian, extreme_eigenpairs


class CurvatureTrack:
    """Follows lambda_min of H_eff and the variance of directions, every so many calls.

    The head is measured as it is and left as it was; dropout is refused, so the track measures a
    training head with its dropout layers switched off. Within rounding of a kink it has no Hessian: a
    warning says so and nothing is measured; a wide ReLU head is nearly always there in float32.

    >>> import torch
    >>> track = CurvatureTrack(torch.nn.Linear(2, 2), lambda u: u.square().sum(), every=2)
    >>> [track(torch.ones(3, 2)) is not None for _ in range(4)]
    [True, False, True, False]
    """

    def __init__(
        self,
        head: nn.Module,
        loss: Callable[[Tensor], Tensor],
        *,
        every: int = 100,
        samples: int = 16,
        views: int = 1,
        csv_file: str | Path | None = None,
        writer: Any = None,
        fall: float = 0.5,
        patience: int = 3,
    ) -> None:
        """Begin a track.

        Args:
            head: from representations (B, d) to outputs.
            loss: from outputs to a scalar.
            every: calls from one measurement to the next.
            samples: of each batch, the first so many are measured, with all of their views.
            views: of each sample in a batch, one view of all of them above the next.
            csv_file: where a row is appended for each measurement.
            writer: TensorBoard's `SummaryWriter`, or what has its ``add_scalar``.
            fall: a warning is given when the variance is below this share of its first value, and
                lambda_min is not negative, ..
            patience: .. so many times in a row.

        Raises:
            ValueError: if a number is not positive.
        """
        if min(every, samples, views, patience) < 1 or not 0 < fall < 1:
            raise ValueError(
                f"`every`, `samples`, `views` and `patience` must be at least 1 and `fall` between 0 and 1; they were {every}, {samples}, {views}, {patience} and {fall}."
            )
        self.head, self.loss, self.every, self.samples = head, loss, every, samples
        self.views = views
        self.csv_file, self.writer = None if csv_file is None else Path(csv_file), writer
        self.fall, self.patience = fall, patience
        self.calls = self.low = 0
        self.first: float | None = None

    def __call__(self, z: Tensor, step: int | None = None) -> dict[str, float] | None:
        """Measure at representations z: (B, d), if it is time; return the row, or None.

        Raises:
            ValueError: if B is no multiple of the views.
        """
        due = self.calls % self.every == 0
        self.calls += 1
        if not due:
            return None
        if len(z) % self.views:
            raise ValueError(
                f"`z` must hold {self.views} views of each sample; it has {len(z)} rows."
            )
        z = z.detach().reshape(self.views, -1, *z.shape[1:])[:, : self.samples].flatten(0, 1)
        # Chance is switched off, and only for the evaluation: modes are not touched by it.
        noisy = [
            m
            for m in self.head.modules()
            if m.training and isinstance(m, nn.modules.dropout._DropoutNd)
        ]
        for module in noisy:
            module.training = False
        try:
            hessian = EffectiveHessian(self.head, self.loss, z)
            pairs = extreme_eigenpairs(hessian)
        except ValueError as error:
            if "undefined at kink" not in str(error):
                raise
            warnings.warn(f"The curvature was not measured: {error}", stacklevel=2)
            return None
        finally:
            for module in noisy:
                module.training = True
        directions = F.normalize(hessian.output.double(), dim=1)
        row = {
            "step": float(self.calls - 1 if step is None else step),
            "lambda_min": float(pairs.values[..., 0].min()),
            "lambda_max": float(pairs.values[..., 1].max()),
            "residual": float(pairs.residuals.max()),
            "variance": float((directions - directions.mean(0)).square().sum(1).mean()),
            "gradient": float(hessian.gradient.norm()),
        }
        self._keep(row)
        self._warn(row)
        return row

    def _keep(self, row: dict[str, float]) -> None:
        if self.csv_file is not None:
            new = not self.csv_file.exists()
            with self.csv_file.open("a", newline="") as file:
                writer = csv.DictWriter(file, list(row))
                if new:
                    writer.writeheader()
                writer.writerow(row)
        if self.writer is not None:
            for name, value in row.items():
                if name != "step":
                    self.writer.add_scalar(f"curvature/{name}", value, int(row["step"]))

    def _warn(self, row: dict[str, float]) -> None:
        """Warn where the outputs draw together and nothing drives them apart."""
        if self.first is None:
            self.first = row["variance"]
        falling = row["variance"] < self.fall * self.first
        negative = row["lambda_min"] < -row["residual"]
        self.low = self.low + 1 if falling and not negative else 0
        if self.low == self.patience:
            warnings.warn(
                f"The variance of directions fell to {row['variance']:.2g} from {self.first:.2g}, and lambda_min = {row['lambda_min']:.2g} is not negative beyond its residual: no way out to second order was found.",
                stacklevel=3,
            )
