"""Who calls through a job's own door: the job. Its keys are short-lived and written down nowhere.

The door is the identity; a request need not be signed.  One that is must be signed with the keys
that this door gave out: they are computed from the manager's secret, the job and their expiry.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .errors import IdentityError
from .identity import Caller, Keys, check_signature, is_signed, read_claim
from .job_principal import JobPrincipal
from .message import Request

LIFETIME = 3600
_STEP = 900
_PREFIX = "ASJT"
_LABEL = "jupyter-train job keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKeys:
    """One set of a job's keys, good until `expires` (epoch seconds)."""

    access_key: str
    secret_key: str
    token: str
    expires: int

    def __repr__(self) -> str:
        return f"JobKeys(access_key={self.access_key!r})"


class JobIdentity:
    """Takes what comes through one job's door for that job's, and nothing else."""

    def __init__(self, job: JobPrincipal, keys: Keys, clock: Callable[[], float]) -> None:
        self.job = job
        self._clock = clock
        label = f"{_LABEL}\n{job.id}".encode()
        self._secret = hmac.new(keys.secret_key.encode(), label, hashlib.sha256).digest()

    def identify(self, request: Request) -> tuple[Caller, Request]:
        """Return the job as the caller; IdentityError for a signature that is not its own."""
        if request.path.startswith("/t/"):
            raise IdentityError("a job calls as itself; its door takes no token")
        if not is_signed(request):
            return Caller(access_key="", job=self.job), request
        claim = read_claim(request)
        keys = self._keys_named(claim.key)
        shown = request.headers.get("x-amz-security-token", "")
        if not _same(shown or request.parameter("X-Amz-Security-Token"), keys.token):
            raise IdentityError(
                "the security token in the request is not the one of these keys",
                code="UnrecognizedClientException",
            )
        caller = check_signature(claim, request, keys.secret_key, self._clock())
        return replace(caller, job=self.job), request

    def is_bearer(self, headers: Mapping[str, str]) -> bool:  # noqa: ARG002 - as Identity has it
        """Nobody is, here."""
        return False

    def credentials(self) -> Mapping[str, str]:
        """Return keys in the form in which AWS's clients ask a container's endpoint for them."""
        now = int(self._clock())
        # By steps: jobs that ask often are given the same keys.
        keys = self._keys(now - now % _STEP + LIFETIME + _STEP)
        expires = datetime.fromtimestamp(keys.expires, UTC)
        return {
            "AccessKeyId": keys.access_key,
            "SecretAccessKey": keys.secret_key,
            "Token": keys.token,
            "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "RoleArn": self.job.role_arn,
        }

    def _keys_named(self, access_key: str) -> JobKeys:
        try:
            raw = base64.b32decode(access_key.removeprefix(_PREFIX))
        except ValueError:
            raw = b""
        keys = self._keys(int.from_bytes(raw[:5]))
        if not _same(keys.access_key, access_key):
            raise IdentityError(
                f"the access key {access_key!r} is not this job's; GET /credentials gives its own",
                code="UnrecognizedClientException",
            )
        if self._clock() >= keys.expires:
            raise IdentityError(
                "the job's keys have expired; GET /credentials gives new ones",
                code="ExpiredTokenException",
            )
        return keys

    def _keys(self, expires: int) -> JobKeys:
        stamp = expires.to_bytes(5)
        return JobKeys(
            access_key=_PREFIX + base64.b32encode(stamp + self._derived("key", stamp)[:5]).decode(),
            secret_key=base64.b64encode(self._derived("secret", stamp)[:30]).decode(),
            token=base64.b64encode(self._derived("token", stamp)).decode(),
            expires=expires,
        )

    def _derived(self, what: str, stamp: bytes) -> bytes:
        return hmac.new(self._secret, what.encode() + b"\n" + stamp, hashlib.sha256).digest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
