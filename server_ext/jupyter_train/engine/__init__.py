"""Decisions: queue, place, stage, run, observe, publish."""
