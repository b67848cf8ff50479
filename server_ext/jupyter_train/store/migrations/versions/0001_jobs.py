"""Jobs, their tags and the facts about them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Take this step."""
    _create_job()
    op.create_table(
        "tag",
        sa.Column("place", _NUMBER, primary_key=True),
        sa.Column("job_id", sa.String, sa.ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
    )
    op.create_index("tag_by_job", "tag", ["job_id", "key"], unique=True)
    op.create_table(
        "fact",
        sa.Column("seq", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("job_id", sa.String, nullable=False),
        sa.Column("job_name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("fact_by_job", "fact", ["job_id", "seq"])


def _create_job() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("modified", sa.Float, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
    )
    op.create_index("job_by_created", "job", ["created", "id"])
    op.create_index("job_by_modified", "job", ["modified", "id"])
    op.create_index("job_by_status", "job", ["status", "id"])
    op.create_index("job_by_status_and_created", "job", ["status", "created", "id"])
