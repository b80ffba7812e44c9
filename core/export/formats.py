"""Every format by its name, PNG first; a new one gets its line here."""

from __future__ import annotations

from collections.abc import Callable

from core.export.binary import Binary
from core.export.choice import PNG
from core.export.format import Format
from core.export.plan import Plan

FORMATS: dict[str, Callable[[Plan], Format]] = {
    PNG: Binary,
}


def made_for(plan: Plan) -> dict[str, Format]:
    """The chosen formats, in the order of `FORMATS`. Raises ValueError if there is no such one."""
    wanted = plan.choice.formats
    if not wanted or not set(wanted) <= set(FORMATS):
        raise ValueError(f"there are no formats {wanted}")
    return {name: make(plan) for name, make in FORMATS.items() if name in wanted}
