"""Structures offered for a kind of image, and the windows of a CT: every entry is whole, and none twice."""

import re

import pytest

from core.common_prompts import COMMON_PROMPTS, CT, KINDS, MICROSCOPY, ULTRASOUND, X_RAY, kind_of, prompts_of
from core.window_presets import CT_PRESETS


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_image_offers_some_and_none_twice(kind):
    offered = prompts_of(kind)
    assert len(offered) >= 5 and all(one.kind == kind for one in offered)
    for words in ("name", "prompt", "name_zh"):
        found = [getattr(one, words) for one in offered]
        assert len(set(found)) == len(found)


def test_english_is_english_and_chinese_is_chinese():
    for one in COMMON_PROMPTS:
        assert one.prompt.startswith("the ") and one.name[0].isupper() and one.name.isascii() and one.prompt.isascii()
        assert re.fullmatch(r"[\u4e00-\u9fff]+", one.name_zh) and re.fullmatch(r"[\u4e00-\u9fff]+", one.prompt_zh)


def test_all_kinds_together_offer_each_structure_once():
    everything = prompts_of("")
    assert len({one.prompt for one in everything}) == len(everything)
    assert {one.prompt for one in everything} == {one.prompt for one in COMMON_PROMPTS}
    with pytest.raises(ValueError):
        prompts_of("x")


@pytest.mark.parametrize(
    ("code", "kind"), [("CT", CT), ("us ", ULTRASOUND), ("DX", X_RAY), ("SM", MICROSCOPY), ("", ""), ("SR", "")]
)
def test_the_kind_follows_from_the_modality(code, kind):
    assert kind_of(code) == kind


def test_windows_lie_around_their_level():
    for preset in CT_PRESETS:
        low, high = preset.ends
        assert low < high and (low + high) / 2 == preset.level and low >= -1500 and high <= 2000
