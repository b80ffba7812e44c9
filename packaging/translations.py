"""Collect every text of the window and of core's sentences for translators, and compile what they wrote.

    python packaging/translations.py

Updates resources/translations/zh_CN.ts with Qt's own lupdate (new texts come in as unfinished) and writes zh_CN.qm beside it.
Core knows no Qt: its sentences are found in the calls of its errors and in its constants, and stand in the context "core".
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGE = "zh_CN"
ERRORS = {f"{kind}Error" for kind in ("Image", "Store", "Device", "Model", "Worker", "Export", "Finetune", "Input")}
SPOKEN_TO_THE_MODEL = "prompt.py"


def core_sentences() -> list[str]:
    """Every template that core can hand to the window, sorted."""
    found: set[str] = set()
    for file in sorted((ROOT / "core").rglob("*.py")):
        if not file.name.startswith("cli") and file.name != SPOKEN_TO_THE_MODEL:
            found.update(_sentences_of(ast.parse(file.read_text(encoding="utf-8"))))
    return sorted(found)


def _sentences_of(module: ast.Module) -> Iterator[str]:
    constants: dict[str, str] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if isinstance(value, str) and node.targets[0].id.isupper() and " " in value and "SELECT" not in value:
                constants[node.targets[0].id] = value
    used_in_errors = set()
    for node in ast.walk(module):
        name = getattr(node, "func", None)
        called = getattr(name, "id", getattr(name, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and (called in ERRORS or called == "progress"):
            for argument in node.args[:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and " " in argument.value:
                    yield argument.value
                elif isinstance(argument, ast.Name) and argument.id in constants:
                    used_in_errors.add(argument.id)
    # Templates that travel as data (stages of a run, reasons of the gate) are module constants that end like sentences
    # or fill braces; private ones count where an error uses them.
    for key, value in constants.items():
        if key in used_in_errors or (not key.startswith("_") and value[0].isupper()):
            yield value


def update() -> None:
    """Run lupdate over the window and core's sentences, and lrelease over the result."""
    TRANSLATIONS.mkdir(exist_ok=True)
    target = TRANSLATIONS / f"{LANGUAGE}.ts"
    with tempfile.TemporaryDirectory() as folder:
        collected = Path(folder) / "core_sentences.py"
        lines = [f'QT_TRANSLATE_NOOP("core", {sentence!r})' for sentence in core_sentences()]
        collected.write_text("from app.language import QT_TRANSLATE_NOOP\n" + "\n".join(lines) + "\n", encoding="utf-8")
        files = [*sorted(map(str, (ROOT / "app").glob("*.py"))), str(collected)]
        command = ["pyside6-lupdate", "-no-obsolete", "-locations", "none", "-source-language", "en", *files]
        subprocess.run([*command, "-ts", str(target)], check=True)
    subprocess.run(["pyside6-lrelease", str(target), "-qm", str(target.with_suffix(".qm"))], check=True)


if __name__ == "__main__":
    update()
    sys.exit(0)
