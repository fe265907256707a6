#!/bin/sh
# Compiles every lock file from pyproject.toml: pinned, hashed, for Python 3.11 and later, naming no index.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:.venv/bin # set-up puts uv there where the machine has none
lock() {
    out=$1; shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
        --custom-compile-command "requirements/compile.sh" --output-file "requirements/$out" "$@"
}
lock base.txt pyproject.toml
lock test.txt pyproject.toml --group test
lock uv.txt --group uv
lock embedded.txt --group embedded
lock node.txt --group node
lock postgres.txt --group postgres
