"""The published Sa2VA models: what each is called on the hub, how large it is, what it needs, under which licence it stands.

The numbers follow from names, shapes and types of the published tensors (`tests/data/manifests`); a test counts them again. A
licence stands here only where the model's own page was read; "" means that its page has to be asked.
"""

from __future__ import annotations

from dataclasses import dataclass

GRAPHICS_CARD, PROCESSOR = 2, 4
"""Bytes of a number: half precision on a graphics card, single precision on the processor."""

WORKING_MEMORY = 2_000_000_000
"""Beside the weights: a picture on its way through a full-size model, and the largest tensor while it is read. A margin, not a
measurement: Sa2VA-1B with a picture of 1024×1024 on the processor took 0.85 GB."""


@dataclass(frozen=True)
class PublishedModel:
    """One model of the hub.

    Attributes:
        name: on the hub; also what is typed as a model's reference.
        parameters: numbers that are loaded.
        download: bytes of its weight files.
        licence: of the weights; "" where it was not read.
    """

    name: str
    parameters: int
    download: int
    licence: str = ""

    @property
    def title(self) -> str:
        """The name without who published it."""
        return self.name.rsplit("/", 1)[-1]

    def memory(self, bytes_of_a_number: int) -> int:
        """Bytes of memory that it needs to predict; see `GRAPHICS_CARD` and `PROCESSOR`."""
        return self.parameters * bytes_of_a_number + WORKING_MEMORY


PUBLISHED: tuple[PublishedModel, ...] = (
    PublishedModel("ByteDance/Sa2VA-1B", 1_156_160_449, 4_046_638_280, "Apache 2.0"),
    PublishedModel("ByteDance/Sa2VA-InternVL3-2B", 2_308_652_225, 8_656_605_384),
    PublishedModel("ByteDance/Sa2VA-Qwen3-VL-2B", 2_659_269_825, 10_667_100_360),
    PublishedModel("ByteDance/Sa2VA-4B", 3_934_304_449, 15_159_214_280, "Apache 2.0"),
    PublishedModel("ByteDance/Sa2VA-Qwen2_5-VL-3B", 4_286_344_385, 17_175_398_600),
    PublishedModel("ByteDance/Sa2VA-Qwen3-VL-4B", 5_049_567_425, 20_228_290_760),
    PublishedModel("ByteDance/Sa2VA-InternVL3-8B", 8_175_101_121, 32_122_400_968),
    PublishedModel("ByteDance/Sa2VA-8B", 8_310_161_601, 32_662_642_888, "Apache 2.0"),
    PublishedModel("ByteDance/Sa2VA-Qwen2_5-VL-7B", 8_520_033_985, 34_110_157_000),
    PublishedModel("ByteDance/Sa2VA-InternVL3-14B", 15_361_763_521, 60_869_050_568),
    PublishedModel("ByteDance/Sa2VA-26B", 25_770_500_673, 92_039_031_752, "Apache 2.0"),
)
"""The smallest first."""
