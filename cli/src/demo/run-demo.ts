import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { aborted } from '../commands/serve.ts';
import { startLocal } from '../local.ts';
import { taskList } from '../progress.ts';
import type { Outcome } from '../run-command.ts';
import { mostUrgent } from './most-urgent.ts';
import type { Scene } from './scene.ts';
import { tellStory } from './story.ts';
import { begun, candidateTasks, type DemoFacts, servingTasks } from './tasks.ts';
import { whereToLook } from './where-to-look.ts';

export interface DemoOptions {
  keep: boolean;
  json: boolean;
  stateDir: string;
  scene: Scene;
  signal: AbortSignal;
}

/**
 * The whole story on this machine, told through the Kubernetes API alone. Whatever happens, nothing is left
 * running.
 */
export async function runDemo(options: DemoOptions): Promise<Outcome> {
  const stream = options.json ? process.stderr : process.stdout;
  const say = (text: string): void => void stream.write(`${text}\n`);
  const facts: DemoFacts = { stream, signal: options.signal };
  try {
    await taskList([startTask(options), ...servingTasks(options.scene)], facts, stream).run();
    say(`\nThe ten most urgent:\n\n${await mostUrgent(begun(facts), 10, options.signal)}\n`);
    await taskList(candidateTasks, facts, stream).run();
    say(`\n${whereToLook(facts)}`);
    say(options.keep ? '\nCtrl-C ends it.' : '\nIt ends now: `npm run demo -- --keep` leaves it running.');
    if (options.keep) await aborted(options.signal);
    const { versions = [], predictions = [], endpoint } = facts;
    return { json: { versions, predictions, endpoint } };
  } finally {
    await facts.local?.stop();
  }
}

function startTask({ stateDir, signal, scene }: DemoOptions) {
  return {
    title: 'Start a Kubernetes API on this machine, with the operator in it',
    task: async (facts: DemoFacts): Promise<void> => {
      const volume = join(resolve(stateDir), 'volumes', 'default', 'stockout-data');
      facts.local = await startLocal(stateDir);
      // The story begins with version v1 each time.
      await rm(volume, { recursive: true, force: true });
      facts.story = tellStory(facts.local.kubeconfigPath, volume, signal, scene);
    },
  };
}
