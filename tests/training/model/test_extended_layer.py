import pytest
import torch
from torch import Tensor, nn

from training.model.extended_layer import ExtendedLayer, IdentityLinear, ZeroLinear, states_of

STATES = torch.randn(2, 5, 4)


class Doubling(nn.Module):
    """A layer of one weight; returns states alone, or with a bias beside them."""

    def __init__(self, with_bias: bool = False) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))
        self.with_bias = with_bias

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_bias: str | None = None,
    ) -> Tensor | tuple[Tensor, str | None]:
        states = self.factor * hidden_states
        return (states, position_bias) if self.with_bias else states


def test_a_fresh_pair_is_its_layer() -> None:
    assert torch.equal(states_of(ExtendedLayer(Doubling(), 4)(STATES)), 2 * STATES)
    assert torch.equal(states_of(ExtendedLayer(Doubling(), 4, True)(STATES)), 2 * STATES)


def test_a_copy_corrects_what_the_original_returns() -> None:
    pair = ExtendedLayer(Doubling(), 4)
    with torch.no_grad():
        pair.copy_linear.weight.copy_(torch.eye(4))
        pair.copy.factor.fill_(0.5)
    assert torch.allclose(states_of(pair(STATES)), 2 * STATES + 0.5 * 2 * STATES)
    assert pair.original.factor.item() == 2.0


def test_what_a_layer_returns_beside_states_is_passed_on() -> None:
    found = ExtendedLayer(Doubling(with_bias=True), 4)(STATES, None, position_bias="bias")
    assert isinstance(found, tuple)
    assert torch.equal(found[0], 2 * STATES)
    assert found[1:] == ("bias",)


@pytest.mark.parametrize(
    ("kind", "weight"), [(ZeroLinear, torch.zeros(3, 3)), (IdentityLinear, torch.eye(3))]
)
def test_linears_start_where_they_change_nothing(kind: type[nn.Linear], weight: Tensor) -> None:
    linear = kind(3, 3)
    assert torch.equal(linear.weight, weight)
    assert not linear.bias.any()
