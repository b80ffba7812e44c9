#!/bin/sh
# Opens the program on the demo project; without a display runs the same loop headless: sh packaging/run.sh [OUT]
set -eu
out=${1:-}
case $out in "" | /*) ;; *) out=$PWD/$out ;; esac
cd "$(dirname "$0")/.."
. packaging/prepare.sh
window=0
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]; then
    window=1
    NEEDS_DISPLAY_LIBRARIES=1
fi
bring_system
bring_uv
# Inexact: what the test command brought stays.
bring_packages --no-dev --inexact
if [ "$window" = 1 ]; then
    exec "$UV" run --no-sync python -m app --demo
fi
echo "There is no display, so the demo runs without a window." >&2
if [ -z "$out" ]; then
    # The results of another time stay.
    out=out/demo
    count=1
    while [ -e "$out" ]; do
        count=$((count + 1))
        out=out/demo-$count
    done
fi
exec "$UV" run --no-sync python -m core.cli demo --headless --out "$out"
