#!/usr/bin/env bash
# up.sh STATE BIN API ETCD PEER CONTROLLERS SCHEDULER [FLAG...] - a real control plane on the ports given, its API server
# at $CLUSTER_ADDRESS (default 127.0.0.1); the flags are kube-apiserver's.
# STATE/pki/admin.kubeconfig leads to it, STATE/log tells what went wrong, down.sh STATE ends it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=$1 bin=$2 api=$3 etcd=$4 peer=$5 controllers=$6 scheduler=$7
address=${CLUSTER_ADDRESS:-127.0.0.1} services=${CLUSTER_SERVICES:-10.96.0.0/16}
pki=$state/pki
mkdir -p "$state/log" "$state/pid"
bash "$here/pki.sh" "$pki" "$address" "$api" "${services%.*}.1" "${CLUSTER_NODE:-local}"
# An address that is this machine's alone can be no endpoint of the Service `kubernetes`.
reconciler=lease
if [ "$address" = 127.0.0.1 ]; then reconciler=none; fi

start() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$state/log/$name.log" 2>&1 &
  echo $! >"$state/pid/$name"
}

await() { # NAME SECONDS COMMAND...: until it succeeds, as long as NAME runs
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$(cat "$state/pid/$name")" 2>/dev/null || [ $SECONDS -gt $deadline ]; then
      echo "$name did not get ready; the end of $state/log/$name.log:" >&2
      tail -20 "$state/log/$name.log" >&2
      exit 1
    fi
    sleep 0.1
  done
}

start etcd "$bin/etcd" --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
  --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
  --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
  --initial-cluster "default=http://127.0.0.1:$peer"
start apiserver "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" \
  --bind-address="$address" --advertise-address="$address" --secure-port="$api" \
  --endpoint-reconciler-type="$reconciler" \
  --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
  --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
  --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-cluster-ip-range="$services" \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" \
  --kubelet-client-key="$pki/apiserver-kubelet-client.key" --kubelet-certificate-authority="$pki/ca.crt" \
  --kubelet-preferred-address-types=InternalIP "${@:8}"
export KUBECONFIG=$pki/admin.kubeconfig
await apiserver 60 "$bin/kubectl" get --raw /readyz
start controllers "$bin/kube-controller-manager" --kubeconfig="$pki/controller-manager.kubeconfig" \
  --authentication-kubeconfig="$pki/controller-manager.kubeconfig" \
  --authorization-kubeconfig="$pki/controller-manager.kubeconfig" --service-account-private-key-file="$pki/sa.key" \
  --root-ca-file="$pki/ca.crt" --use-service-account-credentials=true --leader-elect=false \
  --bind-address=127.0.0.1 --secure-port="$controllers"
start scheduler "$bin/kube-scheduler" --kubeconfig="$pki/scheduler.kubeconfig" \
  --authentication-kubeconfig="$pki/scheduler.kubeconfig" --authorization-kubeconfig="$pki/scheduler.kubeconfig" \
  --leader-elect=false --bind-address=127.0.0.1 --secure-port="$scheduler"
await controllers 60 "$bin/kubectl" -n default get serviceaccount default
