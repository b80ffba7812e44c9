"""Collect every text of the window and of core's sentences for translators, and compile what they wrote.

    python packaging/translations.py

Updates resources/translations/zh_CN.ts with Qt's own lupdate (new texts come in as unfinished, texts that are gone go) and
writes zh_CN.qm beside it. Translate what is unfinished and run it again.

Core knows no Qt, so lupdate does not see its sentences. They are found by their shape and stand in the context "core".
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGE = "zh_CN"
MARKED = {"tr", "translate", "QT_TRANSLATE_NOOP"}
NEVER_IN_THE_WINDOW = {"demo.py", "evaluate.py", "labelled_set.py", "prompt.py", "__main__.py"}
"""What only the command line says (it speaks English), and what is said to the model."""

SENTENCE = re.compile(r"[A-Z“{].* .*\.", re.DOTALL)


def core_sentences() -> list[str]:
    """Every template of the context "core" that lupdate cannot find, sorted.

    Sentences stand in errors, constants and returned reasons; how far a work is stands in its calls of `progress` and in the
    stages of a run, without a full stop.
    """
    found: set[str] = set()
    for file in sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "app").rglob("*.py")]):
        if not file.name.startswith("cli") and file.name not in NEVER_IN_THE_WINDOW:
            module = ast.parse(file.read_text(encoding="utf-8"))
            found.update(text for text in _plain_texts(module) if SENTENCE.fullmatch(text))
            found.update(_stages(module))
    return sorted(found)


def _plain_texts(module: ast.Module) -> Iterator[str]:
    """Texts that are neither documentation, nor a part of a longer text, nor found by lupdate."""
    left_out: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr):
            left_out.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            left_out.update(map(id, node.values))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in MARKED:
            left_out.update(map(id, node.args))
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield node.value


def _stages(module: ast.Module) -> Iterator[str]:
    """What `progress` and a run's `stage` are called with first, and the text of {"event": "stage", "text": CONSTANT}."""
    constants = {
        node.targets[0].id: node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(module):
        said: list[ast.expr] = []
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in ("progress", "stage"):
            said = node.args[:1]
        elif isinstance(node, ast.Dict):
            said = [value for key, value in zip(node.keys, node.values, strict=True) if _is_text(key)]
        for value in said:
            found = constants.get(value.id) if isinstance(value, ast.Name) else value
            if isinstance(found, ast.Constant) and isinstance(found.value, str):
                yield found.value


def _is_text(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "text"


def tool(name: str) -> str | None:
    """The path of one of Qt's tools, which come with PySide6; None where it is not there."""
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def collect(target: Path) -> None:
    """Bring a .ts file up to date with the window's texts and core's sentences.

    Args:
        target: made if it is not there; translations in it are kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        sentences = Path(folder) / "core_sentences.py"
        lines = [f'QT_TRANSLATE_NOOP("core", {sentence!r})' for sentence in core_sentences()]
        sentences.write_text("from app.language import QT_TRANSLATE_NOOP\n" + "\n".join(lines) + "\n", encoding="utf-8")
        files = [*sorted(map(str, (ROOT / "app").rglob("*.py"))), str(sentences)]
        command = [tool("pyside6-lupdate") or "pyside6-lupdate", "-no-obsolete", "-locations", "none"]
        command += ["-source-language", "en", "-target-language", LANGUAGE]
        subprocess.run([*command, *files, "-ts", str(target)], check=True)


def compile_into(source: Path, target: Path) -> None:
    """Make a .qm file, which Qt loads, of a .ts file, which translators edit."""
    subprocess.run([tool("pyside6-lrelease") or "pyside6-lrelease", str(source), "-qm", str(target)], check=True)


if __name__ == "__main__":
    TRANSLATIONS.mkdir(exist_ok=True)
    texts = TRANSLATIONS / f"{LANGUAGE}.ts"
    collect(texts)
    compile_into(texts, texts.with_suffix(".qm"))
