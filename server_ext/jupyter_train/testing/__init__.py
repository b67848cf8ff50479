"""Conformance suites for hosts, runtimes and stores, shipped for those who write their own."""

import pkgutil

import pytest

# So that a failing assert in a suite shows its values, as in a test.
pytest.register_assert_rewrite(
    *(f"{__name__}.{each.name}" for each in pkgutil.iter_modules(__path__))
)
