#!/usr/bin/env bash
# down.sh STATE - ends what up.sh started, by process id, and waits until it has ended.
set -uo pipefail
for name in scheduler controllers apiserver etcd; do
  [ -f "$1/pid/$name" ] && kill "$(cat "$1/pid/$name")" 2>/dev/null
done
for name in scheduler controllers apiserver etcd; do
  [ -f "$1/pid/$name" ] || continue
  pid=$(cat "$1/pid/$name")
  for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null
  rm -f "$1/pid/$name"
done
exit 0
