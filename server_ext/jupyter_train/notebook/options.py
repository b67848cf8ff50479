"""The option line of %train: words, in which $name and {expression} are values of the notebook."""

import argparse
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from IPython.core.error import UsageError
from IPython.utils.text import DollarFormatter

from ..contract.status import Status

# A metric's regular expression is left alone: its braces and dollars are its own.
_METRIC = re.compile(r"""((?:^|\s)(?:-m|--metric)[\s=]\s*)((?:'[^']*'|"[^"]*"|[^\s'"])+)""")
STATUSES = tuple(map(str, Status))
_PLACE = re.compile("\0(\\d+)\0")


class _Places(DollarFormatter):
    """Puts a numbered place where a value goes, so that values with spaces stay one word."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []

    def format_field(self, value: Any, format_spec: str) -> str:
        return self.keep(format(value, format_spec))

    def keep(self, value: str) -> str:
        """Return the place of a value."""
        self.values.append(value)
        return f"\0{len(self.values) - 1}\0"


def words(line: str, names: Mapping[str, Any]) -> list[str]:
    """Split a line as a shell does, after IPython's expansion of $name and {expression}."""
    places = _Places()
    try:
        kept = _METRIC.sub(lambda it: it[1] + places.keep(shlex.split(it[2])[0]), line)
        text = places.vformat(kept, (), names)
    except (NameError, SyntaxError, ValueError) as error:
        raise UsageError(
            f"cannot expand {line!r}: {error!r}; a plain brace is written twice, a dollar as $$"
        ) from error
    try:
        found = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"cannot split {line!r} into words: {error}") from error
    return [_PLACE.sub(lambda place: places.values[int(place[1])], word) for word in found]


class _HelpAskedError(Exception):
    """The help is to be shown, and nothing else to be done."""


class _Help(argparse.Action):
    """An option that asks for the help."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, *_: Any) -> NoReturn:
        """Show it, whatever else is wrong with the line."""
        raise _HelpAskedError


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are IPython's; its help is that of the magic (%train?)."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog=prog, add_help=False, allow_abbrev=False)
        self.add_argument("-h", "--help", action=_Help, help="show what it takes, do nothing")

    def read(self, line: str, names: Mapping[str, Any]) -> argparse.Namespace | None:
        """Read an option line; None if it asked for help, which is printed."""
        try:
            return self.parse_args(words(line, names))
        except _HelpAskedError:
            print(self.format_help())  # noqa: T201 - what was asked for
            return None

    @property
    def options(self) -> Mapping[str, argparse.Action]:
        """The options by their names, -p and --param each."""
        return self._option_string_actions

    def error(self, message: str) -> NoReturn:
        """Say what was wrong, and how it is used."""
        raise UsageError(f"{message}\n{self.format_usage().strip()}")


def pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def train_parser() -> Parser:
    """Return the parser of %train and %%train."""
    parser = Parser("%train")
    add = parser.add_argument
    add("script", nargs="?", help="the script or notebook; %%%%train takes the cell")
    add("-n", "--name", help="the job's name (default: made from the script's and the time)")
    _add_pairs(parser, "-p", "--param", "a hyperparameter: the script gets --NAME VALUE")
    _add_pairs(parser, "-i", "--input", "a channel: a path, file:// or s3:// URI")
    _add_pairs(parser, "-m", "--metric", "a metric: the regular expression that finds it")
    _add_pairs(parser, "-e", "--env", "an environment variable")
    add("-t", "--instance-type", default="local", help="what to run on (default: local)")
    add("-c", "--instance-count", type=int, default=1, help="how many of it (default: 1)")
    _add_container(parser)
    add("-o", "--output", help="where the model goes, a path or URI")
    add("-d", "--dependency", action="append", default=[], help="file or folder beside the script")
    add("-s", "--source-dir", help="the folder that the script is in and needs")
    add("--checkpoints", help="where checkpoints are kept, a path or URI")
    add("--max-run", type=int, default=86400, help="seconds after which it is stopped")
    add("--wait", action="store_true", help="block until the job has ended")
    add("--watch", action="store_true", help="as --wait, with its log printed as it comes")
    add("--out", metavar="VAR", help="variable that the job is assigned to")
    return parser


def _add_container(parser: Parser) -> None:
    add = parser.add_argument
    add("--image", help="container image to run in (default: this Python, in no container)")
    add("--command", type=shlex.split, metavar="WORDS", help="run this instead of its train")
    add("--network", choices=["none"], help="none: the container reaches nobody")
    add("--shell", action="store_true", help="terminals may be opened in it while it runs")
    add("--volume-size", type=int, metavar="GIB", help="disk it may fill (default: 30)")
    add("--keep-alive", type=int, metavar="SECONDS", help="keep a container warm after the job")
    add("--max-retries", type=int, metavar="N", help="tries again after a fault of the machine")


def _add_pairs(parser: Parser, short: str, long: str, text: str) -> None:
    parser.add_argument(
        short, long, metavar="NAME=VALUE", type=pair, action="append", default=[], help=text
    )


def jobs_parser() -> Parser:
    """Return the parser of %jobs."""
    parser = Parser("%jobs")
    add = parser.add_argument
    add("text", nargs="?", help="only those whose names contain it")
    add("-n", "--lines", type=int, default=10, help="how many (default: 10)")
    add("-s", "--status", choices=STATUSES, metavar="STATUS", help=f"only {', '.join(STATUSES)}")
    add("-r", "--running", action="store_true", help="only those that have not ended")
    add("--since", type=ago, metavar="TIME", help="only those made in the last 30m, 12h or 7d")
    add("--oldest", action="store_true", help="oldest first")
    return parser


def logs_parser() -> Parser:
    """Return the parser of %logs."""
    parser = _about_a_job("%logs")
    parser.add_argument("-n", "--lines", type=int, help="only so many of the last lines")
    parser.add_argument("-f", "--follow", action="store_true", help="go on to the job's end")
    return parser


def curve_parser() -> Parser:
    """Return the parser of %curve."""
    parser = _about_a_job("%curve")
    parser.add_argument("metric", nargs="*", help="the metrics (default: all)")
    return parser


def stop_parser() -> Parser:
    """Return the parser of %stop."""
    return _about_a_job("%stop")


def clone_parser() -> Parser:
    """Return the parser of %clone."""
    return _about_a_job("%clone")


def ago(text: str) -> float:
    """Read how long ago: 90s, 30m, 12h or 7d, as seconds."""
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 30m, 12h or 7d")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


def _about_a_job(prog: str) -> Parser:
    parser = Parser(prog)
    parser.add_argument("name", nargs="?", metavar="JOB", help="the job (default: the last one)")
    return parser
