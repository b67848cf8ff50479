"""Run every check, show what it says, and end with one line of sums.

`all` goes on after a failure, so that one run tells everything.  The front end's tests run beside
pytest's, which wait more than they compute: what they say is shown when they end.  What failed says
its last words again at the very end, which is all that is kept of a long run in some places.  With
CI=true a skipped test is a failure: nothing is left out there without somebody noticing.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from setup import ROOT, VENV, browser

BIN = VENV / "bin"
IN_CI = os.environ.get("CI") == "true"
# What pytest and Playwright ("12 passed") and node's runner ("# pass 12") print at their end.
SUM = re.compile(
    r"(?P<count>\d+) (?P<what>passed|failed|errors?|skipped|xfailed|flaky|did not run)\b"
    r"|^(?:#|\N{INFORMATION SOURCE}) (?P<node>pass|fail|skipped|todo) (?P<number>\d+)$",
    re.MULTILINE,
)
WORDS = {
    "pass": "passed", "fail": "failed", "error": "failed", "errors": "failed", "todo": "skipped",
    "xfailed": "skipped", "flaky": "failed", "did not run": "skipped",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Check:
    """One program to run; `counts` if it prints how many tests passed."""

    name: str
    argv: tuple[str, ...]
    counts: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def python(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of a program of the environment."""
    return (str(BIN / name), *arguments)


LINT = (
    Check(name="ruff check", argv=python("ruff", "check", "--quiet", ".")),
    Check(name="ruff format", argv=python("ruff", "format", "--quiet", "--check", ".")),
    Check(name="mypy", argv=python("mypy")),
    Check(name="import rules (Python)", argv=python("lint-imports")),
    Check(name="tsc", argv=python("jlpm", "tsc", "--noEmit", "-p", "labextension")),
    Check(name="eslint and import rules (TypeScript)", argv=python("jlpm", "lint")),
)
LAST_WORDS = 60
# What a file's tests share, an engine for instance, is made once: each file is one worker's.
PYTEST = Check(
    name="pytest",
    argv=python("pytest", "--color=no", "--durations=15", "--numprocesses=2", "--dist=loadfile"),
    counts=True,
)
FRONT_END = Check(name="front-end unit tests", argv=python("jlpm", "test"), counts=True)


def browser_check() -> Check:
    """Return the browser journeys, driven through the Chromium that was found."""
    return Check(
        name="browser tests",
        argv=python("jlpm", "playwright", "test", "--config", "tests/browser"),
        counts=True,
        environment={"CHROMIUM": browser() or ""},
    )


def faults_check() -> Check:
    """Return the suites that kill: their folder, and files elsewhere that count in rounds."""
    tests = (ROOT / "tests").rglob("test_*.py")
    elsewhere = [str(path.relative_to(ROOT)) for path in tests if is_fault_suite(path)]
    words = ("--color=no", "--timeout=7200", "--durations=15", "--numprocesses=4", "tests/faults")
    return Check(name="faults", argv=python("pytest", *words, *sorted(elsewhere)), counts=True)


def is_fault_suite(path: Path) -> bool:
    """Whether a file of tests, not in the folder of fault suites, asks how many rounds to go."""
    return path.parent.name not in {"faults", "house"} and "JT_FAULT_ROUNDS" in path.read_text()


def planned(what: str) -> list[list[Check]]:
    """Return the checks of `lint`, `faults` or `all`, in lanes that run beside each other."""
    if what == "lint":
        return [list(LINT)]
    if what == "faults":
        return [[faults_check()]]
    if not os.environ.get("JT_NO_BROWSER"):
        return [[*LINT, PYTEST], [FRONT_END, browser_check()]]
    if IN_CI:
        sys.exit("JT_NO_BROWSER is set together with CI=true: nothing is left out there")
    print("JT_NO_BROWSER is set: the browser tests are left out")
    return [[*LINT, PYTEST], [FRONT_END]]


def last_sums(output: str) -> Counter[str]:
    """Add up the figures a runner printed; pytest's are on one line, the last that has any."""
    lines = [line for line in output.splitlines() if SUM.search(line)]
    closing = [line for line in lines if "passed" in line and " in " in line][-1:]
    found: Counter[str] = Counter()
    for match in SUM.finditer("\n".join(closing or lines)):
        word = match["what"] or match["node"]
        found[WORDS.get(word, word)] += int(match["count"] or match["number"])
    return found


def run(check: Check, *, live: bool = True) -> tuple[int, str]:
    """Run one check, its output kept and passed through: as it comes, or when all is said."""
    kept = [f"\n=== {check.name}\n"]
    if live:
        print(kept[0], end="", flush=True)
    with subprocess.Popen(
        check.argv,
        cwd=ROOT,
        env={**os.environ, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            kept.append(line)
            if live:
                print(line, end="", flush=True)
    if not live:
        print("".join(kept), end="", flush=True)
    return process.returncode, "".join(kept)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How many tests of a check passed, failed and were skipped, and what it said."""

    check: Check
    sums: Counter[str]
    output: str


def judged(check: Check, *, live: bool = True) -> Verdict:
    """Run one check; one that counts nothing is one test itself."""
    code, output = run(check, live=live)
    sums = last_sums(output) if check.counts else Counter(failed=1 if code else 0)
    if not check.counts and not code:
        sums["passed"] = 1
    if code and not sums["failed"]:
        sums["failed"] = 1
    if IN_CI and sums["skipped"]:
        print(f"{sums['skipped']} skipped in {check.name}: that counts as failed when CI=true")
        sums["failed"] += sums["skipped"]
    return Verdict(check=check, sums=sums, output=output)


def judged_in_lanes(lanes: list[list[Check]]) -> list[Verdict]:
    """Run lanes beside each other, the checks of each in order; the first lane speaks live."""

    def lane(place: int) -> list[Verdict]:
        return [judged(check, live=place == 0) for check in lanes[place]]

    with ThreadPoolExecutor(max_workers=len(lanes)) as pool:
        return [each for verdicts in pool.map(lane, range(len(lanes))) for each in verdicts]


def say_again(verdict: Verdict) -> None:
    """Print the last lines of a check, where a runner names what failed in it and why."""
    print(f"\n=== {verdict.check.name}, its last words again\n")
    print("\n".join(verdict.output.splitlines()[-LAST_WORDS:]))


def main(what: str) -> int:
    """Run what is planned and print the sums last."""
    started = time.monotonic()
    verdicts = judged_in_lanes(planned(what))
    total = sum((verdict.sums for verdict in verdicts), Counter[str]())
    broken = [verdict for verdict in verdicts if verdict.sums["failed"]]
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    for verdict in broken:
        say_again(verdict)
    if broken:
        print(f"\nfailed: {', '.join(verdict.check.name for verdict in broken)}")
    print(
        f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped "
        f"in {minutes} min {seconds} s"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
