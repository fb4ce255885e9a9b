"""ExHuBERT: a speech encoder in which a layer is followed by a trainable copy of itself.

Training leaves the originals alone and moves the copies. The idea, and the published form with a
second linear behind each original, are from Amiriparian et al., ExHuBERT, Interspeech 2024,
doi:10.21437/Interspeech.2024-280. Everything around the pairs is the base of ``transformers``:
HuBERT here, others in :mod:`training.model.backbones`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Self, cast

from torch import Tensor, nn
from transformers import HubertModel, HubertPreTrainedModel
from transformers.modeling_outputs import BaseModelOutput
from transformers.utils import can_return_tuple

from training.data.targets import count_labelled
from training.model.configuration_exhubert import ExHubertConfig, ExtendedConfig
from training.model.extended_layer import ExtendedLayer, LayerOutput, states_of
from training.model.frames import frame_mask, frames_of, frames_of_clips
from training.model.losses import plain_objective
from training.model.outputs import ExHubertOutput
from training.model.specaugment import draw_time_mask, masked_places
from training.model.transformers_contract import ExtendedPreTrainedModel


class ExtendedBackbone(ExtendedPreTrainedModel):
    """An encoder with extended layers: called as its base, and returning the same.

    A mixin for a base with a convolutional ``feature_extractor`` and ``encoder.layers``. A fresh
    model's copies equal its originals. To extend trained weights, use
    :func:`training.model.backbones.extend`.

    Args:
        config: Configuration of the base, with the settings of the extension.
    """

    config: ExtendedConfig
    masks_within_clips = False
    """Whether the base's SpecAugment leaves padding alone; that of HuBERT doesn't."""

    feature_extractor: Any  # of the base's own kind
    encoder: Any

    def __init__(self, config: ExtendedConfig) -> None:
        super().__init__(config)
        for index, layer in enumerate(self.encoder.layers):
            if config.extends(index):
                self.encoder.layers[index] = ExtendedLayer(
                    layer, config.hidden_size, config.original_linear
                )
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

    def freeze_original_layers(self) -> None:
        """Freezes every layer of the base and the linears after them, as the paper does.

        Copies and their linears, feature projection, positional convolution, final LayerNorm,
        ``masked_spec_embed`` and the head stay trainable. Layers without a copy are originals
        too. A frozen layer follows ``train()`` and ``eval()`` like any other: in training its
        dropout goes on and is noise the copies learn to live with, as in the base's own training.
        """
        for layer in self.encoder.layers:
            if isinstance(layer, ExtendedLayer):
                layer.original.requires_grad_(False)
                layer.original_linear.requires_grad_(False)
            else:
                layer.requires_grad_(False)

    def freeze_feature_encoder(self) -> None:
        """Freezes the convolutions that turn samples into frames, as the paper does."""
        self.feature_extractor.requires_grad_(False)
        self.train(self.training)

    @can_return_tuple
    def forward(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | tuple[Tensor, ...] | None = None,
        output_hidden_states: bool | None = None,
        **kwargs: Any,
    ) -> BaseModelOutput:
        """Runs the base, in training with frames masked by SpecAugment.

        The base would draw the same masks, but refuses batches of fewer frames than a mask has,
        and a mask of booleans makes the CPU wait for all that the GPU still has to do; as lengths
        of clips do, where the base asks for them.

        Args:
            input_values: Samples at 16 kHz, ``(clips, samples)``.
            attention_mask: 1 at samples, 0 at the padding after them, ``(clips, samples)``.
            mask_time_indices: Frames to mask, ``(clips, frames)``, or their indices; None draws
                them in training.
            output_hidden_states: Whether to return what enters the first layer of the base, and
                what each layer or pair returns: ``num_hidden_layers + 1`` tensors ``(clips,
                frames, hidden_size)``. None leaves it to the configuration.
            **kwargs: As for the base: ``output_attentions`` (of every layer that runs, originals
                and copies in turn), ``return_dict``.

        Returns:
            What the base returns, ``last_hidden_state`` ``(clips, frames, hidden_size)`` first.
        """
        config = self.config
        wanted = self.training and config.apply_spec_augment and config.mask_time_prob > 0
        if mask_time_indices is None and wanted:
            clips, samples = input_values.shape
            frames = frames_of(samples, config)
            lengths = [frames] * clips
            if self.masks_within_clips and attention_mask is not None:
                lengths = frames_of_clips(attention_mask, config).tolist()
            mask = draw_time_mask(lengths, frames, config)
            # Even where no frame is masked, the embedding gets a gradient from each batch, which
            # several processes wait for.
            mask_time_indices = masked_places(mask, input_values.device)
        if output_hidden_states is None:
            output_hidden_states = config.output_hidden_states
        # The base would record both layers of a pair.
        with record_states(self.encoder.layers) if output_hidden_states else nullcontext() as seen:
            output: BaseModelOutput = super().forward(
                input_values,
                attention_mask=attention_mask,
                mask_time_indices=mask_time_indices,
                output_hidden_states=False,
                return_dict=True,
                **kwargs,
            )
        return output if seen is None else replace(output, hidden_states=tuple(seen))


class ExtendedClassifier(ExtendedPreTrainedModel):
    """An extended encoder with the published head: projector, mean over time, linear.

    Further heads, if the configuration names any, read the same mean: a linear for the emotion
    categories, and a linear with a sigmoid for the dimensions. A model of no classes has these
    alone. A mixin; the backbone lies under the name that the base gives it (``hubert``), and is
    ``base_model`` under any.

    Args:
        config: Model and labels.
        backbone: A backbone of the same configuration to put the heads on; None makes a fresh one.
    """

    config: ExtendedConfig
    backbone_class: type[ExtendedBackbone]

    def __init__(self, config: ExtendedConfig, backbone: ExtendedBackbone | None = None) -> None:
        super().__init__(config)
        width = config.classifier_proj_size
        backbone = self.backbone_class(config) if backbone is None else backbone
        self.add_module(self.base_model_prefix, backbone)
        self.projector = nn.Linear(config.hidden_size, width)
        self.classifier = nn.Linear(width, config.num_labels) if config.num_labels else None
        self.emotion_classifier = (
            nn.Linear(width, len(config.emotions)) if config.emotions else None
        )
        self.rater = nn.Linear(width, len(config.dimensions)) if config.dimensions else None
        self.post_init()

    @property
    def backbone(self) -> ExtendedBackbone:
        """The encoder below the heads."""
        return cast("ExtendedBackbone", self.base_model)

    def freeze_original_layers(self) -> None:
        """See :meth:`ExtendedBackbone.freeze_original_layers`."""
        self.backbone.freeze_original_layers()

    def freeze_feature_encoder(self) -> None:
        """See :meth:`ExtendedBackbone.freeze_feature_encoder`."""
        self.backbone.freeze_feature_encoder()

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
            **kwargs: As for the backbone: ``output_hidden_states``, ``output_attentions``,
                ``mask_time_indices``, and ``return_dict``.

        Returns:
            ``logits`` of shape ``(clips, num_labels)``, and what further heads say; ``loss``, if
            there are labels: the sum of each head's cross-entropy, or 1 − CCC, over the clips
            labelled for it; ``hidden_states`` and ``attentions`` if asked for.
        """
        encoded = self.base_model(input_values, attention_mask=attention_mask, **kwargs)
        pooled = self._pool(self.projector(encoded.last_hidden_state), attention_mask)
        outputs = ExHubertOutput(
            logits=self.classifier(pooled) if self.classifier else pooled[:, :0],
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
            # num_items_in_batch counts class labels only; other targets are scaled alike.
            factor = num_items_in_batch / counts["labels"].clamp(min=1)
            counts = {name: count * factor for name, count in counts.items()}
        return ExHubertOutput(
            loss=plain_objective(self.config)(outputs, targets, counts), **outputs
        )

    def _pool(self, frames: Tensor, attention_mask: Tensor | None) -> Tensor:
        """Mean over the frames of each clip, ``(clips, width)``: all, or those the mask leaves."""
        if attention_mask is None:
            return frames.mean(dim=1)
        valid = frame_mask(attention_mask, frames.shape[1], self.config).unsqueeze(-1)
        pooled: Tensor = (frames * valid).sum(dim=1) / valid.sum(dim=1)
        return pooled


@contextmanager
def record_states(layers: nn.ModuleList) -> Iterator[list[Tensor]]:
    """Lists what enters the first of some layers and what each returns, while they are run.

    Yields:
        The list, ``(clips, frames, width)`` each; filled by the time the layers have run.
    """
    states: list[Tensor] = []

    def enter(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not states:
            states.append(args[0] if args else kwargs["hidden_states"])

    def leave(_: nn.Module, __: tuple[Any, ...], output: LayerOutput) -> None:
        states.append(states_of(output))

    hooks = [layer.register_forward_pre_hook(enter, with_kwargs=True) for layer in layers]
    hooks += [layer.register_forward_hook(leave) for layer in layers]
    try:
        yield states
    finally:
        for hook in hooks:
            hook.remove()


class ExHubertModel(ExtendedBackbone, HubertModel):
    """An extended HuBERT without a head."""

    config: ExHubertConfig
    config_class = ExHubertConfig


class ExHubertForSequenceClassification(ExtendedClassifier, HubertPreTrainedModel):
    """An extended HuBERT that classifies clips."""

    config: ExHubertConfig
    config_class = ExHubertConfig
    backbone_class = ExHubertModel
