"""The benchmark's arithmetic and its command; the kernels themselves are tested elsewhere.

Oracles: ratios and exponents worked by hand. That times are really taken is seen from a reference
that sleeps; no test here depends on how fast anything else is.
"""

from __future__ import annotations

import json
import time

import pytest
import torch

from verify.__main__ import main
from verify.bench import table as bench
from verify.bench import timing
from verify.bench import workloads as work
from verify.bench.timing import Comparison, Scaling, compare
from verify.experiments.e1.estimator_audit import Setting
from verify.numeric import EffectiveHessian


def comparison(reference, kernel):
    """Processor times are twice the others for the reference and the same for the kernel."""
    twice = tuple(2 * s for s in reference)
    return Comparison("c", "slow", "fast", reference, kernel, twice, kernel, 2.0, None)


def test_ratios_are_taken_pair_by_pair():
    found = comparison((8.0, 30.0, 9.0), (2.0, 3.0, 3.0))
    assert found.ratios == [4, 10, 3]
    assert found.ratio == 4
    assert found.cpu_ratio == 8


def test_a_reference_timed_less_often_stands_for_the_rest():
    assert comparison((6.0,), (2.0, 3.0, 1.0)).ratios == [3, 2, 6]


def test_exponents_of_power_laws():
    assert Scaling("d", (1, 2, 4), (3.0, 12.0, 48.0)).exponent == pytest.approx(2)


def test_comparing_times_both_and_compares_what_they_return():
    threads = torch.get_num_threads()

    def slow():
        assert torch.get_num_threads() == 1
        time.sleep(0.02)
        return torch.tensor([1.0, 2.0])

    found = compare(
        "c",
        "slow",
        "fast",
        slow,
        lambda: torch.tensor([1.0, 4.0]),
        required=1,
        references=2,
        threads=1,
    )
    assert len(found.reference_s) == 2
    assert len(found.kernel_s) == timing.REPETITIONS
    assert min(found.reference_s) >= 0.02
    assert max(found.reference_cpu_s) < 0.02  # asleep
    assert found.error == 0.5
    assert "error 5e-01" in str(found)
    assert torch.get_num_threads() == threads


@pytest.mark.slow
def test_the_references_eigenvalues_are_the_kernels(monkeypatch):
    """Every comparison's two sides, at sizes at which they take no time."""
    monkeypatch.setattr(timing, "REPETITIONS", 1)
    small = work.initial("gelu", (12, 20, 16), (16, 8, 16), 3)
    assert small[0].widths == (12, 20, 16, 8, 16)
    one = work.initial("swish", (12, 20, 16), None, 1)
    spectrum = work.spectrum(one)
    torch.testing.assert_close(spectrum, work.spectrum(one, chunk=5))
    torch.testing.assert_close(spectrum[[0, -1]], work.values(one)[0])
    torch.testing.assert_close(spectrum, torch.linalg.eigvalsh(EffectiveHessian(*one).dense())[0])
    torch.testing.assert_close(spectrum, work.terms_and_spectrum(one))
    for found in (work.values(small), work.factorised(small)):
        torch.testing.assert_close(found, work.ends(small))
    assert bench.dense_small().error < 1e-12
    assert bench.dense_small_terms().error < 1e-12


def test_collapsed_states_are_collapsed_and_compared(monkeypatch):
    """The note says how far; both ways agree with eigvalsh, whose rounding is a share of the norm."""
    monkeypatch.setattr(timing, "REPETITIONS", 1)
    setting = Setting((12, 40, 40), (40, 16, 40), 32)
    (head, _, z), (before, after) = work.collapsed(setting, 3)
    assert head.weights[0].dtype == z.dtype == torch.float64
    assert z.shape == (3, 12)
    assert after < before / 10
    for comparison in (bench.collapsed_lanczos, bench.collapsed_fallback):
        found = comparison(setting=setting, samples=3)
        assert found.error < 1e-8
        assert found.name
    assert (
        "variance of directions fell from"
        in bench.collapsed_lanczos(setting=setting, samples=2).note
    )


def test_costs_are_drawn_with_their_power_laws(tmp_path):
    scalings = [Scaling("d", (1, 2, 4), (3.0, 12.0, 48.0)), Scaling("batch", (4, 16), (1.0, 4.0))]
    assert scalings[0].fitted == pytest.approx((3, 12, 48))
    timing.draw(scalings, tmp_path / "costs.svg")
    drawn = (tmp_path / "costs.svg").read_text()
    assert drawn.count('id="axes_') == 2
    timing.draw(scalings, tmp_path / "again.svg")
    assert len((tmp_path / "again.svg").read_text()) == len(drawn)


def test_the_command_writes_what_it_found(monkeypatch, tmp_path, capsys):
    costs = [{"size": "d", "values": [1, 2], "seconds": [1.0, 2.0], "exponent": 1.0}]
    wanted = {"environment": timing.environment(), "comparisons": [], "costs": costs}
    asked = []

    def run(full, device):
        asked.append((full, device))
        return wanted

    monkeypatch.setattr(bench, "run", run)
    monkeypatch.setattr("verify.__main__.gpu", lambda: None)
    assert main(["bench", "--json", str(tmp_path / "bench.json")]) == 0
    assert json.loads((tmp_path / "bench.json").read_text()) == wanted
    assert "<svg" in (tmp_path / "bench.json.svg").read_text()
    assert "bench.json.svg" in capsys.readouterr().out
    assert main(["bench", "--profile", "deep", "--device", "cpu"]) == 0
    assert asked == [(False, wanted["environment"]["device"]), (True, "cpu")]
    assert main(["bench", "--device", "cuda"]) == 3
    assert "no CUDA device was found" in capsys.readouterr().err
    assert main(["bench", "thm41"]) == 2
    assert "takes no names" in capsys.readouterr().err
