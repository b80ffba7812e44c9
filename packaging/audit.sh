#!/bin/sh
# Audits what the program is made of: pins, licences, known vulnerabilities (packaging/audit.py says how it ends).
set -eu
cd "$(dirname "$0")/.."
. packaging/prepare.sh
bring_system
bring_uv
bring_packages --inexact
exec "$UV" run --no-sync python packaging/audit.py "$UV" tool run --from pip-audit==2.10.1 pip-audit
