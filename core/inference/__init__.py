"""Prediction: a loaded model that remembers recent images, and the worker process that serves the window."""
