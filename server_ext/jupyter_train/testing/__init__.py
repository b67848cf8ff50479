"""Conformance suites for hosts, runtimes and stores, shipped for those who write their own."""

import pkgutil
import sys

# So that a failing assert in a suite shows its values, as in a test.  The programs among these
# modules are started without pytest, whose import takes a third of a second.
if pytest := sys.modules.get("pytest"):
    pytest.register_assert_rewrite(
        *(f"{__name__}.{each.name}" for each in pkgutil.iter_modules(__path__))
    )
