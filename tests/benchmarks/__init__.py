"""Slow or data-hungry measurements; each prints a table that is kept in RESULTS.md. Not part of the test command."""
