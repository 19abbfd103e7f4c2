"""Hessian products of the objectives without closed rows: VICReg, Barlow Twins, InfoNCE, NT-Xent, MoCo.

By hand, forward over reverse: the gradient as it is computed, and its derivative along v. Of u = x / r
with r = sqrt(|x|^2 + e) over rows or columns, A the gradient by u, and ' the derivative,

    g = (A - u (u.A)) / r,   r' = u.x',   u' = (x' - u r') / r
    g' = (A' - u' (u.A) - u (u.A)' - g r') / r

Kept are some arrays of the outputs' size and, of VICReg and Barlow Twins, one of the smaller of (n, n)
and (k, k) for each view; of InfoNCE and NT-Xent two of all pairs of rows; of MoCo one of (B, 1 + K)
and the queue's directions. A product of m vectors needs m times as much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from verify.numeric.objectives import OBJECTIVES, Objective, VICRegWeights
from verify.numeric.objectives.base import Loss
from verify.numeric.objectives.regression import summing_to_zero
from verify.numeric.released_objectives import BATCHNORM_EPSILON, RELEASED

Product = Callable[[Tensor], Tensor]
Jet = tuple[Tensor, Product]
"""A gradient and its derivative along vectors with an axis more in front."""


def coupled_jet(loss: Loss, u: Tensor) -> Jet | None:
    """Gradient at u: (B, k), and v -> (grad^2 L) v for v: (m, B, k); None without a formula here.

    That the loss is defined and twice differentiable at u is for the caller to check.
    """
    form = FORMS.get(loss.objective)
    return None if form is None else form(loss.constants, u)


def _of_unit(x: Tensor, axis: int, epsilon: float, inner: Callable[[Tensor], Jet]) -> Jet:
    """A function of u = x / sqrt(|x|^2 + epsilon), lengths along an axis, as one of x."""
    r = (x.square().sum(axis, keepdim=True) + epsilon).sqrt()
    u = x / r
    a, derivative = inner(u)
    q = (u * a).sum(axis, keepdim=True)
    g = (a - u * q) / r

    def product(y: Tensor) -> Tensor:
        dr = (u * y).sum(axis, keepdim=True)
        du = (y - u * dr) / r
        da = derivative(du)
        dq = (du * a + u * da).sum(axis, keepdim=True)
        return (da - du * q - u * dq - g * dr) / r

    return g, product


def _of_views(u: Tensor, form: Callable[[Tensor], Jet]) -> Jet:
    """A function of the views, (2, n, k), as one of all rows, (2n, k)."""
    views = (2, len(u) // 2, u.shape[1])
    gradient, product = form(u.reshape(views))
    return gradient.reshape(u.shape), lambda v: product(v.reshape(len(v), *views)).reshape(v.shape)


def _cubic(o: Tensor, s: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """(o', s') -> (o o^T s)' for o and s: (.., n, k), through the smaller of (n, n) and (k, k)."""
    if o.shape[-2] <= o.shape[-1]:
        gram = o @ o.mT

        def by_rows(do: Tensor, ds: Tensor) -> Tensor:
            cross = do @ o.mT
            return (cross + cross.mT) @ s + gram @ ds

        return by_rows
    product = o.mT @ s
    return lambda do, ds: do @ product + o @ (do.mT @ s + o.mT @ ds)


def _vicreg(c: VICRegWeights, u: Tensor) -> Jet:
    """Of X, centred: invariance, hinge -mu a_j / (k (n-1) s_j) x_j, and 4 nu / (k (n-1)) X offdiag(C)."""

    def form(z: Tensor) -> Jet:
        n, k = z.shape[1:]
        x = z - z.mean(1, keepdim=True)
        variances = x.square().sum(1, keepdim=True) / (n - 1)
        s = (variances + c.epsilon).sqrt()
        hinge = -c.variance / (k * (n - 1)) * (s < c.target).to(s.dtype) / s
        pull, push = 2 * c.invariance / n, 4 * c.covariance / (k * (n - 1))
        cubic = _cubic(x, x)

        def product(v: Tensor) -> Tensor:
            y = v - v.mean(-2, keepdim=True)
            turn = (x * y).sum(-2, keepdim=True) / (n - 1)  # half of the variances' derivative
            covariance = cubic(y, y) / (n - 1) - y * variances - 2 * x * turn
            return pull * (v - v.flip(-3)) + hinge * (y - x * turn / s**2) + push * covariance

        # o o^T s is linear in s, so its derivative along s alone is the function itself
        covariance = cubic(torch.zeros_like(x), x) / (n - 1) - x * variances
        return pull * (z - z.flip(0)) + hinge * x + push * covariance, product

    return _of_views(u, form)


def _barlow_twins(off_diagonal: float, epsilon: float, u: Tensor) -> Jet:
    """Of unit columns U, V: gradient 2 l V V^T U + V diag(e), e = 2 (1 - l) diag(C) - 2."""

    def inner(unit: Tensor) -> Jet:
        other = unit.flip(0)
        cubic = _cubic(other, unit)
        own = 2 * (1 - off_diagonal)
        e = own * (unit[0] * unit[1]).sum(0) - 2

        def derivative(du: Tensor) -> Tensor:
            turned = du.flip(-3)
            de = own * (du * other).sum((-3, -2), keepdim=True)
            return 2 * off_diagonal * cubic(turned, du) + turned * e + other * de

        return 2 * off_diagonal * cubic(torch.zeros_like(unit), unit) + other * e, derivative

    def form(z: Tensor) -> Jet:
        n = z.shape[1]
        x = z - z.mean(1, keepdim=True)
        gradient, product = _of_unit(x, -2, n * epsilon, inner)
        return gradient, lambda v: product(v - v.mean(-2, keepdim=True))

    return _of_views(u, form)


def _softmax(p: Tensor, ds: Tensor) -> Tensor:
    """Derivative of the softmax p of rows along ds, which counts up to a constant.

    That is 0 at the largest, so that 1 - p of a p of nearly 1 is summed, not subtracted.
    """
    top = p.argmax(-1, keepdim=True).expand(*ds.shape[:-1], 1)
    pushed = p * (ds - ds.gather(-1, top))
    return pushed - p * pushed.sum(-1, keepdim=True)


def _info_nce(temperature: float, u: Tensor) -> Jet:
    """Of unit rows E, F with P = softmax(E F^T / tau): gradients R F and R^T E, R = (P - I) / (n tau)."""

    def inner(unit: Tensor) -> Jet:
        e, f = unit
        p = torch.softmax(e @ f.T / temperature, dim=1)
        share = 1 / (len(e) * temperature)
        own = torch.arange(len(e), device=u.device).unsqueeze(1)
        r = share * summing_to_zero(p, own)

        def derivative(du: Tensor) -> Tensor:
            de, df = du.unbind(-3)
            dr = share * _softmax(p, (de @ f.T + e @ df.mT) / temperature)
            return torch.stack((dr @ f + r @ df, dr.mT @ e + r.T @ de), dim=-3)

        return torch.stack((r @ f, r.T @ e)), derivative

    return _of_views(u, lambda z: _of_unit(z, -1, 0.0, inner))


def _nt_xent(temperature: float, u: Tensor) -> Jet:
    """As InfoNCE of all rows with themselves, none with itself."""

    def inner(e: Tensor) -> Jet:
        rows = len(e)
        itself = torch.eye(rows, dtype=torch.bool, device=e.device)
        p = torch.softmax((e @ e.T / temperature).masked_fill(itself, -torch.inf), dim=1)
        share = 1 / (rows * temperature)
        partner = torch.arange(rows, device=e.device).roll(rows // 2).unsqueeze(1)
        r = share * summing_to_zero(p, partner)
        both = r + r.T

        def derivative(de: Tensor) -> Tensor:
            cross = de @ e.T
            dr = share * _softmax(p, (cross + cross.mT) / temperature)
            return (dr + dr.mT) @ e + both @ de

        return both @ e, derivative

    return _of_unit(u, -1, 0.0, inner)


def _moco(keys: Tensor, queue: Tensor, temperature: float, u: Tensor) -> Jet:
    """Of unit rows against fixed candidates, the first of which is each row's own."""
    own, others = normalize(keys.detach(), dim=1), normalize(queue.detach(), dim=1)

    def cosines(e: Tensor) -> Tensor:
        return torch.cat(((e * own).sum(-1, keepdim=True), e @ others.T), dim=-1)

    def pulled(r: Tensor) -> Tensor:
        return r[..., :1] * own + r[..., 1:] @ others

    def inner(e: Tensor) -> Jet:
        p = torch.softmax(cosines(e) / temperature, dim=1)
        share = 1 / (len(e) * temperature)
        first = torch.zeros(len(p), 1, dtype=torch.int64, device=p.device)
        r = share * summing_to_zero(p, first)
        return pulled(r), lambda de: pulled(share * _softmax(p, cosines(de) / temperature))

    return _of_unit(u, -1, 0.0, inner)


def _vicreg_released(c: VICRegWeights, u: Tensor) -> Jet:
    halved = replace(c, invariance=c.invariance / u.shape[1], variance=c.variance / 2)
    return _vicreg(halved, u)


FORMS: dict[Objective[Any], Callable[[Any, Tensor], Jet]] = {
    OBJECTIVES["vicreg"]: _vicreg,
    RELEASED["vicreg_released"]: _vicreg_released,
    OBJECTIVES["barlow_twins"]: lambda c, u: _barlow_twins(c.off_diagonal, 0.0, u),
    RELEASED["barlow_twins_released"]: lambda c, u: _barlow_twins(
        c.off_diagonal, BATCHNORM_EPSILON, u
    ),
    OBJECTIVES["info_nce"]: lambda c, u: _info_nce(c.temperature, u),
    OBJECTIVES["nt_xent"]: lambda c, u: _nt_xent(c.temperature, u),
    OBJECTIVES["moco"]: lambda c, u: _moco(c.keys, c.queue, c.temperature, u),
}
"""By objective; what anyone derives from one of these with another formula is another objective."""
