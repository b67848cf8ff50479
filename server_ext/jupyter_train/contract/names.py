"""Names, ARNs and object addresses: how they are made and taken apart."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

ACCOUNT = "000000000000"
PARTITION = "aws"
DEFAULT_REGION = "us-east-1"
DEFAULT_BUCKET = "jupyter-train"
DEFAULT_ROLE = f"arn:{PARTITION}:iam::{ACCOUNT}:role/jupyter-train"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"

# A job whose image is this one, or which names none, runs as a plain process.
PROCESS_IMAGE = "process"

# Series of what a job uses begin with this; what the job measures itself does not.
SYSTEM = "system/"

PROCESS_RUNTIME = "process"
CONTAINER_RUNTIME = "docker"


def job_arn(name: str, region: str = DEFAULT_REGION) -> str:
    """Return the ARN of a training job; AWS lowercases the name in it."""
    return f"arn:{PARTITION}:sagemaker:{region}:{ACCOUNT}:training-job/{name.lower()}"


def log_stream(job: str, rank: int, created: float) -> str:
    """Return the CloudWatch stream name of one host of a job: <job>/algo-<n>-<epoch seconds>."""
    return f"{job}/algo-{rank + 1}-{int(created)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where objects live: `s3://bucket/key` or a path of this machine as `file:///path`."""

    scheme: str
    bucket: str
    key: str

    @property
    def path(self) -> PurePosixPath:
        """The local path of a `file://` address."""
        return PurePosixPath(self.key)

    def child(self, *parts: str) -> "Address":
        """Return the address of something below this one."""
        key = "/".join([self.key.rstrip("/"), *parts]) if self.key else "/".join(parts)
        return Address(scheme=self.scheme, bucket=self.bucket, key=key)

    def __str__(self) -> str:
        if self.scheme == "file":
            return f"file://{self.key}"
        return f"s3://{self.bucket}/{self.key}" if self.key else f"s3://{self.bucket}"


def parse_address(uri: str) -> Address:
    """Take an `s3://` or `file://` URI apart; ValueError says what else would have worked."""
    parts = urlsplit(uri)
    if parts.scheme == "s3" and parts.netloc:
        key = uri.removeprefix(f"s3://{parts.netloc}").removeprefix("/")
        return Address(scheme="s3", bucket=parts.netloc, key=key)
    if parts.scheme == "file" and parts.path.startswith("/"):
        return Address(scheme="file", bucket="", key=unquote(parts.path))
    raise ValueError(f"{uri!r} is neither s3://bucket/key nor file:///absolute/path")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AttemptKey:
    """Which try of which job: the name of its folder, its process marker, its container."""

    job_id: str
    attempt: int
    rank: int = 0

    def __str__(self) -> str:
        return f"{self.job_id}-a{self.attempt}-r{self.rank}"

    @classmethod
    def parse(cls, text: str) -> "AttemptKey":
        """Read a key back from its printed form."""
        job_id, attempt, rank = text.rsplit("-", 2)
        return cls(job_id=job_id, attempt=int(attempt[1:]), rank=int(rank[1:]))
