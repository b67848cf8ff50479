"""Where we take more than AWS's model says; everything else is as on AWS.

Read a row as: a value of one of these shapes that breaks this rule of the model is taken all the
same if it matches.  docs/api.md prints this table, and a test holds the two together.
"""

import re
from dataclasses import dataclass

from botocore.model import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One thing that we take and AWS does not."""

    shapes: frozenset[str]
    rule: str
    accepts: re.Pattern[str]
    example: str
    why: str


ALLOWANCES = (
    Allowance(
        shapes=frozenset({"S3Uri"}),
        rule="pattern",
        accepts=re.compile(r"file:///.*", re.DOTALL),
        example="file:///home/me/data",
        why="data of this machine is used where it lies, wherever AWS wants s3://",
    ),
    Allowance(
        shapes=frozenset({"TrainingInstanceType"}),
        rule="enum",
        accepts=re.compile(r"local|local_gpu"),
        example="local_gpu",
        why="the words of the SageMaker SDK for this machine",
    ),
    Allowance(
        shapes=frozenset({"TrainingInstanceType"}),
        rule="enum",
        # A misspelled ml.* name must not pass as the name of a host.
        accepts=re.compile(r"(?!ml\.)[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?"),
        example="gpu-box.lab",
        why="a host or an instance type of the administrator's table, by its name",
    ),
)


def is_allowed(shape: Shape, rule: str, value: str) -> bool:
    """Whether a value that breaks a rule of the model is taken all the same."""
    return any(
        shape.name in each.shapes and rule == each.rule and each.accepts.fullmatch(value)
        for each in ALLOWANCES
    )
