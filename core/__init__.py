"""Everything but the window: plain Python, no Qt."""
