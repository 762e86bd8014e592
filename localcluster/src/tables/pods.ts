import type { Column } from '../registry/resource.ts';
import type { ContainerStatus, Pod } from '../types.ts';
import { ageColumn, nameColumn, orNone, text, wide } from './columns.ts';
import { age } from './duration.ts';

export const podColumns: Column[] = [
  nameColumn,
  text<Pod>('Ready', ({ spec, status }) => {
    const ready = (status?.containerStatuses ?? []).filter((container) => container.ready).length;
    return `${ready}/${spec.containers.length}`;
  }),
  text<Pod>('Status', reasonOf),
  text<Pod>('Restarts', restarts),
  ageColumn,
  wide(text<Pod>('IP', ({ status }) => orNone(status?.podIP))),
  wide(text<Pod>('Node', ({ spec }) => orNone(spec.nodeName))),
  wide(text<Pod>('Nominated Node', ({ status }) => orNone(status?.nominatedNodeName))),
  wide(text<Pod>('Readiness Gates', () => '<none>')),
];

/** What the STATUS column says: the phase, or why a container is not running. */
function reasonOf({ metadata, spec, status }: Pod): string {
  const running = (status?.containerStatuses ?? []).some(({ state, ready }) => state?.running && ready);
  let reason = status?.reason ?? status?.phase ?? '';
  const init = initReason(status?.initContainerStatuses ?? [], spec.initContainers?.length ?? 0);
  if (init) reason = init;
  else reason = containerReason(status?.containerStatuses ?? []) ?? reason;
  if (reason === 'Completed' && running) reason = 'Running';
  return metadata.deletionTimestamp ? 'Terminating' : reason;
}

function initReason(statuses: ContainerStatus[], total: number): string | undefined {
  const index = statuses.findIndex(({ state }) => !(state?.terminated && state.terminated.exitCode === 0));
  const current = statuses[index];
  if (!current) return undefined;
  const { terminated, waiting } = current.state ?? {};
  if (terminated) return `Init:${terminated.reason || `ExitCode:${terminated.exitCode}`}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

function containerReason(statuses: ContainerStatus[]): string | undefined {
  let found: string | undefined;
  for (const { state } of statuses.toReversed()) {
    if (state?.waiting?.reason) found = state.waiting.reason;
    else if (state?.terminated) found = state.terminated.reason || `ExitCode:${state.terminated.exitCode}`;
  }
  return found;
}

function restarts({ status }: Pod): string {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const total = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const last = statuses
    .map(({ lastState }) => lastState?.terminated?.finishedAt ?? '')
    .toSorted()
    .at(-1);
  return total > 0 && last ? `${total} (${age(last)} ago)` : String(total);
}
