#!/bin/sh
# Opens the program on the demo project; without a display runs the same loop headless: sh packaging/run.sh [OUT]
set -eu
cd "$(dirname "$0")/.."
. packaging/prepare.sh
[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || NEEDS_DISPLAY_LIBRARIES=1
bring_libraries
bring_uv
bring_packages --no-dev
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$UV" run --no-sync python -m app --demo
fi
echo "There is no display, so the demo runs without a window." >&2
exec "$UV" run --no-sync python -m core.cli demo --headless --out "${1:-out/demo}"
