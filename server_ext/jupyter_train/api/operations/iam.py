"""IAM, as much as SageMaker's SDK asks before it submits: roles exist, the one user may do all."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ...contract.names import ACCOUNT, PARTITION
from ..context import Context

SERVICE = "iam"
OPERATIONS = ("GetRole", "SimulatePrincipalPolicy")

# SDK v3 refuses a role whose trust policy does not name SageMaker.
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


async def get_role(context: Context, input: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe a role: any name is one, roles are recorded with jobs and grant nothing here."""
    name = input["RoleName"]
    return {
        "Role": {
            "Path": "/",
            "RoleName": name,
            "RoleId": context.caller.access_key,
            "Arn": f"arn:{PARTITION}:iam::{ACCOUNT}:role/{name}",
            "CreateDate": context.about.started,
            "AssumeRolePolicyDocument": quote(json.dumps(_TRUST)),
        }
    }


async def simulate_principal_policy(
    _context: Context, input: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Say of every action that the one user of this manager may do it."""
    resources = input.get("ResourceArns") or ["*"]
    results = [
        {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": "allowed"}
        for action in input["ActionNames"]
        for resource in resources
    ]
    return {"EvaluationResults": results, "IsTruncated": False}
