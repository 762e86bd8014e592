#!/usr/bin/env bash
# pki.sh FOLDER ADDRESS PORT SERVICE NODE - one authority, and every certificate and kubeconfig that a control plane at an
# address and a node there need, by openssl. SERVICE is the address that the cluster gives to the API server's Service.
set -euo pipefail
folder=$1 address=$2 server=https://$2:$3 service=$4 node=$5
mkdir -p "$folder"
cd "$folder"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

authority() { # NAME COMMON_NAME
  key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 30 -out "$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature 2>/dev/null
}

certificate() { # NAME AUTHORITY SUBJECT USAGE [ALTERNATIVE_NAMES]
  key "$1"
  printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' "$4" "${5:+subjectAltName=$5}" >"$1.ext"
  openssl req -new -key "$1.key" -subj "$3" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
}

base64_line() { base64 <"$1" | tr -d '\n'; }

kubeconfig() { # NAME
  cat >"$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$server", certificate-authority-data: $(base64_line ca.crt)}}]
users: [{name: u, user: {client-certificate-data: $(base64_line "$1.crt"), client-key-data: $(base64_line "$1.key")}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
YAML
}

umask 077
authority ca kubernetes-ca
openssl genrsa -out sa.key 2048 2>/dev/null
openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
certificate apiserver ca /CN=kube-apiserver serverAuth \
  "IP:$address,IP:$service,DNS:localhost,DNS:kubernetes.default.svc"
certificate kubelet-server ca "/CN=$node" serverAuth "IP:$address,DNS:$node"
certificate kubelet ca "/O=system:nodes/CN=system:node:$node" clientAuth
certificate proxy ca /CN=system:kube-proxy clientAuth
certificate apiserver-kubelet-client ca /O=system:masters/CN=apiserver-kubelet-client clientAuth
certificate admin ca /O=system:masters/CN=admin clientAuth
certificate controller-manager ca /CN=system:kube-controller-manager clientAuth
certificate scheduler ca /CN=system:kube-scheduler clientAuth
for name in admin controller-manager scheduler kubelet proxy; do kubeconfig "$name"; done
