"""Places where attempts run: they know files and programs, nothing of jobs."""
