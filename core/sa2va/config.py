"""What a checkpoint folder says about its network: config.json and a few small files beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.sa2va.prompt import DEFAULT_SYSTEM

MODEL_TYPE = "sa2va_chat"
INTERNVL, QWEN2_5_VL, QWEN3_VL = "internvl", "qwen2_5_vl", "qwen3_vl"
LANGUAGE_TYPES = {
    "qwen2": INTERNVL,
    "internlm2": INTERNVL,
    "qwen2_5_vl_text": QWEN2_5_VL,
    "qwen3_vl_text": QWEN3_VL,
}
"""Published type of the language model -> the family that runs it."""

PUBLISHED_TILES = 12
"""`predict_forward` of the published InternVL models always cuts a picture into at most 12 tiles, whatever config.json says."""
LEAST_PIXELS, MOST_PIXELS = 512 * 28 * 28, 2048 * 28 * 28
"""Upstream's limits for the picture of both Qwen families, also where a patch is not 14 wide."""


@dataclass(frozen=True)
class Sam2Config:
    """Sizes of the SAM 2 half. The defaults are those of the published checkpoints (SAM 2.0, Hiera-L)."""

    embed_dim: int = 144
    num_heads: int = 2
    stages: tuple[int, ...] = (2, 6, 36, 4)
    global_att_blocks: tuple[int, ...] = (23, 33, 43)
    window_pos_embed_bkg_spatial_size: tuple[int, int] = (7, 7)
    window_spec: tuple[int, ...] = (8, 4, 16, 8)
    backbone_channel_list: tuple[int, ...] = (1152, 576, 288, 144)
    fpn_top_down_levels: tuple[int, ...] = (2, 3)
    image_size: int = 1024
    d_model: int = 256
    decoder_mlp_dim: int = 2048
    iou_head_hidden_dim: int = 256


@dataclass(frozen=True)
class Tiles:
    """How an InternVL model sees a picture: cut into square tiles, and the whole once more as a thumbnail.

    Attributes:
        size: side of a tile in pixels.
        most: at most so many tiles, without the thumbnail.
        thumbnail: whether there is one when there is more than one tile.
        tokens: image tokens of one tile after the pixel shuffle.
    """

    size: int
    most: int
    thumbnail: bool
    tokens: int


@dataclass(frozen=True)
class Patches:
    """How a Qwen model sees a picture: whole, at a size near its own, cut into patches.

    Attributes:
        size: side of a patch in pixels.
        merged: side, in patches, of the square that becomes one image token.
        frames: a still stands for so many equal frames.
        mean: of red, green and blue, subtracted from pixels of 0..1.
        deviation: of red, green and blue; pixels are divided by it.
        system_turn: whether the chat template of inference puts its own sentence in front.
    """

    size: int
    merged: int
    frames: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    system_turn: bool


@dataclass(frozen=True)
class Sa2VAConfig:
    """Everything needed to build the network and to feed it.

    Attributes:
        kind: which of the families runs it.
        language: the published dictionary of the language model.
        vision: the published dictionary of the vision model.
        picture: how the language side sees a picture.
        sam2: sizes of the other half.
        raw: the whole of config.json.
    """

    kind: str
    language: dict[str, Any]
    vision: dict[str, Any]
    picture: Tiles | Patches
    sam2: Sam2Config
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def hidden_size(self) -> int:
        """Length of a [SEG] state."""
        return int(self.language["hidden_size"])

    @property
    def language_type(self) -> str:
        """Published type of the language model."""
        return str(self.language["model_type"])


def read_config(folder: Path) -> Sa2VAConfig:
    """Read config.json and what else the folder says about pictures and prompts.

    Raises:
        ModelError: the folder holds no model, or one of a kind that this program cannot run.
    """
    raw = _read_json(folder / "config.json", folder)
    if raw.get("model_type") != MODEL_TYPE:
        raise ModelError(
            "The folder “{folder}” holds a model of another kind ({kind}), so it was not loaded.",
            "Choose a folder with a Sa2VA model; the model in use stays in use.",
            folder=folder.name,
            kind=str(raw.get("model_type", "unknown")),
        )
    try:
        language = dict(raw["text_config"] if "text_config" in raw else raw["llm_config"])
        vision = dict(raw["vision_config"])
        language_type = str(language["model_type"])
    except (KeyError, TypeError, ValueError) as error:
        raise _incomplete(folder) from error
    if language_type not in LANGUAGE_TYPES:
        raise ModelError(
            "The model in “{folder}” uses a language part ({kind}) that this program does not know, so it was not loaded.",
            "Choose another Sa2VA model; the model in use stays in use.",
            folder=folder.name,
            kind=language_type,
        )
    kind = LANGUAGE_TYPES[language_type]
    sam2_file = folder / "sam2_config.json"
    sam2 = _read_json(sam2_file, folder) if sam2_file.is_file() else {}
    try:
        picture: Tiles | Patches = _tiles(raw, vision) if kind == INTERNVL else _patches(folder, vision, kind)
        config = Sa2VAConfig(kind, language, vision, picture, _sam2_config(sam2), raw)
        _ = config.hidden_size
    except (KeyError, TypeError, ValueError) as error:
        raise _incomplete(folder) from error
    return config


def _tiles(raw: dict[str, Any], vision: dict[str, Any]) -> Tiles:
    own = dict(raw.get("sa2va_annotator", {}))
    size = int(raw.get("force_image_size") or vision["image_size"])
    shrunk = size // int(vision["patch_size"]) * float(raw.get("downsample_ratio", 0.5))
    return Tiles(
        size=size,
        most=int(own.get("max_tiles", PUBLISHED_TILES)),
        thumbnail=bool(own.get("use_thumbnail", True)),
        tokens=int(shrunk**2),
    )


def _patches(folder: Path, vision: dict[str, Any], kind: str) -> Patches:
    """The pixels' mean and deviation are the processor's; its limits are not read, upstream sets its own."""
    file = folder / "preprocessor_config.json"
    processor = _read_json(file, folder) if file.is_file() else {}
    clip = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
    half = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    mean, deviation = clip if kind == QWEN2_5_VL else half
    return Patches(
        size=int(vision["patch_size"]),
        merged=int(vision.get("spatial_merge_size", 2)),
        frames=int(vision.get("temporal_patch_size", 2)),
        mean=tuple(map(float, processor.get("image_mean", mean))),
        deviation=tuple(map(float, processor.get("image_std", deviation))),
        system_turn=_system_turn(folder, kind),
    )


def _system_turn(folder: Path, kind: str) -> bool:
    """Whether the folder's chat template brings the default system sentence. It is searched as a text, never run."""
    for name in ("chat_template.jinja", "chat_template.json", "tokenizer_config.json"):
        file = folder / name
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        if "<|im_start|>" in text and "add_generation_prompt" in text:
            return DEFAULT_SYSTEM in text
    return kind == QWEN2_5_VL


def _sam2_config(raw: dict[str, Any]) -> Sam2Config:
    known: dict[str, Any] = {name: raw[name] for name in Sam2Config.__dataclass_fields__ if name in raw}
    known.update({name: tuple(value) for name, value in known.items() if isinstance(value, list)})
    return Sam2Config(**known)


def _incomplete(folder: Path) -> ModelError:
    return ModelError(
        "The model description in “{folder}” is incomplete, so the model was not loaded.",
        "Download the model again; the model in use stays in use.",
        folder=folder.name,
    )


def _read_json(path: Path, folder: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            "The folder “{folder}” holds no model ({file} is missing), so nothing was loaded.",
            "Choose the folder into which the model was downloaded; the model in use stays in use.",
            folder=folder.name,
            file=path.name,
        ) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, folder) from error
    if not isinstance(content, dict):
        raise _damaged(path, folder)
    return content


def _damaged(path: Path, folder: Path) -> ModelError:
    return ModelError(
        "The file {file} in “{folder}” is damaged, so the model was not loaded.",
        "Download the model again; the model in use stays in use.",
        folder=folder.name,
        file=path.name,
    )
