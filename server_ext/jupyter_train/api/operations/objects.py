"""Objects of the embedded store over S3's words: put, get, head, delete."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...store.base import NoSuchKeyError, ObjectInfo
from ..context import Context
from ..errors import ApiError
from ..message import FileSlice
from ..upload import pieces

SERVICE = "s3"
OPERATIONS = ("PutObject", "GetObject", "HeadObject", "DeleteObject")

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CHECKSUMS = ("ChecksumCRC32", "ChecksumSHA1", "ChecksumSHA256")

Input = Mapping[str, Any]


async def put_object(context: Context, input: Input) -> Input:
    """Store an object: all of it, or nothing when its checksum is wrong."""
    if input.get("IfNoneMatch") == "*" and await _exists(context, input):
        raise _precondition(f"there is an object {input['Key']!r} already")
    within = context.caller.within(input["Bucket"], input["Key"], write=True)
    facts = {"metadata": input.get("Metadata", {}), "within": within}
    if "ContentType" in input:
        facts["content_type"] = input["ContentType"]
    info = await asyncio.to_thread(
        lambda: context.manager.objects.put(
            input["Bucket"], input["Key"], pieces(context.request), **facts
        )
    )
    echoed = {name: input[name] for name in _CHECKSUMS if name in input}
    return {"ETag": f'"{info.etag}"', **echoed}


async def get_object(context: Context, input: Input) -> Input:
    """Return an object, or the range of it that is asked for."""
    objects = context.manager.objects
    info = await _info(context, input)
    within = context.caller.within(info.bucket, info.key)
    path = await asyncio.to_thread(objects.path, info.bucket, info.key, within=within)
    start, length, answer = _part(input, info)
    return {**answer, "Body": FileSlice(path=Path(path), start=start, length=length)}


async def head_object(context: Context, input: Input) -> Input:
    """Describe an object."""
    return _part(input, await _info(context, input))[2]


async def delete_object(context: Context, input: Input) -> Input:
    """Delete an object; an absent one is no error."""
    bucket, key = input["Bucket"], input["Key"]
    within = context.caller.within(bucket, key, write=True)
    await asyncio.to_thread(context.manager.objects.delete, bucket, key, within=within)
    return {}


async def _look(context: Context, input: Input) -> ObjectInfo:
    bucket, key = input["Bucket"], input["Key"]
    within = context.caller.within(bucket, key)
    return await asyncio.to_thread(context.manager.objects.info, bucket, key, within=within)


async def _info(context: Context, input: Input) -> ObjectInfo:
    info = await _look(context, input)
    wanted, known = input.get("IfMatch"), input.get("IfNoneMatch")
    if wanted and wanted.strip('"') not in {"*", info.etag}:
        raise _precondition(f"the object's ETag is {info.etag!r}")
    if known and known.strip('"') in {"*", info.etag}:
        raise ApiError("the object is as the caller has it", code="NotModified", status=304)
    return info


async def _exists(context: Context, input: Input) -> bool:
    try:
        await _look(context, input)
    except NoSuchKeyError:
        return False
    return True


def _part(input: Input, info: ObjectInfo) -> tuple[int, int, dict[str, Any]]:
    """Return start, length, and the answer's headers for the range that is asked for."""
    start, end = _bounds(input.get("Range", ""), info.size)
    answer: dict[str, Any] = {
        "AcceptRanges": "bytes",
        "ContentLength": end - start,
        "ContentType": info.content_type,
        "ETag": f'"{info.etag}"',
        "LastModified": info.modified,
        "Metadata": dict(info.metadata),
    }
    if (start, end) != (0, info.size) or "Range" in input:
        answer["ContentRange"] = f"bytes {start}-{end - 1}/{info.size}"
    return start, end - start, answer


def _bounds(text: str, size: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(text.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return 0, size  # as on AWS, a range that cannot be read is no range
    if match[1]:
        start, end = int(match[1]), min(int(match[2] or size), size - 1) + 1
    else:
        start, end = max(0, size - int(match[2])), size
    if start >= size or start >= end:
        raise ApiError(
            f"the range {text!r} lies outside the object's {size} bytes",
            code="InvalidRange",
            status=416,
        )
    return start, end


def _precondition(message: str) -> ApiError:
    return ApiError(message, code="PreconditionFailed", status=412)
