"""The first page of a report as a PDF that can be cited, as a Chromium prints it that is on the machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""What a Chromium is called, in the order of search."""

LONGEST = 300
"""Seconds that it may take."""

_ELSEWHERE = re.compile(r' href="?(?!https?:)[^"# >][^" >]*"?')
"""A link to another page, which a PDF would tie to a folder of this machine."""

_MADE = re.compile(rb"(?<=/CreationDate \(D:)\d{14}|(?<=/ModDate \(D:)\d{14}")


class PrintError(Exception):
    """A page could not be printed; the message is a sentence for the user."""


def missing() -> str:
    """Why nothing can be printed here; empty if it can."""
    if chromium():
        return ""
    return (
        f"No Chromium is here ({', '.join(BROWSERS)}), which prints the PDF: `apt install chromium` brings one, "
        "or print the report's index.html from any browser."
    )


def chromium() -> str:
    """The path of a Chromium; empty if none is found."""
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def write(page: Path, file: Path) -> None:
    """Print a page of a report on A4.

    The same page gives the same bytes with the same Chromium and fonts: the file says the date that the page says.

    Args:
        page: the page.
        file: the PDF.

    Raises:
        PrintError: if Chromium does not print it.
        OSError: if the file cannot be written.
    """
    html = page.read_text(encoding="utf-8")
    made = re.search(r'<time datetime="?([^"+ >]+)', html)
    # Beside the file: a Chromium from a snap sees neither /tmp nor hidden folders.
    with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
        copy, printed = Path(folder, page.name), Path(folder, "printed.pdf")
        copy.write_text(_ELSEWHERE.sub("", html), encoding="utf-8")
        command = [
            *(chromium(), "--headless", "--disable-gpu", f"--user-data-dir={folder}"),
            "--no-sandbox",  # as root it has none; the page is ours, without script
            *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
            *(f"--print-to-pdf={printed}", copy.as_uri()),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrintError(f"{command[0]} did not print the report ({error}).") from None
        if done.returncode or not printed.is_file():
            last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
            raise PrintError(f"{command[0]} did not print the report ({last}).")
        content = printed.read_bytes()
    if made:  # as long as what it replaces, so that everything stays where it is
        content = _MADE.sub(re.sub(r"\D", "", made[1]).encode(), content)
    file.write_bytes(content)
