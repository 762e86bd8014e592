#!/usr/bin/env bash
# packages.sh PROGRAM=PACKAGE... - programs of the system that are needed, and the Debian package of each; on Debian and
# Ubuntu what is missing is installed.
set -euo pipefail
declare -A package_of
for need in "$@"; do package_of[${need%%=*}]=${need#*=}; done

missing() {
  local program
  for program in "${!package_of[@]}"; do
    command -v "$program" >/dev/null || echo "${package_of[$program]}"
  done | sort -u
}

mapfile -t packages < <(missing)
[ ${#packages[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || {
  echo "these packages are needed, by their names on Debian: ${packages[*]}" >&2
  exit 1
}
echo "installing ${packages[*]}" >&2
apt-get -o DPkg::Lock::Timeout=300 update -qq
DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
mapfile -t packages < <(missing)
[ ${#packages[@]} -eq 0 ] || {
  echo "installed, yet without their programs: ${packages[*]}" >&2
  exit 1
}
