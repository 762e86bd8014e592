#!/usr/bin/env bash
# diff.sh FILE - what applying FILE would change in the cluster, as Markdown. The API server is asked, so that defaults and
# other people's fields are no differences; a field that someone else owns ends it with an error, before anything is done.
set -euo pipefail
file=$1
# The summary of a step takes a megabyte at most.
most=900000

if [ -z "$(kubectl get namespace stockout-system --ignore-not-found -o name)" ]; then
  printf '### First installation\n\nThere is no namespace stockout-system yet: everything is new.\n\n'
  kubectl create --dry-run=client -f "$file" -o name | sed 's/^/- /'
  exit
fi

status=0
changes=$(kubectl diff --server-side -f "$file") || status=$?
case $status in
  0) printf '### No changes\n' ;;
  1)
    # shellcheck disable=SC2016 # a fence of Markdown
    printf '### Changes\n\n````diff\n%s\n````\n' "${changes:0:most}"
    [ ${#changes} -le $most ] || printf '\n(%d more characters are left out.)\n' $((${#changes} - most))
    ;;
  *) exit "$status" ;;
esac
