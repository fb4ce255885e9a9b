"""ExHuBERT: HuBERT in which a layer is followed by a trainable copy of itself.

A layer ``L`` and its copy form a pair. The copy starts with the layer's weights and ends in a
linear ``G`` that starts at zero, so that a freshly extended model computes what its base does::

    s = L(h)
    out = s + G(L_copy(s))

Training leaves the originals alone and moves the copies. The idea, and the published form with a
second linear behind ``L``, are from Amiriparian et al., ExHuBERT, Interspeech 2024,
doi:10.21437/Interspeech.2024-280. Everything around the pairs is the HuBERT of ``transformers``.
"""

import copy
import re
from typing import Any, Self

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForAudioClassification, HubertModel
from transformers import initialization as init
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.hubert.modeling_hubert import HubertPreTrainedModel
from transformers.utils.generic import can_return_tuple

from training.data.targets import count_labelled
from training.model.configuration_exhubert import ExHubertConfig
from training.model.frames import frame_mask, frames_of
from training.model.losses import Objective
from training.model.outputs import ExHubertOutput
from training.model.specaugment import draw_time_mask, masked_places

_MOST_LAYERS = 512
"""More layers than any HuBERT has; see ``ExHubertPreTrainedModel._can_record_outputs``."""


class ZeroLinear(nn.Linear):
    """A linear that starts at zero: what it ends adds nothing yet."""

    def reset_parameters(self) -> None:
        """Puts weight and bias to zero, unless a checkpoint has filled them."""
        init.zeros_(self.weight)
        init.zeros_(self.bias)


class IdentityLinear(nn.Linear):
    """A linear that starts at the identity: what it ends passes unchanged."""

    def reset_parameters(self) -> None:
        """Puts the weight to the identity and the bias to zero, unless a checkpoint has."""
        init.eye_(self.weight)
        init.zeros_(self.bias)


class ExtendedLayer(nn.Module):
    """A pair: an encoder layer of HuBERT and its copy, called as the layer alone would be.

    Gradient checkpointing happens in the two layers, each on its own.

    Args:
        layer: The original, a post-norm or stable-layer-norm encoder layer; becomes a part of the
            pair. The copy starts with its weights.
        config: Says whether the original is followed by a linear.
    """

    def __init__(self, layer: nn.Module, config: ExHubertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.original = layer
        self.original_linear = (
            IdentityLinear(width, width) if config.original_linear else nn.Identity()
        )
        self.copy = copy.deepcopy(layer)
        self.copy_linear = ZeroLinear(width, width)

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor | None = None, **kwargs: Any
    ) -> Tensor:
        """Runs the original, and adds the copy's correction.

        Args:
            hidden_states: ``(clips, frames, hidden_size)``.
            attention_mask: What the attention implementation in use expects; both layers get it.
            **kwargs: Passed to both layers.

        Returns:
            ``(clips, frames, hidden_size)``.
        """
        state = self.original(hidden_states, attention_mask=attention_mask, **kwargs)
        state = self.original_linear(state)
        correction = self.copy(state, attention_mask=attention_mask, **kwargs)
        out: Tensor = state + self.copy_linear(correction)
        return out


class ExHubertPreTrainedModel(HubertPreTrainedModel):
    """What the backbone and the classifier share: how pairs start, and what can be frozen."""

    config: ExHubertConfig
    config_class = ExHubertConfig
    _no_split_modules = ("ExtendedLayer", *HubertPreTrainedModel._no_split_modules)
    # HuBERT records the output of every encoder layer it finds, so of both inside a pair. Naming
    # the encoder's own list keeps `hidden_states` at num_hidden_layers + 1; `attentions` stay
    # those of every layer that ran, originals and copies in turn.
    _can_record_outputs = HubertPreTrainedModel._can_record_outputs | {
        "hidden_states": [f"encoder.layers.{index}" for index in range(_MOST_LAYERS)]
    }

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """Starts the linears of a pair where they change nothing, all else as HuBERT does."""
        if isinstance(module, ZeroLinear | IdentityLinear):
            module.reset_parameters()
        else:
            super()._init_weights(module)

    def freeze_original_layers(self) -> None:
        """Freezes every layer of the base and the linears after them, as the paper does.

        Copies and their linears, feature projection, positional convolution, final LayerNorm,
        ``masked_spec_embed`` and the head stay trainable. Layers without a copy are originals
        too. A frozen layer follows ``train()`` and ``eval()`` like any other: in training its
        dropout goes on and is noise the copies learn to live with, as in the base's own training.
        """
        for layer in self.base_model.encoder.layers:
            originals = (
                (layer.original, layer.original_linear)
                if isinstance(layer, ExtendedLayer)
                else (layer,)
            )
            for module in originals:
                module.requires_grad_(False)

    def freeze_feature_encoder(self) -> None:
        """Freezes the convolutions that turn samples into frames, as the paper does."""
        self.base_model.feature_extractor.requires_grad_(False)
        self.base_model.train(self.base_model.training)


class ExHubertModel(ExHubertPreTrainedModel, HubertModel):
    """The backbone: called as ``HubertModel``, and returning the same.

    A fresh model's copies equal its originals. To extend trained weights, use
    :func:`extend_hubert`.
    """

    def __init__(self, config: ExHubertConfig) -> None:
        super().__init__(config)
        for index, layer in enumerate(self.encoder.layers):
            if config.extends(index):
                self.encoder.layers[index] = ExtendedLayer(layer, config)
        self.post_init()

    def train(self, mode: bool = True) -> Self:
        """Sets training or evaluation mode; a frozen feature encoder stays in evaluation mode.

        It computes the same in both, but in training mode it builds a graph for its input, and
        keeps activations that nobody needs.
        """
        super().train(mode)
        if not any(weight.requires_grad for weight in self.feature_extractor.parameters()):
            self.feature_extractor.eval()
        return self

    def forward(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | tuple[Tensor, ...] | None = None,
        **kwargs: Any,
    ) -> BaseModelOutput | tuple[Tensor, ...]:
        """Runs HuBERT, in training with frames masked by SpecAugment.

        HuBERT would draw the same masks, but refuses batches of fewer frames than a mask has,
        and a mask of booleans makes the CPU wait for all that the GPU still has to do.

        Args:
            input_values: Samples at 16 kHz, ``(clips, samples)``.
            attention_mask: 1 at samples, 0 at the padding after them, ``(clips, samples)``.
            mask_time_indices: Frames to mask, ``(clips, frames)``, or their indices; None draws
                them in training.
            **kwargs: As for ``HubertModel``.

        Returns:
            What ``HubertModel`` returns.
        """
        config = self.config
        wanted = self.training and config.apply_spec_augment and config.mask_time_prob > 0
        if mask_time_indices is None and wanted:
            clips, samples = input_values.shape
            mask = draw_time_mask(clips, frames_of(samples, config), config)
            # Even where no frame is masked, the embedding gets a gradient from each batch, which
            # several processes wait for.
            mask_time_indices = masked_places(mask, input_values.device)
        outputs: BaseModelOutput | tuple[Tensor, ...] = super().forward(
            input_values,
            attention_mask=attention_mask,
            mask_time_indices=mask_time_indices,
            **kwargs,
        )
        return outputs


class ExHubertForSequenceClassification(ExHubertPreTrainedModel):
    """ExHuBERT with the published head: projector on each frame, mean over time, classifier.

    Further heads, if the configuration names any, read the same mean: a linear for the emotion
    categories, and a linear with a sigmoid for the dimensions.

    Args:
        config: Model and labels.
        backbone: A backbone of the same configuration to put the heads on; None makes a fresh one.
    """

    def __init__(self, config: ExHubertConfig, backbone: ExHubertModel | None = None) -> None:
        super().__init__(config)
        width = config.classifier_proj_size
        self.hubert = ExHubertModel(config) if backbone is None else backbone
        self.projector = nn.Linear(config.hidden_size, width)
        self.classifier = nn.Linear(width, config.num_labels)
        self.emotion_classifier = (
            nn.Linear(width, len(config.emotions)) if config.emotions else None
        )
        self.rater = nn.Linear(width, len(config.dimensions)) if config.dimensions else None
        self.post_init()

    @can_return_tuple
    def forward(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        emotion_labels: Tensor | None = None,
        rating_labels: Tensor | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **kwargs: Any,
    ) -> ExHubertOutput:
        """Classifies clips.

        Args:
            input_values: Samples at 16 kHz, each clip of zero mean and unit variance, ``(clips,
                samples)``; at least 400 samples.
            attention_mask: 1 at samples, 0 at the padding after them, ``(clips, samples)``.
                Without it padding is attended to and averaged in.
            labels: Class of each clip in ``[0, num_labels)``, or −100 to leave it out of the
                loss, ``(clips,)``.
            emotion_labels: Category of each clip, or −100, ``(clips,)``.
            rating_labels: Ratings of each clip in [0, 1], or NaN, ``(clips, dimensions)``.
            num_items_in_batch: Labelled clips in all the batches whose gradients are added up;
                ``Trainer`` passes it. None divides the loss by the labelled clips given here.
            **kwargs: As for ``HubertModel``: ``output_hidden_states``, ``output_attentions``,
                ``mask_time_indices``, and ``return_dict``.

        Returns:
            ``logits`` of shape ``(clips, num_labels)``, and what further heads say; ``loss``, if
            there are labels: the sum of each head's cross-entropy, or 1 − CCC, over the clips
            labelled for it; ``hidden_states`` and ``attentions`` if asked for.
        """
        encoded = self.hubert(input_values, attention_mask=attention_mask, **kwargs)
        pooled = self._pool(self.projector(encoded.last_hidden_state), attention_mask)
        outputs = ExHubertOutput(
            logits=self.classifier(pooled),
            emotion_logits=self.emotion_classifier(pooled) if self.emotion_classifier else None,
            ratings=self.rater(pooled).sigmoid() if self.rater else None,
            hidden_states=encoded.hidden_states,
            attentions=encoded.attentions,
        )
        given = {
            "labels": labels,
            "emotion_labels": emotion_labels,
            "rating_labels": rating_labels,
        }
        targets = {name: target for name, target in given.items() if target is not None}
        if not targets:
            return outputs
        counts = count_labelled(targets)
        if num_items_in_batch is not None and labels is not None:
            # Only labels were counted beyond this batch; other targets are taken to be as many.
            factor = num_items_in_batch / counts["labels"].clamp(min=1)
            counts = {name: count * factor for name, count in counts.items()}
        return ExHubertOutput(loss=Objective()(outputs, targets, counts), **outputs)

    def _pool(self, frames: Tensor, attention_mask: Tensor | None) -> Tensor:
        """Mean over the frames of each clip, ``(clips, width)``: all, or those the mask leaves."""
        if attention_mask is None:
            return frames.mean(dim=1)
        valid = frame_mask(attention_mask, frames.shape[1], self.config).unsqueeze(-1)
        pooled: Tensor = (frames * valid).sum(dim=1) / valid.sum(dim=1)
        return pooled


def extend_hubert(
    hubert: HubertModel,
    extended_layers: list[int] | None = None,
    original_linear: bool = False,
) -> ExHubertModel:
    """Extends a HuBERT without changing what it computes.

    Args:
        hubert: The base; left as it is, nothing is shared with the result.
        extended_layers: Layers that get a copy, ascending; None for every layer.
        original_linear: Whether originals get a linear too (at identity), as published.

    Returns:
        The extended model, on the base's device, in its dtype and its training mode.

    Raises:
        huggingface_hub.errors.StrictDataclassError: ``extended_layers`` does not fit the base.
    """
    config = ExHubertConfig.from_hubert(
        hubert.config, extended_layers=extended_layers, original_linear=original_linear
    )
    model: ExHubertModel = ExHubertModel(config).to(device=hubert.device, dtype=hubert.dtype)
    base = hubert.state_dict()
    weights = {
        key: start if "_linear." in key else base[re.sub(r"\.(original|copy)\.", ".", key)]
        for key, start in model.state_dict().items()
    }
    model.load_state_dict(weights)
    model.train(hubert.training)
    return model


AutoConfig.register("exhubert", ExHubertConfig, exist_ok=True)
AutoModel.register(ExHubertConfig, ExHubertModel, exist_ok=True)
AutoModelForAudioClassification.register(
    ExHubertConfig, ExHubertForSequenceClassification, exist_ok=True
)
