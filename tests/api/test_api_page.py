"""docs/api.md says what the code does."""

from pathlib import Path

import pytest

from jupyter_train.api.allowances import ALLOWANCES
from jupyter_train.api.job_principal import PERMISSIONS
from jupyter_train.api.models import SERVICES
from jupyter_train.api.registry import Registry

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_in_the_page_and_no_other(service):
    (row,) = [row for row in PAGE.splitlines() if f"| `{service}` |" in row]
    assert row.split("|")[3].strip() == ", ".join(Registry().names(service))


def test_every_allowance_is_in_the_page_and_no_other():
    rows = [
        f"| `{', '.join(sorted(each.shapes))}` | {each.rule} | `{each.example}` | {each.why} |"
        for each in ALLOWANCES
    ]
    _, _, after = PAGE.partition("| shapes | rule | for example | why |\n|---|---|---|---|\n")
    assert after.partition("\n\n")[0].splitlines() == rows
    assert all(each.accepts.fullmatch(each.example) for each in ALLOWANCES)


def test_all_that_a_job_may_call_is_in_the_page_and_nothing_else():
    rows = [f"| `{each.service}:{each.operation}` | {each.on} |" for each in PERMISSIONS]
    _, _, after = PAGE.partition("| operation | on |\n|---|---|\n")
    assert after.partition("\n\n")[0].splitlines() == rows
