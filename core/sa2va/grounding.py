"""The SAM 2 half: image encoder, prompt encoder and mask decoder, with the [SEG] embedding as one more prompt token.

Differs from the package's own `_forward_sam_heads` in two ways, both as upstream (parity NOTES, sections 1.2 and 1.3): the
mask logits are not gated by the object score, and the language embedding follows two empty points.
"""

from __future__ import annotations

import torch
from sam2.modeling.backbones.hieradet import Hiera
from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
from sam2.modeling.position_encoding import PositionEmbeddingSine
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.prompt_encoder import PromptEncoder
from sam2.modeling.sam.transformer import TwoWayTransformer
from torch import nn

from core.sa2va.config import Sam2Config
from core.segmenter import Decoded, ImageFeatures

STRIDE = 16
MASK_LIMIT = 32.0


class Grounding(nn.Module):
    """Image (B, 3, S, S) and language embedding (B, d) -> three candidate masks of a quarter of S."""

    def __init__(self, config: Sam2Config) -> None:
        super().__init__()
        self.config = config
        trunk = Hiera(
            embed_dim=config.embed_dim,
            num_heads=config.num_heads,
            stages=config.stages,
            global_att_blocks=config.global_att_blocks,
            window_pos_embed_bkg_spatial_size=config.window_pos_embed_bkg_spatial_size,
            window_spec=config.window_spec,
        )
        neck = FpnNeck(
            position_encoding=PositionEmbeddingSine(num_pos_feats=config.d_model, normalize=True),
            d_model=config.d_model,
            backbone_channel_list=list(config.backbone_channel_list),
            fpn_top_down_levels=list(config.fpn_top_down_levels),
            fpn_interp_model="nearest",
        )
        self.image_encoder = ImageEncoder(trunk=trunk, neck=neck, scalp=1)
        side = config.image_size // STRIDE
        self.sam_prompt_encoder = PromptEncoder(
            embed_dim=config.d_model,
            image_embedding_size=(side, side),
            input_image_size=(config.image_size, config.image_size),
            mask_in_chans=16,
        )
        self.sam_mask_decoder = MaskDecoder(
            num_multimask_outputs=3,
            transformer=TwoWayTransformer(
                depth=2, embedding_dim=config.d_model, mlp_dim=config.decoder_mlp_dim, num_heads=8
            ),
            transformer_dim=config.d_model,
            iou_head_depth=3,
            iou_head_hidden_dim=config.iou_head_hidden_dim,
            use_high_res_features=True,
            iou_prediction_use_sigmoid=True,
            pred_obj_scores=True,
            pred_obj_scores_mlp=True,
            use_multimask_token_for_obj_ptr=True,
        )
        self.no_mem_embed = nn.Parameter(torch.zeros(1, 1, config.d_model))

    def encode(self, pixels: torch.Tensor) -> ImageFeatures:
        """(B, 3, S, S) float -> features of the three levels; conv_s0, conv_s1 and `no_mem_embed` are already applied."""
        first, exact = next(self.image_encoder.parameters()), self.no_mem_embed
        levels = self.image_encoder(pixels.to(first.device, first.dtype))["backbone_fpn"]
        high_0, high_1, lowest = (level.to(exact.device, exact.dtype) for level in levels)
        return ImageFeatures(
            embedding=lowest + self.no_mem_embed.view(1, -1, 1, 1),
            high_res_0=self.sam_mask_decoder.conv_s0(high_0),
            high_res_1=self.sam_mask_decoder.conv_s1(high_1),
        )

    def decode(
        self,
        features: ImageFeatures,
        language: torch.Tensor | None,
        points: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        mask: torch.Tensor | None = None,
    ) -> Decoded:
        """Decode three masks.

        Args:
            features: of B pictures.
            language: (B, d) embedding of [SEG] after `text_hidden_fcs`; None for no words.
            points: (B, P, 2) clicks as x, y in pixels of the S×S picture; None for none.
            labels: (B, P) int, 1 inside, 0 outside, 2 and 3 the first and the last corner of a box.
            mask: (B, 1, S/4, S/4) logits of an answer to be corrected, cut at ±32 as SAM 2's own predictor does; None for none.
        """
        if mask is not None:
            mask = mask.clamp(-MASK_LIMIT, MASK_LIMIT)
        return self.decode_with_tokens(features, language, points, labels, mask)[0]

    def decode_with_tokens(
        self,
        features: ImageFeatures,
        language: torch.Tensor | None = None,
        points: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        mask: torch.Tensor | None = None,
        several: bool = True,
    ) -> tuple[Decoded, torch.Tensor]:
        """As `decode`, with the mask as it is, and the token of each mask.

        Args:
            features: of B pictures.
            language: as `decode`.
            points: as `decode`.
            labels: as `decode`.
            mask: (B, 1, S/4, S/4) as SAM 2's prompt encoder takes it.
            several: three masks; or the single one, which Sa2VA asks for nowhere but in its memory of a given mask.

        Returns:
            Masks, and their tokens (B, 3 or 1, d).
        """
        embedding, device = features.embedding, features.embedding.device
        batch = embedding.shape[0]
        if points is None or labels is None:
            points = torch.zeros(batch, 1, 2, device=device)
            labels = -torch.ones(batch, 1, dtype=torch.int32, device=device)
        sparse, dense = self.sam_prompt_encoder(points=(points, labels), boxes=None, masks=mask)
        if language is not None:
            sparse = torch.cat([sparse.to(language.dtype), language.unsqueeze(1)], dim=1)
        masks, ious, tokens, score = self.sam_mask_decoder(
            embedding,  # by position: PEFT's wrapper of a whole trained part insists on it
            image_pe=self.sam_prompt_encoder.get_dense_pe().to(embedding.dtype),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense.to(embedding.dtype),
            multimask_output=several,
            repeat_image=False,
            high_res_features=[features.high_res_0, features.high_res_1],
        )
        return Decoded(logits=masks, ious=ious, object_score=score), tokens
