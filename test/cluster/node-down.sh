#!/usr/bin/env bash
# node-down.sh STATE - ends what node-up.sh started, whole or in part: process 1 of the node, and with it every process,
# mount and interface of its namespaces.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/cluster/network.sh
source "$here/network.sh"
state=$1

end() { # NAME: the process of that pid file, if it is the node still
  local pid
  pid=$(cat "$state/pid/$1" 2>/dev/null) || return 0
  grep -qa node-init.sh "/proc/$pid/cmdline" 2>/dev/null || return 0
  kill -9 "$pid" 2>/dev/null
  for _ in $(seq 300); do [ -e "/proc/$pid" ] || return 0; sleep 0.1; done
  echo "process $pid of the node does not end" >&2
}

remove_groups() { # cgroups that the kubelet made, empty by now, below our own
  local root name own
  for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
    name=${root##*/}
    own=$root$(awk -F: -v n="$name" '$2 == n || $2 == "name=" n || ($2 == "" && n == "cgroup") {print $3}' /proc/self/cgroup)
    for name in kubepods k8s.io; do
      if [ -d "$own/$name" ]; then find "$own/$name" -depth -type d -exec rmdir {} \;; fi
    done
  done
}

end node
end unshare
ip link delete "$CLUSTER_LINK" 2>/dev/null
if [ -e "$state/sysctl" ]; then
  while read -r name value; do echo "$value" >"/proc/sys/$name"; done <"$state/sysctl"
fi
remove_groups
rm -f "$state/pid/node" "$state/pid/unshare" "$state/started"
exit 0
