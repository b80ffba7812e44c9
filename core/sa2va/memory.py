"""SAM 2's memory: what a slice and its mask leave behind, and how the slices after them look back at it.

The modules are the package's own, with the settings of SAM 2.0 (parity NOTES, section 8.2), under the names of the checkpoints. Only
what lies between them is written here: which memories a slice sees, in which order they are counted, and where the words of a
person's mask come in. Of the package's own session nothing is used: it cannot take language, and gates masks by the object score.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import torch
from accelerate import init_empty_weights
from sam2.modeling.memory_attention import MemoryAttention, MemoryAttentionLayer
from sam2.modeling.memory_encoder import CXBlock, Fuser, MaskDownSampler, MemoryEncoder
from sam2.modeling.position_encoding import PositionEmbeddingSine
from sam2.modeling.sam.transformer import RoPEAttention
from sam2.modeling.sam2_utils import MLP
from torch import nn

from core.errors import ModelError
from core.sa2va.checkpoint import read_tensors
from core.sa2va.config import Sam2Config
from core.sa2va.keys import SAM2_PREFIX
from core.sa2va.not_loaded import NEVER_RUN, SAM2_MEMORY

WIDTH = 64
"""Numbers of a memory at one place."""
RECENT = 6
"""So many slices back a slice sees memories of masks that the model made; those of given ones from any distance."""
POINTERS = 16
"""A slice sees the object pointers of at most so many slices, its own place included."""
SCALE, SHIFT = 20.0, -10.0
"""A mask's probability becomes −10 .. 10 before it is remembered."""


@dataclass(frozen=True)
class Remembered:
    """What one slice leaves behind.

    Attributes:
        features: (1, 64, h, w) bfloat16, as upstream keeps it also where it computes in single precision.
        pointer: (1, d) what the object looked like; a fixed one where the object score says that it is not there.
    """

    features: torch.Tensor
    pointer: torch.Tensor


@dataclass
class MemoryBank:
    """What the slices behind a walk have left, in one direction.

    Attributes:
        given: of slices whose mask was given, or came by words: they are seen from any distance.
        recent: of slices that followed, the nearest last.
    """

    given: list[Remembered] = field(default_factory=list)
    recent: deque[Remembered] = field(default_factory=lambda: deque(maxlen=POINTERS - 1))


class Memory(nn.Module):
    """The weights, and the two things done with them."""

    def __init__(self, config: Sam2Config) -> None:
        super().__init__()
        width = config.d_model
        self.maskmem_tpos_enc = nn.Parameter(torch.zeros(RECENT + 1, 1, 1, WIDTH))
        self.no_obj_ptr = nn.Parameter(torch.zeros(1, width))
        self.mask_downsample = nn.Conv2d(1, 1, kernel_size=4, stride=4)
        self.obj_ptr_proj = MLP(width, width, width, 3)
        side = config.image_size // 16
        rope = {
            "embedding_dim": width,
            "num_heads": 1,
            "downsample_rate": 1,
            "dropout": 0.1,
            "feat_sizes": (side, side),
        }
        layer = MemoryAttentionLayer(
            activation="relu",
            cross_attention=RoPEAttention(rope_k_repeat=True, kv_in_dim=WIDTH, **rope),
            d_model=width,
            dim_feedforward=2048,
            dropout=0.1,
            pos_enc_at_attn=False,
            pos_enc_at_cross_attn_keys=True,
            pos_enc_at_cross_attn_queries=False,
            self_attention=RoPEAttention(**rope),
        )
        self.memory_attention = MemoryAttention(d_model=width, pos_enc_at_input=True, layer=layer, num_layers=4)
        self.memory_encoder = MemoryEncoder(
            out_dim=WIDTH,
            mask_downsampler=MaskDownSampler(embed_dim=width, kernel_size=3, stride=2, padding=1),
            fuser=Fuser(CXBlock(width, kernel_size=7, padding=3, layer_scale_init_value=1e-6), num_layers=2),
            position_encoding=PositionEmbeddingSine(num_pos_feats=WIDTH),
            in_dim=width,
        )
        self.here = PositionEmbeddingSine(num_pos_feats=width)

    def remember(self, seen: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        """What a slice and its mask leave behind.

        Args:
            seen: (1, d, h, w), the lowest level of the slice's features, without `no_mem_embed`.
            logits: (1, 1, S, S) of its mask, at the size of the model's picture.

        Returns:
            (1, 64, h, w) bfloat16.
        """
        kept = self.memory_encoder(seen, logits.sigmoid() * SCALE + SHIFT, skip_mask_sigmoid=True)
        return kept["vision_features"].to(torch.bfloat16)

    def point(self, token: torch.Tensor, is_there: torch.Tensor) -> torch.Tensor:
        """A mask token (1, d) of the decoder -> the object's pointer (1, d); a fixed one where it is not there (1, 1) bool."""
        return torch.where(is_there, self.obj_ptr_proj(token), self.no_obj_ptr)

    def recall(self, seen: torch.Tensor, bank: MemoryBank, slices: int) -> torch.Tensor:
        """Look at a slice with what the slices before it have left.

        Args:
            seen: (1, d, h, w), as `remember`.
            bank: with at least one given slice.
            slices: how many the stack has; of a short one fewer pointers are seen.

        Returns:
            (1, d, h, w) for the mask decoder, instead of the features that `no_mem_embed` was added to.
        """
        kept = [(one, RECENT) for one in bank.given]
        newest_first = list(reversed(bank.recent))
        kept += [(one, back) for back, one in enumerate(newest_first[:RECENT])]
        where = self.memory_encoder.position_encoding(kept[0][0].features)
        memories = [_in_a_row(one.features).to(seen.dtype) for one, _ in kept]
        places = [_in_a_row(where) + self.maskmem_tpos_enc[row] for _, row in kept]
        pointers = [one.pointer for one in bank.given]
        pointers += [one.pointer for one in newest_first[: min(slices, POINTERS) - 1]]
        tokens = torch.cat([pointer.view(-1, 1, WIDTH) for pointer in pointers]).to(seen.dtype)
        height, width = seen.shape[-2:]
        found = self.memory_attention(
            curr=_in_a_row(seen),
            curr_pos=_in_a_row(self.here(seen)).to(seen.dtype),
            memory=torch.cat([*memories, tokens]),
            memory_pos=torch.cat([*places, torch.zeros_like(tokens)]),
            num_obj_ptr_tokens=len(tokens),
        )
        return found.permute(1, 2, 0).view(1, -1, height, width)


def _in_a_row(maps: torch.Tensor) -> torch.Tensor:
    """(1, C, h, w) -> (h·w, 1, C)."""
    return maps.flatten(2).permute(2, 0, 1)


def empty_memory(config: Sam2Config) -> Memory:
    """The memory with its parameters on the meta device."""
    with init_empty_weights(include_buffers=False):
        return Memory(config)


def place_of(published: str) -> str | None:
    """The name in `Memory` of a published tensor; None for one that belongs elsewhere, or that nothing ever runs."""
    name = published.removeprefix(SAM2_PREFIX)
    if name == published or name not in SAM2_MEMORY or name in NEVER_RUN:
        return None
    return name.removesuffix("g_weight") + "gamma" if name.endswith(".g_weight") else name


def load_memory(folder: Path, config: Sam2Config, device: torch.device) -> Memory | None:
    """Load the memory of a checkpoint folder in single precision; None where it has none.

    Raises:
        ModelError: it has a part of one only, or one of other sizes.
    """
    memory = empty_memory(config)
    wanted = {SAM2_PREFIX + name for name in SAM2_MEMORY}
    found = {
        place: tensor.to(device, torch.float32)
        for published, tensor in read_tensors(folder, device, wanted)
        if (place := place_of(published)) is not None
    }
    if not found:
        return None
    shapes = {name: tensor.shape for name, tensor in memory.state_dict().items()}
    wrong = sorted(
        name for name in shapes.keys() | found.keys() if name not in found or found[name].shape != shapes.get(name)
    )
    if wrong:
        raise ModelError(
            "The part of the model in “{folder}” that follows a structure through a stack is not complete ({key}).",
            "Single images are not affected. Download the model again to carry masks through a stack.",
            folder=folder.name,
            key=wrong[0],
        )
    memory.load_state_dict(found, assign=True)
    return memory.eval()
