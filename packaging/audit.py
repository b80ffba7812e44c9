"""Audit what the program is made of: every package pinned, every licence known, none with a known vulnerability.

    sh packaging/audit.sh            (Windows: packaging\\audit.ps1)

The first two need no network. The third asks a vulnerability service by pip-audit; where that cannot be reached it is said, and nothing
is claimed. Exit codes: 0 nothing was found, 1 something was found, 3 the service did not answer (and nothing else was found).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.installed_packages import Package, installed_packages, normal  # noqa: E402

OURS = "sa2va-annotator"
INSTALLER = {"pip"}
"""Tools that bring packages; nothing of the program needs them."""
SAID_ELSEWHERE = {
    "cuda-toolkit": "a name for NVIDIA's packages without content of its own; their licences are in the list"
}
FOUND, NO_SERVICE = 1, 3
SECONDS = 300
EXACT = re.compile(r"^([\w.-]+)(?:\[[\w, -]+\])?\s*==\s*([\w.]+?)(\.\*)?\s*(?:;.*)?$")


def pins_of(project: Mapping[str, Any]) -> dict[str, str]:
    """Names and versions that pyproject.toml holds exactly, in its dependencies or its constraints."""
    more = project["project"].get("optional-dependencies", {}).values()
    entries = [*project["project"]["dependencies"], *(entry for extra in more for entry in extra)]
    entries += project["tool"]["uv"]["constraint-dependencies"]
    return dict(_exact(entries, builds=False))


def with_what_they_pin(pins: Mapping[str, str], needs: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Pins, and what pinned packages themselves hold exactly (torch does so with NVIDIA's).

    Args:
        pins: names and versions.
        needs: by name what each installed package asks for.
    """
    found, waiting = dict(pins), list(pins)
    while waiting:
        for name, version in _exact(needs.get(waiting.pop(), ()), builds=True):
            if name not in found:
                found[name] = version
                waiting.append(name)
    return found


def _exact(entries: Iterable[str], builds: bool) -> Iterable[tuple[str, str]]:
    """Names and versions; with `builds` also where any build of a whole version will do (NVIDIA's 13.1.0.3.*)."""
    for entry in entries:
        match = EXACT.match(entry.strip())
        if match and (match[3] is None or (builds and match[2].count(".") >= 2)):
            yield normal(match[1]), f"{match[2]}{match[3] or ''}"


def _holds(pin: str, version: str) -> bool:
    return version == pin or (pin.endswith(".*") and f"{version}.".startswith(pin[:-1]))


def not_pinned(packages: Sequence[Package], pins: Mapping[str, str]) -> list[str]:
    """A line for each installed package that no pin holds, or that has another version than its pin."""
    lines = []
    for one in packages:
        name = normal(one.name)
        if name == OURS or name in INSTALLER:
            continue
        if name not in pins:
            lines.append(f"{one.name} {one.version} is installed but not pinned in pyproject.toml.")
        elif not _holds(pins[name], one.version.split("+")[0]):
            lines.append(f"{one.name} {one.version} is installed, but {pins[name]} is pinned.")
    return lines


def without_licence(packages: Sequence[Package]) -> list[str]:
    """A line for each package that says no licence and of which nobody wrote one down here."""
    return [
        f"{one.name} {one.version} does not say its licence."
        for one in packages
        if not one.licence and normal(one.name) not in SAID_ELSEWHERE
    ]


def vulnerabilities(output: str) -> list[str] | None:
    """A line for each known vulnerability; None where the answer is no whole answer.

    Args:
        output: what pip-audit printed as JSON.
    """
    try:
        rows = json.loads(output)["dependencies"]
        skipped = [f"{row['name']} could not be checked: {row['skip_reason']}" for row in rows if "skip_reason" in row]
        known = [(row, one) for row in rows for one in row.get("vulns", [])]
        return skipped + [
            f"{row['name']} {row['version']}: {one['id']}, fixed in {', '.join(one['fix_versions']) or 'no version yet'}."
            for row, one in known
        ]
    except (ValueError, KeyError, TypeError):
        return None


def ask_service(packages: Sequence[Package], command: Sequence[str]) -> list[str] | None:
    """Ask about exactly the installed versions; None where there was no answer.

    Args:
        packages: that are asked about.
        command: starts pip-audit.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "packages.txt"
        lines = [f"{one.name}=={one.version.split('+')[0]}" for one in packages if normal(one.name) != OURS]
        asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
        more = ["-r", str(asked), "--no-deps", "--disable-pip", "-s", "osv", "-f", "json", "--progress-spinner", "off"]
        try:
            done = subprocess.run(
                [*command, *more], capture_output=True, text=True, timeout=SECONDS, check=False, encoding="utf-8"
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return vulnerabilities(done.stdout)


def main(command: Sequence[str]) -> int:
    """Audit and print; `command` starts pip-audit. Returns the exit code."""
    packages = installed_packages()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needs = {normal(str(one.metadata["Name"])): one.requires or [] for one in distributions()}
    found = False
    for title, lines in (
        ("pinned", not_pinned(packages, with_what_they_pin(pins_of(project), needs))),
        ("licence known", without_licence(packages)),
    ):
        print(f"{title}: {len(packages) - len(lines)} of {len(packages)} packages")
        for line in lines:
            print(f"  {line}")
        found = found or bool(lines)
    known = ask_service(packages, command)
    if known is None:
        print(
            "vulnerabilities: the vulnerability service did not answer, so nothing is known about them; try again with a network."
        )
        return FOUND if found else NO_SERVICE
    print(f"vulnerabilities: {len(known)} known in {len(packages)} packages")
    for line in known:
        print(f"  {line}")
    return FOUND if found or known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["pip-audit"]))
