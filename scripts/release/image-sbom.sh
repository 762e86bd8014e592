#!/usr/bin/env bash
# image-sbom.sh IMAGE - prints the SBOM (CycloneDX) that an image of ours carries. Needs Docker; nothing of it is run.
set -euo pipefail
container=$(docker create "$1")
trap 'docker rm "$container" >/dev/null' EXIT
docker cp "$container:/app/sbom.cdx.json" - | tar --extract --to-stdout
