import type { Action } from '../../actions.ts';
import { buildComparisonRecord } from '../../resources/comparison-record.ts';
import { buildVersionRecord, type VersionRecord } from '../../resources/version-record.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { isOfSpec } from '../training/due-training.ts';

/**
 * Records beyond the limit go, oldest first. Those of versions in use are kept besides, and that of the version which
 * the spec asks for: it would be trained again.
 * @param inUse names of versions
 */
export function planRetention(observed: ObservedModel, inUse: ReadonlySet<string | undefined>): Action[] {
  const { model, versions } = observed;
  const wanted = versions.find((version) => isOfSpec(model, version));
  return versions
    .filter((version) => !inUse.has(version.version))
    .slice(model.spec.versionHistoryLimit)
    .filter((version) => version !== wanted)
    .map((version) => forget(observed, version));
}

/** What a version was compared with goes with its record. */
export function planComparisonRetention({ model, versions, comparisons }: ObservedModel): Action[] {
  return comparisons
    .filter(({ version }) => !versions.some((each) => each.version === version))
    .map((comparison) => {
      const object = buildComparisonRecord(model, comparison);
      return {
        verb: 'delete',
        object: { ...object, metadata: { ...object.metadata, uid: comparison.uid ?? '' } },
        why: `${comparison.version} is no longer on record`,
      };
    });
}

function forget({ model }: ObservedModel, version: VersionRecord): Action {
  const object = buildVersionRecord(model, version, model.spec.storage.uri);
  return {
    verb: 'delete',
    object: { ...object, metadata: { ...object.metadata, uid: version.uid ?? '' } },
    why: 'beyond versionHistoryLimit',
  };
}
