"""``python -m verify bench``: the curvature kernels against their peers, in one process on one thread.

All of it is at random initialisation but for the collapsed states, in float64 unless the peer is published in
float32, with a relative residual of 1e-8. `verify.bench.timing` says how times are compared,
`verify.bench.workloads` what is timed, `verify.bench.peers` against what. A peer whose numbers are not ours, to the
tolerance that its entry states, is not timed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from verify.bench import workloads as work
from verify.bench.peers import PEERS, Kind, Peer, versions
from verify.bench.timing import Scaling, Spread, draw, environment, error, timed
from verify.bench.workloads import Problem
from verify.experiments.e1.estimator_audit import Cell, Setting, initial_state
from verify.numeric.activations import ACTIVATIONS
from verify.numeric.objectives import NEGATIVE_COSINE, Targets

AUTHORS = (512, 2048, 2048), (2048, 512, 2048)
"""Widths of the published projector and predictor."""

PUBLISHED = Setting(*AUTHORS, 256)
SAMPLES = 4
"""Of a batch that training has collapsed."""


@dataclass(frozen=True)
class Row:
    """A problem that ours and peers solve.

    Attributes:
        name: as the table has it.
        kind: what is asked for.
        make: the problem on a device.
        ours: what we run on it.
        words: what that is.
        note: more about the problem, found when it is made.
        deep: whether it takes minutes.
    """

    name: str
    kind: Kind
    make: Callable[[str], Problem]
    ours: Callable[[Problem], Tensor] = work.extremes
    words: str = "Lanczos to 1e-8, or the closed form and eigh where that is cheaper"
    note: Callable[[str], str] = lambda device: ""
    deep: bool = False


def _initial(*widths: Any, batch: int = 1, objective: str = NEGATIVE_COSINE.name) -> Any:
    """A Swish head's problem by its widths: one tuple, or those of projector and predictor."""
    projector, predictor = widths if len(widths) == 2 else (*widths, None)
    return lambda device: work.initial("swish", projector, predictor, batch, device, objective)


def _audited(scale: float, device: str) -> Problem:
    """The batch of the published estimator, from either of its starts."""
    setting = replace(PUBLISHED, batch=64)
    state = work.moved(initial_state(Cell(ACTIVATIONS["swish"], scale), setting, 0), device)
    return Problem(state.head, NEGATIVE_COSINE.bind(Targets(state.targets)), state.z)


def _collapsed_note(device: str) -> str:
    problem, (before, after) = work.collapsed(PUBLISHED, SAMPLES, device)
    pairs = work.pairs(problem)
    ratio = float((pairs.values[:, 0].abs() / pairs.scale).median())
    return (
        f"{work.STEPS} steps of SimSiam on random features; the variance of directions fell from "
        f"{before:.2g} to {after:.2g}; the smallest eigenvalue is {ratio:.1e} of the norm; {pairs.method}"
    )


ROWS = (
    Row(
        "64-128-128, one sample",
        Kind.SPECTRUM,
        _initial((64, 128, 128)),
        work.terms_and_spectrum,
        "G and M in closed form, and eigvalsh of their sum",
    ),
    Row("64-128-128, 256 samples", Kind.SAMPLES, _initial((64, 128, 128), batch=256)),
    Row("128-256-256, 64 samples", Kind.SAMPLES, _initial((128, 256, 256), batch=64)),
    Row(
        "64-128-128, 64 samples, DINO",
        Kind.SAMPLES,
        _initial((64, 128, 128), batch=64, objective="dino"),
    ),
    Row(
        "512-2048-2048 + 2048-512-2048, one sample",
        Kind.ONE,
        _initial(*AUTHORS),
        words="Lanczos to 1e-8; the head's fused weights, formed once per head, are not in the time",
    ),
    Row(
        "the same, of a new head",
        Kind.SAMPLES,
        _initial(*AUTHORS),
        work.extremes_of_a_new_head,
        "Lanczos to 1e-8, fusing the weights included",
    ),
    Row(
        f"{SAMPLES} samples of the same head, collapsed by training",
        Kind.SAMPLES,
        lambda device: work.collapsed(PUBLISHED, SAMPLES, device)[0],
        words="Lanczos to 1e-8, falling back if need be",
        note=_collapsed_note,
    ),
    Row(
        "the same, by the fallback alone",
        Kind.SAMPLES,
        lambda device: work.collapsed(PUBLISHED, SAMPLES, device)[0],
        work.factorised,
        "closed form and eigh of every sample",
    ),
    *(
        Row(
            f"128-256-128, a batch of 64, {title}",
            Kind.COUPLED,
            _initial((128, 256, 128), batch=64, objective=objective),
            words="Lanczos to 1e-8",
        )
        for objective, title in (
            ("vicreg", "VICReg"),
            ("barlow_twins", "Barlow Twins"),
            ("info_nce", "InfoNCE"),
        )
    ),
    *(
        Row(
            f"64 samples of the published head, {name}",
            Kind.PUBLISHED,
            partial(_audited, scale),
            words="Lanczos on every sample's block to 1e-8",
        )
        for scale, name in ((1.0, "at initialisation"), (0.1, "from the published collapse"))
    ),
    Row("2048-8192-8192-8192, one sample", Kind.ONE, _initial((2048, 8192, 8192, 8192)), deep=True),
)
"""Every row, in the order of the table."""


def run(
    full: bool = False, device: str = "cpu", report: Callable[[str], None] = print
) -> dict[str, Any]:
    """Time every row and the costs.

    Args:
        full: also the rows that take minutes (``--profile deep``).
        device: of both sides of every comparison; of the peers only PyTorch itself is timed on a GPU.
        report: told each result as it comes.

    Returns:
        Plain data: environment, absent peers, rows and costs.
    """
    before, threads = os.getloadavg(), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            absent = {peer.name: peer.absent for peer in PEERS if peer.absent}
            for name, why in absent.items():
                report(f"{name}: {why}; it is compared with nothing.")
            peers = [p for p in PEERS if not p.absent and (device == "cpu" or p.module == "torch")]
            rows = []
            for row in (row for row in ROWS if full or not row.deep):
                rows.append(compare(row, peers, device))
                report(told(rows[-1]))
            table = []
            for scaling in costs(device):
                table.append(scaling)
                report(str(scaling))
    finally:
        torch.set_num_threads(threads)
    load = {"load before": before, "load after": os.getloadavg(), "threads": 1}
    return {
        "environment": environment(device) | {"versions": versions()} | load,
        "absent": absent,
        "rows": rows,
        "costs": [asdict(s) | {"exponent": s.exponent} for s in table],
    }


def compare(row: Row, peers: list[Peer], device: str = "cpu") -> dict[str, Any]:
    """Time a row: ours, and the peers that answer it with the same numbers; as plain data.

    Raises:
        ArithmeticError: if what of ours a peer is timed against does not give the row's own numbers.
    """
    problem = row.make(device)
    wanted = row.ours(problem)
    runs: dict[str, Callable[[], object]] = {"ours": lambda: row.ours(problem)}
    found: dict[str, dict[str, Any]] = {}
    for peer in (peer for peer in peers if row.kind in peer.kinds):
        run = peer.make(problem, wanted)
        values = run()
        off = None
        if peer.tolerance is not None:
            assert values is not None, "a peer with a tolerance gives values"
            off = error(values, peer.picks(wanted))
        entry: dict[str, Any] = {
            "computes": peer.computes,
            "tolerance": peer.tolerance,
            "error": off,
        }
        found[peer.name] = entry
        if off is None or (peer.tolerance is not None and off <= peer.tolerance):
            runs[peer.name] = run
            if peer.ours is not None:
                alike = partial(peer.ours, problem)
                entry["error of ours"] = error(alike(), peer.picks(wanted))
                if entry["error of ours"] > (peer.tolerance or 0):
                    raise ArithmeticError(
                        f"Ours beside {peer.name} is {entry['error of ours']:.1e} from the row's own numbers."
                    )
                runs[_beside(peer.name)] = alike
    times = timed(runs)
    ours = times.pop("ours")
    for name, entry in found.items():
        if name in times:
            one, alone = times[name], times.get(_beside(name))
            entry |= asdict(one) | ({} if alone is None else {"ours": asdict(alone)})
            entry["cpu ratio"] = asdict(Spread.of(one.cpu_s, (alone or ours).cpu_s))
            entry["wall ratio"] = asdict(Spread.of(one.wall_s, (alone or ours).wall_s))
    about = {
        "name": row.name,
        "asked": row.kind.value,
        "words": row.words,
        "note": row.note(device),
    }
    return about | {"ours": asdict(ours), "peers": found}


def _beside(peer: str) -> str:
    return f"ours beside {peer}"


def told(row: dict[str, Any]) -> str:
    """Some lines for the terminal about a row's result."""
    lines = [f"{row['name']}: {row['asked']}" + f" ({row['note']})" * bool(row["note"])]
    for name, peer in row["peers"].items():
        if "cpu ratio" not in peer:
            lines.append(f"  {name}: {peer['error']:.0e} from ours, not timed")
            continue
        of, wall = Spread(**peer["cpu ratio"]), Spread(**peer["wall ratio"])
        off = "" if peer["error"] is None else f"; within {peer['error']:.0e} of ours"
        lines.append(
            f"  {name}: {of.median:.3g}x the processor time ({of.least:.3g} to {of.largest:.3g} in "
            f"{len(peer['cpu_s'])} rounds), {wall.median:.3g}x the time{off}"
        )
    return "\n".join(lines)


def write(result: dict[str, Any], path: Path) -> tuple[Path, Path]:
    """Write a result as JSON, and its costs as a drawing beside it; return both paths."""
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    drawing = path.with_name(path.name + ".svg")
    costs = result["costs"]
    draw([Scaling(*(c[name] for name in Scaling.__annotations__)) for c in costs], drawing)
    return path, drawing


def costs(device: str = "cpu") -> Iterator[Scaling]:
    """A product of Lanczos as the input, the hidden width and the batch grow, by themselves."""

    def scaling(size: str, sizes: tuple[int, ...], make: Callable[[int], Any]) -> Scaling:
        problems = [make(value)(device) for value in sizes]
        products = [int(work.pairs(p, dense_up_to=1).iterations.max()) for p in problems]
        times = [timed({"": partial(work.pairs, p, dense_up_to=1)})[""] for p in problems]
        weights = [sum(w.numel() for w in p.head.weights) for p in problems]
        return Scaling(
            size,
            sizes,
            tuple(w * len(p.z) for w, p in zip(weights, problems, strict=True)),
            tuple(min(t.cpu_s) / n for t, n in zip(times, products, strict=True)),
        )

    yield scaling("d", (512, 1024, 2048, 4096), lambda n: _initial((n, 1024, 1024)))
    yield scaling("width", (512, 1024, 2048, 4096), lambda n: _initial((512, n, n)))
    yield scaling("batch", (4, 16, 64, 256), lambda n: _initial((256, 512, 512), batch=n))
