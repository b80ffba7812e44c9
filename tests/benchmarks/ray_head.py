"""A fine-tune handed to a Ray head on this computer: once to its end, once cancelled, once with its process killed on the cluster.

    python -m tests.benchmarks.ray_head [--epochs 12]

Needs the extra `ray`. Starts a head of its own on free ports of the loopback device and takes it down again. The job goes as the window
sends it: the fine-tune worker is started over a frozen job folder that names the cluster. Of the run to its end the version is
compared with that of the same job on this computer.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from safetensors.torch import load_file

from app.worker_process import worker_command
from core.finetune.job import Job
from core.finetune.presets import PRESETS, QUICK
from tests.benchmarks.finetune_end_to_end import make_job


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def head(place: Path) -> Iterator[str]:
    """A Ray head; its dashboard's address."""
    port = free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--disable-usage-stats", "--num-cpus=2",
               "--node-ip-address=127.0.0.1", f"--port={free_port()}", "--include-dashboard=true", "--dashboard-host=127.0.0.1",
               f"--dashboard-port={port}", f"--dashboard-agent-listen-port={free_port()}", f"--ray-client-server-port={free_port()}",
               f"--temp-dir={place}", "--object-store-memory=100000000"]  # fmt: skip
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with (place / "head.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PATH": path})
    try:
        begun = time.monotonic()
        while time.monotonic() - begun < 180:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None:
                raise SystemExit((place / "head.log").read_text())
            time.sleep(0.5)
        print(f"Ray head: up after {time.monotonic() - begun:.1f} s", flush=True)
        yield f"http://127.0.0.1:{port}"
    finally:
        started = [process, *psutil.Process(process.pid).children(recursive=True)]
        for one in reversed(started):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


def on_cluster(job: Job) -> list[psutil.Process]:
    """The processes that work on a handed-over job."""
    found = []
    for one in psutil.process_iter(["cmdline"]):
        if (one.info["cmdline"] or [])[-1:] == ["core.finetune.ray_job"]:
            found.append(one)
    return found


def run(job: Job, at_epoch: str = "") -> tuple[dict[str, Any], list[str], float]:
    """Run the worker; in the second epoch "cancel" it or "kill" what runs on the cluster.

    Returns:
        Its ending, the kinds of events before, and seconds; after an intervention from there.
    """
    pipe = subprocess.PIPE
    kinds: list[str] = []
    ending: dict[str, Any] = {}
    begun = time.monotonic()
    command = [*worker_command("core.finetune.worker"), job.folder]
    with (
        (Path(job.folder).parent / "worker.log").open("wb") as log,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log) as process,
    ):
        assert process.stdout is not None and process.stdin is not None
        for line in process.stdout:
            ending = json.loads(line)
            kinds.append(ending["event"])
            if at_epoch and kinds.count("epoch") == 2 and kinds[-1] == "epoch":
                begun = time.monotonic()
                if at_epoch == "cancel":
                    process.stdin.write(b'{"verb": "cancel"}\n')
                    process.stdin.flush()
                else:
                    for one in on_cluster(job):
                        one.kill()
    return ending, kinds[:-1], time.monotonic() - begun


def job_in(folder: Path, epochs: int, cluster: str) -> Job:
    """The demo's ten corrections."""
    settings = {**PRESETS[QUICK].settings, "epochs": epochs, "device": "cpu", "cluster": cluster}
    folder.mkdir()
    return make_job(folder, 10, settings)


def main() -> None:
    """Do all of it and print what was seen; where it went wrong, what the workers wrote."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=12)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as short:
        folder = Path(place)
        with head(Path(short)) as address:
            for what in ("cancel", "kill"):
                job = job_in(folder / what, 100_000, address)
                ending, kinds, seconds = run(job, what)
                left = wait_until_gone(job)
                print(f"{what}: {ending['event']} after {seconds:.1f} s ({kinds.count('epoch')} epochs were told); "
                      f"alive on the cluster: {left}; version there: {Path(job.out).exists()}; "
                      f"labels still on its disk: {sent_files(Path(short))}; "
                      f"{ending.get('what_happened', '')}", flush=True)  # fmt: skip
            job = job_in(folder / "whole", chosen.epochs, address)
            ending, kinds, seconds = run(job)
            print(f"to its end: {ending['event']} after {seconds:.1f} s, {kinds.count('epoch')} epochs told; "
                  f"{ending.get('what_happened', '')}; labels still on its disk: {sent_files(Path(short))}", flush=True)  # fmt: skip
            if ending["event"] != "done":
                raise SystemExit((folder / "whole" / "worker.log").read_text())
            result = ending["result"]
        here, _, alone = run(rewritten(replace(job, cluster="", out=str(folder / "here"))))
        one, other = (load_file(Path(out) / "adapter_model.safetensors") for out in (job.out, str(folder / "here")))
        apart = max(float((one[name] - other[name]).abs().max()) for name in one)
        figures = [each["figures"]["tuned_at_best"] for each in (result, here["result"])]
        print(
            f"this computer alone: {alone:.1f} s; Dice {figures[0]:.4f} there, {figures[1]:.4f} here; weights apart by {apart:.1e}"
        )


def rewritten(job: Job) -> Job:
    """The job, with its folder telling the same."""
    job.write()
    return job


def wait_until_gone(job: Job) -> int:
    """How many processes of the job still live after ten seconds."""
    return len(psutil.wait_procs(on_cluster(job), timeout=10)[1])


def sent_files(place: Path) -> int:
    """Pictures and masks that Ray still holds in its folders."""
    return sum(1 for _ in place.rglob("job/*/*.png"))


if __name__ == "__main__":
    main()
