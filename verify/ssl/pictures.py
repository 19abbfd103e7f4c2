"""Images that do not come with the project, from where a user says they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from verify.ssl.data import Dataset, take
from verify.ssl.data.loading import load

if TYPE_CHECKING:
    from verify.ssl.session import Session


def images(name: str, train: int | None, test: int | None, session: Session) -> Dataset:
    """A data set from where the session says it is, or so many of its images, on its device.

    Raises:
        DataError: if it cannot be read, with a sentence that says what to do.
    """
    place = session.data[name]
    folder = Path(session.cache) / "data"
    dataset = load(name, Path(place) if place else None, cache=folder, download=not place)
    if train is not None and test is not None:
        dataset = take(dataset, train, test)
    return dataset.to(session.device)
