#!/bin/sh
# runtime-root.sh IMAGE ROOT - lays out in ROOT what Node and the native parts of our packages need to run, taken from the
# files of a Debian-based Node image (of any architecture: nothing of it is executed). No shell, no package manager.
set -eu
image=$1 root=$2

# What node, libduckdb, libonnxruntime, libxgboost and koffi are linked against: readelf -d says NEEDED.
packages='libc6 libgcc-s1 libstdc++6'

mkdir -p "$root/usr/lib" "$root/usr/lib64" "$root/usr/local/bin" "$root/etc" "$root/tmp" "$root/proc" "$root/sys" "$root/dev"
chmod 1777 "$root/tmp"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
cp -p "$image/usr/local/bin/node" "$root/usr/local/bin/node"

copy_libraries() { # the shared objects of one package and the loader, none of its locales, tools and plug-ins
  cat "$image/var/lib/dpkg/info/$1.list" "$image/var/lib/dpkg/info/$1":*.list 2>/dev/null |
    grep -E '^(/usr)?/lib(64)?/([a-z0-9_]+-linux-gnu/)?(lib[^/]*|ld-linux[^/]*)\.so(\.[0-9]+)*$' |
    while read -r file; do
      target=$root/usr/${file#/usr}
      mkdir -p "$(dirname "$target")"
      cp -dp "$image$file" "$target"
    done
}

# Vulnerability scanners learn from these two what is in here, as they do with Google's distroless images.
record() {
  mkdir -p "$root/var/lib/dpkg/status.d" "$root/usr/share/doc/$1"
  awk -v package="$1" 'BEGIN { RS = ""; FS = "\n" } $1 == "Package: " package { print; exit }' \
    "$image/var/lib/dpkg/status" >"$root/var/lib/dpkg/status.d/$1"
  [ -s "$root/var/lib/dpkg/status.d/$1" ] || { echo "$image has no package $1" >&2; exit 1; }
  [ ! -e "$image/usr/share/doc/$1/copyright" ] ||
    cp -Lp "$image/usr/share/doc/$1/copyright" "$root/usr/share/doc/$1/copyright"
}

for package in $packages; do
  copy_libraries "$package"
  record "$package"
done
cp -Lp "$image/etc/os-release" "$root/etc/os-release"

echo 'root:x:0:0:root:/nonexistent:/nonexistent
nonroot:x:65532:65532:nonroot:/tmp:/nonexistent' >"$root/etc/passwd"
echo 'root:x:0:
nonroot:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

# The same bytes whenever it is built: the three images share this layer.
find "$root" -exec touch -h -d @0 {} +
