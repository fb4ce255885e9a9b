"""The underscored names of transformers that an extended model cannot do without.

Each is part of what transformers documents for models of one's own; nothing else of this package
touches a private name of it. A test (tests/training/model/test_transformers_contract.py) holds
what each is used for, and pyproject.toml bounds the version.

- ``_init_weights``: the documented hook by which a model starts its own kinds of layers. Without
  it, the linear behind a copy would start at random instead of at zero.
- ``_no_split_modules``: the documented list of modules that ``device_map="auto"`` keeps on one
  device. A pair adds the outputs of its two layers, which must lie together.
- ``_attn_implementation``: the documented way to read which attention a configuration asks for;
  only setting it has a public name.
"""

import torch
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from training.model.extended_layer import ExtendedLayer, IdentityLinear, ZeroLinear


class ExtendedPreTrainedModel(PreTrainedModel):
    """How an extended model starts, and what of it may be put on different devices; a mixin."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)  # type: ignore[no-untyped-call]
        of_bases = (vars(base).get("_no_split_modules") or () for base in cls.__mro__)
        cls._no_split_modules = sorted({ExtendedLayer.__name__}.union(*of_bases))

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """Starts the linears of a pair where they change nothing, all else as the base does."""
        if isinstance(module, ZeroLinear | IdentityLinear):
            module.reset_parameters()
        else:
            super()._init_weights(module)  # type: ignore[no-untyped-call]


def attention_of(config: PreTrainedConfig) -> str | None:
    """Which attention a configuration asks for, such as ``sdpa``; None leaves it to the model."""
    asked: str | None = config._attn_implementation
    return asked
