"""A name is taken in any case: ARNs, which are in small letters, must tell jobs apart."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Take this step."""
    op.create_index(
        "job_by_name_in_any_case", "job", [sa.func.lower(sa.column("name"))], unique=True
    )
