#!/usr/bin/env bash
# scripts/get-musl-python.sh FOLDER
# CPython on musl, the C library of Home Assistant OS, for a Debian machine with gcc and make that reaches its package
# mirror: FOLDER/bin/python3. It is Debian testing's 3.14, as Home Assistant's; where the mirror lacks its source (that of
# a version which moves every few weeks), Debian stable's 3.13. musl comes as binary packages, unpacked (never
# installed); zlib, which PyAV's wheel wants from the system, and CPython are compiled without Debian's changes.
# Nothing of the system changes. The interpreter stays in FOLDER, whose path it knows, and has neither ssl nor ctypes,
# sqlite3, bz2 or lzma: enough to run the engine on musllinux wheels.
# JOBS is how many compilers run at once (default: as many as there are processors).
set -euo pipefail
folder=$(realpath -m "${1:?usage: scripts/get-musl-python.sh FOLDER}")
jobs=${JOBS:-$(nproc)}
machine=$(uname -m)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
for command in apt-get dpkg-deb; do
  command -v "$command" >/dev/null || fail "this works on Debian only: there is no $command here"
done
[ -e "$keyring" ] || fail "this works on Debian only: there is no $keyring here"
for command in gcc make xz; do
  command -v "$command" >/dev/null || fail "this needs $command"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{root,zlib,python}

# 1. The packages and sources, through an apt state of our own: the system's lists and packages stay as they are.
uri=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[ -n "$uri" ] || uri=$(sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' /etc/apt/sources.list | head -n 1)
[ -n "$uri" ] || fail "no Debian mirror found in /etc/apt"

# fetch SUITE SOURCE: into a folder of its own, which becomes the current one.
fetch() {
  local suite=$1 source=$2 state=$work/$1 apt
  mkdir -p "$state"/{parts,lists/partial,debs/partial}
  cd "$state/debs"
  printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$uri" "$suite" "$keyring" >"$state/parts/debian.sources"
  : >"$state/status"
  apt=(apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$state/parts"
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null
    -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache::archives="$state/debs"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Debug::NoLocking=1)
  [ "$(id -u)" != 0 ] || apt+=(-o APT::Sandbox::User=root)
  "${apt[@]}" update && "${apt[@]}" source --download-only --tar-only zlib "$source" && "${apt[@]}" download musl musl-dev
}
fetch forky python3.14 || fetch trixie python3.13 || fail "Debian's mirror has neither Python's source"
for package in *.deb; do dpkg-deb -x "$package" "$work/root"; done
tar -x --strip-components=1 -C "$work/zlib" -f zlib_*.orig.tar.*z
tar -x --strip-components=1 -C "$work/python" -f python3.*_*.orig.tar.*z

# 2. musl in its place, whose loader looks for libraries in FOLDER/lib alone, and a gcc that knows no other C library.
triplet=$machine-linux-musl
loader=ld-musl-$machine.so.1
rm -rf "$folder"
mkdir -p "$folder"/{bin,etc,lib}
cp -a "$work/root/usr/lib/$triplet" "$folder/musl"
cp -a "$work/root/usr/include/$triplet" "$folder/include"
mv "$folder/musl/libc.so" "$folder/lib/$loader"
ln -s "../lib/$loader" "$folder/musl/libc.so"
echo "$folder/lib" >"$folder/etc/${loader%.so.1}.path"
sed -i "s#/usr/include/$triplet#$folder/include#g; s#/usr/lib/$triplet#$folder/musl#g; s#/lib/$loader#$folder/lib/$loader#g" "$folder/musl/musl-gcc.specs"
cat >"$folder/bin/musl-gcc" <<END
#!/bin/sh
[ "\$*" != --print-multiarch ] || { echo $triplet; exit; }
exec gcc "\$@" -specs "$folder/musl/musl-gcc.specs"
END
chmod +x "$folder/bin/musl-gcc"
export CC=$folder/bin/musl-gcc

# 3. zlib, as a shared library.
cd "$work/zlib"
./configure --prefix="$folder"
make -j"$jobs" shared
cp -L libz.so.1 "$folder/lib/"
ln -s ../lib/libz.so.1 "$folder/musl/libz.so"
cp zlib.h zconf.h "$folder/include/"

# 4. CPython, without its tests. Threads get 2 MiB of stack, as in Home Assistant's own build; musl's 128 KiB are few.
cd "$work/python"
./configure --prefix="$folder" --disable-test-modules --without-static-libpython --with-ensurepip=no \
  OPT='-DNDEBUG -O2' CFLAGS_NODIST=-DTHREAD_STACK_SIZE=0x200000 PKG_CONFIG=false ZLIB_CFLAGS=' ' ZLIB_LIBS=-lz
make -j"$jobs"
make install

"$folder/bin/python3" -c 'import sys, sysconfig, zlib; assert "musl" in sysconfig.get_config_var("EXT_SUFFIX"); print(sys.version)'
