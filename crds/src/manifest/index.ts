export { notYetSupported } from './not-yet-supported.ts';
export { type Manifests, readManifests } from './read.ts';
export { checkVersion, pinVersion } from './pin-version.ts';
