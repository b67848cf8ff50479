"""The tables of the journal, in types that SQLite and PostgreSQL share."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
)

METADATA = MetaData()

# SQLite numbers rows only in a column that is called INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

# What is asked for in queries has its own column; the whole record is the document.
JOB = Table(
    "job",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("status", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("modified", Float, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("record", JSON, nullable=False),
    Index("job_by_created", "created", "id"),
    Index("job_by_modified", "modified", "id"),
    Index("job_by_status", "status", "id"),
    Index("job_by_status_and_created", "status", "created", "id"),
)

# AWS prints names in ARNs in small letters: two names must differ in more than their case.
Index("job_by_name_in_any_case", func.lower(JOB.c.name), unique=True)

TAG = Table(
    "tag",
    METADATA,
    Column("place", _NUMBER, primary_key=True),
    Column("job_id", String, ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("key", String, nullable=False),
    Column("value", String, nullable=False),
    Index("tag_by_job", "job_id", "key", unique=True),
)

# No foreign key: a job's facts outlive it.  A number is never given twice (autoincrement).
FACT = Table(
    "fact",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("time", Float, nullable=False),
    Column("job_id", String, nullable=False),
    Column("job_name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("data", JSON, nullable=False),
    Index("fact_by_job", "job_id", "seq"),
    sqlite_autoincrement=True,
)
