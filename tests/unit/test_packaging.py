"""The two commands on machines that lack this or that, played with small fake programs in place of the real ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "packaging"
TOOLS = ("sh", "grep", "dirname", "cat", "mkdir", "touch", "chmod", "env", "ls")
QT = ("libEGL.so.1", "libGL.so.1", "libxkbcommon.so.0", "libdbus-1.so.3", "libfontconfig.so.1", "libglib-2.0.so.0")
SCREEN = (
    "libxcb-cursor.so.0",
    "libxkbcommon-x11.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-shape.so.0",
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are the commands of Unix")


class Machine:
    """A checkout and a PATH that holds only what is put there; every call of a fake program is written down."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.programs, self.log = folder / "checkout", folder / "bin", folder / "calls"
        shutil.copytree(SCRIPTS, self.checkout / "packaging", ignore=shutil.ignore_patterns("demo_model"))
        self.programs.mkdir()
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or tool)
        self.variables = {"PATH": str(self.programs), "HOME": str(folder / "home")}
        self.fake("uname", "echo Linux")
        self.fake("id", "echo 1000")
        self.fake("fc-list", "echo /usr/share/fonts/one.ttf", log=False)
        self.libraries(*QT, *SCREEN)

    def fake(self, name: str, body: str = "", log: bool = True) -> None:
        note = f'echo "{name} $*" >> {self.log}\n' if log else ""
        file = self.programs / name
        file.write_text(f"#!/bin/sh\n{note}{body}\n")
        file.chmod(0o755)

    def libraries(self, *names: str) -> None:
        lines = "\n".join(f"\t{name} (libc6,x86-64) => /lib/{name}" for name in names)
        self.fake("ldconfig", f"cat <<'END'\n{lines}\nEND", log=False)

    def run(self, script: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [shutil.which("sh") or "sh", str(self.checkout / "packaging" / script), *arguments],
            cwd=cwd or self.checkout,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, *programs: str) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.split()[0] in programs]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_test_command_runs_style_walls_types_and_tests(machine: Machine) -> None:
    machine.fake("uv")
    done = machine.run("test.sh")
    assert done.returncode == 0, done.stderr
    assert machine.calls("uv")[1:] == [
        "uv sync --quiet",
        "uv run --no-sync ruff check .",
        "uv run --no-sync ruff format --check .",
        "uv run --no-sync lint-imports",
        "uv run --no-sync mypy",
        "uv run --no-sync python -m pytest tests -n 2 --dist worksteal",
    ]


@pytest.mark.parametrize("failing", ["sync", "ruff check", "ruff format", "lint-imports", "mypy", "pytest"])
def test_whatever_fails_the_test_command_fails(machine: Machine, failing: str) -> None:
    machine.fake("uv", f'case "$*" in *"{failing}"*) exit 7 ;; esac')
    assert machine.run("test.sh").returncode == 7
    assert failing in machine.calls("uv")[-1], "and nothing runs after it"


def test_what_is_given_to_the_test_command_goes_to_pytest(machine: Machine) -> None:
    machine.fake("uv")
    machine.run("test.sh", "tests/unit", "-x")
    assert machine.calls("uv")[-1] == "uv run --no-sync python -m pytest tests/unit -x"


def test_without_a_screen_the_loop_runs_headless_and_keeps_earlier_results(machine: Machine, tmp_path: Path) -> None:
    machine.fake("uv")
    headless = "uv run --no-sync python -m core.cli demo --headless --out "
    done = machine.run("run.sh", cwd=tmp_path)
    assert done.returncode == 0 and "There is no display" in done.stderr
    assert machine.calls("uv")[1] == "uv sync --quiet --no-dev --inexact"
    assert machine.calls("uv")[-1] == headless + "out/demo"
    (machine.checkout / "out" / "demo").mkdir(parents=True)
    (machine.checkout / "out" / "demo-2").mkdir(parents=True)
    machine.run("run.sh", cwd=tmp_path)
    assert machine.calls("uv")[-1] == headless + "out/demo-3"
    machine.run("run.sh", "mine", cwd=tmp_path)
    assert machine.calls("uv")[-1] == headless + f"{tmp_path}/mine"


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_with_a_screen_the_window_opens(machine: Machine, variable: str) -> None:
    machine.fake("uv")
    machine.variables[variable] = ":0"
    assert machine.run("run.sh").returncode == 0
    assert machine.calls("uv")[-1] == "uv run --no-sync python -m app --demo"


FAKE_PYTHON = """
case "$*" in
    *ensurepip*) exit {has_venv} ;;
    *"-m venv"*) mkdir -p "$4/bin"; printf '#!/bin/sh\\necho "venv-python $*" >> {log}
printf "#!/bin/sh\\\\necho uv \\\\$* >> {log}\\\\n" > "$(dirname "$0")/uv"; chmod +x "$(dirname "$0")/uv"\\n' > "$4/bin/python"
        chmod +x "$4/bin/python" ;;
esac
"""


def fake_python(machine: Machine, name: str, has_venv: bool) -> None:
    machine.fake(name, FAKE_PYTHON.format(has_venv=0 if has_venv else 1, log=machine.log))


@pytest.mark.parametrize("name", ["python3.11", "python3"])
def test_uv_is_brought_once_by_a_python_that_can(machine: Machine, name: str) -> None:
    fake_python(machine, name, has_venv=True)
    tools = Path(machine.variables["HOME"]) / ".cache" / "sa2va-annotator" / "uv"
    done = machine.run("test.sh")
    assert done.returncode == 0, done.stderr
    assert f"{name} -m venv --clear {tools}" in machine.calls(name)
    assert machine.calls("venv-python") == ["venv-python -m pip install -q --disable-pip-version-check uv"]
    assert machine.calls("uv")[-1] == "uv run --no-sync python -m pytest tests -n 2 --dist worksteal"
    machine.run("test.sh")
    assert len(machine.calls("venv-python")) == 1, "the second time it is there"


def test_a_uv_that_does_not_run_is_replaced(machine: Machine) -> None:
    machine.fake("uv", "exit 1")
    fake_python(machine, "python3.11", has_venv=True)
    done = machine.run("test.sh")
    assert done.returncode == 0, done.stderr
    assert machine.calls("venv-python")


@pytest.mark.parametrize("there", [True, False])
def test_without_the_module_for_environments_root_installs_it(machine: Machine, there: bool) -> None:
    if there:
        fake_python(machine, "python3", has_venv=False)
    machine.fake("id", "echo 0")
    fake_python(machine, "python-of-apt", has_venv=True)
    place = machine.programs
    machine.fake(
        "apt-get",
        f'case "$*" in *install*) cat {place}/python-of-apt > {place}/python3; chmod +x {place}/python3 ;; esac',
    )
    done = machine.run("test.sh")
    assert done.returncode == 0, done.stderr
    assert machine.calls("apt-get") == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends python3 python3-venv",
    ]


Setup = Callable[[Machine], None]


@pytest.mark.parametrize(
    ("script", "present", "packages"),
    [
        ("test.sh", SCREEN, "libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0"),
        ("test.sh", QT, ""),
        ("run.sh", QT, "libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"),
        ("run.sh", (*QT[1:], *SCREEN), "libegl1"),
    ],
)
def test_missing_system_libraries_are_installed_or_said(
    machine: Machine, script: str, present: tuple[str, ...], packages: str
) -> None:
    machine.libraries(*present)
    machine.fake("uv")
    machine.fake("apt-get")
    machine.variables["DISPLAY"] = ":0"
    done = machine.run(script)
    if not packages:
        assert done.returncode == 0 and machine.calls("apt-get") == []
        return
    assert done.returncode == 1 and machine.calls("apt-get", "uv") == ["uv --version"]
    assert f"    sudo apt-get install -y {packages}\n" in done.stderr
    machine.fake("id", "echo 0")
    assert machine.run(script).returncode == 0
    assert machine.calls("apt-get")[-1] == f"apt-get install -y -qq --no-install-recommends {packages}"


def test_all_that_is_missing_is_one_command(machine: Machine) -> None:
    machine.libraries(*QT[1:], *SCREEN[1:])
    machine.fake("apt-get")
    machine.fake("fc-list", "exit 0", log=False)
    machine.variables["DISPLAY"] = ":0"
    done = machine.run("run.sh")
    assert done.returncode == 1 and done.stderr.count("apt-get install") == 1
    assert "    sudo apt-get install -y libegl1 libxcb-cursor0 python3 python3-venv fonts-wqy-microhei\n" in done.stderr


@pytest.mark.parametrize("listed", [True, False])
def test_a_font_with_chinese_signs_is_brought_for_the_window_and_never_stops_it(
    machine: Machine, tmp_path: Path, listed: bool
) -> None:
    fonts = tmp_path / "fonts"
    (fonts / "truetype").mkdir(parents=True)
    machine.variables["FONT_FOLDERS"] = str(fonts)
    if listed:
        machine.fake("fc-list", "exit 0", log=False)
    else:
        (machine.programs / "fc-list").unlink()
    machine.fake("uv")
    machine.fake("apt-get", "exit 100")
    assert machine.run("test.sh").returncode == 0 and machine.calls("apt-get") == [], "no window, no font"
    machine.variables["DISPLAY"] = ":0"
    done = machine.run("run.sh")
    assert done.returncode == 0 and "    sudo apt-get install -y fonts-wqy-microhei\n" in done.stderr
    machine.fake("id", "echo 0")
    assert machine.run("run.sh").returncode == 0, "not even when it cannot be installed"
    machine.fake("apt-get")
    assert machine.run("run.sh").returncode == 0
    assert machine.calls("apt-get")[-1] == "apt-get install -y -qq --no-install-recommends fonts-wqy-microhei"
    (fonts / "truetype" / "wqy-microhei.ttc").touch()
    machine.fake("fc-list", f"ls {fonts}/truetype", log=False) if listed else None
    count = len(machine.calls("apt-get"))
    assert machine.run("run.sh").returncode == 0 and len(machine.calls("apt-get")) == count


def test_a_package_that_cannot_be_installed_is_one_sentence(machine: Machine) -> None:
    machine.libraries(*QT[1:])
    machine.fake("uv")
    machine.fake("id", "echo 0")
    machine.fake("apt-get", "exit 100")
    done = machine.run("test.sh")
    assert done.returncode == 1 and "They could not be installed. Check the network" in done.stderr
    (machine.programs / "apt-get").unlink()
    done = machine.run("test.sh")
    assert done.returncode == 1 and "Please install what Debian calls: libegl1" in done.stderr


def test_the_client_runs_the_same_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == "exec sh packaging/test.sh" and os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_readme_names_the_commands_that_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("sh packaging/run.sh", "sh packaging/test.sh", "packaging\\run.ps1", "packaging\\test.ps1"):
        assert command in text
        assert (ROOT / command.split()[-1].replace("\\", "/")).is_file()


def test_both_systems_run_the_same_steps() -> None:
    """What the test command does on Unix it does on Windows."""
    unix, windows = ((SCRIPTS / f"test.{kind}").read_text() for kind in ("sh", "ps1"))
    for step in ("ruff check", "ruff format --check", "lint-imports", "mypy", "python -m pytest"):
        assert step in unix
        assert ", ".join(f'"{word}"' for word in step.split()) in windows, step
    assert all(text.isascii() for text in (windows, (SCRIPTS / "prepare.ps1").read_text(), unix)), (
        "Windows PowerShell 5.1 reads them in the code page of the machine"
    )
