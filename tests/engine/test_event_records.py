"""TensorBoard's records: what is read of them, and what is found where they should be."""

import math
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_train.engine.event_records import DamagedError, decode, masked_crc
from jupyter_train.testing.event_files import event, field, record, scalar, scalars, tensor, varint

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


def values(data):
    return {tag: list(zip(e.steps.tolist(), e.values.tolist(), strict=True))
            for tag, e in decode(data).found.items()}  # fmt: skip


def test_the_checksum_is_the_one_that_is_published():
    # RFC 3720, B.4: 32 bytes of zeros have the CRC-32C 0x8A9136AA.
    crc = 0x8A9136AA
    assert masked_crc(bytes(32)) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_steps_times_and_values_are_kept():
    found = decode(event(-3, scalar("loss", 0.5), scalar("acc", 1), time=12.25)).found
    rows = {tag: [*each.steps, *each.times, *each.values] for tag, each in found.items()}
    assert rows == {"loss": [-3, 12.25, 0.5], "acc": [-3, 12.25, 1.0]}


def test_values_that_are_no_numbers_of_the_line_are_kept():
    found = values(scalars("loss", math.nan, math.inf, -math.inf))["loss"]
    assert [str(value) for _, value in found] == ["nan", "inf", "-inf"]


# Read a row as: a scalar of this data type, with this in this field, is this number.
@pytest.mark.parametrize(
    ("kind", "body", "number"),
    [
        (1, field(4, struct.pack("<f", 1.5)), 1.5),
        (1, field(5, struct.pack("<f", 1.5)), 1.5),
        (1, b"\x2d" + struct.pack("<f", 1.5), 1.5),
        (2, field(4, struct.pack("<d", 0.1)), 0.1),
        (2, field(6, struct.pack("<d", 0.1)), 0.1),
        (3, field(7, varint(-7)), -7),
        (9, b"\x50" + varint(1 << 40), 1 << 40),
        (10, field(11, b"\x01"), 1),
        (19, field(4, struct.pack("<e", 0.25)), 0.25),
        (19, field(13, varint(struct.unpack("<H", struct.pack("<e", 0.25))[0])), 0.25),
        (1, b"", 0),
    ],
)
def test_a_tensor_without_dimensions_is_a_number(kind, body, number):
    assert values(event(2, tensor("loss", b"\x08" + varint(kind) + body))) == {
        "loss": [(2, number)]
    }


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(tensor("t", b"\x08\x07" + field(4, b"text"), b"text"), id="text"),
        pytest.param(tensor("t", b"\x08\x01" + field(5, bytes(4)), b"pr_curves"), id="a curve"),
        pytest.param(tensor("t", b"\x08\x01" + field(2, field(2, b"\x08\x03")) + b""),
                     id="a vector"),
        pytest.param(tensor("t", b"\x08\x0e" + field(4, b"ab")), id="a type nobody logs"),
        pytest.param(field(1, b"t") + field(4, field(4, b"png")), id="an image"),
        pytest.param(field(1, b"t") + field(5, b"\x09" + bytes(8)), id="a histogram"),
        pytest.param(scalar("", 1), id="a value without a tag"),
    ],
)  # fmt: skip
def test_what_is_no_scalar_is_passed_over(value):
    assert values(event(1, value) + scalars("loss", 1)) == {"loss": [(0, 1.0)]}


@pytest.mark.parametrize(
    "payload",
    [b"", b"text", b"\xff" * 30, b"\x10" + b"\xff" * 20, b"\x2d\0\0\0\0", field(5, b"\x0a\x7f"),
     field(5, field(1, b"\x08\x01")),
     field(5, field(1, field(1, b"t") + b"\x48\x01" + field(8, b"")))],
)  # fmt: skip
def test_a_whole_record_that_is_no_event_is_passed_over(payload):
    assert values(record(payload) + scalars("loss", 1)) == {"loss": [(0, 1.0)]}


def test_a_payload_that_was_changed_is_passed_over():
    first = bytearray(scalars("loss", 1))
    first[20] ^= 1
    assert values(bytes(first) + scalars("loss", 2)) == {"loss": [(0, 2.0)]}


def test_after_damage_nothing_is_guessed_and_what_came_before_it_counts():
    good = scalars("loss", 1)
    decoded = decode(good + b"\0" * 40 + good)
    assert (len(decoded.found["loss"]), decoded.used) == (1, len(good))
    with pytest.raises(DamagedError):
        decode(b"\0" * 40 + good)


@given(st.binary(max_size=200))
def test_any_payload_can_be_read(payload):
    decode(record(payload))
    decode(record(field(5, field(1, payload))))
    decode(event(1, tensor("t", payload)))


@given(st.lists(st.tuples(st.integers(-9, 1 << 62), st.floats(width=32))), st.data())
def test_any_cut_of_a_file_decodes_to_a_prefix(rows, data):
    whole = b"".join(event(step, scalar("t", number)) for step, number in rows)
    cut = data.draw(st.integers(0, len(whole)))
    first = decode(whole[:cut])
    second = decode(whole[first.used :])
    assert first.used <= cut
    assert first.used + second.used == len(whole)
    steps = [each.found["t"].steps for each in (first, second) if each.found]
    assert [int(each) for part in steps for each in part] == [step for step, _ in rows]


def written(folder):
    [file] = [path for path in folder.rglob("*tfevents*") if path.is_file()]
    return values(file.read_bytes())


def test_torchs_writer_is_read(tmp_path):
    from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  two seconds, for this one

    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("loss", 0.5, 1, walltime=7.0)
        writer.add_scalar("new", 0.25, 2, new_style=True)
        writer.add_scalar("double", 0.1, 3, new_style=True, double_precision=True)
        writer.add_text("text", "hello", 1)
        writer.add_histogram("histogram", np.arange(10.0), 1)
        writer.add_image("image", np.zeros((3, 8, 8)), 1)
        writer.add_pr_curve("curve", np.array([0, 1]), np.array([0.1, 0.9]), 1)
    expected = {"loss": [(1, 0.5)], "new": [(2, 0.25)], "double": [(3, 0.1)]}
    assert written(tmp_path) == expected


def test_tensorboardx_is_read(tmp_path):
    from tensorboardX import SummaryWriter  # noqa: PLC0415  as above

    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("loss", 0.5, 1)
        writer.add_scalar("loss", math.inf, 2)
    assert written(tmp_path) == {"loss": [(1, 0.5), (2, math.inf)]}


def test_a_file_is_read_faster_than_it_is_written():
    data = scalars("loss", *range(2000))
    begun = time.thread_time()
    decode(data)
    assert time.thread_time() - begun < 1  # 0.03 s here
