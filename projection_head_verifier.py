"""The way in under a name that no other distribution has: ``projection-head-verifier ...``.

`verify`, `theorems` and `reports` are import names of unrelated distributions too. One that is
installed beside ours overwrites our files, and takes them along when it is removed; one that lies
elsewhere may be found first. This module imports nothing of ours before it has looked.
"""

from __future__ import annotations

import hashlib
import re
import sys
from base64 import urlsafe_b64encode
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "projection-head-verifier"
NAMES = ("verify", "theorems", "reports")
"""The packages that belong to it, beside this file."""

HERE = Path(__file__).resolve().parent


def taken() -> str:
    """Return which of our import names is not ours any more, as one sentence; empty if all are."""
    faults = []
    for name in NAMES:
        ours, spec = HERE / name / "__init__.py", find_spec(name)
        if not ours.is_file():
            faults.append(f"the file {ours} was removed")
        elif spec is None or spec.origin is None or Path(spec.origin).resolve() != ours:
            where = "nothing" if spec is None or spec.origin is None else _owner(Path(spec.origin))
            faults.append(f"the import name `{name}` belongs to {where}")
        elif _overwritten(ours):
            faults.append(f"the import name `{name}` was taken over by {_owner(ours)}")
    if not faults:
        return ""
    return (
        f"{DISTRIBUTION} cannot start: {', and '.join(faults)}; install it again, in an "
        "environment of its own."
    )


def main() -> int | str:
    """Run the command line; return its exit code, or the sentence that `sys.exit` prints."""
    if sentence := taken():
        return sentence
    from verify.__main__ import main

    return main()


def _overwritten(file: Path) -> bool:
    """Whether one of our files is not what was installed; of a checkout nothing is known."""
    for found in distributions(name=DISTRIBUTION):
        name = file.relative_to(HERE).as_posix()
        noted = re.search(rf"^{name},sha256=([^,]+),", found.read_text("RECORD") or "", re.M)
        if noted and Path(str(found.locate_file(name))).resolve() == file:
            digest = urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest())
            return digest.rstrip(b"=").decode() != noted[1]
    return False


def _owner(file: Path) -> str:
    """Who installed a file, in words."""
    for found in distributions():
        files = (Path(str(found.locate_file(one))) for one in found.files or ())
        if found.name != DISTRIBUTION and file.resolve() in map(Path.resolve, files):
            return f"the distribution {found.name} {found.version} (its file {file})"
    return f"the file {file}, which no distribution owns up to"


if __name__ == "__main__":
    sys.exit(main())
