import pytest

from jupyter_train.contract.version import is_older


@pytest.mark.parametrize(
    ("found", "than", "older"),
    [
        ("0.1.0", "0.2.0", True),
        ("0.9", "0.10.0", True),
        ("0.1.0", "0.1.0", False),
        ("0.2.0", "0.1.0", False),
        ("0.1.0a1", "0.1.0", False),
        ("0+source", "0.1.0", False),
        ("0.1.0", "0+source", False),
        ("", "0.1.0", False),
    ],
)
def test_only_an_earlier_release_is_older(found, than, older):
    assert is_older(found, than) is older
