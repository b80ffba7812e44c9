"""Change a folder all at once: files are prepared beside their places, then exchanged, and put back if that fails."""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import ExportError

PREFIX = ".sa2va-export-"
_LEFT_BEHIND_SECONDS = 24 * 3600
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True)
class _Prepared:
    place: str
    aside: Path
    renew: bool


class Staging:
    """Files on their way into a folder.

    Attributes:
        root: the folder, with every link in its path followed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: list[Path] = []
        self._aside: Path | None = None
        self._prepared: list[_Prepared] = []
        self._removed: list[str] = []
        self._undo: list[tuple[Path, Path | None]] = []
        self._whole = True

    def write(self, place: str, content: bytes, renew: bool = False) -> Path:
        """Prepare a file; it is on the disk when this returns, but not yet in its place.

        Args:
            place: where it will be, relative to the root, with “/”.
            content: of the file.
            renew: whether a file may be there already.

        Returns:
            Where it is for now.
        """
        aside = self._folder() / f"{len(self._prepared)}.new"
        with open(aside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._prepared.append(_Prepared(place, aside, renew))
        return aside

    def remove(self, place: str) -> None:
        """Let a file disappear in the exchange; nothing happens if it is not there."""
        self._removed.append(place)

    def exchange(self) -> None:
        """Take away what is to disappear, then put every prepared file into its place, in the order of `write`.

        Raises:
            ExportError: a link leads out of the root, or a file appeared that is not ours.
            OSError: the disk refuses.
        """
        sizes = [(one.place, one.aside.stat().st_size) for one in self._prepared]
        for place in self._removed:
            self._set_aside(self.inside(place))
        for one in self._prepared:
            target = self.inside(one.place)
            self._make(target.parent)
            if one.renew:
                self._set_aside(target)
            elif os.path.lexists(target):
                raise foreign_file(self.root, one.place)
            os.replace(one.aside, self.inside(one.place))
            self._undo.append((target, None))
        for place, size in sizes:
            if self.inside(place).stat().st_size != size:
                raise OSError(errno.EIO, "a file is not what was written")
        for folder in {self.inside(place).parent for place in (*self._removed, *(place for place, _ in sizes))}:
            _remove_if_empty(folder)
            _flush(folder)

    def inside(self, place: str) -> Path:
        """The path of a place.

        Raises:
            ExportError: a link leads out of the root.
        """
        target = self.root.joinpath(*place.split("/"))
        if target.is_symlink() or os.path.normcase(target.parent.resolve()) != os.path.normcase(target.parent):
            raise ExportError(
                "“{place}” in the folder “{folder}” is a link to somewhere else, so no masks were written.",
                "Choose another folder.",
                place=target.name if target.is_symlink() else target.parent.name,
                folder=self.root.name,
            )
        return target

    def roll_back(self) -> None:
        """Put everything back as it was before the exchange, as far as the disk lets us."""
        for place, was in reversed(self._undo):
            try:
                if was is None:
                    place.unlink()
                else:
                    os.replace(was, place)
            except OSError:
                self._whole = False
        self._undo.clear()

    def clear(self) -> None:
        """Remove what was prepared, and what was exchanged unless it could not be put back."""
        if self._aside is not None and self._whole:
            shutil.rmtree(self._aside, ignore_errors=True)
        for folder in reversed(self._made):
            _remove_if_empty(folder)

    def _folder(self) -> Path:
        if self._aside is None:
            self._make(self.root)
            _clear_left_behind(self.root)
            aside = self.root / f"{PREFIX}{uuid.uuid4().hex[:12]}"
            aside.mkdir()
            self._aside = aside
        return self._aside

    def _set_aside(self, target: Path) -> None:
        if os.path.lexists(target):
            was = self._folder() / f"{len(self._undo)}.old"
            os.replace(target, was)
            self._undo.append((target, was))

    def _make(self, folder: Path) -> None:
        missing: list[Path] = []
        while not folder.exists() and folder not in missing:
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir()
            self._made.append(one)


@contextmanager
def staging(root: Path) -> Iterator[Staging]:
    """Prepare files for a folder; whatever goes wrong before the end, the folder is as it was.

    Args:
        root: the folder, with every link in its path followed; made if it is not there.

    Raises:
        ExportError: the disk is full, the folder is write-protected or gone.
    """
    stage = Staging(root)
    try:
        try:
            yield stage
        except BaseException:
            stage.roll_back()
            raise
        finally:
            stage.clear()
    except OSError as error:
        raise sentence_for(error, root) from error


def sentence_for(error: OSError, folder: Path) -> ExportError:
    """What a clinician needs to know of an error of the file system."""
    name = folder.name or str(folder)
    if error.errno in _FULL:
        return ExportError(
            "The disk of the folder “{folder}” is full, so no masks were written.",
            "Make room on it, or choose another folder.",
            folder=name,
        )
    if error.errno in _FORBIDDEN:
        return ExportError(
            "You may not write into the folder “{folder}”, so no masks were written.",
            "Choose another folder.",
            folder=name,
        )
    return ExportError(
        "The folder “{folder}” cannot be reached (its disk or network folder may be gone), so no masks were written.",
        "Check the connection, or choose another folder.",
        folder=name,
    )


def foreign_file(root: Path, place: str, others: int = 0) -> ExportError:
    """The refusal to write over a file that this program did not write, or that was changed since."""
    if others:
        return ExportError(
            "The folder “{folder}” already holds {place} and {others} more files that this project did not write there, "
            "so no masks were written.",
            "Choose an empty folder.",
            folder=root.name or str(root),
            place=place,
            others=others,
        )
    return ExportError(
        "The folder “{folder}” already holds {place}, which this project did not write there, so no masks were written.",
        "Choose an empty folder.",
        folder=root.name or str(root),
        place=place,
    )


def _clear_left_behind(root: Path) -> None:
    """Remove what an export that was killed left; a younger one may still be running."""
    for left in root.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if left.is_dir() and not left.is_symlink() and time.time() - left.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _flush(folder: Path) -> None:
    """Let the new names survive a power cut, where the system can do that (Windows does it by itself)."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
