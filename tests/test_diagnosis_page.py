"""The page of a diagnosis: mathematics is set on it, and it says the same as the answers. The oracle is the diagnosis."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn

from reports.diagnosis import page, places, plots
from verify.diagnose import Diagnosis, diagnose


@pytest.fixture(scope="module")
def found() -> Diagnosis:
    torch.manual_seed(0)
    head = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 5))
    z = torch.randn(64, 6)
    return diagnose(head, "nt_xent", z, views=z + torch.randn(64, 6), batch=4, lr=0.1)


def test_no_mathematics_stands_on_the_page_as_it_is_typed(found: Diagnosis) -> None:
    shown = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>|<[^>]*>", "", page(found))
    shown = shown.replace("\N{WORD JOINER}", "")
    assert "|ρ| = " in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "∇²L" in shown
    assert not re.search(r"\d[eE][-+]\d|\bhess |rho\b|lambda|H_eff|`", shown)


def test_answers_are_a_list_where_the_page_is_narrow_and_pictures_have_their_size(
    found: Diagnosis,
) -> None:
    html = page(found)
    assert html.count('data-label="Rests on"') == len(found.answers)
    assert html.partition('<div class="plots">')[2].count("<svg") == len(plots(found)) == 3


def test_the_page_has_four_digits_of_a_number_and_all_of_a_count(found: Diagnosis) -> None:
    html = page(found)
    assert f"<td>{found.numbers['order']:.0f}</td>" in html
    assert f"<td>{found.numbers['loss']:.4g}</td>" in html


def test_the_picture_of_the_way_out_names_samples_as_the_answer_does(found: Diagnosis) -> None:
    (answer,) = (a.answer for a in found.answers if a.question == "Where is the way out?")
    named = re.findall(r"(\d+) \(\d+ %\)", answer.partition(", as if")[0])
    shares = dict(zip(places(found), found.escape, strict=True))
    assert sorted(shares, key=shares.__getitem__)[::-1][: len(named)] == named
    assert all(f">{sample}<" in page(found) for sample in shares)
