"""Low-rank adapters by PEFT, put beside a network's layers and taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

_NAME = "default"
_STIR = 0.02


@dataclass(frozen=True)
class Adapters:
    """Which layers have an adapter, and of which size.

    Attributes:
        layers: paths of linear layers in the network.
        rank: of the product B A.
        alpha: the product counts alpha / rank.
    """

    layers: tuple[str, ...]
    rank: int
    alpha: int

    def config(self, **more: Any) -> Any:
        """PEFT's description of them."""
        from peft import LoraConfig

        return LoraConfig(r=self.rank, lora_alpha=self.alpha, target_modules=list(self.layers), **more)

    def attach(self, network: nn.Module) -> None:
        """Put them beside their layers: in single precision, without effect yet."""
        from peft import inject_adapter_in_model

        inject_adapter_in_model(self.config(), network, _NAME)
        for place in self._places(network):
            place.float()

    def detach(self, network: nn.Module) -> None:
        """Put every layer back as it was."""
        for path in self.layers:
            above, _, name = path.rpartition(".")
            setattr(network.get_submodule(above), name, network.get_submodule(path).base_layer)
        del network.peft_config

    def parameters(self, network: nn.Module) -> dict[str, nn.Parameter]:
        """Name in a version's file -> parameter: (rank, in) of A and (out, rank) of B."""
        found = {}
        for path in self.layers:
            layer: Any = network.get_submodule(path)
            found[f"{path}.lora_A.weight"] = layer.lora_A[_NAME].weight
            found[f"{path}.lora_B.weight"] = layer.lora_B[_NAME].weight
        return found

    def shapes(self, network: nn.Module) -> dict[str, tuple[int, int]]:
        """What `parameters` holds, of a network that need not have them."""
        found = {}
        for path in self.layers:
            layer: Any = network.get_submodule(path)
            found[f"{path}.lora_A.weight"] = (self.rank, layer.in_features)
            found[f"{path}.lora_B.weight"] = (layer.out_features, self.rank)
        return found

    @contextmanager
    def stirred(self, network: nn.Module) -> Iterator[None]:
        """For a proof: B is away from 0, where no gradient would reach A. Afterwards it is 0, as at the beginning."""
        ends = [one for name, one in self.parameters(network).items() if name.endswith("lora_B.weight")]
        chance = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for end in ends:
                end.copy_(torch.randn(end.shape, generator=chance) * _STIR)
        try:
            yield
        finally:
            with torch.no_grad():
                for end in ends:
                    end.zero_()

    def _places(self, network: nn.Module) -> list[nn.Module]:
        layers: Sequence[Any] = [network.get_submodule(path) for path in self.layers]
        return [part[_NAME] for layer in layers for part in (layer.lora_A, layer.lora_B)]


def merged(weight: torch.Tensor, path: str, adapters: Adapters, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """W + alpha / rank · B A of one layer, float32.

    Args:
        weight: (out, in) of the base.
        path: of the layer.
        adapters: the description.
        tensors: name in a version's file -> tensor.
    """
    product = tensors[f"{path}.lora_B.weight"].float() @ tensors[f"{path}.lora_A.weight"].float()
    return weight.float() + adapters.alpha / adapters.rank * product
