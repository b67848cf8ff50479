"""Records of metrics, and what is found where records should be."""

import struct

import pytest

from jupyter_train.contract.samples import decode

NAMED_LOSS = struct.pack("<IIqdd", 0, 1, 4, 0, 0) + b"loss".ljust(32, b"\0")
SAMPLE = struct.pack("<IIqdd", 0, 0, 7, 1.0, 0.5)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b"somebody's own notes, no metrics", id="text"),
        pytest.param(struct.pack("<IIqdd", 1, 1, -32, 0, 0), id="a name of negative length"),
        pytest.param(struct.pack("<IIqdd", 1, 1, 1 << 40, 0, 0), id="a name of a terabyte"),
    ],
)
def test_what_is_no_record_is_passed_over(odd):
    data = NAMED_LOSS + odd + SAMPLE
    found, used = decode(data, {})
    assert (found["loss"].steps.tolist(), used) == ([7], len(data))
