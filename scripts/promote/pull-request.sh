#!/usr/bin/env bash
# pull-request.sh FILE VERSION - opens a pull request that pins a version of the model in FILE, from the work tree's HEAD to
# the branch that is checked out. Needs Node with the packages installed, and gh with a token.
set -euo pipefail
file=$1 version=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
base=$(git branch --show-current)

case $file in
  /* | *..*)
    echo "$file: name a file of this repository" >&2
    exit 1
    ;;
esac
pinned=$(node "$here/../../cli/bin/stockout.js" promote "$version" --file "$file" --json)
field() { node -p 'JSON.parse(process.argv[1])[process.argv[2]] ?? ""' "$pinned" "$1"; }
model=$(field model) before=$(field before)
branch=promote/$model-$version
title="Promote $model to $version"
[ -n "$before" ] || before='nothing pinned'

git switch --quiet --create "$branch"
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
  commit --quiet --message "feat($model): pin $version" -- "$file"
# Asked for again, the branch is what this run says.
git push --quiet --force origin "HEAD:refs/heads/$branch"
gh pr create --base "$base" --head "$branch" --title "$title" --body "\
\`$file\`: $before → $version.

Merged, $version comes up beside what serves and takes over when all its pods are proven. The operator refuses it when it did
not pass its gates. The way back is \`git revert\`." ||
  gh pr view "$branch" --json url --jq .url
