"""The sums at the end of `make test` are what the runners said."""

import importlib.util
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def checks(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    spec = importlib.util.spec_from_file_location("checks", TOOLS / "checks.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "checks", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("=== 12 passed, 2 skipped, 1 warning in 3.22s ===", {"passed": 12, "skipped": 2}),
        ("=== 1 failed, 3 passed, 2 errors in 9.10s ===", {"passed": 3, "failed": 3}),
        ("# pass 8\n# fail 1\n# skipped 0\n", {"passed": 8, "failed": 1}),
        (
            "  1 failed\n    a.spec.ts\n  1 skipped\n  3 passed (32.1s)",
            {"passed": 3, "failed": 1, "skipped": 1},
        ),
        ("  2 flaky\n  3 passed (9.0s)", {"passed": 3, "failed": 2}),
    ],
)
def test_figures_of_each_runner_are_found(checks, said, expected):
    assert {word: count for word, count in checks.last_sums(said).items() if count} == expected


def test_a_program_that_fails_without_figures_is_one_failure(checks, capfd):
    broken = checks.Check(name="broken", argv=("false",), counts=True)
    assert checks.judged(broken).sums["failed"] == 1


def test_a_skipped_test_counts_as_failed_where_nothing_may_be_left_out(checks, monkeypatch, capfd):
    monkeypatch.setattr(checks, "IN_CI", True)
    skips = checks.Check(name="skips", argv=("echo", "1 passed, 2 skipped in 1s"), counts=True)
    assert checks.judged(skips).sums == {"passed": 1, "skipped": 2, "failed": 2}


def test_lanes_run_beside_each_other_and_all_are_judged(checks, tmp_path, capfd):
    first, second = tmp_path / "first", tmp_path / "second"
    meet = (
        "touch {mine}; for i in $(seq 200); do test -e {other} && exit 0; sleep 0.05; done; exit 1"
    )
    lanes = [
        [checks.Check(name=name, argv=("sh", "-c", meet.format(mine=mine, other=other)))]
        for name, mine, other in (("a", first, second), ("b", second, first))
    ]
    verdicts = checks.judged_in_lanes(lanes)
    assert [(verdict.check.name, dict(verdict.sums)) for verdict in verdicts] == [
        ("a", {"passed": 1, "failed": 0}),
        ("b", {"passed": 1, "failed": 0}),
    ]


def test_what_failed_first_is_told_again_at_the_end(checks, monkeypatch, capfd):
    early = checks.Check(name="early", argv=("sh", "-c", "echo it was the cat; exit 1"))
    late = checks.Check(name="late", argv=("sh", "-c", "seq 500"))
    monkeypatch.setattr(checks, "planned", lambda what: [[early, late]])
    assert checks.main("all") == 1
    said = capfd.readouterr().out
    assert said.index("it was the cat") < said.index("\n500\n") < said.rindex("it was the cat")
    assert "\n400\n" not in said[said.index("\n500\n") :]
