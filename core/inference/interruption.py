"""Stop a model in the middle of its work: between two of its layers, a matter of milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch.nn.modules.module import register_module_forward_pre_hook


class Interrupted(Exception):
    """Something more urgent came; what was being computed is given up."""


@contextmanager
def interruptible(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Ask `should_stop` now and before every layer of every model of this process.

    Raises:
        Interrupted: it said yes.
    """

    def ask(*_: object) -> None:
        if should_stop():
            raise Interrupted

    hook = register_module_forward_pre_hook(ask)
    try:
        ask()
        yield
    finally:
        hook.remove()
