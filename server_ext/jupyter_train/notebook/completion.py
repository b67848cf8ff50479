"""What can stand at the cursor in an option line of ours: options, their values, names of jobs."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from ..client.find import find_manager
from ..client.home import home_folder
from .job import NOT_REACHABLE
from .options import (
    STATUSES,
    Parser,
    clone_parser,
    curve_parser,
    jobs_parser,
    logs_parser,
    stop_parser,
    train_parser,
)
from .session import Session

_PARSERS: Mapping[str, Callable[[], Parser]] = {
    "train": train_parser,
    "jobs": jobs_parser,
    "logs": logs_parser,
    "curve": curve_parser,
    "stop": stop_parser,
    "clone": clone_parser,
}
_LINE = re.compile(r"\s*(?:[\w.]+\s*=\s*)?%(?P<cell>%?)(?P<magic>\w+)\s(?P<rest>.*)")
_ARGUMENT = re.compile(r"""add_argument\(\s*(?:['"]-\w['"],\s*)?['"]--([\w-]+)['"]""")
_SCRIPTS = (".py", ".ipynb", ".sh")
# What the options mean whose values are paths, and those that there are few of.
_PLACES = frozenset({"dependency", "source_dir", "output", "checkpoints"})
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "instance_type": ("local", "local_gpu"),
    "network": ("none",),
    "status": STATUSES,
    "since": ("30m", "12h", "7d"),
}
_JOBS = 30


class Completion:
    """Completes the lines of our magics, with jedi and without."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @context_matcher(identifier="jupyter_train", priority=200)  # type: ignore[untyped-decorator]  # IPython's
    def matcher(self, context: CompletionContext) -> SimpleMatcherResult:
        """Answer IPython, which asks at each press of TAB."""
        found, typed = self.find(context.line_with_cursor, context.full_text)
        return {
            "completions": [SimpleCompletion(text=each, type="param") for each in found],
            "suppress": bool(found),
            "matched_fragment": typed,
        }

    def find(self, line: str, text: str = "") -> tuple[list[str], str]:
        """Return what completes a line up to the cursor, and the part that it replaces."""
        seen = _LINE.fullmatch(line)
        if seen is None or seen["magic"] not in _PARSERS:
            return [], ""
        parser = _PARSERS[seen["magic"]]()
        *before, typed = re.split(r"\s+", seen["rest"])
        name = before[-1] if before else ""
        if typed.startswith("-"):
            found: list[str] = sorted(each for each in parser.options if _is_meant(each, typed))
        elif name in parser.options and parser.options[name].nargs != 0:
            values, typed = self._values(parser.options[name].dest, typed, before, text)
            found = [each for each in values if each.startswith(typed)]
        else:
            found = [each for each in self._words(seen, before, typed) if each.startswith(typed)]
        return found, typed

    def _values(
        self, meaning: str, typed: str, before: list[str], text: str
    ) -> tuple[list[str], str]:
        """Return what an option takes, and the part of the word that it replaces."""
        key, equals, value = typed.partition("=")
        if meaning == "param" and not equals:
            return [f"{each}=" for each in _hyperparameters(before, text)], key
        if meaning == "input" and equals:
            return _paths(value), value
        if meaning in _PLACES:
            return _paths(typed), typed
        return [*_CHOICES.get(meaning, ())], typed

    def _words(self, seen: re.Match[str], before: list[str], typed: str) -> list[str]:
        """Return what may stand without an option: a script, the name of a job, of a metric."""
        if seen["magic"] == "train":
            return [] if seen["cell"] else _paths(typed, _SCRIPTS)
        if seen["magic"] == "jobs":
            return []
        named = [each for each in before if each and not each.startswith("-")]
        if seen["magic"] == "curve" and named:
            return self._metrics(named[0])
        return self._jobs(typed)

    def _jobs(self, typed: str) -> list[str]:
        ask = {"MaxResults": _JOBS, "SortBy": "CreationTime", "SortOrder": "Descending"}
        if typed:
            ask["NameContains"] = typed
        return [each["TrainingJobName"] for each in self._ask("ListTrainingJobs", ask, "Summaries")]

    def _metrics(self, job: str) -> list[str]:
        ask = {"TrainingJobName": job}
        return [each["Name"] for each in self._ask("ListMetricSeries", ask, "Series")]

    def _ask(self, operation: str, ask: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
        """Return what the manager lists, nothing without one: a key press starts none."""
        service = "jupytertrain" if member == "Series" else "sagemaker"
        try:
            if find_manager(home_folder(self._session.home)) is None:
                return []
            answer = self._session.read(operation, ask, service)
        except NOT_REACHABLE:
            return []
        return list(answer["Series" if member == "Series" else "TrainingJobSummaries"])


def _is_meant(option: str, typed: str) -> bool:
    return option.startswith(typed) and (typed != "-" or option.startswith("--"))


def _hyperparameters(before: list[str], text: str) -> Iterator[str]:
    """Yield the names that a script takes, which is the cell or named in the line."""
    for word in before:
        path = Path(word)
        if path.suffix == ".py" and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
    yield from _ARGUMENT.findall(text)


def _paths(typed: str, suffixes: tuple[str, ...] = ()) -> list[str]:
    """Return folders, with a slash, and files that begin so."""
    folder, _, name = typed.rpartition("/")
    start = f"{folder}/" if "/" in typed else ""
    try:
        there = sorted(Path(start or ".").expanduser().iterdir())
    except OSError:
        return []
    meant = [each for each in there if each.name.startswith(name) and _is_shown(each.name, name)]
    folders = [f"{start}{each.name}/" for each in meant if each.is_dir()]
    files = [f"{start}{each.name}" for each in meant if each.is_file()]
    return [*(each for each in files if each.endswith(suffixes or ("",))), *folders]


def _is_shown(name: str, typed: str) -> bool:
    """Tell whether a file is listed; what begins with a dot only where a dot was typed."""
    return typed.startswith(".") or not name.startswith(".")
