"""What training is told of the run that it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Session(Protocol):
    """Where training runs, for how long, and whom it tells; a check's context is one."""

    @property
    def device(self) -> str:
        """``cpu`` or ``cuda``."""

    @property
    def cache(self) -> str:
        """Folder in which downloads are kept."""

    @property
    def data(self) -> Mapping[str, str]:
        """Where each data set is, by name: a path, or empty if it is to be fetched."""

    @property
    def scratch(self) -> str:
        """Folder for what is left to be resumed."""

    @property
    def deadline(self) -> float | None:
        """On `time.monotonic`'s clock, when to stop so as to be resumed later."""

    def report(self, sentence: str, *, whole: bool) -> None:
        """Say how far the work has come; `whole` is worth a line of its own."""
