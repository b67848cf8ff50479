"""What kernels of this server are told: where the manager is, and never over a user's own AWS."""

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

# Any of these says that the user has an AWS of their own.
OWN_AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SAGEMAKER",
    "AWS_ENDPOINT_URL_S3",
)
# A file of this kind in its usual place, or where the variable says.
OWN_FILES = {
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
    "AWS_CONFIG_FILE": "~/.aws/config",
}

Start = Callable[..., Awaitable[str]]
Additions = Callable[[Mapping[str, str]], Awaitable[dict[str, str]]]


def has_own_aws(environment: Mapping[str, str]) -> bool:
    """Whether an AWS of the user's own is configured here."""
    if any(environment.get(name) for name in OWN_AWS):
        return True
    places = (environment.get(name, usual) for name, usual in OWN_FILES.items())
    return any(Path(place).expanduser().exists() for place in places)


def is_wanted(choice: str, environment: Mapping[str, str]) -> bool:
    """Whether kernels get AWS endpoints: as the setting says, or by looking."""
    return choice == "always" or (choice == "auto" and not has_own_aws(environment))


def telling_start(start: Start, additions: Additions) -> Start:
    """Wrap `start_kernel`: what a kernel gets from the server, and our additions.

    Wrapped rather than put into the server's own environment: extensions of this server that
    use AWS themselves (a contents manager on S3, say) must not be redirected.
    """

    async def start_kernel(*args: Any, **kwargs: Any) -> str:
        environment = dict(kwargs.pop("env", None) or os.environ)
        added = await additions(environment)
        return await start(*args, env={**environment, **added}, **kwargs)

    return start_kernel
