"""TensorBoard's event files: the scalars in them, read without TensorFlow or protobuf.

A record is the payload's length (u64), the length's masked CRC-32C, the payload, its masked CRC.
A payload is a protobuf Event, of which these fields are read:

    Event            1 wall_time double, 2 step int64, 5 summary
    Summary          1 value, repeated
    Value            1 tag, 2 simple_value float, 8 tensor, 9 metadata
    SummaryMetadata  1 plugin_data, whose 1 is the plugin's name
    TensorProto      1 dtype, 2 shape, 4 content, 5 float, 6 double, 7 int, 10 int64, 11 bool
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..contract.samples import Samples, samples

HEADER, FOOTER = 12, 4
LONGEST_TAG = 1024
"""Longer tags are cut: nobody reads them."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MASK_DELTA = 0xA282EAD8
_SCALARS = (b"", b"scalars")
_FLOATS = (5, 6)

# How TensorFlow packs one number: by data type, where it is if not in the content, and its form.
_TENSORS: dict[int, tuple[int, str]] = {
    1: (5, "<f"),
    2: (6, "<d"),
    3: (7, "<i"),
    4: (7, "<B"),
    5: (7, "<h"),
    6: (7, "<b"),
    9: (10, "<q"),
    10: (11, "<?"),
    17: (7, "<H"),
    19: (13, "<e"),
}


class DamagedError(ValueError):
    """What should be a record's length is none: nothing after it can be told apart."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What some bytes held: samples by tag, how many bytes were used, and how long they go on.

    `wanted` is the size of the record that begins after them, 0 if even that is not known yet.
    """

    found: dict[str, Samples]
    used: int
    wanted: int


def decode(data: bytes) -> Decoded:
    """Read whole records; a payload that is not what its CRC says is passed over."""
    rows: dict[str, list[tuple[int, float, float]]] = {}
    at = 0
    while (size := _next_size(data, at)) and at + size <= len(data):
        payload = data[at + HEADER : at + size - FOOTER]
        (crc,) = struct.unpack_from("<I", data, at + size - FOOTER)
        if crc == masked_crc(payload):
            for tag, row in _scalars_of(payload):
                rows.setdefault(tag, []).append(row)
        at += size
    found = {tag: samples(*zip(*each, strict=True)) for tag, each in rows.items()}
    return Decoded(found, at, size)


def record_size(data: bytes, at: int = 0) -> int:
    """Return the size of the record that begins here, 0 if that is not all there yet."""
    if len(data) - at < HEADER:
        return 0
    length, crc = struct.unpack_from("<QI", data, at)
    if crc != masked_crc(data[at : at + 8]) or length >= 1 << 62:
        raise DamagedError(f"no record begins at byte {at}")
    return HEADER + int(length) + FOOTER


def _next_size(data: bytes, at: int) -> int:
    try:
        return record_size(data, at)
    except DamagedError:
        if not at:
            raise
        return 0  # what came before it counts


def masked_crc(data: bytes) -> int:
    """Return the CRC-32C (Castagnoli), rotated and shifted as TensorFlow does."""
    crc = 0xFFFFFFFF
    table = _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_TABLE = tuple(_crc_of(byte) for byte in range(256))


def _scalars_of(payload: bytes) -> Iterator[tuple[str, tuple[int, float, float]]]:
    try:
        event = _last(payload)
        step, time = _whole(event, 2), _number(event.get(1), "<d") or 0.0
        for number, value in _fields(_bytes(event, 5)):
            scalar = _scalar(_last(value)) if number == 1 and isinstance(value, bytes) else None
            if scalar is not None:
                yield scalar[0], (step, time, scalar[1])
    except ValueError:
        return  # whole, by its CRC, and yet no Event: somebody else's


def _scalar(value: dict[int, Any]) -> tuple[str, float] | None:
    tag = _bytes(value, 1)[:LONGEST_TAG].decode("utf-8", "replace")
    number = _number(value.get(2), "<f")
    if number is None and 8 in value and _plugin(value) in _SCALARS:
        number = _tensor(_last(_bytes(value, 8)))
    return (tag, number) if tag and number is not None else None


def _plugin(value: dict[int, Any]) -> bytes:
    metadata = _last(_bytes(value, 9))
    return _bytes(_last(_bytes(metadata, 1)), 1)


def _tensor(tensor: dict[int, Any]) -> float | None:
    """Return the number in a tensor of no dimensions, or None."""
    where, form = _TENSORS.get(_whole(tensor, 1), (0, ""))
    if not form or any(number == 2 for number, _ in _fields(_bytes(tensor, 2))):
        return None
    if _bytes(tensor, 4):
        return _number(tensor[4], form)
    stored = tensor.get(where, 0)
    if where in _FLOATS:
        # Zeros are left out.
        return _number(stored, form) if stored else 0.0
    number = _signed(_varint(stored, 0)[0] if isinstance(stored, bytes) else stored)
    # Half floats are kept as the whole numbers that their bits spell.
    return _number(number.to_bytes(8, "little", signed=True)[:2], form) if form == "<e" else number


def _number(data: Any, form: str) -> float | None:
    if not isinstance(data, bytes) or len(data) != struct.calcsize(form):
        return None
    return float(struct.unpack(form, data)[0])


def _bytes(fields: dict[int, Any], number: int) -> bytes:
    found = fields.get(number, b"")
    if not isinstance(found, bytes):
        raise ValueError(f"field {number} is no text and no message")  # noqa: TRY004  as for all others
    return found


def _whole(fields: dict[int, Any], number: int) -> int:
    found = fields.get(number, 0)
    if not isinstance(found, int):
        raise ValueError(f"field {number} is no number")  # noqa: TRY004  as for all others
    return _signed(found)


def _last(message: bytes) -> dict[int, Any]:
    """Return a message's fields; of one that is repeated, the last counts."""
    return dict(_fields(message))


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size = 8 if kind == _FIXED64 else 4
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind not in (_FIXED64, _FIXED32):
            raise ValueError(f"no such wire type: {kind}")
        if at + size > end:
            raise ValueError("a field that is cut off")
        yield key >> 3, message[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while shift < 70 and at < len(data):
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return number, at
        shift += 7
    raise ValueError("a number that does not end")


def _signed(number: int) -> int:
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number
