"""The Chinese window says everything that the English one says.

Words that stay the same everywhere: accept 确认, base model 基础模型, fine-tune 微调, held out 留出, image 图像, label 标注,
mask 掩膜, patient 患者, picture 画面, prediction 预测结果, project 项目, prompt 提示词, stroke 笔画, structure 结构,
threshold 阈值, version 版本, worker 后台程序. Dice, file names and units stay as they are, and so does “the polyp” where it
is an example of words for the model.
"""

from __future__ import annotations

import ast
import importlib.util
import string
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QTranslator

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "resources" / "translations" / "zh_CN.ts"
TOP_UP = "run packaging/translations.py, translate what is unfinished in zh_CN.ts, run it again"

Texts = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def extraction() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(file: Path) -> Texts:
    """(context, source) -> translation, "" where it is not finished."""
    found = {}
    for context in ET.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and "type" not in translation.attrib
            text = (translation.text or "") if translation is not None and done else ""
            found[(context.findtext("name", ""), message.findtext("source", ""))] = text
    return found


@pytest.fixture(scope="module")
def chinese() -> Texts:
    return read(TEXTS)


def braces(text: str) -> list[tuple[str, str | None, str | None]]:
    return sorted((name, form, change) for _, name, form, change in string.Formatter().parse(text) if name is not None)


def test_every_text_is_translated(chinese: Texts) -> None:
    assert len(chinese) > 300
    assert not [key for key, text in chinese.items() if not text.strip()], TOP_UP


def test_every_sentence_of_core_is_there(chinese: Texts, extraction: ModuleType) -> None:
    missing = [text for text in extraction.core_sentences() if ("core", text) not in chinese]
    assert not missing, TOP_UP


def test_every_text_that_lupdate_finds_is_there(chinese: Texts, extraction: ModuleType, tmp_path: Path) -> None:
    if extraction.tool("pyside6-lupdate") is None:
        pytest.skip("Qt's lupdate is not here")
    extraction.collect(tmp_path / "now.ts")
    assert not set(read(tmp_path / "now.ts")) - set(chinese), TOP_UP


def test_no_error_of_core_is_overlooked(extraction: ModuleType) -> None:
    """Sentences are collected by their shape; whatever an error is given must have that shape."""
    collected, overlooked = set(extraction.core_sentences()), []
    for file in (ROOT / "core").rglob("*.py"):
        if file.name.startswith("cli") or file.name in extraction.NEVER_IN_THE_WINDOW:
            continue
        module = ast.parse(file.read_text(encoding="utf-8"))
        known = {
            name.name
            for node in module.body
            if isinstance(node, ast.ImportFrom) and node.module == "core.errors"
            for name in node.names
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
                given = [one.value for one in node.args if isinstance(one, ast.Constant) and one.value]
                overlooked += [f"{file.name}:{node.lineno}: {text}" for text in given if text not in collected]
    assert not overlooked, "begin with a capital and end with a full stop"


def test_braces_and_keys_are_kept(chinese: Texts) -> None:
    assert not [key for key, text in chinese.items() if braces(key[1]) != braces(text)]
    assert not [key for key, text in chinese.items() if key[1].count("&") != text.count("&")]


def test_qt_loads_what_the_translators_wrote(chinese: Texts) -> None:
    translator = QTranslator()
    assert translator.load(str(TEXTS.with_suffix(".qm")))
    different = [key for key, text in chinese.items() if translator.translate(*key) != text]
    assert not different, "run packaging/translations.py: zh_CN.qm is older than zh_CN.ts"
