"""What a running job may ask of its manager: a table, and the places its own request names.

Whatever is not in the table is denied, whatever it is.  Places are compared part by part: `a/b`
holds `a/b/c` and not `a/bc`.  docs/api.md prints the table, and a test holds the two together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..contract.names import ACCOUNT, DEFAULT_ROLE, PARTITION, Address, job_arn, parse_address
from ..contract.record import JobRecord
from ..contract.spec import TrainingJob
from ..engine.errors import ClientError
from ..engine.staging import source_of, tensorboard_of
from .errors import IdentityError


class On(StrEnum):
    """On what a job may perform an operation."""

    ANYTHING = "anything"
    ITSELF = "itself"
    BUCKET = "a bucket that one of its places is in"
    LISTABLE = "prefixes inside what it may read"
    READABLE = "its channels, its source and all that it may write"
    WRITABLE = (
        "`<S3OutputPath>/<job>/`, its checkpoints, its TensorBoard files, `sagemaker_s3_output`"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One thing that a job may do; all else is denied."""

    service: str
    operation: str
    on: On
    action: str = ""


# Read a row as: a job may perform this operation of this service on these things.
PERMISSIONS = tuple(
    Permission(service=service, operation=operation, on=on, action=action or operation)
    for service, operation, on, action in (
        ("sts", "GetCallerIdentity", On.ANYTHING, ""),
        ("sagemaker", "DescribeTrainingJob", On.ITSELF, ""),
        ("s3", "HeadBucket", On.BUCKET, "ListBucket"),
        ("s3", "ListObjects", On.LISTABLE, "ListBucket"),
        ("s3", "ListObjectsV2", On.LISTABLE, "ListBucket"),
        ("s3", "HeadObject", On.READABLE, "GetObject"),
        ("s3", "GetObject", On.READABLE, ""),
        ("s3", "PutObject", On.WRITABLE, ""),
        ("s3", "DeleteObject", On.WRITABLE, ""),
    )
)

SERVICES = frozenset(each.service for each in PERMISSIONS)

_BY_NAME = {(each.service, each.operation): each for each in PERMISSIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Objects that a job may read: the one called `prefix` and all below it, "" for all.

    Where it may write too, only below: a file in the place of the folder would take all with it.
    """

    bucket: str
    prefix: str
    writable: bool = False

    def holds(self, bucket: str, key: str) -> bool:
        """Whether this key is inside."""
        if bucket != self.bucket or not _is_plain(key):
            return False
        below = not self.prefix or key.startswith(f"{self.prefix}/")
        return below or (key == self.prefix and not self.writable)

    def reaches(self, bucket: str, prefix: str) -> bool:
        """Whether a listing with this prefix is about nothing else than what is inside."""
        if bucket != self.bucket:
            return False
        wanted = prefix.removesuffix("/")
        if not wanted:
            return not self.prefix and not prefix
        inside = wanted == self.prefix or f"{wanted}/".startswith(f"{self.prefix}/")
        return _is_plain(wanted) and (inside or not self.prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPrincipal:
    """A running job as a caller."""

    id: str
    name: str
    role_arn: str
    region: str
    places: tuple[Place, ...] = ()

    @property
    def arn(self) -> str:
        """Who it is, as STS says it."""
        role = self.role_arn.rpartition("/")[2]
        return f"arn:{PARTITION}:sts::{ACCOUNT}:assumed-role/{role}/{self.name}"

    def check(self, service: str, operation: str, input: Mapping[str, Any]) -> None:
        """Raise IdentityError unless the table lets it perform this on that."""
        permission = _BY_NAME.get((service, operation))
        if permission is None or not self._may(permission, input):
            action = permission.action if permission else operation
            raise self.denied(f"{service}:{action}", _resource(service, input, self.region))

    def denied(self, action: str, resource: str) -> IdentityError:
        """Return the refusal in AWS's words."""
        return IdentityError(
            f"User: {self.arn} is not authorized to perform: {action} on resource: {resource} "
            f"because no identity-based policy allows the {action} action (a running job reaches "
            "its own channels, source, checkpoints and output only)"
        )

    def place_of(self, bucket: str, key: str, *, write: bool = False) -> Place | None:
        """Return the place that lets it read or write this key, None if none does."""
        fitting = (each for each in self.places if each.writable or not write)
        return next((each for each in fitting if each.holds(bucket, key)), None)

    def _may(self, permission: Permission, input: Mapping[str, Any]) -> bool:
        bucket, key, prefix = (input.get(name, "") for name in ("Bucket", "Key", "Prefix"))
        if not all(isinstance(each, str) for each in (bucket, key, prefix)):
            return False
        may: Mapping[On, Callable[[], bool]] = {
            On.ANYTHING: lambda: True,
            On.ITSELF: lambda: input.get("TrainingJobName") == self.name,
            On.BUCKET: lambda: any(each.bucket == bucket for each in self.places),
            On.LISTABLE: lambda: any(each.reaches(bucket, prefix) for each in self.places),
            On.READABLE: lambda: self.place_of(bucket, key) is not None,
            On.WRITABLE: lambda: self.place_of(bucket, key, write=True) is not None,
        }
        return may[permission.on]()


def principal_of(record: JobRecord, region: str) -> JobPrincipal:
    """Return a job as a caller; its places are those that its request names."""
    spec = record.spec
    return JobPrincipal(
        id=record.id,
        name=record.name,
        role_arn=spec.role_arn or DEFAULT_ROLE,
        region=region,
        places=tuple(_places(spec)),
    )


def _places(spec: TrainingJob) -> Iterator[Place]:
    written = [_find_address(spec.output_uri, spec.name), _find_address(spec.intermediate_uri)]
    if spec.intermediate_uri and written[1] and not written[1].key.strip("/"):
        # Not a whole bucket: where SageMaker's own toolkit puts things below it.
        written[1] = _find_address(spec.intermediate_uri, "output", "intermediate")
    if spec.checkpoints:
        written.append(_find_address(spec.checkpoints.uri))
    if spec.tensorboard:
        written.append(_safely(lambda: tensorboard_of(spec)))
    read = [_find_address(each.uri) for each in spec.channels]
    if spec.source_uri:
        read.append(_safely(lambda: source_of(spec)))
    for address in written:
        yield from _place(address, writable=True)
    for address in read:
        yield from _place(address, writable=False)


def _find_address(uri: str | None, *parts: str) -> Address | None:
    def find() -> Address:
        address = parse_address(uri or "")
        return address.child(*parts) if parts else address

    return _safely(find)


def _safely(find: Callable[[], Address]) -> Address | None:
    try:
        return find()
    except (ValueError, ClientError):  # an address that is none opens nothing
        return None


def _place(address: Address | None, *, writable: bool) -> Iterator[Place]:
    if address is None or address.scheme != "s3":
        return
    prefix = address.key.rstrip("/")
    if not prefix or _is_plain(prefix):
        yield Place(bucket=address.bucket, prefix=prefix, writable=writable)


def _is_plain(key: str) -> bool:
    """Whether a key says by itself where it is: what the store would refuse is nowhere."""
    return "\0" not in key and all(part not in ("", ".", "..") for part in key.split("/"))


def _resource(service: str, input: Mapping[str, Any], region: str) -> str:
    if service == "s3" and "Bucket" in input:
        key = input.get("Key") or input.get("Prefix")
        return f"arn:{PARTITION}:s3:::{input['Bucket']}" + (f"/{key}" if key else "")
    if isinstance(input.get("TrainingJobName"), str):
        return job_arn(input["TrainingJobName"], region)
    return "*"
