"""Where the code of checks stands, and how the report says it."""

from __future__ import annotations

import re
import subprocess
import sys
from email.message import Message
from pathlib import Path

import msgspec
import pytest
from report_fixture import run_record
from report_parser import Parsed

from reports.render import page
from verify.__main__ import REGISTRIES
from verify.engine import places
from verify.engine.places import Places
from verify.engine.registry import contents, load
from verify.identity.fingerprint import canonical_form

ROOT = Path(__file__).parents[1]


def placed(words: str) -> str:
    """Where these words of a check of Corollary 3.5 stand, with the text of that line."""
    file, _, line = Places().of(words, "theorems.cor35").partition(":")
    return (
        f"{file} {(ROOT / file).read_text('utf-8').splitlines()[int(line) - 1]}" if line else file
    )


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (
            "partial(verify.claims.derivation.derive, theorems.cor35.derivation.published; )",
            "theorems/cor35/derivation.py def published(",
        ),
        (
            "partial(verify.claims.property.holds, verify.claims.property.Claim(text='theorems.cor35.bounds.sharp', "
            "cases=theorems.cor35.properties.saddles, "
            "normalised_error=partial(theorems.cor35.properties.distance_ratio; factor=2.0)); )",
            "theorems/cor35/properties.py def distance_ratio(",
        ),
        (
            "partial(verify.claims.proved.check_proved, verify.claims.proved.Proved(room='cor35', text='', "
            "said=verify.claims.proved.Said(theorems=builtins.tuple('parts.part_published', 'parts.x'))); )",
            "theorems/cor35/kernel/parts.v Theorem part_published",
        ),
        (
            "partial(verify.experiments.homogeneity.scaled, 1; )",
            "verify/experiments/homogeneity.py def scaled(",
        ),
        ("verify.symbolic.matrices.matrix", "verify/symbolic/matrices.py def matrix("),
        ("theorems.cor35.derivation.nothing", "theorems/cor35/derivation.py"),
        ("builtins.len", ""),
    ],
)
def test_the_place_is_that_of_what_the_room_runs(words: str, where: str) -> None:
    found = placed(words)
    assert found.startswith(where)
    assert bool(found) is bool(where)


def test_every_check_has_a_place() -> None:
    found = Places()
    for place in contents(REGISTRIES):
        for check in load(place.entry.id, place.module).checks:
            file, _, line = found.of(canonical_form(check.run)[0], place.module).partition(":")
            text = (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1]
            assert re.match(r"(def|class|Theorem|Lemma|Corollary|[\w_]+ =)\b", text), check.id


def test_nothing_is_imported_for_it() -> None:
    code = (
        "import sys; from verify.engine.places import Places\n"
        "print(Places().of('theorems.thm41.scale.production', 'theorems.thm41'))\n"
        "print([name for name in ('torch', 'theorems', 'sympy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[1:] == ["[]"], done.stderr
    assert done.stdout.startswith("theorems/thm41/scale.py")


def test_the_report_says_where_each_check_stands_and_what_runs_it_again() -> None:
    run = run_record()
    html = page(run)
    for check in run.checks:
        assert f"<code>{check.source}</code>" in html
    assert "python -m verify thm41 --only derivation --fresh" in re.sub(r"<[^>]*>", "", html)
    assert not [link for link in Parsed(html).links[""] if "checks.py" in link]


def test_a_place_is_a_link_only_where_the_files_have_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Message()
    monkeypatch.setattr(places, "metadata", lambda _: told)
    assert places.address() == ""
    told["Project-URL"] = "Homepage, https://example.org/home"
    told["Project-URL"] = "Source files, javascript:alert(1)"
    assert places.address() == ""
    told["Project-URL"] = "Source files, https://example.org/files/main"
    assert places.address() == "https://example.org/files/main/"
    run = msgspec.structs.replace(run_record(), address=places.address())
    html = page(run)
    place = next(check.source for check in run.checks if check.id == "thm41.F.derivation")
    address = f"https://example.org/files/main/{place.replace(':', '#L')}"
    assert f'<a href="{address}"><code>{place}</code></a>' in html
    assert not re.search(r"<summary[^>]*>(?:(?!</summary>).)*<a ", html, re.DOTALL)
