"""The suite is strict: a test that logs a warning, leaves a thread or a process behind, or touches the user's files fails.

A test that provokes a warning on purpose says so: `@pytest.mark.expects_log("part of the message")`.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything can import Qt. A test run never needs a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "PYTEST_XDIST_WORKER" in os.environ:
    # Before anything can import torch: as many processes as cores, each with as many threads, mostly wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

OURS = ("app", "core", "tests")
GRACE_SECONDS = 15.0

# How long one example takes says something of the machine, not of the program.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "expects_log(text): the test provokes a warning in the log that holds this text")


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings, projects, caches and logs of the user are those of an empty account, for child processes too."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    places = {
        "HOME": home, "USERPROFILE": home, "APPDATA": home / "roaming", "LOCALAPPDATA": home / "local",
        "XDG_CONFIG_HOME": home / "config", "XDG_DATA_HOME": home / "data", "XDG_CACHE_HOME": home / "cache",
        "XDG_STATE_HOME": home / "state",
    }  # fmt: skip
    for name, place in places.items():
        patch.setenv(name, str(place))
    for name in ("HF_HOME", "HF_HUB_CACHE", "TORCH_HOME"):
        patch.delenv(name, raising=False)
    yield home
    patch.undo()


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning or an error in the log of our packages that nobody announced fails the test."""
    yield
    announced = [mark.args[0] for mark in request.node.iter_markers("expects_log")]
    loud = [
        record
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in (*OURS, "__main__")
    ]
    texts = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in loud]
    unexpected = [text for text in texts if not any(part in text for part in announced)]
    assert not unexpected, f"the log says what nobody expected: {unexpected}"
    missing = [part for part in announced if not any(part in text for text in texts)]
    assert not missing, f"the log does not say {missing}"


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """A thread or a child process that outlives its test fails it."""
    threads, children = set(threading.enumerate()), _children()
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    while left := _left(threads, children):
        if time.monotonic() > deadline:
            pytest.fail(f"still alive after the test: {left}")
        time.sleep(0.02)


def _left(threads: set[threading.Thread], children: dict[int, str]) -> list[str]:
    # A pool's thread waits for work until the interpreter ends; it holds nothing.
    alive = [
        thread.name
        for thread in threading.enumerate()
        if thread not in threads and not thread.name.startswith(("ThreadPoolExecutor", "asyncio", "pytest_timeout"))
    ]
    return alive + [text for key, text in _children().items() if key not in children]


def _children() -> dict[int, str]:
    """Living children of this process: id and command line. Only where the system shows them (Linux)."""
    listing = Path(f"/proc/{os.getpid()}/task")
    found: dict[int, str] = {}
    try:
        ids = {int(key) for task in listing.iterdir() for key in (task / "children").read_text().split()}
    except OSError:
        return found
    for key in ids:
        try:
            state = Path(f"/proc/{key}/stat").read_text().rsplit(")", 1)[1].split()[0]
            line = Path(f"/proc/{key}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if state != "Z" and "resource_tracker" not in line:
            found[key] = f"process {key} {line}"
    return found


@pytest.fixture
def as_nobody() -> Iterator[Callable[[str, Path], list[str]]]:
    """Run code on a write-protected copy of a folder, as somebody who may not write there.

    The code defines `act(folder)`; what it prints comes back as lines. A test run by root works too: rights do not hold
    back root, so the code runs as the user nobody.
    """
    if os.name != "posix":
        pytest.skip("rights of folders are another matter on this system")
    place = Path(tempfile.mkdtemp(prefix="nobody-"))
    place.chmod(0o755)

    def run(code: str, folder: Path) -> list[str]:
        copy = place / str(len(list(place.iterdir()))) / folder.name
        shutil.copytree(folder, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        copy.parent.chmod(0o555)
        drop = "import os, sys\nif os.geteuid() == 0:\n    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        script = f"{code}\n{drop}act(sys.argv[1])\n"
        done = subprocess.run([sys.executable, "-c", script, str(copy)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    yield run
    for path in place.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(place)
