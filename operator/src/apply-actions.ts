import { type Action, describeAction } from './actions.ts';
import type { KubeObject } from './api/kubernetes.ts';
import { type Announcement, buildEvent } from './announce.ts';
import type { OperatorContext } from './context.ts';
import { type ReconcileError, toReconcileError } from './errors.ts';
import { EVENT } from './kube/kinds.ts';
import { perform } from './kube/perform.ts';

/** Does a plan's actions in order, up to the first that fails. Never throws: the status has to be written next. */
export async function applyActions(
  context: OperatorContext,
  about: KubeObject,
  actions: readonly Action[],
): Promise<ReconcileError | undefined> {
  const { client, log } = context;
  const { kind, metadata } = about;
  for (const action of actions) {
    try {
      await perform(client, action);
      log('info', describeAction(action), { kind, object: `${metadata.namespace}/${metadata.name}` });
    } catch (error) {
      return toReconcileError(error);
    }
  }
  return undefined;
}

/** Events are for people: one that is lost is not worth another try. */
export async function announce(
  { client, identity, now, log }: OperatorContext,
  about: KubeObject,
  announcements: readonly Announcement[],
): Promise<void> {
  for (const [place, announcement] of announcements.entries()) {
    try {
      await client.create(EVENT, buildEvent(about, announcement, identity, now(), place));
    } catch (error) {
      log('debug', 'an Event was not told', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
