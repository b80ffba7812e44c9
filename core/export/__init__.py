"""Masks out of a project."""
