"""Memory: the journal of jobs, the logs, the curves, the objects."""
