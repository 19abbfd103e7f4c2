"""Shorted operators and projectors, exactly: what is left of a form beside a subspace."""

from __future__ import annotations

from flint import fmpq_mat

from verify.numeric.rational import columns_of, identity, pivots


def shorted(information: fmpq_mat, v: fmpq_mat) -> fmpq_mat:
    """I/V = I - I V (V^T I V)^+ V^T I for a positive semidefinite I: the information beside V.

    Columns of V whose images under I depend on the others' are left out: then V^T I V is
    invertible, and the column space of I V, on which alone the result depends, is the same.

    Args:
        information: I, (n, n), symmetric and positive semidefinite.
        v: V, (n, q); its columns may be dependent.
    """
    basis = columns_of(v, pivots(information * v))
    if basis.ncols() == 0:
        return information
    image = information * basis
    return information - image * (basis.transpose() * image).inv() * image.transpose()


def projector(v: fmpq_mat) -> fmpq_mat:
    """The orthogonal projector onto the column space of V, (n, n)."""
    return identity(v.nrows()) - shorted(identity(v.nrows()), v)
