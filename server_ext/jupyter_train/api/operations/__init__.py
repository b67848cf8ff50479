"""One file per subject; a function per operation, found by its name."""
