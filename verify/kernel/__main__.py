"""``python -m verify.kernel FOLDER`` has Coq check every theorem into a folder; nothing need be installed for it.

What it leaves there is what a run finds that keeps its artefacts in the folder above.
"""

from __future__ import annotations

import sys
from pathlib import Path

from verify.kernel.coq import CoqError, ahead
from verify.kernel.sources import Library, SourceError

if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("Name one folder: python -m verify.kernel FOLDER", file=sys.stderr)
        sys.exit(2)
    try:
        ahead(Library(Path(__file__).parents[2] / "theorems"), Path(sys.argv[1]).resolve())
    except (CoqError, SourceError, OSError) as error:
        sys.exit(str(error))
