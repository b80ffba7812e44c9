"""The desktop window (Qt). It shows and asks; what a mask, a label or a version is, is decided in core.

OpenCV is imported before Qt, and the paths to its own Qt parts are taken out again: with them Qt would load the wrong
window plugin, and fonts without Chinese glyphs.
"""

import os

import cv2  # noqa: F401

for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if "cv2" in os.environ.get(name, ""):
        del os.environ[name]
