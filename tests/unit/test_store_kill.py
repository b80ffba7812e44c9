"""Every step that was acknowledged survives `kill -9`; of the one in between there is all or nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.correction import ADDED, EditLayer
from core.mask_tools import grow, polygon_region, shrink
from core.store import JournalStep, Store

HEIGHT, WIDTH = 200, 300

WRITER = """
import sys
from pathlib import Path
import numpy as np
from core.correction import EditLayer
from core.store import JournalStep, Store
from tests.unit.test_store_kill import steps
store = Store.open(Path(sys.argv[1]))
for number, step in enumerate(steps(int(sys.argv[2]))):
    store.append_step(1, 1, step)
    if number % 5 == 4:
        store.save_final(1, 1, store.edit_layer(1, 1) == 1, "in_work")
    print(number, flush=True)
"""


def steps(seed: int):
    """The same strokes, outlines and changes of the whole mask for whoever asks with the same seed, without end."""
    rng, edits = np.random.default_rng(seed), EditLayer(HEIGHT, WIDTH)
    while True:
        path, add = rng.uniform(0, 250, (int(rng.integers(3, 6)), 2)), bool(rng.random() < 0.6)
        kind, seen = int(rng.integers(3)), edits.layer == ADDED
        if kind == 0:
            patch = edits.stroke(path, float(rng.uniform(2, 20)), add)
        elif kind == 1:
            patch = edits.paint(polygon_region(path, HEIGHT, WIDTH), add)
        else:
            patch = edits.become(seen, (grow if add else shrink)(seen, 3))
        if patch is not None and patch.after.size:
            yield JournalStep("stroke", {"points": path.round(2).tolist()}, patch)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")
@pytest.mark.parametrize("seed", range(4))
def test_every_acknowledged_step_is_there_after_kill_9(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "project"
    with Store.create(folder, "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path("/p/a.png"), "a" * 64, WIDTH, HEIGHT, "", "")])
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(seed)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(10):
        assert writer.stdout.readline()
    time.sleep(np.random.default_rng(seed).uniform(0, 0.25))
    writer.send_signal(signal.SIGKILL)
    acknowledged = 10 + len(writer.stdout.read().split())
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    with Store.open(folder) as store:
        found = store.journal(1, 1)
        assert acknowledged <= len(found) <= acknowledged + 1
        edits = EditLayer(HEIGHT, WIDTH)
        for step, wanted in zip(found, steps(seed), strict=False):
            assert step.payload == wanted.payload and np.array_equal(step.patch.after, wanted.patch.after)
            edits.apply(wanted.patch)
        assert np.array_equal(store.edit_layer(1, 1), edits.layer)
        assert store.final_mask(1, 1) is not None
        assert store.undo(1, 1) is not None
        edits.revert(found[-1].patch)
        assert np.array_equal(store.edit_layer(1, 1), edits.layer)
