"""The kernel tier: what must be refused is refused, and what a reader sees is what was checked.

Oracle: Coq itself on small files, each made to be wrong in one way; the parser of sources is tried on
texts that hide what it must find, and show what it must not take for it.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from theorems.conftest import pytest_collection_modifyitems
from theorems.thm51.statement import STATEMENT as THM51
from verify.__main__ import ROOT
from verify.claims import proved
from verify.claims.check import Arithmetic, Check, Context, Kind, Role
from verify.claims.evidence import Finding, Outcome, Quoted, Theorem
from verify.claims.proved import Proved, Said, check_proved, reading_digest
from verify.claims.statement import Verdict
from verify.claims.theorems import kernel
from verify.cli.kernel import keep
from verify.engine.provenance import versions_for
from verify.engine.store import StoreError
from verify.kernel import coq, record
from verify.kernel.sources import Library, SourceError, faults, sentences

KERNEL = ("__init__", "__main__", "coq", "record", "sources")
"""The modules that compile theorems."""

needs_coq = pytest.mark.skipif(not coq.version(), reason="Coq is not here")

DOUBLE = """(** Twice a number. *)
Definition double (n : nat) : nat := n + n.
"""

TRUE = """From Geometry Require Import double.
Section Twice.
Variable n : nat.

(** Twice a number is the number added to itself. *)
Theorem part_twice : double n = n + n.
Proof. reflexivity. Qed.
End Twice.
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room ``toy`` with one theorem, in place of the project's rooms."""
    shared, room = tmp_path / "library", tmp_path / "rooms" / "toy" / "kernel"
    shared.mkdir()
    room.mkdir(parents=True)
    (shared / "double.v").write_text(DOUBLE, encoding="utf-8")
    (room / "twice.v").write_text(TRUE, encoding="utf-8")
    monkeypatch.setattr(proved, "library", lambda package: Library(tmp_path / "rooms", shared))
    return tmp_path


def claim(read: str = "", text: str = "2n = n + n") -> Proved:
    return Proved("toy", text, Said(("twice.part_twice",), read))


def found(folder: Path, read: str | None = None, text: str = "2n = n + n"):
    """The finding of the room's theorem, read against its sentence unless told otherwise."""
    ctx = Context(seed=0, profile="smoke", device="cpu", cache=str(folder / "cache"), rooms={})
    (folder / "cache" / "coq").mkdir(parents=True, exist_ok=True)
    wanted = reading_digest(claim()) if read is None else read
    return check_proved(claim(wanted, text), "", ctx)


def edit(folder: Path, old: str, new: str, file: str = "rooms/toy/kernel/twice.v") -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@needs_coq
def test_a_theorem_is_checked_and_quoted_with_its_definitions(library):
    finding = found(library)
    assert finding.outcome is Outcome.AS_STATED, finding.summary
    (theorem,) = finding.theorems
    assert theorem.axioms == ()
    assert theorem.statement.text == "Theorem part_twice : double n = n + n."
    assert theorem.statement.comment == "Twice a number is the number added to itself."
    assert theorem.statement.context == "Variable n : nat."
    assert [(one.name, one.comment) for one in theorem.vocabulary] == [
        ("Geometry.double.double", "Twice a number.")
    ]


@needs_coq
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Proof. reflexivity. Qed.", "Proof. Admitted.", "'Admitted' is in a proof"),
        ("Proof. reflexivity. Qed.", "Proof. admit. Qed.", "leaves a proof open"),
        ("Proof. reflexivity. Qed.", "Proof. Axiom cheat : False. easy. Qed.", "is in a proof"),
        ("Section Twice.", "Axiom cheat : False.\nSection Twice.", "no command that a source may"),
        ("Section Twice.", "Variable cheat : False.\nSection Twice.", "outside a section"),
        ("Section Twice.", "Unset Guard Checking.\nSection Twice.", "of none of the flags"),
        # A hypothesis that the reader of the theorem does not see.
        ("Section Twice.\n", "Section Twice. Hypothesis small : False.\n", "not begin a line"),
        ("n : nat.\n", "n : nat. Hypothesis small : n = 0.\n", "does not begin a line"),
        ("n : nat.\n", "n : nat.\nTime Hypothesis small : n = 0.\n", "no command that a source"),
        ("n + n.\nProof", "n + n + n.\nProof", "Coq refuses Geometry.toy.twice"),
        ("part_twice", "part_other", "has no part_twice"),
        (
            "From Geometry",
            "From Coq Require Import ProofIrrelevance.\nFrom Geometry",
            "assumes ProofIrrelevance.proof_irrelevance",
        ),
    ],
)
def test_tampering_is_red(library, old, new, why):
    if "ProofIrrelevance" in new:
        edit(
            library,
            "Proof. reflexivity.",
            "Proof. pose proof (proof_irrelevance True I I). reflexivity.",
        )
    edit(library, old, new)
    finding = found(library, "" if "part_other" in new else None)
    assert finding.outcome is Outcome.SURPRISE
    assert why in finding.summary


@needs_coq
@pytest.mark.parametrize(
    ("old", "new", "file"),
    [
        ("double n = n + n", "n + n = n + n", "rooms/toy/kernel/twice.v"),  # a weaker theorem
        ("n + n.", "n + n + 0.", "library/double.v"),  # the same theorem of another notion
        (
            "Variable n : nat.",
            "Variable n : nat.\nHypothesis small : n = 0.",
            "rooms/toy/kernel/twice.v",
        ),
    ],
)
def test_a_changed_statement_is_red_until_it_is_read_again(library, old, new, file):
    before = reading_digest(claim())
    edit(library, old, new, file)
    if "+ 0" in new:
        edit(library, "Proof. reflexivity.", "Proof. unfold double. now rewrite <- plus_n_O.")
    finding = found(library, before)
    assert finding.outcome is Outcome.SURPRISE
    assert "changed since they were read against each other" in finding.summary
    assert found(library).outcome is Outcome.AS_STATED


SCOPED = """From Coq Require Import ZArith.
From Geometry Require double.
Theorem part_scoped : forall n : nat, n * 0 = 0 * n.
Proof. intros; now rewrite <- mult_n_O. Qed.
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Require double", "Require Import double"),  # a name may now mean another definition
        ("Theorem", "Local Open Scope Z_scope.\nTheorem"),  # `*` may be another product
        ("Theorem", "Implicit Types m : nat.\nTheorem"),
        ("Theorem", "Local Notation double := (fun n : nat => n).\nTheorem"),
        (
            "From Coq Require Import ZArith.",
            "From Coq Require Import\n  ZArith Reals.",
        ),  # an import may go over two lines
        ("Theorem", "Arguments mult {n m}.\nTheorem"),
        ("Theorem", "(** Every product vanishes. *)\nTheorem"),  # it is shown above the theorem
    ],
)
def test_what_gives_the_words_their_meaning_is_read_too(library, old, new):
    (library / "rooms" / "toy" / "kernel" / "scoped.v").write_text(SCOPED, encoding="utf-8")
    scoped = Proved("toy", "n 0 = 0 n", Said(("scoped.part_scoped",), ""))
    before = reading_digest(scoped)
    edit(library, old, new, "rooms/toy/kernel/scoped.v")
    assert reading_digest(scoped) != before


@pytest.mark.parametrize(
    ("line", "read_again"),
    [
        ('Notation "x * y" := (x + y).', True),
        ("Canonical one := two.", True),
        ("From Coq Require Export ZArith.", True),
        ("From Coq Require Import ZArith.", False),
        ('Local Notation "x ** y" := (x + y).', False),
        ("Lemma obvious : True.\nProof. exact I. Qed.", False),
    ],
)
def test_what_a_required_file_brings_along_is_read_too(library, line, read_again):
    (library / "rooms" / "toy" / "kernel" / "scoped.v").write_text(SCOPED, encoding="utf-8")
    scoped = Proved("toy", "n 0 = 0 n", Said(("scoped.part_scoped",), ""))
    before = reading_digest(scoped)
    edit(library, "(** Twice", f"{line}\n(** Twice", "library/double.v")
    assert (reading_digest(scoped) != before) is read_again


def test_a_lemma_that_a_definition_names_is_shown(library):
    decides = "Lemma decides : forall n : nat, n = n.\nProof. reflexivity. Qed.\n"
    edit(library, "(** Twice", f"{decides}(** Twice", "library/double.v")
    edit(library, ":= n + n.", ":= let _ := decides in n + n.", "library/double.v")
    sources = Library(library / "rooms", library / "library")
    shown = sources.vocabulary(sources.sentence("Geometry.toy.twice", "part_twice"))
    assert [one.name for one in shown] == ["decides", "double"]


@pytest.mark.parametrize(
    ("predicted", "theorem"), [(Verdict.REFUTED, "reading_a"), (Verdict.HOLDS, "refuted_a")]
)
def test_a_theorem_that_holds_refutes_nothing(predicted, theorem):
    (reading,) = (one for one in THM51.readings if one.id == "fibre")
    turned = structs.replace(THM51, readings=(structs.replace(reading, predicted=predicted),))
    with pytest.raises(ValueError, match="predicted"):
        kernel(turned, readings={"fibre": Said((f"spans.{theorem}",), "")})


def test_whether_a_sentence_is_refuted_is_read_too(library):
    assert reading_digest(replace(claim(), refuted=True)) != reading_digest(claim())


@needs_coq
def test_a_changed_sentence_is_red(library):
    assert "changed since" in found(library, text="3n = n + n").summary


def test_without_coq_the_record_stands_for_the_same_sources_only(library, monkeypatch, tmp_path):
    kept = tmp_path / "record.json"
    sources = Library(library / "rooms", library / "library")
    entry = record.Entry(sources.digest("Geometry.toy.twice"), "8.16.1", (), 0.5)
    record.write({"Geometry.toy.twice.part_twice": entry}, kept)
    monkeypatch.setattr(proved, "coq", SimpleNamespace(version=lambda: "", CoqError=coq.CoqError))
    monkeypatch.setattr(record, "RECORD", kept)
    monkeypatch.setattr(proved.record, "read", lambda: _read(kept))
    finding = found(library)
    assert finding.outcome is Outcome.AS_STATED
    assert "as recorded with Coq 8.16.1" in finding.summary
    edit(library, "Twice a number.", "Twice any number.", "library/double.v")
    assert found(library).outcome is Outcome.NOT_RUN
    kept.write_text("{", encoding="utf-8")
    assert found(library).outcome is Outcome.NOT_RUN


_read, _write = record.read, record.write


def test_of_a_room_that_is_recorded_only_what_it_quotes_stays(monkeypatch):
    names = ("toy.twice.part_twice", "toy.twice.part_formerly", "other.twice.part_twice")
    entries = {f"Geometry.{name}": record.Entry("0" * 64, "8.16.1", (), 0.5) for name in names}
    written = []
    monkeypatch.setattr(record, "read", lambda: entries)
    monkeypatch.setattr(record, "write", written.append)
    run = functools.partial(check_proved, claim(), "")
    own = {"id": "toy.a", "title": "", "run": run, "arithmetic": Arithmetic.EXACT}
    check = Check(role=Role.SUPPORTS, kind=Kind.KERNEL, **own)
    keep([(check, Finding(outcome=Outcome.AS_STATED, summary=""))])
    (kept,) = written
    assert list(kept) == ["Geometry.toy.twice.part_twice", "Geometry.other.twice.part_twice"]


def test_a_record_that_cannot_be_written_is_a_sentence_and_the_old_one_stays(monkeypatch, tmp_path):
    kept = tmp_path / "record.json"
    record.write({"a.b": record.Entry("0" * 64, "8.16.1", (), 0.5)}, kept)
    before = kept.read_bytes()

    def full(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    monkeypatch.setattr(record, "write", functools.partial(record.write, path=kept))
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\)"):
        keep([])
    assert [one.name for one in tmp_path.iterdir()] == ["record.json"]
    assert kept.read_bytes() == before


def test_what_is_recorded_names_the_libraries(library, monkeypatch, tmp_path):
    quoted = Quoted(name="Geometry.toy.twice.part_twice", text="")
    told = Theorem(
        name=quoted.name, statement=quoted, vocabulary=(), axioms=(), seconds=0.5, coq="8.16.1"
    )
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(record, "read", lambda: _read(record.RECORD))
    monkeypatch.setattr(record, "write", lambda entries: _write(entries, record.RECORD))
    monkeypatch.setattr(coq, "libraries", lambda: "0123456789ab")
    run = functools.partial(check_proved, claim(), "")
    own = {"id": "toy.a", "title": "", "run": run, "arithmetic": Arithmetic.EXACT}
    check = Check(role=Role.SUPPORTS, kind=Kind.KERNEL, **own)
    assert keep([(check, Finding(outcome=Outcome.AS_STATED, summary="", theorems=(told,)))]) == 1
    (entry,) = record.read().values()
    assert entry.libraries == "0123456789ab"


def test_comments_and_strings_hide_nothing_and_are_not_taken_for_code():
    assert faults("(* Admitted. (* Axiom x : nat. *) *) Definition a := 1.", "m") == []
    assert faults('Definition a := "So. Axiom x : False.".', "m") == []
    assert faults("Section Parameters.\nEnd Parameters.", "m") == []
    assert faults("Definition a := 1. (* so *)\n  Local Axiom x : False.", "m") == [
        "m, line 2: 'Axiom' is no command that a source may hold."
    ]
    assert len(faults("Section A.\nVariable x : nat.\nEnd A.\nVariable y : nat.", "m")) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        # What would change what a theorem means without a trace in what is shown with it.
        ("Let k := 0.", "'Let' outside a section"),
        ('Infix "+" := minus.', "'Infix' is no command"),
        ("Coercion f : a >-> b.", "'Coercion' is no command"),
        ("Global Instance i : c.", "'Global' is no command"),
        ("Class c := {}.", "'Class' is no command"),
        ("#[bypass_check(guard)]\nFixpoint f (n : nat) : False := f n.", "is no command"),
        ("Polymorphic Definition a := 1.", "'Polymorphic' is no command"),
        ("Definition a := 1. Definition b := 2.", "'Definition' does not begin a line"),
        ("Fixpoint f (n : nat) := n\nwith g (n : nat) := n.", "defines two things"),
        ("Inductive a := A : b -> a\nwith b := B.", "defines two things"),
        # A value that only tactics know.
        ("Definition a : nat.\nProof. exact 3. Defined.", "'Defined' is in a proof"),
        ("Definition a : nat.\nexact 3.\nQed.", "'exact' is no command"),
        ("Lemma a : True.\nProof.\n- Axiom b : False.", "'Axiom' is in a proof"),
        # What Coq follows, and we would not.
        ("Require Import Geometry.double.", "'Require' is no command"),
        ("From Geometry Require Import toy.double.", "requires what cannot be followed"),
        ('Load "x".', "'Load' is no command"),
        ('Declare ML Module "x".', "'Declare' is no command"),
        # A theorem that is shown, and another one of its name that Coq is asked about.
        ("Module M.", "'Module' is no command"),
        ("Fail Lemma a : False.", "'Fail' is no command"),
        ("Fail\nLemma a : False.", "'Fail' is no command"),
        ("Set Universe Polymorphism.", "of none of the flags"),
    ],
)
def test_a_source_holds_nothing_of_which_the_effect_is_not_known(text, why):
    assert why in " ".join(faults(text, "m"))


def test_what_ends_with_qed_or_is_local_may_stand():
    text = """Section A.
Let l : True.
Proof. exact I. Qed.
Local Notation "x == y" := (x = y).
Fixpoint f (n : nat) := match n with 0 => 0 | S m => match m with _ => f m end end.
Lemma a : True. Proof. - exact I. Qed.
End A."""
    assert faults(text, "m") == []


def test_a_string_ends_no_sentence():
    (one,) = sentences('Theorem a : f "so. And" = 1.\nProof. by []. Qed.', "m")
    assert one.text == 'Theorem a : f "so. And" = 1.'


def test_sentences_end_where_they_end():
    text = 'Definition a (x : nat) : nat := x.+1.\nNotation "x .. y" := (f x .. y).\nLemma b : a 0 = 1.\nProof. by []. Qed.'
    found = sentences(text, "m")
    assert [one.kind for one in found] == ["Definition", "Notation", "Lemma"]
    assert found[0].text == "Definition a (x : nat) : nat := x.+1."
    assert found[2].text == "Lemma b : a 0 = 1."


def test_a_local_definition_is_shown_if_one_that_is_shown_names_it():
    text = """Section A.
Variable n : nat.
Let unused := 1.
Let rho := n + n.
Section B.
Let delta (m : nat) := m * rho.
Let rho' := 0.
Lemma a : delta 1 = n + n.
Proof. by []. Qed.
End B.
Lemma b : n = n.
Proof. by []. Qed.
End A."""
    first, second = sentences(text, "m")
    assert first.context == "Variable n : nat.\nLet rho := n + n.\nLet delta (m : nat) := m * rho."
    assert second.context == "Variable n : nat."


def test_the_digest_of_a_module_is_of_all_it_rests_on(tmp_path):
    (tmp_path / "a.v").write_text("From Geometry Require Import b.", encoding="utf-8")
    found = set()
    for text in ("Definition x := 1.", "Definition x := 2."):
        (tmp_path / "b.v").write_text(text, encoding="utf-8")
        found.add(Library(shared=tmp_path).digest("Geometry.a"))
    assert len(found) == 2


def test_missing_and_circular_sources_are_sentences(tmp_path):
    (tmp_path / "a.v").write_text("From Geometry Require Import b.", encoding="utf-8")
    with pytest.raises(
        SourceError, match=r"Geometry\.b has no source file; Geometry\.a requires it"
    ):
        Library(shared=tmp_path).closure("Geometry.a")
    (tmp_path / "b.v").write_text("From Geometry Require Import a.", encoding="utf-8")
    with pytest.raises(SourceError, match="a circle"):
        Library(shared=tmp_path).closure("Geometry.a")


class Item:
    """Of a test, what the door looks at, and how it is marked."""

    def __init__(self, callspec: SimpleNamespace, fixturenames: tuple[str, ...]) -> None:
        self.callspec, self.fixturenames = callspec, fixturenames
        self.marks: list[str] = []
        self.add_marker = self.marks.append


ALIKE = """From Coq Require Import Classical ProofIrrelevance.
Theorem part_free : True. Proof. exact I. Qed.
Theorem part_also_free : True. Proof. exact I. Qed.
Theorem part_middle : forall P : Prop, P \\/ ~ P. Proof. exact classic. Qed.
Theorem part_irrelevant : forall p q : True, p = q. Proof. intros; apply proof_irrelevance. Qed.
"""
MIDDLE, IRRELEVANT = "Classical_Prop.classic", "ProofIrrelevance.proof_irrelevance"
ASSUMED = {
    "part_free": (),
    "part_also_free": (),
    "part_middle": (MIDDLE,),
    "part_irrelevant": (IRRELEVANT,),
}


@needs_coq
@pytest.mark.parametrize(
    ("recorded", "groups"),
    [
        (
            {},
            [4, 1, 1, 1, 1],
        ),  # nothing is known: all together, and each alone as they assume something
        (ASSUMED, [2, 1, 1]),  # as recorded: what is alike together
        (dict.fromkeys(ASSUMED, ()), [4, 1, 1, 1, 1]),  # a record that says too little
        (dict.fromkeys(ASSUMED, (MIDDLE,)), [4, 1, 1, 1, 1]),  # and one that says something else
    ],
)
def test_theorems_asked_about_together_assume_what_each_does(
    library, monkeypatch, recorded, groups
):
    (library / "rooms" / "toy" / "kernel" / "alike.v").write_text(ALIKE, encoding="utf-8")
    sources = Library(library / "rooms", library / "library")
    digest = sources.digest("Geometry.toy.alike")
    entries = {
        f"Geometry.toy.alike.{name}": record.Entry(digest, coq.version(), axioms, 0.1)
        for name, axioms in recorded.items()
    }
    monkeypatch.setattr(record, "read", lambda: entries)
    asked, ask = [], coq._ask

    def counted(groups, folder):
        asked.extend(len(names) for names in groups)
        return ask(groups, folder)

    monkeypatch.setattr(coq, "_ask", counted)
    folder = library / "coq"
    folder.mkdir()
    for _ in range(2):  # the second time from what was kept
        made = coq.check(sources, "Geometry.toy.alike", tuple(ASSUMED), folder)
        assert made.axioms == ASSUMED
    assert asked == groups


@needs_coq
def test_what_is_recorded_of_other_sources_or_another_coq_says_nothing(library, monkeypatch):
    (library / "rooms" / "toy" / "kernel" / "alike.v").write_text(ALIKE, encoding="utf-8")
    sources = Library(library / "rooms", library / "library")
    digest = sources.digest("Geometry.toy.alike")
    folder = library / "coq"
    folder.mkdir()
    both = (MIDDLE, IRRELEVANT)
    for entry in (
        record.Entry("0" * 64, coq.version(), both, 0.1),
        record.Entry(digest, "8.15", both, 0.1),
    ):
        names = ("part_middle", "part_irrelevant")
        entries = {f"Geometry.toy.alike.{name}": entry for name in names}
        monkeypatch.setattr(record, "read", lambda entries=entries: entries)
        made = coq.check(sources, "Geometry.toy.alike", names, folder)
        assert made.axioms == {name: ASSUMED[name] for name in names}
        (folder / "Geometry" / "toy" / "alike.axioms.json").unlink()


@pytest.fixture
def runs(library, monkeypatch):
    """The files that Coq is run on, of a room with recorded modules and one, ``twice``, that is not recorded."""
    room = library / "rooms" / "toy" / "kernel"
    for file in ("alike", "same", "other"):
        (room / f"{file}.v").write_text(ALIKE, encoding="utf-8")
    (room / "built.v").write_text("From Geometry.toy Require Import same.\n" + ALIKE, "utf-8")
    sources = Library(library / "rooms", library / "library")
    entries = {
        f"{module}.{name}": record.Entry(sources.digest(module), coq.version(), axioms, 0.1)
        for module in (f"Geometry.toy.{file}" for file in ("alike", "same", "built", "other"))
        for name, axioms in ASSUMED.items()
    }
    monkeypatch.setattr(record, "read", lambda: entries)
    found, run = [], coq._run

    def counted(folder, file, what):
        found.append(file.stem.partition("_")[0])
        return run(folder, file, what)

    monkeypatch.setattr(coq, "_run", counted)
    (library / "coq").mkdir()
    return found


@needs_coq
def test_a_room_is_asked_about_in_one_process_and_what_is_compiled_ahead_along_with_it(
    library, runs
):
    sources, folder = Library(library / "rooms", library / "library"), library / "coq"
    for file in ("built", "alike", "same"):
        made = coq.check(sources, f"Geometry.toy.{file}", tuple(ASSUMED), folder)
        assert made.axioms == ASSUMED
    assert runs[-1] == "ask"
    assert sorted(runs) == ["alike", "ask", "built", "other", "same"]
    coq.ahead(sources, folder)
    assert runs[5:] == ["double", "twice"]  # nothing was compiled or asked again
    # What rests on a file that is gone cannot be loaded, and is left out of a question about another.
    kept = folder / "Geometry" / "toy"
    for left in kept.glob("*.axioms.json"):
        left.unlink()
    (kept / "same.vo").unlink()
    coq._learn(sources, (), folder)
    assert runs[7:] == ["ask"]
    told = {left.name.partition(".")[0] for left in kept.glob("*.axioms.json")}
    assert told == {"alike", "other"}


@needs_coq
def test_what_other_libraries_were_installed_for_is_compiled_and_recorded_anew(
    library, runs, monkeypatch, request
):
    request.addfinalizer(coq.libraries.cache_clear)
    sources, folder = Library(library / "rooms", library / "library"), library / "coq"
    for _ in range(2):
        coq._compile(sources, "Geometry.toy.alike", folder)
    assert runs == ["alike"]
    before = coq.libraries()
    (library / "own.vo").write_bytes(b"another library")
    monkeypatch.setenv("COQPATH", str(library))
    assert coq.libraries() == before  # of one process it stays
    coq.libraries.cache_clear()
    assert coq.libraries() != before
    coq._compile(sources, "Geometry.toy.alike", folder)
    assert runs == ["alike", "alike"]
    own = {"id": "toy.a", "title": "", "run": print, "arithmetic": Arithmetic.EXACT}
    theorem, other = (
        Check(role=Role.SUPPORTS, kind=kind, **own) for kind in (Kind.KERNEL, Kind.PROPERTY)
    )
    assert versions_for(theorem)["coq libraries"] == coq.libraries()
    assert "coq libraries" not in versions_for(other)


@needs_coq
@pytest.mark.parametrize("name", ["XDG_DATA_HOME", "XDG_DATA_DIRS", "HOME"])
def test_coq_searches_no_libraries_but_those_that_are_digested(tmp_path, monkeypatch, name):
    data = tmp_path / ".local" / "share"
    (data / "coq" / "mathcomp" / "ssreflect").mkdir(parents=True)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv(name, str(tmp_path if name == "HOME" else data))
    (tmp_path / "path.v").write_text("Set Printing Width 1000. Print LoadPath.", "utf-8")
    searched = coq._run(tmp_path, tmp_path / "path.v", "the folders")
    assert "mathcomp.ssreflect" in searched
    assert str(data) not in searched


ASSUMING = """Axioms:
V.foo relies on an unsafe hierarchy.
Two.loop is assumed to be guarded.
Classical_Prop.classic : forall P : Prop,
                         P \\/ ~ P
A.long_name
  : nat
Some rule is not as it should be
"""


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Closed under the global context\n", ()),
        (ASSUMING, ("?", "A.long_name", "Classical_Prop.classic", "Two.loop", "V.foo")),
        ("Axioms:\nclassic : False\nTheory:\nSet is impredicative\n", ("?", "Theory", "classic")),
        ("", ("?",)),
    ],
)
def test_nothing_that_coq_says_is_assumed_is_dropped(printed, names):
    assert coq._assumptions(printed) == names


@needs_coq
def test_two_who_compile_a_room_share_its_files(library, runs):
    sources, folder = Library(library / "rooms", library / "library"), library / "coq"
    busy = folder / "Geometry" / "toy" / "same.lock"
    busy.parent.mkdir(parents=True)
    with coq._alone(busy):
        for file in ("same", "built", "alike"):
            coq._compile(sources, f"Geometry.toy.{file}", folder, wait=False)
        assert runs == ["alike"]  # the others rest on what somebody else is at
    coq._compile(sources, "Geometry.toy.built", folder)
    assert runs == ["alike", "same", "built"]


@needs_coq
def test_what_is_damaged_is_told_and_made_again(library, runs):
    """A bit was flipped: Coq would refuse what rests on the first, and the last would name another axiom."""
    sources, folder = Library(library / "rooms", library / "library"), library / "coq"

    def assumed():
        return coq.check(sources, "Geometry.toy.built", tuple(ASSUMED), folder).axioms

    assert assumed() == ASSUMED
    made = [*runs]
    for file, again in (("same.vo", "same"), ("same.stamp", "same"), ("built.axioms.json", "ask")):
        path = folder / "Geometry" / "toy" / file
        content = bytearray(path.read_bytes())
        content[content.index(b"irrelevance") if again == "ask" else len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.warns(UserWarning, match=f"{file} is damaged"):
            assert assumed() == ASSUMED
        made.append(again)
        assert runs == made


@needs_coq
def test_theorems_are_compiled_ahead_of_any_installation(library):
    """With no packages at all, from a copy whose rooms are a toy one."""
    place = library / "verify" / "kernel"
    place.mkdir(parents=True)
    for file in ("verify/__init__.py", *(f"verify/kernel/{one}.py" for one in KERNEL)):
        shutil.copy2(ROOT / file, library / file)
    (library / "library").rename(place / "library")
    (library / "rooms").rename(library / "theorems")

    def run(*words):
        code = f"import runpy, sys; sys.path[:0] = [{str(library)!r}]; sys.argv[1:] = {words!r}; "
        code += "runpy.run_module('verify.kernel', run_name='__main__')"
        asked = [sys.executable, "-I", "-S", "-B", "-c", code]
        return subprocess.run(asked, cwd=library, capture_output=True, text=True)

    done = run("made")
    assert (done.returncode, done.stderr) == (0, "")
    assert (library / "made" / "Geometry" / "toy" / "twice.vo").is_file()
    for words in ((), ("made", "more")):
        done = run(*words)
        assert done.returncode == 2
        assert done.stderr == "Name one folder: python -m verify.kernel FOLDER\n"
    edit(library, "n + n.\nProof", "n.\nProof", "theorems/toy/kernel/twice.v")
    done = run("made")
    assert (done.returncode, "Coq refuses Geometry.toy.twice" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_the_pytest_door_asks_for_theorems_late_and_for_verdicts_last():
    def item(kind: Kind | None, *fixtures: str):
        own = {"id": "toy.a", "title": "", "run": print, "arithmetic": Arithmetic.EXACT}
        check = kind and Check(role=Role.SUPPORTS, kind=kind, **own)
        return Item(SimpleNamespace(params={"check": check}), fixtures)

    theorem, other, test = item(Kind.KERNEL), item(Kind.PROPERTY), item(None)
    verdicts = item(None, "assert_verdicts")
    items = [theorem, verdicts, other, test]
    pytest_collection_modifyitems(items)
    assert items == [other, test, theorem, verdicts]
    assert [one for one in items if one.marks] == [other, theorem, verdicts]
