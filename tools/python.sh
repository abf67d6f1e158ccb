#!/bin/sh
# Make the virtual environment with a Python of at least 3.11, or say in one sentence what is missing.
set -eu
venv=$1
for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        echo "$python cannot make a virtual environment: install its venv package (Debian: apt-get install python3-venv)." >&2
        exit 1
    fi
    echo "Making $venv with $("$python" --version) …"
    exec "$python" -m venv "$venv"
done
echo "Yueban needs Python 3.11 or newer, and there is none on the path (name one with PYTHON=/path/to/python3)." >&2
exit 1
