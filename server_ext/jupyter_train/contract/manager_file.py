"""What a serving manager says about itself in its runtime file, so that clients find it."""

import json
from dataclasses import asdict, dataclass, fields

RUNTIME_FILE = "manager.json"
LOG_FILE = "manager.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerFacts:
    """Where one manager serves and how to speak to it; it holds secrets, so the file is 0600."""

    pid: int
    url: str
    version: str
    token: str
    access_key: str
    secret_key: str
    region: str
    home: str
    started: float

    def __repr__(self) -> str:
        return f"ManagerFacts(pid={self.pid}, url={self.url!r}, home={self.home!r})"


def print_facts(facts: ManagerFacts) -> str:
    """Return the text of a runtime file."""
    return json.dumps(asdict(facts), indent=2) + "\n"


def parse_facts(text: str) -> ManagerFacts:
    """Read a runtime file, or raise ValueError; members of newer versions are ignored."""
    try:
        data = json.loads(text)
        return ManagerFacts(**{each.name: data[each.name] for each in fields(ManagerFacts)})
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a manager's runtime file: {error!r}") from error
