"""What E1 measures: its tracks, read by the criteria of its effects."""

from __future__ import annotations

from collections.abc import Sequence

from verify.claims.check import Context
from verify.claims.evidence import Answer, Finding, Measured, Outcome
from verify.experiments.e1.display import (
    PUBLISHED_ROWS,
    PUBLISHED_SPEARMAN,
    collapse_table,
    curvature_table,
    loss_table,
    main_table,
    settings,
    variance_plot,
)
from verify.experiments.e1.measure import (
    Tracks,
    epochs,
    escape,
    estimates_wrong,
    injected,
    negative,
    pattern,
    rank_correlation,
    share,
)
from verify.experiments.e1.setting import (
    PIECEWISE,
    SIGNIFICANT,
    SMOOTH,
    STARTS,
    Cell,
    E1Setup,
)
from verify.experiments.tables import answer_by, shortfall, timing_tables
from verify.ssl.training import Start


def run_tracks(form: E1Setup, ctx: Context) -> Finding:
    """Read the tracks of every run."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    tracks: Tracks = {cell: artefact.load(ctx) for cell, artefact in form.runs.items()}
    answers = _answers(tracks)
    cosine, squared = (
        {a: share(negative(tracks[Cell(o, a, Start.NORMAL)])) for a in (*SMOOTH, *PIECEWISE)}
        for o in ("simsiam", "mse")
    )
    normal = tracks[Cell("simsiam", "swish", Start.NORMAL)]
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On {setting}: from the normal start under SimSiam H_eff is resolved negative in "
            f"{_shares(cosine)} of the states, under the mean squared error in {_shares(squared)}. "
            f"The published estimate of its sign is wrong in {_wrong(tracks)} of "
            f"{epochs(tracks) * len(tracks)} epochs. The normally started Swish run itself collapses: the "
            f"variance of the directions of z goes from {normal['variance_z'][0]:.2g} to "
            f"{normal['variance_z'][-1]:.2g}, of h from {normal['variance_h'][0]:.2g} to "
            f"{normal['variance_h'][-1]:.2g}."
        ),
        cases=sum(track["effective"][1:, :, 0].size for track in tracks.values()),
        tables=(
            settings(form, dataset),
            main_table(setting, tracks),
            curvature_table(setting, tracks),
            loss_table(setting, tracks),
            collapse_table(form, dataset, tracks),
            *timing_tables(setting, {", ".join(cell): track for cell, track in tracks.items()}),
        ),
        plots=(
            variance_plot(setting, tracks, "variance_z", "z"),
            variance_plot(setting, tracks, "variance_h", "h"),
        ),
        answers=answers,
    )


def _shares(shares: dict[str, float]) -> str:
    return ", ".join(f"{100 * value:.0f} % ({name})" for name, value in shares.items())


def _wrong(tracks: Tracks) -> int:
    return sum(estimates_wrong(track) for track in tracks.values())


def _answers(tracks: Tracks) -> tuple[Measured, ...]:
    """Apply the criteria of `EXPERIMENT`."""
    return (
        _spearman(tracks, "condition_published", "spearman"),
        _spearman(tracks, "condition", "spearman-honest"),
        _condition(tracks),
        _negative(tracks),
        _injected(tracks, "simsiam", "injected"),
        _injected(tracks, "mse", "injected-mse"),
        _estimator(tracks),
        _escapes(tracks, Start.SHRUNK_PROJECTOR, "escapes"),
        _escapes(tracks, Start.COLLAPSED, "escapes-collapsed"),
    )


def _spearman(tracks: Tracks, condition: str, effect: str) -> Measured:
    found = [
        rank_correlation(tracks[cell]["variance_z"][1:], tracks[cell][condition][1:])
        for cell in PUBLISHED_SPEARMAN
    ]
    significant = SIGNIFICANT[epochs(tracks)]
    return Measured(
        effect=effect,
        answer=answer_by(all(f >= significant for f in found), all(f <= 0 for f in found)),
        value=", ".join(
            f"{f:.2f} ({cell.activation}, {cell.start.value})"
            for f, cell in zip(found, PUBLISHED_SPEARMAN, strict=True)
        ),
    )


def _condition(tracks: Tracks) -> Measured:
    shown = [
        pattern(tracks[cell]["condition_published"][1:], shape) is Answer.YES
        for cell, _, shape, _, _ in PUBLISHED_ROWS
    ]
    return Measured(
        effect="condition",
        answer=answer_by(all(shown), not any(shown)),
        value=f"{sum(shown)} of {len(shown)} rows of the main table",
    )


def _found(tracks: Tracks, objective: str, heads: Sequence[str], kind: str) -> list[float]:
    """Shares of the states of these heads from both published starts that are of a kind."""
    measure = {"negative": negative, "injected": injected}[kind]
    return [
        share(measure(tracks[Cell(objective, head, start)])) for head in heads for start in STARTS
    ]


def _split(smooth: Sequence[float], piecewise: Sequence[float]) -> str:
    def span(shares: Sequence[float]) -> str:
        low, high = (f"{100 * end(shares):.0f}" for end in (min, max))
        return f"{low} %" if low == high else f"{low} to {high} %"

    return f"Swish and GELU {span(smooth)} of the states, ReLU and linear {span(piecewise)}"


def _negative(tracks: Tracks) -> Measured:
    smooth, piecewise = (
        _found(tracks, "simsiam", heads, "negative") for heads in (SMOOTH, PIECEWISE)
    )
    every = smooth + piecewise
    return Measured(
        effect="negative",
        answer=answer_by(
            min(smooth) >= 0.5 > max(piecewise), min(every) >= 0.5 or max(every) < 0.5
        ),
        value=_split(smooth, piecewise),
    )


def _injected(tracks: Tracks, objective: str, effect: str) -> Measured:
    smooth, piecewise = (
        _found(tracks, objective, heads, "injected") for heads in (SMOOTH, PIECEWISE)
    )
    return Measured(
        effect=effect,
        answer=answer_by(min(smooth) >= 0.5 > max(piecewise), max(smooth + piecewise) < 0.5),
        value=_split(smooth, piecewise),
    )


def _estimator(tracks: Tracks) -> Measured:
    wrong, total = _wrong(tracks), epochs(tracks) * len(tracks)
    return Measured(
        effect="estimator",
        answer=answer_by(wrong <= total / 20, wrong >= total / 4),
        value=f"wrong in {wrong} of {total} epochs",
    )


def _escapes(tracks: Tracks, start: Start, effect: str) -> Measured:
    swish, relu = (
        [escape(tracks, Cell("simsiam", head, start), q) for q in ("variance_z", "variance_h")]
        for head in ("swish", "relu")
    )
    if Answer.NOT_APPLICABLE in swish + relu:
        answer = Answer.NOT_APPLICABLE
    elif Answer.UNDECIDED in swish + relu:
        answer = Answer.UNDECIDED
    else:
        right = all(a is Answer.YES for a in swish) and all(a is Answer.NO for a in relu)
        answer = answer_by(right, swish == relu or Answer.YES not in swish)
    words = {Answer.NOT_APPLICABLE: "was not collapsed"}
    return Measured(
        effect=effect,
        answer=answer,
        value="; ".join(
            f"{head}: z {words.get(found[0], found[0].value)}, h {words.get(found[1], found[1].value)}"
            for head, found in (("Swish", swish), ("ReLU", relu))
        ),
    )
