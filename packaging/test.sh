#!/bin/sh
# The project's test command: style, types, walls between the parts, tests. Needs nothing but Debian's Python 3.11.
# What is given goes to pytest: sh packaging/test.sh tests/unit -x
set -eu
cd "$(dirname "$0")/.."
. packaging/prepare.sh
bring_system
bring_uv
bring_packages
# Tests never need a screen; a window that flashes up would only be in the way.
export QT_QPA_PLATFORM=offscreen
"$UV" run --no-sync ruff check .
"$UV" run --no-sync ruff format --check .
"$UV" run --no-sync lint-imports
"$UV" run --no-sync mypy
# All of them on two cores at once; a test costs less alone, and says more, so what is named runs in one process.
[ $# -gt 0 ] || set -- tests -n 2 --dist worksteal
exec "$UV" run --no-sync python -m pytest "$@"
