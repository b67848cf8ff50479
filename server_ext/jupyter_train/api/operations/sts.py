"""STS: who calls, the manager's owner or a running job."""

from collections.abc import Mapping
from typing import Any

from ...contract.names import ACCOUNT, PARTITION
from ..context import Context

SERVICE = "sts"
OPERATIONS = ("GetCallerIdentity",)


async def get_caller_identity(context: Context, _input: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell who calls: the owner of this manager's keys, or a job in the role it was given."""
    job = context.caller.job
    return {
        "UserId": f"{job.id}:{job.name}" if job else context.caller.access_key,
        "Account": ACCOUNT,
        "Arn": job.arn if job else f"arn:{PARTITION}:iam::{ACCOUNT}:user/local",
    }
