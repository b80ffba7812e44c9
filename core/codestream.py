"""How large a packed picture says it is: asked before a decoder takes as much memory as a damaged one demands."""

from __future__ import annotations

import struct

_JPEG_2000 = b"\xff\x4f\xff\x51"
_MOST_COMPONENTS = 4
_MOST_TILES = 10_000
_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}


def size_of(codestream: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, of JPEG (ITU T.81, B.2.2), JPEG-LS (T.87, C.2.2) and JPEG 2000 (T.800, A.5.1).

    Args:
        codestream: one packed frame.

    Returns:
        None where it does not say, or demands more components or tiles than a picture has.
    """
    start = codestream.find(_JPEG_2000, 0, 300)
    return _jpeg_2000(codestream[start + 4 : start + 42]) if start >= 0 else _jpeg(codestream)


def _jpeg_2000(siz: bytes) -> tuple[int, int] | None:
    if len(siz) < 36:
        return None
    right, bottom, left, top, tile_width, tile_height, _, _ = struct.unpack(">8I", siz[4:36])
    components = int.from_bytes(siz[36:38], "big") if len(siz) >= 38 else 1
    width, height = right - left, bottom - top
    if components > _MOST_COMPONENTS or not tile_width or not tile_height or width <= 0 or height <= 0:
        return None
    tiles = (width // tile_width + 2) * (height // tile_height + 2)
    return (width, height) if tiles <= _MOST_TILES else None


def _jpeg(codestream: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(codestream) and codestream[place] == 0xFF:
        marker = codestream[place + 1]
        if marker in _FRAME_HEADERS:
            height, width, components = struct.unpack(">HHB", codestream[place + 5 : place + 10].ljust(5, b"\0"))
            return (width, height) if components <= _MOST_COMPONENTS else None
        length = int.from_bytes(codestream[place + 2 : place + 4], "big")
        place += 1 if marker == 0xFF else 2 + length
    return None
