"""The house keeps its shape: sizes, names, what is never used, what is never written into a tracked file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_MODULE, MAX_METHODS, MAX_FUNCTION = 400, 20, 60
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    if shutil.which("git") is None:
        pytest.skip("there is no git on this machine")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not in a checkout")
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", modules("app", "core"), ids=name_of)
def test_no_module_class_or_function_is_too_large(path: Path) -> None:
    tree, sizes = parsed(path), {}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE
    for node in functions(tree):
        sizes[node.name] = ((node.end_lineno or 0) - node.lineno + 1, MAX_FUNCTION)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            count = sum(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body)
            sizes[node.name] = (count, MAX_METHODS)
    over = {name: size for name, (size, limit) in sizes.items() if size > limit}
    assert not over, f"cut these: {over}"


@pytest.mark.parametrize("path", modules("app", "core", "tests", "packaging"), ids=name_of)
def test_names_say_what_is_in_a_module(path: Path) -> None:
    assert path.stem not in BANNED_NAMES
    assert not re.search(r"(^|_)(utils|helpers|manager)$", path.stem)


def test_no_folder_hides_a_library_or_a_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would hide the library of that name"
    assert not [name for name in ("app", "core") if (ROOT / "tests" / name).exists()], "it would hide the package"


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


@pytest.mark.parametrize("path", modules("app", "core"), ids=name_of)
def test_nothing_that_runs_what_a_file_says(path: Path) -> None:
    """A model or a project from somebody else must not be able to run code."""
    tree = parsed(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not {name.name.split(".")[0] for name in node.names} & {"pickle", "dill", "shelve", "marshal"}
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in {"pickle", "dill", "shelve", "marshal"}
        if isinstance(node, ast.Call):
            assert called(node) not in {"eval", "exec", "torch.load", "np.fromfile", "os.system"}, called(node)
            for keyword in node.keywords:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                assert not (keyword.arg == "trust_remote_code" and value is not False)
                assert not (keyword.arg in ("allow_pickle", "shell") and value is not False)
            if called(node) in ("np.load", "numpy.load"):
                assert any(keyword.arg == "allow_pickle" for keyword in node.keywords), "say allow_pickle=False"


@pytest.mark.parametrize("path", modules("app", "core"), ids=name_of)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = parsed(path)
    assert ast.get_docstring(tree) or path.name == "__init__.py", "the module"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


# Written in pieces, so that this file does not hold them either.
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "simple/" + "pip", "conda" + ".anaconda", "npm" + "js.org"]


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    banned = re.compile("|".join(map(re.escape, REGISTRIES)) + r"|/root/|/home/\w+/")
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and (match := banned.search(text)):
            found.append(f"{name_of(path)}: {match[0]}")
    assert not found


def test_the_lock_file_is_not_tracked() -> None:
    assert "uv.lock" not in {path.name for path in tracked()}


def test_every_dependency_that_is_not_pinned_itself_is_held_by_a_constraint() -> None:
    """A bare machine gets the versions with which everything was tried."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[<>=!~ \[]", entry)[0].lower() for entry in wanted if "==" not in entry or "*" in entry}
    constraints = project["tool"]["uv"]["constraint-dependencies"]
    held = {entry.split("==")[0].lower() for entry in constraints}
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", entry) for entry in constraints)
    assert names <= held, names - held
