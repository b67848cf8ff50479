"""The manager process: routes, stream, lock."""
