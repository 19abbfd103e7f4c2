"""Bad arguments meet whole sentences: the argument, what was expected, what came."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from verify.numeric.objectives import (
    OBJECTIVES,
    BarlowWeight,
    Keys,
    Labels,
    Loss,
    Targets,
    Teacher,
    Temperature,
    VICRegWeights,
    barlow_twins,
    info_nce,
    moco,
    nt_xent,
    softmax_cross_entropy,
    vicreg,
)

MANY = list(OBJECTIVES)


def ones(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.ones(*shape, dtype=dtype)


def bound(name: str) -> tuple[Loss, Tensor]:
    generator = torch.Generator().manual_seed(0)
    constants = OBJECTIVES[name].context(4, 3, generator)
    u = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    return OBJECTIVES[name].bind(constants), u


def refused(name: str, u: object, error: type[Exception], words: str) -> None:
    """Every door of the loss refuses u, in the same words."""
    loss, _ = bound(name)
    doors = [loss, loss.jet, loss.dense_hessian]
    for door in doors + [loss.per_sample] * OBJECTIVES[name].separable:
        with pytest.raises(error, match=words) as caught:
            door(u)
        assert name in str(caught.value)
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", MANY)
def test_outputs_of_a_wrong_shape(name: str) -> None:
    refused(name, ones(3), ValueError, r"`u` to have shape \(B, k\).*its shape was \(3,\)")
    refused(name, ones(4, 3, 1), ValueError, r"its shape was \(4, 3, 1\)")


@pytest.mark.parametrize("name", MANY)
def test_empty_outputs(name: str) -> None:
    refused(name, ones(0, 3), ValueError, r"at least one row and one column; .* \(0, 3\)")
    refused(name, ones(4, 0), ValueError, r"at least one row and one column; .* \(4, 0\)")


@pytest.mark.parametrize("name", MANY)
def test_outputs_of_a_wrong_type(name: str) -> None:
    refused(name, [[1.0]], TypeError, "`u` to be a tensor of shape .* it was given list")
    integers = torch.ones(4, 3, dtype=torch.int64)
    refused(name, integers, TypeError, r"`u` to be real floating point; its type was torch\.int64")


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_outputs_that_are_not_finite(name: str, value: float) -> None:
    _, u = bound(name)
    u[2, 1] = value
    refused(name, u, ValueError, rf"`u` to be finite; 1 of its 12 .* index \(2, 1\): {value}")


def test_finite_outputs_whose_sum_overflows_are_finite() -> None:
    loss, u = bound("mse")
    huge = torch.full_like(u, 1e308)
    assert loss.jet(huge).rho.isfinite().all()


@pytest.mark.parametrize("name", [n for n, o in OBJECTIVES.items() if o.invariance == "each row"])
def test_rows_without_a_direction(name: str) -> None:
    _, u = bound(name)
    u[1] = 0
    refused(name, u, ValueError, "row 1 of `u` has none.*its length was 0.0")
    u[1, 0] = 1e-12  # what PyTorch divides a shorter row by
    refused(name, u, ValueError, "row 1 of `u` has none.*its length was 1e-12")


def test_features_that_do_not_vary() -> None:
    _, u = bound("barlow_twins")
    rounded = 1 + torch.finfo(u.dtype).eps
    for values in ((0.1, 0.1), (0.0, 0.0), (1.0, rounded)):
        u[:2, 2] = torch.tensor(values, dtype=u.dtype)
        refused("barlow_twins", u, ValueError, "feature 2 of `u` is constant")


@pytest.mark.parametrize("name", [n for n, o in OBJECTIVES.items() if o.views == 2])
def test_odd_numbers_of_rows(name: str) -> None:
    refused(name, ones(5, 3), ValueError, r"2 view\(s\) .* a multiple of 2 .* it held 5")
    with pytest.raises(ValueError, match="it held 5"):
        OBJECTIVES[name].context(5, 3, torch.Generator())


@pytest.mark.parametrize("name", ["vicreg", "barlow_twins"])
def test_too_few_rows_for_a_variance(name: str) -> None:
    refused(name, ones(2, 3), ValueError, "at least 2 row.*it held 2")
    weights = {"vicreg": (vicreg, VICRegWeights()), "barlow_twins": (barlow_twins, 0.1)}
    function, weight = weights[name]
    with pytest.raises(ValueError, match=f"{name} takes variances .* it was given 1"):
        function(ones(1, 3), ones(1, 3), weight)


PARTNERS = ["moco", "dino", "byol", "simsiam", "mse", "negative_cosine"]


@pytest.mark.parametrize("name", PARTNERS)
def test_outputs_that_do_not_match_the_constants(name: str) -> None:
    refused(name, ones(6, 3), ValueError, r"the same shape; it was given \(6, 3\) and \(4, 3\)")
    refused(name, ones(4, 2), ValueError, r"the same shape; it was given \(4, 2\) and \(4, 3\)")
    single = ones(4, 3, dtype=torch.float32)
    refused(name, single, TypeError, r"`u` is torch\.float32, but `\w+` was torch\.float64")


@pytest.mark.parametrize("name", PARTNERS)
def test_mixed_devices(name: str) -> None:
    loss, u = bound(name)
    with pytest.raises(ValueError, match=r"one device .*: `u` is on meta, but `\w+` was on cpu"):
        loss.unchecked(u.to("meta"))


def test_a_queue_and_a_centre_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"`queue` to have as many columns .* 3; .* \(5, 2\)"):
        moco(ones(4, 3), ones(4, 3), ones(5, 2), 0.1)
    with pytest.raises(TypeError, match=r"but `queue` was torch\.float32"):
        moco(ones(4, 3), ones(4, 3), ones(5, 3, dtype=torch.float32), 0.1)
    with pytest.raises(ValueError, match=r"`centre` to have one entry per output, shape \(3,\)"):
        OBJECTIVES["dino"].bind(Teacher(ones(4, 3), ones(4)))(ones(4, 3))


@pytest.mark.parametrize("function", [info_nce, nt_xent])
@pytest.mark.parametrize("shapes", [((4, 3), (5, 3)), ((4, 3, 2), (4, 3, 2)), ((3,), (3,))])
def test_views_of_a_wrong_shape(function, shapes) -> None:
    with pytest.raises(ValueError, match=r"the same shape; it was given|to have shape \(B, k\)"):
        function(ones(*shapes[0]), ones(*shapes[1]), 0.1)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_temperatures(temperature: float) -> None:
    words = f"must be positive and finite; it was {temperature}"
    for function in (info_nce, nt_xent):
        with pytest.raises(ValueError, match=f"The temperature of {function.__name__} {words}"):
            function(ones(2, 2), ones(2, 2), temperature)
    with pytest.raises(ValueError, match=f"The temperature of moco {words}"):
        moco(ones(2, 2), ones(2, 2), ones(2, 2), temperature)
    with pytest.raises(ValueError, match=f"The teacher_temperature of dino {words}"):
        OBJECTIVES["dino"].bind(Teacher(ones(2, 2), ones(2), 0.1, temperature))(ones(2, 2))


def test_a_temperature_that_is_no_number() -> None:
    with pytest.raises(TypeError, match="The temperature of info_nce must be a number; it was str"):
        info_nce(ones(2, 2), ones(2, 2), "0.1")  # type: ignore[arg-type]


def test_negative_weights() -> None:
    views = torch.randn(2, 3, 2, dtype=torch.float64)
    with pytest.raises(
        ValueError, match=r"The off_diagonal of barlow_twins .* at least 0; it was -1"
    ):
        barlow_twins(*views, -1)
    assert barlow_twins(*views, 0) < barlow_twins(*views, 1)
    with pytest.raises(ValueError, match=r"The variance of vicreg .* at least 0; it was nan"):
        vicreg(*views, VICRegWeights(variance=math.nan))
    with pytest.raises(ValueError, match=r"The epsilon of vicreg must be positive .* it was 0"):
        vicreg(*views, VICRegWeights(epsilon=0))


def test_labels() -> None:
    u = ones(2, 3)
    with pytest.raises(
        TypeError, match=r"`labels` to be class numbers, int64; they were torch\.fl"
    ):
        softmax_cross_entropy(u, ones(2))
    with pytest.raises(TypeError, match="they were list"):
        softmax_cross_entropy(u, [0, 1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"one label per row .* \(2,\); .* was \(3,\)"):
        softmax_cross_entropy(u, torch.zeros(3, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"`labels` in \[0, 3\); they ran from 0 to 3"):
        softmax_cross_entropy(u, torch.tensor([0, 3]))
    with pytest.raises(ValueError, match="`u` is on meta, but `labels` was on cpu"):
        softmax_cross_entropy(u.to("meta"), torch.tensor([0, 1]))


WRONG = {"info_nce": BarlowWeight(), "moco": Temperature(0.1), "mse": Labels(torch.zeros(1))}


@pytest.mark.parametrize("name", WRONG)
def test_constants_of_another_objective(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} is bound to .*context draws an example"):
        OBJECTIVES[name].bind(WRONG[name])


def test_constants_that_are_not_finite_or_have_no_direction() -> None:
    with pytest.raises(ValueError, match="mse expects `targets` to be finite"):
        OBJECTIVES["mse"].bind(Targets(ones(2, 2) * math.nan))
    with pytest.raises(ValueError, match="row 0 of `targets` has none"):
        OBJECTIVES["byol"].bind(Targets(ones(2, 2) * 0))
    with pytest.raises(ValueError, match="row 0 of `queue` has none"):
        OBJECTIVES["moco"].bind(Keys(ones(2, 2), ones(2, 2) * 0, 0.1))
    with pytest.raises(ValueError, match="and not overflow, but its length was inf"):
        OBJECTIVES["byol"].bind(Targets(ones(2, 2) * 1e200))
    with pytest.raises(ValueError, match=r"`targets` to have shape \(B, k\).* was \(2,\)"):
        OBJECTIVES["byol"].bind(Targets(ones(2)))
    with pytest.raises(TypeError, match=r"`queue` to be real floating point; .* torch\.int64"):
        OBJECTIVES["moco"].bind(Keys(ones(2, 2), ones(2, 2, dtype=torch.int64), 0.1))
    with pytest.raises(TypeError, match=r"`targets` to be a tensor of shape .* given list"):
        OBJECTIVES["byol"].bind(Targets([[1.0]]))(ones(1, 1))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["info_nce", "nt_xent", "vicreg", "barlow_twins"])
def test_rows_of_a_coupled_objective_have_no_loss(name: str) -> None:
    loss, u = bound(name)
    with pytest.raises(ValueError, match=f"{name} couples the rows of a batch"):
        loss.per_sample(u)


@pytest.mark.parametrize("name", MANY)
def test_vectors_that_do_not_fit_a_hessian(name: str) -> None:
    loss, u = bound(name)
    product = loss.jet(u).hessian_product
    with pytest.raises(
        ValueError, match=r"vectors of shape \(4, 3, '...'\); it was given \(3, 4\)"
    ):
        product(ones(3, 4))
    with pytest.raises(TypeError, match=r"but `v` was torch\.float32"):
        product(ones(4, 3, dtype=torch.float32))
    with pytest.raises(ValueError, match="it was given list"):
        product([1.0])
