"""Harmed files through every reader: `python -m tests.reliability.fuzz --count N --seed S`.

Each file is read in a process of its own kind: ten seconds, two gigabytes on top of what the program itself takes, and no file
opened for writing outside its folder. The reader may read it or refuse it in a sentence (KnownError); anything else is a find.
What was found is printed with its number; `--only NUMBER` does that one again and keeps the file. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel
import numpy as np
import torch
from PIL import Image as Pillow

from core.errors import KnownError
from core.export.manifest import read_manifest
from core.export.png import export_png
from core.finetune.job import JOB_FILE, Job
from core.finetune.version import Trained, read_version, write_version
from core.image_file import read_image
from core.labelled_set import read_reference_mask
from core.model_reference import read_version_record
from core.sa2va.checkpoint import read_tensors
from core.sa2va.config import read_config
from core.store import Store
from core.store.database import DATABASE_FILE
from core.worker_protocol import decode_line, parse_event, parse_request
from tests.dicom_writer import dicom
from tests.reliability import test_storage
from tests.unit.finetune_toy import LearningSegmenter, make_job

SECONDS, GIGABYTES = 10, 2
BATCH = 100
Sample = tuple[str, bytes, Callable[[Path], object]]
"""The name that a file has in its folder, its content, and what reads the folder."""


def read_project(folder: Path) -> None:
    with Store.open(folder) as store:
        for image in store.images():
            store.image_path(image)
            for structure in store.structures():
                store.correction(image.id, structure.id)
                store.prediction(image.id, structure.id)
                store.edit_layer(image.id, structure.id)
                store.journal(image.id, structure.id)
                store.final_mask(image.id, structure.id)
        store.labels(), store.versions(), store.runs(), store.active_version()


def image(name: str) -> Callable[[Path], object]:
    return lambda folder: read_image(folder / name)


def samples(place: Path) -> list[Sample]:
    """Good files of every kind, small, each of which can be read."""
    rng, found = np.random.default_rng(1), []
    colour = rng.integers(0, 255, (40, 50, 3), dtype=np.uint8)
    for suffix in ("png", "jpg", "bmp", "webp", "tif"):
        done, content = cv2.imencode(f".{suffix}", colour)
        assert done
        found.append((f"a.{suffix}", content.tobytes(), image(f"a.{suffix}")))
    grey = Pillow.fromarray(rng.integers(0, 60000, (40, 50), dtype=np.uint16))
    grey.save(place / "pages.tif", save_all=True, append_images=[grey, grey], compression="tiff_lzw")
    Pillow.fromarray(colour).save(place / "a.gif")
    dicom(rng.integers(0, 4000, (40, 50), dtype=np.uint16), BitsStored=12).save_as(
        place / "a.dcm", enforce_file_format=True
    )
    several = dicom(rng.integers(0, 255, (3, 20, 20), dtype=np.uint8), NumberOfFrames=3)
    several.save_as(place / "frames.dcm", enforce_file_format=True)
    volume = nibabel.Nifti1Image(rng.integers(0, 900, (12, 14, 4)).astype(np.int16), np.eye(4))
    for name in ("a.nii", "a.nii.gz"):
        nibabel.save(volume, place / name)
    for name in ("pages.tif", "a.gif", "a.dcm", "frames.dcm", "a.nii", "a.nii.gz"):
        found.append((name, (place / name).read_bytes(), image(name)))
    mask = cv2.imencode(".png", (colour[:, :, 0] > 99).astype(np.uint8) * 255)[1].tobytes()
    found.append(("mask.png", mask, lambda folder: read_reference_mask(folder / "mask.png", 40, 50)))
    found += project_sample(place) + model_samples(place)
    lines = b'{"id":3,"event":"done","result":{"ious":[0.5],"best":0}}'
    found.append(("line", lines, lambda folder: parse_event(decode_line((folder / "line").read_bytes()))))
    request = b'{"id":3,"verb":"predict","image":"/a.png","prompt":"the polyp","clicks":[[1,2,1]]}'
    found.append(("request", request, lambda folder: parse_request(decode_line((folder / "request").read_bytes()))))
    return found


def project_sample(place: Path) -> list[Sample]:
    with Store.create(place / "project", "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path("/p/1.png"), "1" * 64, test_storage.WIDTH, test_storage.HEIGHT, "", "")])
        store.save_prediction(1, 1, None, "the polyp", np.linspace(-4, 4, 256).reshape(16, 16).astype(np.float16), 0.7)
        for step in test_storage.strokes(5):
            store.append_step(1, 1, step)
        store.save_final(1, 1, test_storage.MASK, "accepted")
        export_png(store, place / "masks")
    with sqlite3.connect(place / "project" / DATABASE_FILE) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    table = ("manifest.csv", (place / "masks" / "manifest.csv").read_bytes(), read_manifest)
    return [table, *[(DATABASE_FILE, (place / "project" / DATABASE_FILE).read_bytes(), read_project)] * 3]


def model_samples(place: Path) -> list[Sample]:
    """A version (its settings, its weights, its record), a job, a table of an export, a model's settings."""
    base = LearningSegmenter()
    parts = {name: module.state_dict() for name, module in base.trainable_modules().items()}
    write_version(place / "version", Trained(parts), "demo", {"base": "demo", "best_step": 90})
    version = {file.name: file.read_bytes() for file in (place / "version").iterdir()}

    def reading(name: str) -> Callable[[Path], object]:
        def read(folder: Path) -> None:
            for other, content in version.items():
                if other != name:
                    (folder / other).write_bytes(content)
            read_version_record(folder)
            read_version(folder, base)

        return read

    found: list[Sample] = [(name, content, reading(name)) for name, content in version.items()]
    job = Path(make_job(place / "run").folder) / JOB_FILE
    found.append((JOB_FILE, job.read_bytes(), Job.read))
    demo = Path("resources/demo_model").resolve()
    found.append(("config.json", (demo / "config.json").read_bytes(), read_config))
    weights = place / "small.safetensors"
    from safetensors.torch import save_file

    save_file({"a": torch.ones(3, 4), "b": torch.zeros(2)}, weights)
    found.append(
        ("model.safetensors", weights.read_bytes(), lambda folder: list(read_tensors(folder, torch.device("cpu"))))
    )
    return found


def harm(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """One to four harms: bits, bytes, numbers at their edges, pieces cut, doubled or taken from another file, depth."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(min(len(data), 600) if chance.random() < 0.6 else len(data)) if data else 0
        kind = chance.randrange(8)
        if kind == 0 and data:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and data:
            data[at] = chance.choice([0, 1, 127, 128, 255])
        elif kind == 2:
            number = chance.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 100_000, 65_536, 0x80000000])
            data[at : at + 4] = number.to_bytes(4, chance.choice(["little", "big"]))
        elif kind == 3:
            del data[at:]
        elif kind == 4:
            del data[at : at + chance.randint(1, 60)]
        elif kind == 5:
            data[at:at] = data[at : at + chance.randint(1, 200)] * chance.randint(1, 5)
        elif kind == 6:
            start = chance.randrange(len(other))
            data[at : at + 40] = other[start : start + chance.randint(1, 400)]
        else:
            data[at:at] = chance.choice(
                [b"[" * 100_000, b"\xff" * 64, b"../" * 20, b"\0" * 300, b"NaN", b"1e999", b'"' * 3]
            )
    return bytes(data)


def watch(folder: Path) -> None:
    """From here on a file opened for writing outside the folder ends the process."""

    def audit(event: str, values: tuple) -> None:
        if event == "open" and isinstance(values[0], str) and isinstance(values[2], int):
            writes = values[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and not os.path.realpath(values[0]).startswith((str(folder), "/dev/null")):
                os.write(2, f"written outside: {values[0]}\n".encode())
                os._exit(77)

    sys.addaudithook(audit)


def read_one(number: int, seed: int, all_samples: list[Sample], folder: Path) -> str:
    """Harm and read file NUMBER; what is wrong, "" for nothing, "refused" for a sentence."""
    chance = random.Random(seed * 1_000_003 + number)
    name, content, read = chance.choice(all_samples)
    place = folder / str(number)
    place.mkdir()
    (place / name).write_bytes(harm(content, chance.choice(all_samples)[1], chance))
    try:
        signal.alarm(SECONDS)
        read(place)
        return ""
    except KnownError as error:
        str(error)
        return "refused"
    except BaseException as error:  # noqa: BLE001
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{name}: {type(error).__name__} {str(error)[:90]!r} ({Path(frame.filename).name}:{frame.lineno})"
    finally:
        signal.alarm(0)


def batch(numbers: range, seed: int, all_samples: list[Sample]) -> list[tuple[int, str]]:
    """Read files in a process with limits; what each came to. One that ends the process is told by how it ended."""
    import resource
    import shutil

    came: list[tuple[int, str]] = []
    folder = Path(tempfile.mkdtemp(prefix="sa2va-fuzz-")).resolve()
    while len(came) < len(numbers):
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(receive)
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + GIGABYTES * 10**9,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            watch(folder)
            with os.fdopen(send, "w") as out:
                for number in numbers[len(came) :]:
                    print(json.dumps([number, read_one(number, seed, all_samples, folder)]), file=out, flush=True)
            os._exit(0)
        os.close(send)
        with os.fdopen(receive) as lines:
            came += [tuple(json.loads(line)) for line in lines]
        status = os.waitpid(child, 0)[1]
        if status:
            ends = {signal.SIGALRM: f"took longer than {SECONDS} s"}
            how = ends.get(status & 127, f"ended the process (signal {status & 127}, code {status >> 8})")
            came.append((numbers[len(came)], how))
    shutil.rmtree(folder)
    return came


def main(arguments: list[str] | None = None) -> int:
    """Read the files and print what came of them; 1 if there is a find."""
    parser = argparse.ArgumentParser(description="Harmed files through every reader.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing after so many seconds")
    parser.add_argument("--only", type=int, help="read this one again in this process, with its traceback")
    options = parser.parse_args(arguments)
    start, place, finds, tally = time.monotonic(), Path(tempfile.mkdtemp(prefix="sa2va-samples-")), [], Counter[str]()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    all_samples = samples(place)
    for number, (name, content, read) in enumerate(all_samples):
        (place / f"good {number}").mkdir()
        (place / f"good {number}" / name).write_bytes(content)
        read(place / f"good {number}")  # or nothing would be learned from harming it
    if options.only is not None:
        folder = Path(tempfile.mkdtemp(prefix="sa2va-fuzz-"))
        print(folder, read_one(options.only, options.seed, all_samples, folder))
        return 0
    for first in range(0, options.count, BATCH):
        if time.monotonic() - start > options.seconds:
            break
        for number, outcome in batch(range(first, min(first + BATCH, options.count)), options.seed, all_samples):
            kind = outcome if outcome in ("", "refused") else "found"
            tally[kind or "read"] += 1
            if kind == "found":
                finds.append(f"{number}: {outcome}")
                print(finds[-1], flush=True)
    words = ", ".join(f"{kind}: {count}" for kind, count in sorted(tally.items()))
    print(f"{sum(tally.values())} files, seed {options.seed}, {time.monotonic() - start:.0f} s: {words}")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
