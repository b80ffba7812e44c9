"""The vision-language families. The rest of the program knows none of them by name; it asks here for the one of a model."""

from __future__ import annotations

from core.sa2va.config import INTERNVL, QWEN2_5_VL, QWEN3_VL, Sa2VAConfig
from core.sa2va.families.family import Family
from core.sa2va.families.internvl import InternVL
from core.sa2va.families.qwen_vl import Qwen3VL, Qwen25VL


def family_of(config: Sa2VAConfig) -> Family:
    """The family that runs a model."""
    families: dict[str, type[InternVL] | type[Qwen25VL] | type[Qwen3VL]] = {
        INTERNVL: InternVL,
        QWEN2_5_VL: Qwen25VL,
        QWEN3_VL: Qwen3VL,
    }
    return families[config.kind](config)
