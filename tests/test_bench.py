"""The benchmark's arithmetic, peers and command; the kernels themselves are tested elsewhere.

Oracles: ratios and exponents worked by hand; a peer's numbers are those of another library, and of the objectives'
own code. That times are really taken is seen from one who sleeps; no test here depends on how fast anything is.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
import torch

from reports.readme import BENCH
from verify.__main__ import main
from verify.bench import peers, timing
from verify.bench import table as bench
from verify.bench import workloads as work
from verify.bench.peers import PEERS, Kind, Peer
from verify.bench.reference_functions import FORMS, TORCH, outputs, parameters
from verify.bench.timing import Scaling, Spread, timed
from verify.experiments.e1.estimator_audit import Setting

SMALL = Setting((12, 40, 40), (40, 16, 40), 32)
HERE = [peer for peer in PEERS if not peer.absent]


def test_ratios_are_taken_round_by_round():
    assert Spread.of((8.0, 30.0, 9.0), (2.0, 3.0, 3.0)) == Spread(4, 3, 10)
    assert Spread.of((6.0, 4.0), (2.0, 1.0, 100.0)) == Spread(3.5, 3, 4)


def test_exponents_are_of_weights_times_batch():
    assert Scaling("d", (1, 2, 4), (1, 4, 16), (3.0, 12.0, 48.0)).exponent == pytest.approx(1)


def test_each_runs_in_turn_and_the_first_beside_every_other(monkeypatch):
    """One that takes longer is timed less often; one that sleeps takes no processor time."""
    turns = []
    seconds = {"ours": 0.1, "quick": 0.05, "slow": 5.0}
    monkeypatch.setattr(timing, "_seconds", lambda work, runs: (work(), 1.0))
    found = timed({name: lambda n=name: turns.append(n) or seconds[n] for name in seconds})
    assert {name: len(one.cpu_s) for name, one in found.items()} == {
        "ours": timing.ROUNDS,
        "quick": timing.ROUNDS,
        "slow": timing.FEWEST_ROUNDS,
    }
    assert turns[:4] == ["ours", "quick", "quick", "slow"]  # two runs of "quick" make a round
    assert turns[4:7] == ["ours", "quick", "slow"]
    monkeypatch.undo()
    cpu, wall = timing._seconds(lambda: time.sleep(0.02), 1)
    assert cpu < 0.02 <= wall


@pytest.mark.parametrize("name", FORMS)
def test_plain_objectives_are_the_objectives(name):
    problem = work.initial("swish", (12, 16, 10), None, 6, objective=name)
    weights, value = parameters(TORCH, problem.head), problem.value(TORCH)
    u = outputs(TORCH, problem.head, weights, problem.z)
    torch.testing.assert_close(u, problem.head(problem.z))
    targets = problem.targets
    each = [
        value(weights, x, None if targets is None else targets[n])
        for n, x in enumerate(problem.points)
    ]
    torch.testing.assert_close(sum(each), problem.loss(u))


PROBLEMS = {
    Kind.SPECTRUM: (work.initial("swish", (12, 16, 10), None, 1), work.terms_and_spectrum),
    Kind.SAMPLES: (work.initial("gelu", (12, 20, 16), (16, 8, 16), 3), work.extremes),
    Kind.ONE: (work.initial("swish", (24, 30, 20), None, 1), work.extremes),
    Kind.COUPLED: (work.initial("swish", (12, 16, 10), None, 6, objective="vicreg"), work.extremes),
    Kind.PUBLISHED: (work.initial("swish", (12, 16, 10), None, 6), work.extremes),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("peer", "kind"), [pytest.param(p, k, id=f"{p.name}-{k.name}") for p in HERE for k in p.kinds]
)
def test_every_peer_here_gives_the_numbers_that_ours_are(peer, kind):
    problem, ours = PROBLEMS[kind]
    wanted = ours(problem)
    found = peer.make(problem, wanted)()
    if peer.tolerance is None:
        assert found is None
    else:
        assert timing.error(found, peer.picks(wanted)) <= peer.tolerance


def test_columns_in_chunks_are_the_matrix(monkeypatch):
    problem, ours = PROBLEMS[Kind.ONE]
    monkeypatch.setattr(peers, "CHUNK", 30 * 23)  # entries: less than n times the widest layer
    found = peers.pytorch(problem, ours(problem))()
    torch.testing.assert_close(found, ours(problem))


def test_what_gives_other_numbers_is_not_timed(monkeypatch):
    monkeypatch.setattr(timing, "ROUNDS", 1)
    row = replace(bench.ROWS[0], make=lambda device: PROBLEMS[Kind.SPECTRUM][0])
    right, wrong = (
        Peer(name, "", (Kind.SPECTRUM,), lambda problem, values, by=by: lambda: values + by)
        for name, by in (("right", 0.0), ("wrong", 1e-3))
    )
    found = bench.compare(row, [right, wrong])
    assert found["peers"]["wrong"]["error"] > 1e-4
    assert "cpu ratio" not in found["peers"]["wrong"]
    assert found["peers"]["right"]["cpu ratio"]["median"] > 0
    assert "wrong: " in bench.told(found)
    assert "not timed" in bench.told(found)


def test_a_peer_that_is_asked_for_less_is_timed_against_as_much_of_ours(monkeypatch):
    monkeypatch.setattr(timing, "ROUNDS", 1)
    seconds = {"row": 0.5, "less": 0.25, "peer": 1.0}
    wanted = torch.tensor([[-3.0, 2.0]])

    def asked(name, values):
        return lambda *_: (setattr(asked, "last", name), values)[1]

    monkeypatch.setattr(
        timing, "_seconds", lambda work, runs: (work(), (seconds[asked.last],) * 2)[1]
    )
    row = replace(
        bench.ROWS[0], make=lambda device: None, ours=asked("row", wanted), note=lambda device: ""
    )
    peer = Peer(
        "peer", "", (Kind.SPECTRUM,), lambda problem, values: asked("peer", torch.tensor([-3.0])),
        tolerance=1e-3, picks=work.largest, ours=asked("less", torch.tensor([-2.999])),
    )  # fmt: skip
    found = bench.compare(row, [peer])["peers"]["peer"]
    assert found["cpu ratio"]["median"] == 4
    assert found["ours"]["cpu_s"] == [0.25]
    assert found["error of ours"] == pytest.approx(1e-3 / 3, rel=1e-3)
    with pytest.raises(ArithmeticError, match=r"Ours beside peer is 1\.7e\+00"):
        bench.compare(row, [replace(peer, ours=asked("less", torch.tensor([2.0])))])


def test_what_is_not_installed_is_a_named_line(monkeypatch):
    lacking = Peer("Peer", "", (Kind.SPECTRUM,), peers.pytorch, "its-name", "no_such_module")
    monkeypatch.setattr(bench, "PEERS", (lacking,))
    monkeypatch.setattr(bench, "ROWS", ())
    monkeypatch.setattr(bench, "costs", lambda device: ())
    said = []
    found = bench.run(report=said.append)
    assert found["absent"] == {"Peer": "its-name is not installed"}
    assert said == ["Peer: its-name is not installed; it is compared with nothing."]


def test_collapsed_states_are_collapsed():
    problem, (before, after) = work.collapsed(SMALL, 3)
    assert problem.head.weights[0].dtype == problem.z.dtype == torch.float64
    assert problem.z.shape == (3, 12)
    assert after < before / 10
    exact = peers.pytorch(problem, work.extremes(problem))()
    scale = float(exact.abs().max())
    for found in (work.extremes(problem), work.factorised(problem)):
        assert float((found - exact).abs().max()) < 1e-8 * scale


def test_costs_are_drawn_with_their_power_laws(tmp_path):
    scalings = [
        Scaling("d", (1, 2, 4), (2, 4, 8), (3.0, 12.0, 48.0)),
        Scaling("batch", (4, 16), (4, 16), (1.0, 4.0)),
    ]
    assert scalings[0].fitted == pytest.approx((3, 12, 48))
    timing.draw(scalings, tmp_path / "costs.svg")
    drawn = (tmp_path / "costs.svg").read_text()
    assert drawn.count('id="axes_') == 2
    timing.draw(scalings, tmp_path / "again.svg")
    assert len((tmp_path / "again.svg").read_text()) == len(drawn)


def test_the_command_writes_what_it_found(monkeypatch, tmp_path, capsys):
    costs = [{"size": "d", "values": [1, 2], "work": [1, 2], "cpu_s": [1.0, 2.0], "exponent": 1.0}]
    wanted = {"environment": timing.environment(), "absent": {}, "rows": [], "costs": costs}
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


def test_the_record_is_of_these_rows_and_peers_and_their_numbers_agree():
    recorded = json.loads(BENCH.read_bytes())
    rows = {row.name: row for row in bench.ROWS if not row.deep}
    assert [row["name"] for row in recorded["rows"]] == list(rows)
    assert recorded["absent"] == {}
    for one in recorded["rows"]:
        kind = rows[one["name"]].kind
        assert (one["asked"], one["words"]) == (kind.value, rows[one["name"]].words)
        assert list(one["peers"]) == [peer.name for peer in PEERS if kind in peer.kinds]
        for peer in (peer for peer in PEERS if kind in peer.kinds):
            found = one["peers"][peer.name]
            assert (found["computes"], found["tolerance"]) == (peer.computes, peer.tolerance)
            assert found["error"] is None or found["error"] <= peer.tolerance
            assert len(found["cpu_s"]) >= timing.FEWEST_ROUNDS
            assert ("ours" in found) == (peer.ours is not None)
            assert found.get("error of ours", 0) <= (peer.tolerance or 0)
            again = Spread.of(found["cpu_s"], found.get("ours", one["ours"])["cpu_s"])
            assert found["cpu ratio"] == pytest.approx(vars(again))
