"""Masks of other programs into a project."""
