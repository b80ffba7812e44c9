"""What a checkpoint folder says about its network: config.json and the optional sam2_config.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelError

MODEL_TYPE_INTERNVL = "sa2va_chat"
LANGUAGE_MODELS = {"qwen2": "qwen2", "internlm2": "llama"}
"""Published language model type -> the native type that computes the same."""

PUBLISHED_TILES = 12
"""`predict_forward` of the published InternVL models always cuts a picture into at most 12 tiles, whatever config.json says."""


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
class Sa2VAConfig:
    """Everything needed to build the network and to feed it.

    `language` and `vision` are the published dictionaries; `max_tiles` and `use_thumbnail` say how the language side sees
    a picture; `instruction` is the text around a question.
    """

    language: dict[str, Any]
    vision: dict[str, Any]
    sam2: Sam2Config
    language_type: str
    downsample_ratio: float = 0.5
    tile_size: int = 448
    max_tiles: int = PUBLISHED_TILES
    use_thumbnail: bool = True
    begin_of_text: str = ""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def hidden_size(self) -> int:
        """Length of a [SEG] state."""
        return int(self.language["hidden_size"])

    @property
    def tokens_per_tile(self) -> int:
        """Image tokens of one tile after the pixel shuffle."""
        return int((self.tile_size // int(self.vision["patch_size"]) * self.downsample_ratio) ** 2)


def read_config(folder: Path) -> Sa2VAConfig:
    """Read config.json and, if there is one, sam2_config.json.

    Raises:
        ModelError: the folder holds no model, or one of a kind that this program cannot run.
    """
    raw = _read_json(folder / "config.json", folder)
    if raw.get("model_type") != MODEL_TYPE_INTERNVL:
        raise ModelError(
            "The folder “{folder}” holds a model of another kind ({kind}), so it was not loaded.",
            "Choose a folder with a Sa2VA model of the InternVL family; the model in use stays in use.",
            folder=folder.name,
            kind=str(raw.get("model_type", "unknown")),
        )
    try:
        language, vision = dict(raw["llm_config"]), dict(raw["vision_config"])
        kind = str(language["model_type"])
        own = dict(raw.get("sa2va_annotator", {}))
        sam2_file = folder / "sam2_config.json"
        sam2 = _sam2_config(_read_json(sam2_file, folder)) if sam2_file.is_file() else Sam2Config()
        config = Sa2VAConfig(
            language=language,
            vision=vision,
            sam2=sam2,
            language_type=kind,
            downsample_ratio=float(raw.get("downsample_ratio", 0.5)),
            tile_size=int(raw.get("force_image_size") or vision["image_size"]),
            max_tiles=int(own.get("max_tiles", PUBLISHED_TILES)),
            use_thumbnail=bool(own.get("use_thumbnail", True)),
            begin_of_text="<s>" if kind == "internlm2" else "",
            raw=raw,
        )
        _ = config.tokens_per_tile, config.hidden_size
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            "The model description in “{folder}” is incomplete, so the model was not loaded.",
            "Download the model again; the model in use stays in use.",
            folder=folder.name,
        ) from error
    if kind not in LANGUAGE_MODELS:
        raise ModelError(
            "The model in “{folder}” uses a language part ({kind}) that this program does not know, so it was not loaded.",
            "Choose another Sa2VA model; the model in use stays in use.",
            folder=folder.name,
            kind=kind,
        )
    return config


def _sam2_config(raw: dict[str, Any]) -> Sam2Config:
    known = {name: raw[name] for name in Sam2Config.__dataclass_fields__ if name in raw}
    return Sam2Config(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


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
    except ValueError as error:
        raise ModelError(
            "The file {file} in “{folder}” is damaged, so the model was not loaded.",
            "Download the model again; the model in use stays in use.",
            folder=folder.name,
            file=path.name,
        ) from error
    if not isinstance(content, dict):
        raise ModelError(
            "The file {file} in “{folder}” is damaged, so the model was not loaded.",
            "Download the model again; the model in use stays in use.",
            folder=folder.name,
            file=path.name,
        )
    return content
