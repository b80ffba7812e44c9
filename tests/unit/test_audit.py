"""The audit finds what is not pinned, what has no licence and what is vulnerable, and never claims what it does not know."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from core.installed_packages import Package

ROOT = Path(__file__).resolve().parents[2]
ONE = [Package("Small.Package", "1.2", "MIT")]


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "packaging" / "audit.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_no_pin_holds_is_named(audit: ModuleType) -> None:
    assert audit.not_pinned(ONE, {"small-package": "1.2"}) == []
    assert audit.not_pinned(ONE, {"small-package": "1.3"}) == ["Small.Package 1.2 is installed, but 1.3 is pinned."]
    assert audit.not_pinned(ONE, {"small-package": "1.20"}) and audit.not_pinned(ONE, {"small-package": "1"})
    assert audit.not_pinned([Package("a", "1.2.3.4", "")], {"a": "1.2.3.*"}) == []
    assert audit.not_pinned(ONE, {}) == ["Small.Package 1.2 is installed but not pinned in pyproject.toml."]
    project = {"project": {"dependencies": ["a>=1", "b==2.0"]}, "tool": {"uv": {"constraint-dependencies": ["a==1.5"]}}}
    pins = audit.pins_of(project)
    assert pins == {"a": "1.5", "b": "2.0"}
    needs = {
        "b": ["c==3 ; sys_platform == 'linux'", "d>=1", "g==1.2.3.*; extra == 'all'", "h==1.*"],
        "c": ["e[x]==4"],
        "d": ["f==5"],
    }
    assert audit.with_what_they_pin(pins, needs) == {**pins, "c": "3", "e": "4", "g": "1.2.3.*"}, (
        "d is not pinned, so what it pins is not"
    )


def test_a_licence_that_is_not_known_is_named(audit: ModuleType) -> None:
    assert audit.without_licence(ONE) == []
    assert audit.without_licence([Package("odd", "1", "")]) == ["odd 1 does not say its licence."]


def test_a_vulnerability_is_named_and_no_answer_is_not_taken_for_a_good_one(audit: ModuleType) -> None:
    bad = {"id": "CVE-1", "fix_versions": ["2"]}
    answer = {
        "dependencies": [{"name": "a", "version": "1", "vulns": [bad]}, {"name": "b", "version": "1", "vulns": []}]
    }
    assert audit.vulnerabilities(json.dumps(answer)) == ["a 1: CVE-1, fixed in 2."]
    assert audit.vulnerabilities('{"dependencies": []}') == []
    assert audit.vulnerabilities('{"dependencies": [{"name": "a", "skip_reason": "gone"}]}') == [
        "a could not be checked: gone"
    ]
    for broken in ("", "ERROR: no route", "{}", '{"dependencies": [{"vulns": [1]}]}'):
        assert audit.vulnerabilities(broken) is None


@pytest.mark.parametrize(("prints", "code"), [("", 3), ('{"dependencies": []}', 0)])
def test_the_command_says_how_it_ended(audit: ModuleType, capsys, monkeypatch, prints: str, code: int) -> None:
    monkeypatch.setattr(audit, "not_pinned", lambda *_: [])
    monkeypatch.setattr(audit, "without_licence", lambda *_: [])
    assert audit.main([sys.executable, "-c", f"print({prints!r})"]) == code
    said = capsys.readouterr().out
    assert ("nothing is known about them" in said) is (code == 3) and ("0 known" in said) is (code == 0)
    monkeypatch.setattr(audit, "without_licence", lambda *_: ["odd 1 does not say its licence."])
    assert audit.main(["no-such-program"]) == 1, "what was found counts, whether the service answers or not"


def test_this_environment_is_pinned_and_its_licences_are_known() -> None:
    command = [sys.executable, str(ROOT / "packaging" / "audit.py"), "no-such-program"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stdout + done.stderr
