"""Catalogues of changes: what is changed, what it makes wrong, and which checks must notice.

A catalogue is a file ``mutations.toml`` in the folder of a room, of ``verify/numeric``, of
``verify/experiments`` or of ``verify/engine``. The false variants of a claim, which a room calls mutants, are another thing:
those are claims that a search must refute; these are faults in what searches, derives, prints and computes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import msgspec

CATALOGUE = "mutations.toml"
KERNELS, EXPERIMENTS, ENGINE = "numeric", "experiments", "engine"
FOLDERS = {KERNELS: "verify/numeric", EXPERIMENTS: "verify/experiments", ENGINE: "verify/engine"}
"""Where the catalogues are that belong to no statement."""

BESIDES = {EXPERIMENTS: ["verify/ssl"], ENGINE: ["verify/claims", "verify/identity"]}
"""What more such a catalogue is about."""


def folders(root: Path, rooms: Mapping[str, str]) -> dict[str, Path]:
    """Where the catalogue of each statement is, and those that belong to none, by name.

    Args:
        root: of the checkout, or where the packages are installed.
        rooms: the module of each room by its name.
    """
    found = {name: root.joinpath(*module.split(".")) for name, module in rooms.items()}
    own = {name: folder for name, folder in found.items() if (folder / "statement.py").is_file()}
    return own | {name: root / folder for name, folder in FOLDERS.items()}


class MutationError(Exception):
    """A catalogue cannot be used; the message is a sentence for the user."""


class Mutation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change.

    Attributes:
        id: unique in its catalogue.
        file: what is changed, from the root of the checkout.
        text: stands exactly once in the file.
        becomes: what takes its place.
        wrong: what is wrong then, a phrase.
        checks: ids of the checks, or tests as pytest names them, of which one at least must turn red.
        equivalent: why none can; then all of them must stay green.
        fast: whether it is among the few that are tried before every change lands.
    """

    id: str
    file: str
    text: str
    becomes: str
    wrong: str
    checks: tuple[str, ...]
    equivalent: str = ""
    fast: bool = False

    def apply(self, source: str) -> str:
        """Return the file's text with the change.

        Raises:
            MutationError: if what is to be changed does not stand there exactly once, or nothing is
                left that Python reads or that differs.
        """
        if (times := source.count(self.text)) != 1:
            raise MutationError(
                f"{self.id} changes {self.text!r}, which must stand in {self.file} exactly once, and stands there {times} times; write the catalogue's entry anew."
            )
        changed = source.replace(self.text, self.becomes)
        try:
            same = ast.dump(ast.parse(source)) == ast.dump(ast.parse(changed))
        except SyntaxError as error:
            raise MutationError(
                f"{self.id} leaves no Python in {self.file}: {error.msg}, line {error.lineno}."
            ) from None
        if same:
            raise MutationError(f"{self.id} changes nothing that Python reads in {self.file}.")
        return changed


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mutation: tuple[Mutation, ...]


def read(folder: Path) -> tuple[Mutation, ...]:
    """Return the changes of the catalogue in a folder, none if it has no catalogue.

    Raises:
        MutationError: if the catalogue cannot be read, or an id occurs twice.
    """
    path = folder / CATALOGUE
    if not path.is_file():
        return ()
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=_Catalogue).mutation
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise MutationError(f"The catalogue {path} cannot be read: {error}.") from None
    ids = [one.id for one in found]
    for id in ids:
        if ids.count(id) > 1:
            raise MutationError(f"The catalogue {path} has {id!r} more than once.")
    return found


def is_test(check: str) -> bool:
    """Whether what must notice is a test, not a check of a room."""
    return check.partition("::")[0].endswith(".py")
