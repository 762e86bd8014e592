import type { Deployment, PodTemplate } from '../api/kubernetes.ts';
import { withAppliedHash } from './applied.ts';
import { ANNOTATION } from './names.ts';

/** What a rolling update replaces: the version that counts as serving until the last of its pods is gone. */
export interface RolledFrom {
  version: string;
  templateHash: string;
  /** As it was: today's spec may not make it any more. */
  template: PodTemplate;
}

/** The last template that a rolling update was given up with. */
export interface GaveUpOn {
  templateHash: string;
  /** `predictorAttempt` of then: it stays given up until this changes. */
  attempt: string;
  /** In words. */
  why: string;
}

/** What a Deployment says of its rolling update, besides its template. */
export interface RollMarks {
  rolledFrom?: RolledFrom | undefined;
  gaveUpOn?: GaveUpOn | undefined;
}

/** The Deployment with the marks, in the same write as the template that they are about. */
export function withRollMarks(deployment: Deployment, { rolledFrom, gaveUpOn }: RollMarks): Deployment {
  const annotations = {
    ...deployment.metadata.annotations,
    ...(rolledFrom === undefined ? {} : { [ANNOTATION.rolledFrom]: JSON.stringify(rolledFrom) }),
    ...(gaveUpOn === undefined ? {} : { [ANNOTATION.gaveUpOn]: JSON.stringify(gaveUpOn) }),
  };
  return withAppliedHash({ ...deployment, metadata: { ...deployment.metadata, annotations } });
}

/** One that someone made unreadable counts as absent: the next write drops it. */
export function readRollMarks({ metadata: { annotations = {} } }: Deployment): RollMarks {
  const rolledFrom = parse(annotations[ANNOTATION.rolledFrom]);
  const gaveUpOn = parse(annotations[ANNOTATION.gaveUpOn]);
  return {
    ...(isRolledFrom(rolledFrom) ? { rolledFrom } : {}),
    ...(isGaveUpOn(gaveUpOn) ? { gaveUpOn } : {}),
  };
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return value === null || typeof value !== 'object' ? undefined : (value as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

function isRolledFrom(mark: object | undefined): mark is RolledFrom {
  const { version, templateHash, template } = (mark ?? {}) as Partial<RolledFrom>;
  return (
    typeof version === 'string' &&
    typeof templateHash === 'string' &&
    typeof template === 'object' &&
    template !== null
  );
}

function isGaveUpOn(mark: object | undefined): mark is GaveUpOn {
  const { templateHash, attempt, why } = (mark ?? {}) as Partial<GaveUpOn>;
  return [templateHash, attempt, why].every((text) => typeof text === 'string');
}
