#!/bin/sh
# The project's test command: style, types, walls between the parts, tests. Needs nothing but Debian's Python 3.11.
set -eu
cd "$(dirname "$0")/.."
. packaging/prepare.sh
bring_libraries
bring_uv
bring_packages
export QT_QPA_PLATFORM=offscreen
"$UV" run --no-sync ruff check .
"$UV" run --no-sync ruff format --check .
"$UV" run --no-sync lint-imports
exec "$UV" run --no-sync python -m pytest tests "$@"
