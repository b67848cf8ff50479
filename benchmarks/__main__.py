"""Run the benches, or those named (`python benchmarks curves B3`), and print one table."""

import argparse
import importlib
import platform
import subprocess
import sys
import time
from pathlib import Path

from row import Row, table

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the benches there are, without their `bench_`."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def rows_of(name: str) -> list[Row]:
    """Measure one bench; a bench that breaks is a row that says so, the others go on."""
    started = time.monotonic()
    print(f"measuring {name} …", end=" ", flush=True)
    try:
        rows: list[Row] = importlib.import_module(f"bench_{name}").measure()
    except Exception as error:  # noqa: BLE001 - one broken bench must not hide the figures of the others
        print("failed")
        return [
            Row(bar="?", what=f"{name}: {type(error).__name__}: {error}", ours=0, unit="", limit=-1)
        ]
    print(f"{time.monotonic() - started:.0f} s")
    return rows


def machine() -> str:
    """Say what the figures were taken on."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    commit = done.stdout.strip() or "no commit"
    return f"{platform.platform()}, Python {platform.python_version()}, {commit}"


def main() -> int:
    """Measure what was asked for; the exit status counts missed bars."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("wanted", nargs="*", help=f"benches ({', '.join(names())}) or bars (B2 …)")
    parser.add_argument(
        "--peers", metavar="PYTHON", help="an interpreter with peers.txt: measure those too"
    )
    given = parser.parse_args()
    wanted = given.wanted
    bars = [each for each in wanted if each not in names()]
    chosen = [each for each in wanted if each in names()] or names()
    rows = [row for name in chosen for row in rows_of(name)]
    shown = [row for row in rows if not bars or row.bar in (*bars, "?")]
    print(f"\n{machine()}\n\n{table(sorted(shown, key=lambda row: (len(row.bar), row.bar)))}")
    if given.peers:
        sys.stdout.flush()
        subprocess.run([given.peers, str(HERE / "peers.py")], check=False)
    return sum(row.verdict == "MISSED" for row in shown)


if __name__ == "__main__":
    sys.exit(main())
