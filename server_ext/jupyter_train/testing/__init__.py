"""Conformance suites for hosts, runtimes and stores, shipped for those who write their own."""
