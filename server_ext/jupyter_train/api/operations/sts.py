"""STS: the one caller there is."""

from collections.abc import Mapping
from typing import Any

from ...contract.names import ACCOUNT, PARTITION
from ..context import Context

SERVICE = "sts"
OPERATIONS = ("GetCallerIdentity",)


async def get_caller_identity(context: Context, _input: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell who calls: the owner of this manager's keys."""
    return {
        "UserId": context.caller.access_key,
        "Account": ACCOUNT,
        "Arn": f"arn:{PARTITION}:iam::{ACCOUNT}:user/local",
    }
