"""Every option of every command."""

import argparse
import shlex
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """Return the parser; `command` of its result is module:function in this folder."""
    top = argparse.ArgumentParser(
        prog="jupyter train", description="Managed training jobs on hardware you own."
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _run(_command(commands, "run", "run:run", "train: run a script as a job"))
    _ps(_command(commands, "ps", "show:ps", "list jobs, newest first"))
    _describe(_command(commands, "describe", "show:describe", "show one job"))
    _logs(_command(commands, "logs", "logs:logs", "print what a job printed"))
    _stop(_command(commands, "stop", "end:stop", "stop jobs: SIGTERM, 120 s, SIGKILL"))
    _rm(_command(commands, "rm", "end:remove", "forget jobs that have ended; artifacts stay"))
    _shell(_command(commands, "shell", "shell:shell", "open a shell in a running job"))
    _prune(_command(commands, "prune", "prune:prune", "remove what jobs left that no job needs"))
    _images(commands)
    _manager(commands)
    _env(_command(commands, "env", "manager:env", "print variables that point AWS clients here"))
    return top


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    target: str,
    help: str,
    *,
    is_inner: bool = False,
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    made.set_defaults(command=target)
    # What an inner command is not told it must not take from the outer one.
    unset = argparse.SUPPRESS if is_inner else None
    made.add_argument(
        "--home",
        type=Path,
        default=unset,
        metavar="DIR",
        help="state folder of the manager (default: $JUPYTER_TRAIN_HOME, or in the user's data)",
    )
    made.add_argument("--json", action="store_true", default=unset or False, help="print JSON")
    return made


def _run(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "script",
        nargs="?",
        metavar="SCRIPT",
        help="script or notebook, inside --source-dir if that is given; without, the image's train",
    )
    made.add_argument(
        "--source-dir",
        metavar="DIR",
        help="folder that goes with the script, or an s3:// archive",
    )
    made.add_argument("--dependency", action="append", default=[], metavar="PATH")
    made.add_argument("--name", help="name of the job (default: the script's, with a time stamp)")
    made.add_argument("--instance-type", default="local", metavar="TYPE")
    made.add_argument("--instance-count", type=int, default=1, metavar="N")
    _pairs(made, "--input", "NAME=PATH", "channel: a local path or s3://bucket/prefix")
    _pairs(made, "--metric", "NAME=REGEX", "metric: its value is the regex's first group")
    _pairs(made, "-p", "NAME=VALUE", "hyperparameter", "--hyperparameter")
    _pairs(made, "-e", "NAME=VALUE", "environment variable of the job", "--env")
    _pairs(made, "--tag", "NAME=VALUE", "tag")
    made.add_argument("--output", default="s3://jupyter-train/", metavar="WHERE")
    made.add_argument("--checkpoints", metavar="WHERE", help="keep checkpoints there")
    made.add_argument("--python", metavar="PROGRAM", help="interpreter (default: this one)")
    made.add_argument("--max-run", type=int, default=86400, metavar="SECONDS")
    made.add_argument("--max-retries", type=int, metavar="N")
    made.add_argument("--spot", action="store_true", help="as managed Spot training")
    made.add_argument("--max-wait", type=int, metavar="SECONDS", help="the wait for Spot included")
    made.add_argument("--experiment", metavar="NAME", help="the experiment it belongs to")
    _container(made)
    made.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="follow the log to the end; the exit code is the job's",
    )


def _container(made: argparse.ArgumentParser) -> None:
    add = made.add_argument
    add("--image", help="image to run in (default: a process of this machine)")
    add(
        "--command",
        dest="command_words",
        type=shlex.split,
        metavar="WORDS",
        help="run this instead of its train",
    )
    add("--arguments", type=shlex.split, metavar="WORDS", help="tell it this instead of train")
    add("--network", choices=["none"], help="none: the container reaches nobody")
    add("--shell", action="store_true", help="terminals may be opened in it while it runs")
    add("--volume-size", type=int, default=30, metavar="GIB", help="disk it may fill (30)")
    add("--keep-alive", type=int, metavar="SECONDS", help="keep a container warm after the job")


def _pairs(made: argparse.ArgumentParser, flag: str, metavar: str, help: str, *more: str) -> None:
    made.add_argument(
        flag, *more, action="append", default=[], type=_pair, metavar=metavar, help=help
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _ps(made: argparse.ArgumentParser) -> None:
    made.add_argument("-n", "--limit", type=int, default=20, metavar="N", help="at most N (20)")
    made.add_argument("--status", help="only this status: InProgress, Completed, Failed, …")


def _describe(made: argparse.ArgumentParser) -> None:
    made.add_argument("job", metavar="JOB")


def _logs(made: argparse.ArgumentParser) -> None:
    made.add_argument("job", metavar="JOB")
    made.add_argument("-f", "--follow", action="store_true", help="go on until the job has ended")
    made.add_argument("-n", "--tail", type=int, metavar="N", help="only the last N lines")


def _stop(made: argparse.ArgumentParser) -> None:
    made.add_argument("jobs", nargs="+", metavar="JOB")
    made.add_argument("--wait", action="store_true", help="return when they have stopped")


def _rm(made: argparse.ArgumentParser) -> None:
    made.add_argument("jobs", nargs="+", metavar="JOB")
    made.add_argument("-f", "--force", action="store_true", help="stop what still runs first")


def _shell(made: argparse.ArgumentParser) -> None:
    made.add_argument("job", metavar="JOB")
    made.add_argument(
        "--enable", action="store_true", help="admit shells first (RemoteDebugConfig), then open"
    )


def _prune(made: argparse.ArgumentParser) -> None:
    made.add_argument("-y", "--yes", action="store_true", help="remove without a question")
    made.add_argument(
        "--kept", action="store_true", help="also what was kept because it is nowhere else"
    )


def _images(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = _command(commands, "images", "images:images", "list the images there are")
    inner = group.add_subparsers(title="commands", metavar="COMMAND")
    made = _command(inner, "map", "images:map_name", "let names mean a local image", is_inner=True)
    made.add_argument("name", metavar="NAME", help="an image's name; * and ? stand for others")
    made.add_argument("local", metavar="LOCAL", help="the image to run instead")
    made = _command(inner, "unmap", "images:unmap_name", "forget what a name means", is_inner=True)
    made.add_argument("name", metavar="NAME")


def _manager(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("manager", help="start, stop or ask the manager")
    inner = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    start = _command(inner, "start", "manager:start", "start it; returns when it serves")
    start.add_argument("--port", type=int, metavar="N", help="port to serve at, kept for later")
    start.add_argument("--foreground", action="store_true", help="stay until Ctrl-C")
    _command(inner, "stop", "manager:stop", "stop it; jobs run on")
    _command(inner, "status", "manager:status", "say whether it runs, and what")


def _env(made: argparse.ArgumentParser) -> None:
    made.add_argument("--unset", action="store_true", help="print what takes them away again")
