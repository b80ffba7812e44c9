"""Downloading a model: interrupted, gone on with, damaged on its way, not there, switched off; and what is never fetched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.utils
import pytest
from PIL import Image as Picture

from core import hub as hub_module
from core.errors import ModelError
from core.hub import download
from core.hub_cache import Presence, bytes_here, model_place, presence, whole_snapshot
from core.model_reference import base_folder, is_to_be_fetched, open_segmenter
from tests.hub_server import STATE, Hub, hub_with
from tests.unit.tiny_model import make_tiny_model

NAME = "clinic/tiny"
FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint as it is published: with code and a pickle beside it."""
    folder = make_tiny_model(tmp_path_factory.mktemp("published") / "tiny")
    (folder / "modeling_sa2va_chat.py").write_text("raise SystemExit('code of a model was run')")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (folder / "README.md").write_text("a model")
    return folder


@pytest.fixture
def hub(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub_with(tiny=published) as server:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.address)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            server.address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(hub_module, "PAUSE_SECONDS", 0.0)
        yield server
        huggingface_hub.utils.close_session()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_what_arrives_is_what_was_published_and_nothing_that_could_run(hub: Hub, published: Path, cache: Path) -> None:
    heard: list[tuple[int, int, str]] = []
    folder = download(NAME, lambda *how: heard.append(how), cache)
    wanted = {file.name for file in published.iterdir()} - {"modeling_sa2va_chat.py", "pytorch_model.bin", "README.md"}
    assert {file.name for file in folder.iterdir()} == wanted
    assert all((folder / name).read_bytes() == (published / name).read_bytes() for name in wanted)
    total = sum((published / name).stat().st_size for name in wanted)
    assert [done for done, _, _ in heard] == sorted(done for done, _, _ in heard)
    assert heard[-1] == (total, total, "") and {all_ for _, all_, _ in heard} == {total}
    assert not [file for file in cache.rglob("*") if file.suffix in (".py", ".bin", ".incomplete")]


def test_the_folder_is_the_one_where_other_programs_look(hub: Hub, cache: Path) -> None:
    from huggingface_hub import snapshot_download

    folder = download(NAME, cache_dir=cache)
    assert Path(snapshot_download(NAME, cache_dir=cache, local_files_only=True)) == folder


def test_a_downloaded_model_is_opened_by_its_name_without_asking_the_hub(hub: Hub, cache: Path) -> None:
    assert is_to_be_fetched(NAME, cache)
    folder = download(NAME, cache_dir=cache)
    hub.asked.clear()
    assert not is_to_be_fetched(NAME, cache)
    assert base_folder(NAME, cache) == folder
    assert open_segmenter(NAME, "cpu", cache_dir=cache).mask_grid == 256
    assert hub.asked == []


def test_a_broken_connection_is_gone_on_with_at_the_byte_where_it_broke(hub: Hub, published: Path, cache: Path) -> None:
    size = (published / FIRST).stat().st_size
    hub.cut_after = [size // 3, size // 3]
    folder = download(NAME, cache_dir=cache)
    starts = [first for file, first in hub.weights_asked() if file == FIRST]
    assert starts == [0, size // 3, 2 * (size // 3)]
    assert (folder / FIRST).read_bytes() == (published / FIRST).read_bytes()


def test_a_connection_that_stays_away_is_one_sentence_and_what_came_is_kept(
    hub: Hub, published: Path, cache: Path
) -> None:
    hub.cut_after = [1000] + [0] * 20
    with pytest.raises(ModelError, match="connection to the hub failed.*goes on where it stopped"):
        download(NAME, cache_dir=cache)
    assert presence(NAME, cache) is Presence.PART and bytes_here(NAME, cache) == 1000
    hub.cut_after.clear()
    hub.asked.clear()
    download(NAME, cache_dir=cache)
    assert hub.weights_asked()[0] == (FIRST, 1000)
    assert presence(NAME, cache) is Presence.WHOLE


def test_a_download_that_was_stopped_goes_on_in_the_next_run(hub: Hub, published: Path, cache: Path) -> None:
    class Stop(BaseException):
        pass

    def stop(done: int, total: int, file: str) -> None:
        if file == SECOND:
            raise Stop

    with pytest.raises(Stop):
        download(NAME, stop, cache)
    assert presence(NAME, cache) is Presence.PART
    hub.asked.clear()
    download(NAME, cache_dir=cache)
    assert [file for file, _ in hub.weights_asked()] == [SECOND]


def test_a_hub_that_cannot_go_on_sends_the_file_again(hub: Hub, published: Path, cache: Path) -> None:
    hub.ignores_range = True
    hub.cut_after = [1000]
    folder = download(NAME, cache_dir=cache)
    assert (folder / FIRST).read_bytes() == (published / FIRST).read_bytes()


@pytest.mark.parametrize("file", [SECOND, "merges.txt", "config.json"])
def test_a_wrong_checksum_is_one_sentence_and_the_file_is_gone(file: str, hub: Hub, cache: Path) -> None:
    hub.damaged = {file}
    with pytest.raises(ModelError, match="did not arrive as it was published") as caught:
        download(NAME, cache_dir=cache)
    assert file in str(caught.value) and "\n" not in str(caught.value)
    assert whole_snapshot(NAME, cache) is None
    hub.damaged = set()
    hub.asked.clear()
    download(NAME, cache_dir=cache)
    assert (FIRST, 0) not in hub.asked and (file, 0) in hub.asked


@pytest.mark.parametrize(
    ("status", "says"), [(401, "There is no model"), (403, "answer was 403"), (500, "answer was 500")]
)
def test_a_hub_that_refuses_is_one_sentence(status: int, says: str, hub: Hub, cache: Path) -> None:
    hub.refused = {NAME: status}
    with pytest.raises(ModelError, match=says):
        download(NAME, cache_dir=cache)


def test_a_name_that_nobody_published_is_one_sentence(hub: Hub, cache: Path) -> None:
    for name in ("clinic/nothing", "no name"):
        with pytest.raises(ModelError, match=f"no model “{name}” on the hub"):
            download(name, cache_dir=cache)


def test_a_model_of_another_kind_is_refused_before_anything_comes(hub: Hub, cache: Path) -> None:
    hub.kind = "bert"
    with pytest.raises(ModelError, match=r"another kind \(bert\)"):
        download(NAME, cache_dir=cache)
    assert hub.asked == [] and presence(NAME, cache) is Presence.NOTHING


def test_a_model_of_pickles_is_refused(hub: Hub, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "config.json").write_text(json.dumps({"model_type": "sa2va_chat"}))
    (tmp_path / "old" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    hub.models["clinic/old"] = tmp_path / "old"
    with pytest.raises(ModelError, match="not published in the file format that holds numbers only"):
        download("clinic/old", cache_dir=cache)
    assert hub.asked == []


def test_a_file_name_that_leads_elsewhere_is_not_followed(hub: Hub, published: Path) -> None:
    from huggingface_hub.hf_api import BlobLfsInfo, ModelInfo, RepoSibling

    lfs = BlobLfsInfo(size=1, sha256="0" * 64, pointer_size=1)
    names = ["../../evil.json", "sub/model.safetensors", "..\\evil.json", "model.safetensors", "config.json"]
    info = ModelInfo(id=NAME, siblings=[])
    info.siblings = [RepoSibling(rfilename=name, size=1, blob_id="0" * 40, lfs=lfs) for name in names]
    assert [file.name for file in hub_module._files(NAME, info)] == ["model.safetensors", "config.json"]


def test_too_little_room_is_said_before_anything_comes(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = hub_module.shutil.disk_usage(cache.parent)
    monkeypatch.setattr(hub_module.shutil, "disk_usage", lambda place: usage._replace(free=100_500_000))
    with pytest.raises(ModelError, match=r"needs \d+ MB more, and 10[01] MB are free"):
        download(NAME, cache_dir=cache)
    assert hub.weights_asked() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_disk_that_becomes_full_is_one_sentence(hub: Hub, cache: Path, published: Path) -> None:
    """The part of the first file is a device on which nothing can be written any more."""
    files = hub_module._files(NAME, hub_module.HfApi().model_info(NAME, files_metadata=True))
    part = hub_module._part(model_place(NAME, cache), files[0])
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")
    with pytest.raises(ModelError, match="disk became full"):
        download(NAME, cache_dir=cache)


def test_a_folder_that_cannot_be_written_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="could not be written"):
        download(NAME, cache_dir=tmp_path / "file")


def test_nobody_there_is_one_sentence(published: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="connection to the hub failed"):
        download(NAME, cache_dir=cache)
    huggingface_hub.utils.close_session()


def test_switched_off_it_says_so_and_takes_what_is_here(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="downloading is switched off"):
        download(NAME, cache_dir=cache)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    folder = download(NAME, cache_dir=cache)
    hub.asked.clear()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert download(NAME, cache_dir=cache) == folder and hub.asked == []


def test_a_system_without_links_has_every_file_once(
    hub: Hub, published: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: str) -> None:
        raise OSError("a right is missing")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    folder = download(NAME, cache_dir=cache)
    assert (folder / FIRST).read_bytes() == (published / FIRST).read_bytes()
    assert list((folder.parents[1] / "blobs").iterdir()) == [] and presence(NAME, cache) is Presence.WHOLE
    hub.asked.clear()
    assert download(NAME, cache_dir=cache) == folder and hub.asked == []


def test_a_second_download_of_the_same_model_is_not_begun(hub: Hub, cache: Path) -> None:
    with hub_module._alone(NAME, cache), pytest.raises(ModelError, match="being downloaded already"):
        download(NAME, cache_dir=cache)


def test_the_old_state_serves_until_the_new_one_is_whole(hub: Hub, published: Path, cache: Path) -> None:
    folder = download(NAME, cache_dir=cache)
    newer = folder.parent / ("f" * 40)
    newer.mkdir()
    (newer / "config.json").write_text("{}")
    assert whole_snapshot(NAME, cache) == folder
    (newer / "model.safetensors").write_bytes(b"")
    assert whole_snapshot(NAME, cache) == folder, "refs/main still names the old one"
    (folder.parents[1] / "refs" / "main").write_text("f" * 40)
    assert whole_snapshot(NAME, cache) == newer


def environment(hub: Hub, home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "HF_ENDPOINT": hub.address, "HF_HOME": str(home), "PYTHONUTF8": "1", **more}


def command(line: list[str], surroundings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *line], env=surroundings, capture_output=True, text=True, check=False
    )


def test_the_command_downloads_where_the_surroundings_say(hub: Hub, tmp_path: Path) -> None:
    done = command(["download", NAME, "--json", "-"], environment(hub, tmp_path))
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "hub" / "models--clinic--tiny" / "snapshots" / STATE
    assert json.loads(done.stdout.split("\n", 1)[1])["folder"] == str(folder) and (folder / SECOND).is_file()
    assert "100/100 % (" in done.stderr and " MB of " in done.stderr
    hub.asked.clear()
    off = command(["download", "clinic/other"], environment(hub, tmp_path, HF_HUB_OFFLINE="1"))
    assert off.returncode == 1 and "switched off" in off.stderr and off.stderr.count("\n") == 2


def test_a_prediction_by_a_name_downloads_the_model_and_says_what_computes(hub: Hub, tmp_path: Path) -> None:
    Picture.new("RGB", (60, 40), "grey").save(tmp_path / "a.png")
    line = ["predict", str(tmp_path / "a.png"), "--prompt", "the polyp", "--device", "cpu", "--model", NAME, "--out"]
    first = command([*line, str(tmp_path / "first")], environment(hub, tmp_path))
    assert first.returncode == 0, first.stderr
    assert (tmp_path / "first" / "a.png").is_file()
    assert f"Downloading {NAME}" in first.stderr and "The processor is used because it was chosen." in first.stderr


class TestWorker:
    """The process that the window starts."""

    def start(self, hub: Hub, home: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "core.download_worker", NAME],
            env=environment(hub, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def events(self, worker: subprocess.Popen[bytes]) -> list[dict]:
        assert worker.stdout is not None and worker.stdin is not None
        with worker:
            return [json.loads(line) for line in worker.stdout.read().splitlines()]

    def test_it_says_how_far_it_is_and_where_the_model_is(self, hub: Hub, tmp_path: Path) -> None:
        worker = self.start(hub, tmp_path)
        assert worker.stdout is not None and worker.stdin is not None
        events = [json.loads(worker.stdout.readline()) for _ in range(2)]
        worker.stdin.flush()
        while events[-1].get("event") == "stage":
            events.append(json.loads(worker.stdout.readline()))
        worker.stdin.close()
        self.events(worker)
        assert events[0] == {"event": "ready", "version": 1}
        assert events[1]["text"] == "Downloading {file}" and set(events[1]["values"]) == {"file", "done", "total"}
        assert events[-1]["event"] == "done" and events[-1]["result"]["folder"].endswith(STATE)

    def test_when_the_window_is_gone_it_stops_and_keeps_what_came(self, hub: Hub, tmp_path: Path) -> None:
        hub.cut_after = [1000] + [0] * 1000
        worker = self.start(hub, tmp_path)
        deadline = time.monotonic() + 30
        while not bytes_here(NAME, tmp_path / "hub") and time.monotonic() < deadline:
            time.sleep(0.02)
        assert worker.stdin is not None
        worker.stdin.close()
        worker.stdin = None
        assert worker.stdout is not None
        events = [json.loads(line) for line in worker.stdout.read().splitlines()]
        worker.stdout.close()
        assert worker.wait(10) == 0
        assert events[-1] == {"event": "cancelled"}
        assert bytes_here(NAME, tmp_path / "hub") == 1000
