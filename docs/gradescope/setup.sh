#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image: the grader gets an environment of its own.
set -euo pipefail

root=${AUTOGRADER:-/autograder}

if ! python3 -m venv "$root/venv"; then
  apt-get update
  apt-get install -y python3-venv
  python3 -m venv --clear "$root/venv"
fi
"$root/venv/bin/pip" install "$root/source[pinned]"
rm -rf "$root/source/reference"
