"""What of a record cannot be shown: told in its place and at the top, so that the rest is shown."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from reports import ReportError


class Faults:
    """What could not be shown, noted while pages are made.

    Attributes:
        met: the reason, a sentence, by the id of its place.
    """

    def __init__(self) -> None:
        self.met: dict[str, str] = {}

    @property
    def reasons(self) -> dict[str, list[str]]:
        """The ids of the places of each reason."""
        found: dict[str, list[str]] = {}
        for id, reason in self.met.items():
            found.setdefault(reason, []).append(id)
        return found

    def guarded(
        self, show: Callable[..., Markup], source: Callable[..., str] = str
    ) -> Callable[..., Markup]:
        """A function that shows as `show` does, and where that raises its source with the reason.

        Args:
            show: what makes HTML of what it is given.
            source: what is shown in its place, from the first thing that `show` is given.
        """

        def shown(*given: object) -> Markup:
            try:
                return show(*given)
            except Exception as error:  # whatever it is, the rest of the report is shown
                told = (
                    error if isinstance(error, ReportError) else f"{type(error).__name__}: {error}"
                )
                id = f"fault-{len(self.met) + 1}"
                self.met[id] = str(told)
                return Markup(
                    '<span class="fault" id="{}"><code>{}</code> <b>Could not be shown.</b> {}</span>'
                ).format(id, source(given[0]), told)

        return shown
