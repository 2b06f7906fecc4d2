#!/bin/sh
# Installs what the project asks for into the environment, while the image is built; the options of
# `uv pip install` that the framework needs are its arguments. Run in a folder with the project's
# dependency files, as the user who owns the environment. What uv.lock says is taken as it is; hashes in
# requirements.txt are checked.
set -eu
umask 002

if [ -f uv.lock ] && [ -f pyproject.toml ]; then
    exec uv sync --frozen --no-cache --no-install-workspace
fi
if [ -f requirements.txt ]; then
    if grep -q -e '--hash=' requirements.txt; then
        exec uv pip install --no-cache --require-hashes --requirements requirements.txt
    fi
    exec uv pip install --no-cache "$@" --requirements requirements.txt
fi
if [ -f pyproject.toml ]; then
    exec uv pip install --no-cache "$@" --requirements pyproject.toml
fi
echo 'The project names no packages: no uv.lock, requirements.txt or pyproject.toml.'
