import pytest

from pipeline.common.errors import UsageError
from training.model.backbones import BACKBONES, Backbone, find_backbone
from training.model.base_settings import check_settings

each_backbone = pytest.mark.parametrize("backbone", BACKBONES, ids=lambda one: one.model_type)


@each_backbone
def test_defaults_of_a_base_fit_it(backbone: Backbone) -> None:
    check_settings(backbone.defaults(), backbone)


@each_backbone
@pytest.mark.parametrize("settings", [{"hidden_size": 0}, {"hidden_dropout": 2}])
def test_values_out_of_range_are_named(backbone: Backbone, settings: dict[str, object]) -> None:
    (name,) = settings
    with pytest.raises(UsageError, match=rf"model\.config\.{name} is .*, expected"):
        check_settings(settings, backbone)


def test_a_setting_of_another_base_is_unknown() -> None:
    check_settings({"num_buckets": 64}, find_backbone("wavlm"))
    with pytest.raises(UsageError, match="HubertConfig has no setting 'num_buckets'"):
        check_settings({"num_buckets": 64})
