"""Buckets of the embedded store and what is in them."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from ...store.base import BadKeyError, NoSuchBucketError, ObjectInfo
from ..context import Context

SERVICE = "s3"
OPERATIONS = ("ListBuckets", "HeadBucket", "CreateBucket", "ListObjects", "ListObjectsV2")

_MOST_KEYS = 1000
# Sorts after every key with the prefix before it: where a listing goes on after a common prefix.
_AFTER_ALL = "\U0010ffff"

Input = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    entries: list[ObjectInfo | str]
    is_truncated: bool

    @property
    def last(self) -> str:
        """Where the next page begins: after this key."""
        entry = self.entries[-1]
        return entry + _AFTER_ALL if isinstance(entry, str) else entry.key


async def list_buckets(context: Context, _input: Input) -> Input:
    """List all buckets."""
    names = await asyncio.to_thread(context.manager.objects.buckets)
    buckets = [{"Name": name, "CreationDate": context.about.started} for name in names]
    return {"Buckets": buckets, "Owner": {"ID": context.caller.access_key}}


async def head_bucket(context: Context, input: Input) -> Input:
    """Say whether there is a bucket."""
    if input["Bucket"] not in await asyncio.to_thread(context.manager.objects.buckets):
        raise NoSuchBucketError(f"there is no bucket {input['Bucket']!r}")
    return {"BucketRegion": context.manager.region}


async def create_bucket(context: Context, input: Input) -> Input:
    """Make a bucket; one that exists is the caller's own."""
    await asyncio.to_thread(context.manager.objects.create_bucket, input["Bucket"])
    return {"Location": f"/{input['Bucket']}"}


async def list_objects(context: Context, input: Input) -> Input:
    """Return one page of keys, the old way: a marker is a key."""
    marker, delimiter = input.get("Marker", ""), input.get("Delimiter")
    is_prefix = bool(delimiter) and marker.endswith(delimiter)
    page = await asyncio.to_thread(_page, context, input, marker + _AFTER_ALL * is_prefix)
    more = {"NextMarker": page.last.removesuffix(_AFTER_ALL)} if page.is_truncated else {}
    return {**_print_page(input, page), "Marker": marker, **more}


async def list_objects_v2(context: Context, input: Input) -> Input:
    """Return one page of keys."""
    scope = f"ListObjectsV2 {input['Bucket']} {input.get('Prefix')!r} {input.get('Delimiter')!r}"
    token = input.get("ContinuationToken")
    after = context.pages.read(scope, token)[0] if token else input.get("StartAfter", "")
    page = await asyncio.to_thread(_page, context, input, after)
    answer = {**_print_page(input, page), "KeyCount": len(page.entries)}
    if page.is_truncated:
        answer["NextContinuationToken"] = context.pages.print(scope, page.last)
    return answer


def _page(context: Context, input: Input, after: str) -> _Page:
    limit = min(input.get("MaxKeys", _MOST_KEYS), _MOST_KEYS)
    objects = context.manager.objects
    keys = _visible(context, objects.keys(input["Bucket"], input.get("Prefix", ""), after))
    entries = _entries(keys, input.get("Prefix", ""), input.get("Delimiter", ""), after)
    found = list(islice(entries, limit + 1)) if limit > 0 else []
    return _Page(entries=found[:limit], is_truncated=len(found) > limit)


def _visible(context: Context, keys: Iterator[ObjectInfo]) -> Iterator[ObjectInfo]:
    """Leave out what is none of a job's: `a/b` begins `a/bc` too, and links lead elsewhere."""
    job, objects = context.caller.job, context.manager.objects
    for each in keys:
        place = job.place_of(each.bucket, each.key) if job else None
        if place is not None:
            with suppress(BadKeyError):
                objects.path(each.bucket, each.key, within=place.prefix)
                yield each
        elif job is None:
            yield each


def _entries(
    keys: Iterator[ObjectInfo], prefix: str, delimiter: str, after: str
) -> Iterator[ObjectInfo | str]:
    """Yield objects, and the prefixes that those below a delimiter have in common, once each."""
    last = after.removesuffix(_AFTER_ALL) if after.endswith(_AFTER_ALL) else None
    for info in keys:
        head, found, _ = info.key.removeprefix(prefix).partition(delimiter or "\0")
        common = prefix + head + found
        if not found:
            yield info
        elif common != last:
            last = common
            yield common


def _print_page(input: Input, page: _Page) -> dict[str, Any]:
    url = input.get("EncodingType") == "url"

    def encoded(text: str) -> str:
        return quote(text, safe="/~") if url else text

    objects = [each for each in page.entries if isinstance(each, ObjectInfo)]
    return {
        "Name": input["Bucket"],
        "Prefix": encoded(input.get("Prefix", "")),
        "MaxKeys": input.get("MaxKeys", _MOST_KEYS),
        "IsTruncated": page.is_truncated,
        **({"EncodingType": "url"} if url else {}),
        **({"Delimiter": encoded(input["Delimiter"])} if "Delimiter" in input else {}),
        "Contents": [
            {
                "Key": encoded(each.key),
                "LastModified": each.modified,
                "ETag": f'"{each.etag}"',
                "Size": each.size,
                "StorageClass": "STANDARD",
            }
            for each in objects
        ],
        "CommonPrefixes": [
            {"Prefix": encoded(each)} for each in page.entries if isinstance(each, str)
        ],
    }
