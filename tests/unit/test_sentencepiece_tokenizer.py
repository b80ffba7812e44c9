"""InternLM2's tokenizer from its sentencepiece file gives the ids that the sentencepiece library gives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import ModelError
from core.sa2va.checkpoint import load_tokenizer
from core.sa2va.prompt import converse
from core.sa2va.sentencepiece_tokenizer import read_pieces

FOLDER = Path(__file__).parents[1] / "data" / "sentencepiece"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: repr(case["text"][:20]))
def test_the_ids_are_those_of_the_library(case: dict[str, object]) -> None:
    assert load_tokenizer(FOLDER).encode(case["text"], add_special_tokens=False) == case["ids"]


def test_a_text_comes_back() -> None:
    tokenizer = load_tokenizer(FOLDER)
    for case in EXPECTED:
        assert tokenizer.decode(case["ids"], skip_special_tokens=False) == case["text"]
    assert tokenizer.eos_token_id == 2 and tokenizer.convert_tokens_to_ids("<s>") == 1


def test_a_conversation_can_be_written() -> None:
    talk = converse(load_tokenizer(FOLDER), "<image>\nPlease segment the polyp in this image.", 7)
    assert len(talk.seg_positions) == 1


def test_a_file_with_a_dummy_prefix_is_read_as_such() -> None:
    content = (FOLDER / "tokenizer.model").read_bytes()
    assert not read_pieces(content).dummy_prefix
    assert read_pieces(content + bytes([0x1A, 2, 0x18, 1])).dummy_prefix  # a later message of the same kind wins


@pytest.mark.parametrize("harm", [b"", b"rubbish", b"\x0a\xff\xff\xff\x7fa", None])
def test_a_damaged_file_is_refused(harm: bytes | None, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    if harm is None:
        (folder / "tokenizer_config.json").write_text("{}")
    else:
        (folder / "tokenizer.model").write_bytes(harm)
    with pytest.raises(ModelError, match="word list"):
        load_tokenizer(folder)
