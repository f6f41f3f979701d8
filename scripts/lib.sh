# shellcheck shell=bash
# What setup, lint, test and demo share: where things are, and how to say so. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
cache=${cache:-$root/.cache}/audio-guard
cd "$root"
unset PYTHONDONTWRITEBYTECODE # Home Assistant takes 20 s to start when every module is compiled anew, else 5

say() { printf '==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Run a command quietly; show the end of its output when it fails.
quiet() {
  local log status=0; log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || { status=$?; tail -n 40 "$log" >&2; }
  rm -f "$log"
  return "$status"
}

# Set $uv: the one on PATH, else one of our own in the cache.
find_uv() {
  if uv=$(command -v uv) && "$uv" --version >/dev/null 2>&1; then return; fi
  uv=$cache/tools/bin/uv
  if "$uv" --version >/dev/null 2>&1; then return; fi
  say "installing uv into $cache/tools"
  quiet python3 -m venv --clear "$cache/tools" && quiet "$cache/tools/bin/python" -m pip install uv ||
    fail "uv is missing and could not be installed: see https://docs.astral.sh/uv/, or install python3-venv and try again"
}

# Install what the panel is built and checked with, unless it is there; fails without a Node.js that is new enough.
panel_packages() {
  local stamp=panel/node_modules/.lock wanted=panel/package-lock.json
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null &&
    command -v npm >/dev/null || return
  if cmp -s "$wanted" "$stamp"; then return; fi
  say "installing the panel's packages"
  (cd panel && quiet npm ci) || fail "npm could not install the panel's packages: see above"
  cp "$wanted" "$stamp"
}
