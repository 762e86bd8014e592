#!/usr/bin/env bash
# verdicts.sh BASE - what the gates say of every version that the work tree pins otherwise than the commit BASE does, as
# Markdown. Ends with 1 when a pinned version fails a gate, with 2 when it cannot be judged.
#
# Needs git, kubectl (no cluster), jq, and `stockout`, or the command that $STOCKOUT says: it reads the storage.
set -euo pipefail
base=$1
read -r -a stockout <<<"${STOCKOUT:-stockout}"

pinned() { # the version that the manifest on standard input pins, or nothing
  kubectl patch --local -f - --type=merge -p '{}' -o 'jsonpath={.spec.promotion.version}'
}

manifests() { # files of one StockoutModel each
  git ls-files -z -- '*.yaml' | xargs -0 grep -l '^kind: StockoutModel' || true
}

table() { # JSON of `stockout evaluate` on standard input
  jq -r '
    def cell: tostring | gsub("\\|"; "\\|") | gsub("\n"; " ");
    def figure: if . == null then "unknown" else . * 10000 | round / 10000 end;
    "| gate | wanted | got | |", "| --- | --- | --- | --- |",
    (.gates[] | "| \(.metric) | \(.rule) \(.threshold) | \(.value | figure) | \(if .passed then "passed" else "**failed**: \(.message // .reason // "" | cell)" end) |"),
    (.warnings // [] | .[] | "", "> \(cell)")'
}

judge() { # FILE OLD NEW
  local file=$1 old=$2 new=$3 against=() result
  [ -n "$old" ] && against=(--against "$old")
  printf '### %s: %s → %s\n\n' "$file" "${old:-nothing pinned}" "$new"
  if ! result=$("${stockout[@]}" evaluate -f "$file" --version "$new" "${against[@]}" --gates report --json 2>"$errors"); then
    # shellcheck disable=SC2016 # the backquotes are Markdown's
    printf 'could not be judged:\n\n```\n%s\n```\n\n' "$(tail -5 "$errors")"
    return 2
  fi
  table <<<"$result"
  echo
  jq -e 'all(.gates[]; .passed)' <<<"$result" >/dev/null
}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
worst=0 changed=0
while IFS= read -r file; do
  [ -n "$file" ] || continue
  new=$(pinned <"$file")
  old=$(git show "$base:$file" 2>/dev/null | pinned 2>/dev/null || true)
  if [ -z "$new" ] || [ "$new" = "$old" ]; then continue; fi
  changed=1
  code=0
  judge "$file" "$old" "$new" || code=$?
  if [ "$code" -gt "$worst" ]; then worst=$code; fi
done < <(manifests)
if [ "$changed" = 0 ]; then echo 'No version is pinned otherwise than before.'; fi
exit "$worst"
