from __future__ import annotations

import pytest

from velatura.errors import BadParams
from velatura.perception.layers import available, parse
from velatura.perception.vgg import LAYERS, layers_of

UNTIL_RELU4_1 = layers_of(9)


def test_layers_are_read_with_their_weights_in_order() -> None:
    assert parse("relu3_1:0.5, relu1_1 ,conv4_2:2", "x") == {
        "relu3_1": 0.5,
        "relu1_1": 1.0,
        "conv4_2": 2.0,
    }
    assert parse("", "x") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("relu9_1", "no layer “relu9_1”"),
        ("relu1_1, relu1_1:2", "twice"),
        ("relu1_1:0", "above 0"),
        ("relu1_1:much", "above 0"),
        ("relu1_1:inf", "above 0"),
        ("relu1_1:nan", "above 0"),
        (":2", "no layer “”"),
    ],
)
def test_bad_layers_are_one_clear_sentence(text: str, says: str) -> None:
    with pytest.raises(BadParams, match=says) as error:
        parse(text, "style_layers")
    assert error.value.message.startswith("style_layers")


def test_nothing_is_said_where_nothing_is_missing() -> None:
    wanted = parse("relu1_1, relu5_1", "x")
    assert available(wanted, LAYERS, "style") == (wanted, "")


def test_a_layer_that_lies_too_deep_is_replaced_by_the_deepest_of_its_kind() -> None:
    found, note = available({"relu4_2": 3.0}, UNTIL_RELU4_1, "content")
    assert found == {"relu4_1": 3.0}
    assert note == "These weights lack relu4_2; the content is compared in relu4_1."
    assert available({"conv5_1": 1.0}, UNTIL_RELU4_1, "x")[0] == {"conv4_1": 1.0}
    assert available({"pool4": 1.0}, UNTIL_RELU4_1, "x")[0] == {"pool3": 1.0}


def test_a_replacement_never_counts_twice() -> None:
    found, note = available({"relu4_1": 1.0, "relu5_1": 1.0}, UNTIL_RELU4_1, "style")
    assert found == {"relu4_1": 1.0}
    assert note == "These weights lack relu5_1; the style is compared in relu4_1."
    both, note = available({"relu4_2": 1.0, "relu5_1": 2.0}, UNTIL_RELU4_1, "style")
    assert both == {"relu4_1": 1.0}
    assert "lack relu4_2, relu5_1;" in note
