"""Who is calling: a signature of ours (SigV4), or the token of this manager in the path.

The signature is computed again from what arrived and compared; nothing here decides what a caller
may do.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from .errors import IdentityError
from .job_principal import JobPrincipal
from .message import Request

ALGORITHM = "AWS4-HMAC-SHA256"
CLOCK_SKEW = 300.0
_LONGEST_PRESIGNED = 7 * 86400
_NOT_HASHED = re.compile(r"UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+")
_AUTHORIZATION = re.compile(
    ALGORITHM + r"\s+Credential=(?P<credential>[^\s,]+),\s*SignedHeaders=(?P<headers>[^\s,]+),"
    r"\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_CREDENTIAL = re.compile(
    r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The manager's own credentials; `token` is the one that may stand in a path."""

    access_key: str
    secret_key: str
    token: str

    def __repr__(self) -> str:
        return f"Keys(access_key={self.access_key!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: the owner of a key. `service` is what the request is signed for, "" by token.

    `payload` is the SHA-256 that the signature promises of the body, "" where it promises none.
    `job` is the running job that calls, None for the owner of the manager.
    """

    access_key: str
    service: str = ""
    payload: str = ""
    job: JobPrincipal | None = None

    def within(self, bucket: str, key: str, *, write: bool = False) -> str:
        """Return the prefix that the file behind a key must be in, "" for all of its bucket."""
        place = self.job.place_of(bucket, key, write=write) if self.job else None
        return place.prefix if place else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a signature says of itself, not yet checked."""

    key: str
    date: str
    region: str
    service: str
    time: str
    lifetime: float | None
    headers: tuple[str, ...]
    signature: str
    payload: str

    @property
    def scope(self) -> str:
        """What the signature is good for."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


class Identity:
    """Tells callers from strangers."""

    def __init__(self, keys: Keys, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._clock = clock

    def identify(self, request: Request) -> tuple[Caller, Request]:
        """Return the caller, and the request without the token in its path; or IdentityError."""
        if request.path.startswith("/t/"):
            return self._by_token(request)
        claim = read_claim(request)
        return self._by_signature(claim, request), request

    def is_bearer(self, headers: Mapping[str, str]) -> bool:
        """Whether `Authorization: Bearer …` names this manager's token."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and _same(token.strip(), self._keys.token)

    def _by_token(self, request: Request) -> tuple[Caller, Request]:
        token, slash, rest = request.path.removeprefix("/t/").partition("/")
        if not _same(token, self._keys.token):
            raise IdentityError(
                "the token in the path is not this manager's", code="UnrecognizedClientException"
            )
        bare = replace(request, path=slash + rest or "/")
        return Caller(access_key=self._keys.access_key), bare

    def _by_signature(self, claim: Claim, request: Request) -> Caller:
        if not _same(claim.key, self._keys.access_key):
            raise IdentityError(
                f"the access key {claim.key!r} is not this manager's; `jupyter train env` prints "
                "the one that is",
                code="UnrecognizedClientException",
            )
        return check_signature(claim, request, self._keys.secret_key, self._clock())


def check_signature(claim: Claim, request: Request, secret: str, now: float) -> Caller:
    """Return the caller whose secret has signed this request; or IdentityError."""
    _check_time(claim, now)
    _check_headers(claim, request)
    if _NOT_HASHED.fullmatch(claim.payload) and claim.service != "s3":
        raise _incomplete(f"{claim.payload} is for S3 only; sign the body")
    payload = claim.payload or hashlib.sha256(request.body).hexdigest()
    if not _same(_sign(claim, request, payload, secret), claim.signature):
        raise _bad_signature(
            "The request signature we calculated does not match the signature you provided. "
            "Check the secret access key and that nothing changes the request on its way."
        )
    promised = "" if _NOT_HASHED.fullmatch(payload) else payload
    return Caller(access_key=claim.key, service=claim.service, payload=promised)


def _check_time(claim: Claim, now: float) -> None:
    try:
        signed = datetime.strptime(claim.time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _bad_signature(f"X-Amz-Date {claim.time!r} is no time") from error
    if not claim.time.startswith(claim.date):
        raise _bad_signature(f"the credential is for {claim.date} and the time {claim.time}")
    age = now - signed.timestamp()
    if not -CLOCK_SKEW <= age <= (claim.lifetime or CLOCK_SKEW):
        raise _bad_signature(
            f"Signature expired or not yet current: signed at {claim.time}, {age:.0f} s ago "
            f"by this manager's clock, and good for {claim.lifetime or CLOCK_SKEW:.0f} s"
        )


def check_payload(caller: Caller, request: Request) -> None:
    """Raise IdentityError unless the body is the one that was signed; reads a spooled body."""
    if not caller.payload:
        return
    if request.spooled is None:
        found = hashlib.sha256(request.body).hexdigest()
    else:
        with request.spooled.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    if not _same(found, caller.payload):
        raise _bad_signature(
            f"the body's SHA-256 is {found} and the signature is for {caller.payload}"
        )


def signed_service(request: Request) -> str:
    """Return the service that a request claims to be signed for, "" if it claims none."""
    claimed = request.headers.get("authorization", "") or request.parameter("X-Amz-Credential")
    match = re.search(r"/([a-z0-9-]+)/aws4_request", claimed)
    return match[1] if match else ""


def is_signed(request: Request) -> bool:
    """Whether a request claims a signature, of whatever kind."""
    names = {name for name, _ in request.parameters}
    signs = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "AWSAccessKeyId"}
    return "authorization" in request.headers or bool(names & signs)


def read_claim(request: Request) -> Claim:
    """Return what the signature of a request claims; IdentityError if it cannot be read."""
    authorization = request.headers.get("authorization", "")
    if not authorization and request.parameter("X-Amz-Algorithm") == ALGORITHM:
        return _read_presigned(request)
    if not authorization:
        old = request.parameter("AWSAccessKeyId")
        how = (
            "it is signed the old way; presign with signature_version='s3v4'"
            if old
            else ("the request is not signed; `jupyter train env` prints the keys to sign with")
        )
        raise IdentityError(
            f"Missing Authentication Token: {how}",
            code="MissingAuthenticationTokenException",
        )
    match = _AUTHORIZATION.fullmatch(authorization.strip())
    if match is None:
        raise _incomplete("the Authorization header is no AWS4-HMAC-SHA256 signature")
    headers = request.headers
    return Claim(
        **_read_credential(match["credential"]),
        time=headers.get("x-amz-date", ""),
        lifetime=None,
        headers=tuple(match["headers"].split(";")),
        signature=match["signature"],
        payload=headers.get("x-amz-content-sha256", ""),
    )


def _read_presigned(request: Request) -> Claim:
    lifetime = request.parameter("X-Amz-Expires")
    if not lifetime.isascii() or not lifetime.isdigit() or int(lifetime) > _LONGEST_PRESIGNED:
        raise _incomplete(f"X-Amz-Expires is {lifetime!r} and must be 1 to {_LONGEST_PRESIGNED}")
    return Claim(
        **_read_credential(request.parameter("X-Amz-Credential")),
        time=request.parameter("X-Amz-Date"),
        lifetime=float(lifetime),
        headers=tuple(request.parameter("X-Amz-SignedHeaders").split(";")),
        signature=request.parameter("X-Amz-Signature"),
        payload="UNSIGNED-PAYLOAD",
    )


def _read_credential(text: str) -> dict[str, str]:
    match = _CREDENTIAL.fullmatch(text)
    if match is None:
        raise _incomplete(f"the credential {text!r} is not key/date/region/service/aws4_request")
    return match.groupdict()


def _check_headers(claim: Claim, request: Request) -> None:
    # What is not signed could have been added by anybody on the way.
    must = {"host", *(name for name in request.headers if name.startswith("x-amz-"))}
    missing = sorted(must - set(claim.headers))
    if missing:
        raise _bad_signature(f"these headers must be signed and are not: {', '.join(missing)}")
    absent = sorted(name for name in claim.headers if name not in request.headers)
    if absent:
        raise _bad_signature(f"these signed headers are missing: {', '.join(absent)}")


def _sign(claim: Claim, request: Request, payload: str, secret: str) -> str:
    canonical = "\n".join(
        (
            request.method,
            request.path if claim.service == "s3" else quote(request.path, safe="/~"),
            _canonical_query(request),
            *(f"{name}:{' '.join(request.headers[name].split())}" for name in claim.headers),
            "",
            ";".join(claim.headers),
            payload,
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{claim.time}\n{claim.scope}\n{digest}"
    return _hmac(_signing_key(secret, claim.date, claim.region, claim.service), text).hex()


def _canonical_query(request: Request) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in request.parameters
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


# Jobs have keys of their own, and new ones each quarter of an hour.
@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = _hmac(f"AWS4{secret}".encode(), date)
    for part in (region, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _bad_signature(message: str) -> IdentityError:
    return IdentityError(message, code="InvalidSignatureException")


def _incomplete(message: str) -> IdentityError:
    return IdentityError(message, code="IncompleteSignatureException")
