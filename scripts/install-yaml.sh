#!/usr/bin/env bash
# install-yaml.sh REGISTRY TAG - install.yaml of a release on standard output: config/base with the release's images.
#
#   scripts/install-yaml.sh ghcr.io/stockout 0.1.0 >install.yaml
#
# An image whose digest is known is pinned by it: OPERATOR_DIGEST, PIPELINE_DIGEST, PREDICTOR_DIGEST (sha256:...).
# Needs kubectl, no cluster.
set -euo pipefail
registry=$1 tag=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

image() { # PART DIGEST: of that tag, or of that digest whatever the tag is
  printf '  - name: ghcr.io/stockout/stockout-%s\n    newName: %s/stockout-%s\n' "$1" "$registry" "$1"
  if [ -n "$2" ]; then printf '    digest: %s\n' "$2"; else printf "    newTag: '%s'\n" "$tag"; fi
}

cp "$root/config/overlays/aks/images.yaml" "$folder/images.yaml"
cat >"$folder/kustomization.yaml" <<YAML
resources:
  - $(realpath --relative-to "$(realpath "$folder")" "$root/config/base")
configurations: [images.yaml]
images:
$(image operator "${OPERATOR_DIGEST:-}")
$(image pipeline "${PIPELINE_DIGEST:-}")
$(image predictor "${PREDICTOR_DIGEST:-}")
YAML
cat <<YAML
# stockout $tag: kubectl apply --server-side -f install.yaml
# Generated from config/base; for settings of your own take that with kubectl apply -k.
YAML
kubectl kustomize "$folder"
