"""The desktop window (Qt). It shows and asks; what a mask, a label or a version is, is decided in core."""
