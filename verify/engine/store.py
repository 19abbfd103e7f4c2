"""Evidence on disk: one JSON file for each check and key, sealed by a checksum, whole or not there.

A store is given its folder. Damaged files are set aside under another name, never deleted;
`Records`, a folder that is only read, leaves them where they are. Both tell it in `warnings`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from verify.claims.acceptance import refuse_non_finite, validate_finding
from verify.claims.check import CASES, Check, Kind
from verify.claims.evidence import Outcome
from verify.claims.statement import Experiment, Statement
from verify.engine.locks import exclusive
from verify.engine.provenance import Traced

SEED_LIMIT = 2**32
"""Seeds lie below this, which every library's generator accepts."""

KEY_DIGITS = 16
"""Digits of the key in a file name; the file holds the whole key."""

_EVIDENCE = re.compile(rf"(.+)-[0-9a-f]{{{KEY_DIGITS}}}\.json")
"""The name of a file of evidence, which begins with the check's id."""


class StoreError(Exception):
    """The store cannot be used; the message is a sentence for the user."""


class _Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """The seed of a folder."""

    seed: Annotated[int, msgspec.Meta(ge=0, lt=SEED_LIMIT)]


class Asked(_Drawn, frozen=True, kw_only=True):
    """What the latest run of a folder was asked for, so that it can be shown as it was asked."""

    profile: Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(CASES)})$")]
    device: Annotated[str, msgspec.Meta(pattern="^(cpu|cuda)$")]
    only: tuple[Kind, ...] = ()
    skip: tuple[Kind, ...] = ()


SCHEMA = 1
"""What the files' layout is called; raised when a field changes its meaning or goes."""

_Kept = TypeVar("_Kept", bound=msgspec.Struct)


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A file: its layout, and its content with the content's checksum."""

    schema: int
    sha256: str
    content: msgspec.Raw


def seal(kept: msgspec.Struct) -> bytes:
    """Return what a file holds of something that is kept, as indented JSON."""
    content = msgspec.json.encode(kept)
    sealed = _Sealed(schema=SCHEMA, sha256=_checksum(content), content=msgspec.Raw(content))
    return msgspec.json.format(msgspec.json.encode(sealed), indent=1) + b"\n"


def unseal(file: bytes, kind: type[_Kept]) -> _Kept:
    """Return what a file holds.

    Raises:
        msgspec.MsgspecError, UnicodeDecodeError: if it is not what `seal` wrote of this kind.
        ValueError: if it was written by later code, changed after it was written, or nested too deeply.
    """
    try:
        sealed = msgspec.json.decode(file, type=_Sealed)
        if sealed.schema != SCHEMA:
            raise ValueError(f"its layout is {sealed.schema}, and this code reads {SCHEMA}")
        if _checksum(sealed.content) != sealed.sha256:
            raise ValueError("its checksum differs: it was changed after it was written")
        return msgspec.json.decode(sealed.content, type=kind)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _checksum(content: bytes | msgspec.Raw) -> str:
    """Hash JSON, however it is indented."""
    return hashlib.sha256(msgspec.json.format(bytes(content), indent=-1)).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, in a folder that is made if it is not there.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_record(path: Path, record: object) -> None:
    """Write a record as indented JSON, whole or not at all.

    Raises:
        StoreError: if it cannot be written.
    """
    try:
        write_whole(path, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror}).") from None


@contextlib.contextmanager
def merging(path: Path) -> Iterator[None]:
    """Have a record to oneself, to read it again and write it with what another process put there meanwhile.

    Raises:
        StoreError: if its folder cannot be made or read.
    """
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(exclusive(path.parent))
        except OSError as error:
            raise StoreError(f"{path} cannot be written ({error.strerror}).") from None
        yield


class Records:
    """The evidence in a folder that is read and never written, such as a committed one.

    Attributes:
        folder: where the files are, if there are any.
        warnings: sentences on what was found damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warnings: list[str] = []
        self._listed: dict[str, list[str]] | None = None

    def read(self, check_id: str, key: str) -> Traced | None:
        """Return the evidence of a check under this key, or None; a damaged file is told."""
        found = self._read(self._path(check_id, key))
        return found if found is not None and found.provenance.key == key else None

    def newest(self, check_id: str, besides: str) -> Traced | None:
        """Return the latest evidence of a check under any key but `besides`, or None."""
        return max(
            (one for one in self.kept(check_id) if one.provenance.key != besides),
            key=lambda evidence: evidence.provenance.date,
            default=None,
        )

    def kept(self, check_id: str) -> list[Traced]:
        """Return all evidence of a check, whatever its key."""
        by_check = self._by_check() if self._listed is None else self._listed
        names = sorted(by_check.get(check_id, ()))
        return [one for name in names if (one := self._read(self.folder / name)) is not None]

    def checks(self, room: str) -> set[str]:
        """Return the ids of a room's checks of which there is evidence."""
        return {check_id for check_id in self._by_check() if check_id.startswith(f"{room}.")}

    @contextlib.contextmanager
    def listed(self) -> Iterator[None]:
        """List the folder once for all that is read meanwhile; what is written meanwhile is not found."""
        self._listed = self._by_check()
        try:
            yield
        finally:
            self._listed = None

    def warn(self, sentence: str) -> None:
        """Add a warning, unless it was given before."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _by_check(self) -> dict[str, list[str]]:
        """The names of the files of evidence, by check."""
        found: dict[str, list[str]] = {}
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for name in os.listdir(self.folder):
                if match := _EVIDENCE.fullmatch(name):
                    found.setdefault(match[1], []).append(name)
        return found

    def _path(self, check_id: str, key: str) -> Path:
        return self.folder / f"{check_id}-{key[:KEY_DIGITS]}.json"

    def _read(self, path: Path) -> Traced | None:
        evidence = self._decode(path, Traced)
        if evidence is not None and self._path(evidence.check, evidence.provenance.key) != path:
            self._damaged(path, f"it holds evidence of {evidence.check} under another key")
            return None
        return evidence

    def _decode(self, path: Path, kind: type[_Kept]) -> _Kept | None:
        try:
            if path.exists() and not path.is_file():  # a fifo would never end
                raise ValueError("it is no file")
            return unseal(path.read_bytes(), kind)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            self._damaged(path, str(error))
            return None

    def _damaged(self, path: Path, reason: str) -> None:
        self.warn(f"The record in {path} is damaged ({reason}); it is not used.")


class Store(Records):
    """The evidence kept in one folder, made when the first of it is written."""

    def prepare(self) -> None:
        """Make the folder and see that it can be written.

        Raises:
            StoreError: if it cannot.
        """
        probe = self.folder / f"writable.{os.getpid()}"
        self._write(probe, b"")
        probe.unlink()

    def seed(self, chosen: int | None = None, *, fresh: bool = False) -> int:
        """Return the seed of this folder: the chosen one, else the kept one, else a new one.

        Args:
            chosen: becomes the folder's seed if given.
            fresh: draw a new seed even if one is kept.

        Raises:
            StoreError: if a new seed cannot be kept.
        """
        with self._locked():
            seed = self.kept_seed()
            if chosen is not None:
                seed = chosen
            elif seed is None or fresh:
                seed = secrets.randbelow(SEED_LIMIT)
            path, content = self.folder / "seed", seal(_Drawn(seed=seed))
            if not path.is_file() or path.read_bytes() != content:
                self._write(path, content)
            return seed

    def kept_seed(self) -> int | None:
        """Return the seed kept in this folder, else the latest run's, or None; a damaged file is set aside."""
        kept = self._decode(self.folder / "seed", _Drawn) or self.begun()
        return None if kept is None else kept.seed

    def begin(self, asked: Asked) -> None:
        """Keep what a run is asked for, at its start.

        Raises:
            StoreError: if the folder cannot be written.
        """
        if asked != self.begun():
            self._write(self.folder / "run.json", seal(asked))

    def begun(self) -> Asked | None:
        """Return what the latest run was asked for, or None; a damaged file is set aside."""
        return self._decode(self.folder / "run.json", Asked)

    def forget(self, check_id: str, besides: str) -> None:
        """Remove what is kept of a check under any key but `besides`."""
        while (found := self.newest(check_id, besides)) is not None:
            self._path(check_id, found.provenance.key).unlink()

    def write(self, evidence: Traced) -> Path:
        """Keep a piece of evidence and return its file.

        Raises:
            ValueError: if it holds a number that is not finite.
            StoreError: if the folder cannot be written.
        """
        refuse_non_finite(msgspec.to_builtins(evidence), evidence.check)
        path = self._path(evidence.check, evidence.provenance.key)
        self._write(path, seal(evidence))
        return path

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let no other process choose the folder's seed meanwhile."""
        try:
            with exclusive(self.folder):
                yield
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"The folder {self.folder} cannot be written ({error.strerror}); choose another one with --out."
        )

    def _damaged(self, path: Path, reason: str) -> None:
        aside = path.with_name(path.name + ".damaged")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.{number}.damaged")
        try:
            path.rename(aside)
        except OSError as error:
            self.warn(
                f"The file {path} is damaged ({reason}) and could not be set aside ({error.strerror}); it is not used."
            )
        else:
            self.warn(
                f"The file {path} is damaged ({reason}); it was set aside as {aside.name} and is not used."
            )

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all."""
        try:
            write_whole(path, content)
        except OSError as error:
            raise self._unwritable(error) from None


def lookup_valid(
    check: Check, subject: Statement | Experiment, key: str, kept: Records
) -> Traced | None:
    """Return a check's evidence under a key, if there is some and it meets the rules of today."""
    found = kept.read(check.id, key)
    return None if found is None else _accepted(check, subject, found, kept)


def best_valid(
    check: Check,
    subject: Statement | Experiment,
    key_of: Callable[[Traced], str],
    kept: Iterable[Records],
) -> tuple[Traced, Records] | None:
    """Return the evidence of a check that says most among what present code made, and where it is kept.

    A surprise is never outdone: it says most. Of the rest the one with more random cases does, of equals the
    later one; what ended with an error says least.

    Args:
        check: the check.
        subject: what its room is about.
        key_of: the key that present code gives to evidence made with its profile, seed and device.
        kept: where to look, the first of equals counts.
    """
    found = [
        (evidence, records)
        for records in kept
        for evidence in records.kept(check.id)
        if evidence.provenance.key == key_of(evidence)
        and _accepted(check, subject, evidence, records) is not None
    ]
    best = max(found, key=lambda one: _weight(one[0]), default=None)
    for evidence, records in found:
        if evidence.outcome is Outcome.ERROR and best is not None and best[0] is not evidence:
            made = evidence.provenance
            records.warn(
                f"{check.id} ended with an error in profile {made.profile} with seed {made.seed}; what it "
                f"found in profile {best[0].provenance.profile} with seed {best[0].provenance.seed} is shown."
            )
    return best


def _weight(evidence: Traced) -> tuple[bool, bool, int, str]:
    made = evidence.provenance
    return (
        evidence.outcome is Outcome.SURPRISE,
        evidence.outcome not in (Outcome.ERROR, Outcome.NOT_RUN),
        CASES.get(made.profile, 0),
        made.date,
    )


def _accepted(
    check: Check, subject: Statement | Experiment, found: Traced, kept: Records
) -> Traced | None:
    """Evidence, if it meets the rules of today; if not, that is told."""
    try:
        accepted = validate_finding(check, subject, found)
        reason = "" if accepted.outcome is found.outcome else accepted.summary
    except (TypeError, ValueError) as error:
        reason = f"{error}."
    if reason:
        kept.warn(f"Stored evidence of {check.id} does not count: {reason}")
        return None
    return found
