import type { Container, Job } from '../types.ts';
import { ownedBy } from './cluster.ts';
import { INDEX_KEY } from './job-indexes.ts';

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
/** Of a generated name without its suffix. */
const LONGEST_BASE = 58;

/** The pod that a Job makes. @param index that it is to work on, of an Indexed Job */
export function podOf(job: Job, index: number | undefined): object {
  const { metadata, spec } = job.spec.template;
  const { labels = {}, annotations } = metadata ?? {};
  const { name } = job.metadata;
  if (index === undefined) {
    return {
      metadata: {
        generateName: `${name}-`,
        labels,
        ...(annotations ? { annotations } : {}),
        ownerReferences: [ownedBy(job)],
      },
      spec,
    };
  }
  const mark = { [INDEX_KEY]: String(index) };
  return {
    metadata: {
      generateName: generateName(name, index),
      labels: { ...labels, ...mark },
      annotations: { ...annotations, ...mark },
      ownerReferences: [ownedBy(job)],
    },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      containers: spec?.containers.map(withIndexVariable),
      ...(spec?.initContainers ? { initContainers: spec.initContainers.map(withIndexVariable) } : {}),
    },
  };
}

/** The index stays readable, however long the Job's name is. */
function generateName(name: string, index: number): string {
  const end = `-${index}-`;
  return name.slice(0, LONGEST_BASE - end.length) + end;
}

function withIndexVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${INDEX_KEY}']` };
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}
