"""The report: a run's verdicts and evidence as one self-contained HTML file."""


class ReportError(ValueError):
    """Part of a record cannot be shown as it is written; the message names the source text."""
