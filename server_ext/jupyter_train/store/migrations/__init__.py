"""Numbered steps from one schema of the journal to the next; run by `store.migrate`."""
