"""Writes TensorBoard event files byte by byte, so that tests choose each of them."""

import struct

from ..engine.event_records import masked_crc


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    number &= (1 << 64) - 1
    data = b""
    while number > 0x7F:
        data += bytes([number & 0x7F | 0x80])
        number >>= 7
    return data + bytes([number])


def field(number: int, data: bytes) -> bytes:
    """Return a field of a protobuf message that holds bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def record(payload: bytes) -> bytes:
    """Return a record of an event file, with the sums by which it is known to be whole."""
    length = struct.pack("<Q", len(payload))
    return b"".join(
        (length, struct.pack("<I", masked_crc(length)),
         payload, struct.pack("<I", masked_crc(payload)))
    )  # fmt: skip


def event(step: int, *values: bytes, time: float = 1.5) -> bytes:
    """Return a record of one step; its length depends on the step's, as that of any protobuf."""
    summary = b"".join(field(1, each) for each in values)
    return record(b"\x09" + struct.pack("<d", time) + b"\x10" + varint(step) + field(5, summary))


def scalar(tag: str, number: float) -> bytes:
    """Return a value as most frameworks write it."""
    return field(1, tag.encode()) + b"\x15" + struct.pack("<f", number)


def tensor(tag: str, body: bytes, plugin: bytes = b"scalars") -> bytes:
    """Return a value as TensorFlow 2 writes it; `body` is a TensorProto."""
    return field(1, tag.encode()) + field(8, body) + field(9, field(1, field(1, plugin)))


def scalars(tag: str, *numbers: float, start: int = 0) -> bytes:
    """Return a record for each number, a step for each."""
    return b"".join(event(start + n, scalar(tag, number)) for n, number in enumerate(numbers))
