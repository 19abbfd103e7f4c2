"""The objectives transcribed from their papers, entry by entry, in Python's complex numbers.

No code is shared with the project. Complex arithmetic makes derivatives exact to rounding: with
f analytic, Im f(x + ih) / h is f'(x) without any subtraction, for h as small as 1e-30.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

Matrix = list[list[complex]]
STEP = 1e-30


def cosine(a: list[complex], b: list[complex]) -> complex:
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return dot / cmath.sqrt(sum(x * x for x in a)) / cmath.sqrt(sum(x * x for x in b))


def info_nce(u: Matrix, c: Any) -> complex:
    n = len(u) // 2
    total = 0j
    for i in range(n):
        denominator = 0j
        for j in range(n):
            denominator += cmath.exp(cosine(u[i], u[n + j]) / c.temperature)
        total -= cmath.log(cmath.exp(cosine(u[i], u[n + i]) / c.temperature) / denominator)
    return total / n


def nt_xent(u: Matrix, c: Any) -> complex:
    n = len(u) // 2
    total = 0j
    for i in range(2 * n):
        partner = i + n if i < n else i - n
        denominator = 0j
        for j in range(2 * n):
            if j != i:
                denominator += cmath.exp(cosine(u[i], u[j]) / c.temperature)
        total -= cmath.log(cmath.exp(cosine(u[i], u[partner]) / c.temperature) / denominator)
    return total / (2 * n)


def moco(u: Matrix, c: Any) -> complex:
    keys, queue = c.keys.tolist(), c.queue.tolist()
    total = 0j
    for query, key in zip(u, keys, strict=True):
        positive = cmath.exp(cosine(query, key) / c.temperature)
        denominator = positive
        for negative in queue:
            denominator += cmath.exp(cosine(query, negative) / c.temperature)
        total -= cmath.log(positive / denominator)
    return total / len(u)


def dino(u: Matrix, c: Any) -> complex:
    centre = c.centre.tolist()
    total = 0j
    for student, teacher in zip(u, c.teacher.tolist(), strict=True):
        sharpened = [
            math.exp((t - m) / c.teacher_temperature) for t, m in zip(teacher, centre, strict=True)
        ]
        exponentials = [cmath.exp(s / c.student_temperature) for s in student]
        for i in range(len(student)):
            probability = sharpened[i] / sum(sharpened)
            total -= probability * cmath.log(exponentials[i] / sum(exponentials))
    return total / len(u)


def byol(u: Matrix, c: Any) -> complex:
    total = 0j
    for prediction, target in zip(u, c.targets.tolist(), strict=True):
        length = cmath.sqrt(sum(x * x for x in prediction))
        other = math.sqrt(sum(x * x for x in target))
        for x, y in zip(prediction, target, strict=True):
            total += (x / length - y / other) ** 2
    return total / len(u)


def simsiam(u: Matrix, c: Any) -> complex:
    n = len(u) // 2
    targets = c.targets.tolist()  # z2 above z1
    total = 0j
    for i in range(n):
        p1, p2, z2, z1 = u[i], u[n + i], targets[i], targets[n + i]
        total += -cosine(p1, z2) / 2 - cosine(p2, z1) / 2
    return total / n


def covariance(view: Matrix, i: int, j: int) -> complex:
    n = len(view)
    mean_i = sum(row[i] for row in view) / n
    mean_j = sum(row[j] for row in view) / n
    return sum((row[i] - mean_i) * (row[j] - mean_j) for row in view) / (n - 1)


def vicreg(u: Matrix, c: Any) -> complex:
    n, k = len(u) // 2, len(u[0])
    views = (u[:n], u[n:])
    pairs = zip(*views, strict=True)
    distance = sum((x - y) ** 2 for a, b in pairs for x, y in zip(a, b, strict=True)) / n
    total = c.invariance * distance
    for view in views:
        for i in range(k):
            gap = c.target - cmath.sqrt(covariance(view, i, i) + c.epsilon)
            if gap.real > 0:
                total += c.variance * gap / k
            for j in range(k):
                if i != j:
                    total += c.covariance * covariance(view, i, j) ** 2 / k
    return total


def barlow_twins(u: Matrix, c: Any) -> complex:
    n, k = len(u) // 2, len(u[0])
    total = 0j
    for i in range(k):
        for j in range(k):
            a, b = [row[i] for row in u[:n]], [row[j] for row in u[n:]]
            a, b = [x - sum(a) / n for x in a], [x - sum(b) / n for x in b]
            correlation = cosine(a, b)
            total += (1 - correlation) ** 2 if i == j else c.off_diagonal * correlation**2
    return total


def mse(u: Matrix, c: Any) -> complex:
    total = 0j
    for output, target in zip(u, c.targets.tolist(), strict=True):
        for x, y in zip(output, target, strict=True):
            total += (x - y) ** 2 / 2
    return total / len(u)


def softmax_cross_entropy(u: Matrix, c: Any) -> complex:
    total = 0j
    for logits, label in zip(u, c.labels.tolist(), strict=True):
        total -= cmath.log(cmath.exp(logits[label]) / sum(cmath.exp(x) for x in logits))
    return total / len(u)


def negative_cosine(u: Matrix, c: Any) -> complex:
    targets = c.targets.tolist()
    return -sum(cosine(a, b) for a, b in zip(u, targets, strict=True)) / len(u)


NAIVE: dict[str, Callable[[Matrix, Any], complex]] = {
    function.__name__: function
    for function in (
        info_nce,
        nt_xent,
        moco,
        dino,
        byol,
        simsiam,
        vicreg,
        barlow_twins,
        mse,
        softmax_cross_entropy,
        negative_cosine,
    )
}


def gradient(
    function: Callable[[Matrix, Any], complex], u: list[list[float]], c: Any
) -> list[list[float]]:
    """The gradient by complex steps, (B, k)."""

    def slope(row: int, column: int) -> float:
        moved = [[complex(x) for x in values] for values in u]
        moved[row][column] += 1j * STEP
        return function(moved, c).imag / STEP

    return [[slope(row, column) for column in range(len(u[0]))] for row in range(len(u))]
