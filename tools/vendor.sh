#!/bin/sh
# Copy the front-end files of package-lock.json to where the web process serves them; there is no bundler.
set -eu
venv=$1 target=$2
if ! command -v npm >/dev/null 2>&1; then
    [ -x "$venv/bin/npm" ] || "$venv/bin/python" -m pip install --disable-pip-version-check --quiet \
        --require-hashes --no-deps --only-binary=:all: -r requirements-node.lock
    PATH="$PWD/$venv/bin:$PATH"
    NODE_OPTIONS=--use-system-ca # it would trust only its own list, and not what this machine trusts
    export PATH NODE_OPTIONS
fi
echo 'Fetching the front-end files of package-lock.json …'
npm ci --ignore-scripts --loglevel=error
mkdir -p "$target"
cp node_modules/htmx.org/dist/htmx.min.js "$target/htmx.min.js"
cp node_modules/htmx.org/LICENSE "$target/htmx.LICENSE.txt"
