#!/usr/bin/env bash
# render.sh OUT - writes what is to be deployed into the file OUT: an overlay with the three images by their digests.
#
#   REGISTRY=ghcr.io/stockout OPERATOR_DIGEST=sha256:... PIPELINE_DIGEST=... PREDICTOR_DIGEST=... scripts/deploy/render.sh OUT
#
# OVERLAY is its folder (default: config/overlays/aks). REVISION, a commit, becomes the Deployment's annotation
# stockout.dev/revision. Needs kubectl, no cluster.
set -euo pipefail
out=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
overlay=$root/${OVERLAY:-config/overlays/aks}
: "${REGISTRY:?where the images are: ghcr.io/OWNER, or an Azure registry with its folder}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

digest_of() { # PART
  local variable=${1^^}_DIGEST
  local digest=${!variable:-}
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || {
    echo "$variable is '$digest': give the digest that the build of the image printed (sha256: and 64 hexadecimal digits)" >&2
    return 1
  }
  echo "$digest"
}

images() {
  local part digest
  for part in operator pipeline predictor; do
    digest=$(digest_of $part)
    printf '  - { name: ghcr.io/stockout/stockout-%s, newName: %s/stockout-%s, digest: "%s" }\n' $part "$REGISTRY" $part "$digest"
  done
}

wanted=$(images)
cp "$overlay/images.yaml" "$folder/images.yaml"
cat >"$folder/kustomization.yaml" <<YAML
resources:
  - $(realpath --relative-to "$(realpath "$folder")" "$overlay")
configurations: [images.yaml]
images:
$wanted
patches:
  - target: { kind: Deployment, name: stockout-operator }
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: stockout-operator
        annotations:
          stockout.dev/revision: '${REVISION:-unknown}'
YAML
kubectl kustomize "$folder" >"$out"

# An overlay that gives an image another name would be deployed with whatever it says.
for part in operator pipeline predictor; do
  grep -qF "$REGISTRY/stockout-$part@$(digest_of $part)" "$out" || {
    echo "$overlay does not take the digest of the $part: in its images, leave the name ghcr.io/stockout/stockout-$part as it is" >&2
    exit 1
  }
done
