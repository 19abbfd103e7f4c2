"""A run as JUnit XML, the format that continuous integration reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from verify.claims.evidence import Outcome
from verify.engine.provenance import Traced
from verify.engine.record import CheckRecord, RunRecord

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not admit."""


def junit(run: RunRecord) -> bytes:
    """Return the run as one test case per check, and one per verdict that is not as predicted.

    Errors are errors, other gating outcomes than ``as stated`` are failures, and what did not run
    is skipped, with its reason. Why else the run is red, such as a room that cannot be imported, is a
    case each of a suite of the run.
    """
    suites = ElementTree.Element("testsuites", name="verify")
    for statement in run.statements:
        suite = _suite(suites, statement.statement.id, statement.checks, run)
        for judgement in statement.judged.surprises:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=f"{statement.statement.id}.verdict",
                name=_text(judgement.target),
            )
            message = f"{judgement.verdict}, where {judgement.predicted} is predicted"
            ElementTree.SubElement(case, "failure", message=_text(message)).text = _text(
                judgement.reason
            )
    for experiment in run.experiments:
        _suite(suites, experiment.experiment.id, experiment.checks, run)
    told = [f"{check.id}: " for check in run.checks]
    told += [
        f"{r.statement.id}, {one.target}: " for r in run.statements for one in r.judged.surprises
    ]
    besides = [failure for failure in run.failures if not failure.startswith(tuple(told))]
    if besides:
        suite = _suite(suites, "run", (), run)
    for number, failure in enumerate(besides, start=1):
        case = ElementTree.SubElement(suite, "testcase", classname="run", name=f"failure {number}")
        ElementTree.SubElement(case, "failure", message=_text(failure))
    for suite in suites:
        suite.set("tests", str(len(suite.findall("testcase"))))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    ElementTree.indent(suites)
    encoded: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return encoded


def _suite(
    suites: ElementTree.Element, name: str, checks: tuple[CheckRecord, ...], run: RunRecord
) -> ElementTree.Element:
    suite = ElementTree.SubElement(suites, "testsuite", name=name, timestamp=run.started)
    asked = {"seed": run.seed, "profile": run.profile, "device": run.device, "git": run.git}
    _properties(suite, asked | run.machine | run.versions)
    for check in checks:
        wall = check.evidence.provenance.wall_s if check.evidence and not check.stale else 0.0
        case = ElementTree.SubElement(
            suite, "testcase", classname=name, name=check.id, time=f"{wall:.3f}"
        )
        if check.evidence is not None and not check.stale:
            _properties(case, _origin(check.evidence))
        message = _text(check.summary)
        if check.outcome is Outcome.NOT_RUN:
            ElementTree.SubElement(case, "skipped", message=message)
        elif check.outcome is Outcome.ERROR:
            error = ElementTree.SubElement(case, "error", message=message)
            error.text = _text(check.evidence.detail if check.evidence else "")
        elif check.gates and check.outcome is not Outcome.AS_STATED:
            ElementTree.SubElement(case, "failure", message=f"{check.outcome}: {message}")
        else:
            ElementTree.SubElement(case, "system-out").text = f"{check.outcome}: {message}"
    return suite


def _origin(evidence: Traced) -> dict[str, object]:
    """Where a piece of evidence comes from."""
    made = evidence.provenance
    names = ("key", "seed", "profile", "device", "machine", "git", "date", "wall_s", "cpu_s")
    data = {f"data: {name}": digest for name, digest in evidence.data.items()}
    return {name: getattr(made, name) for name in names} | {"cases": evidence.cases} | data


def _properties(of: ElementTree.Element, found: Mapping[str, object]) -> None:
    listed = ElementTree.SubElement(of, "properties")
    for name, value in found.items():
        ElementTree.SubElement(listed, "property", name=name, value=_text(str(value)))


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
