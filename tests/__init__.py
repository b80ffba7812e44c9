"""Tests and benchmarks of sa2va-annotator."""
