import process from 'node:process';
import { StockoutError } from '@stockout/contracts';
import { AdminPort } from '../http/admin-door.ts';
import type { Settings } from '../options.ts';
import type { PredictorServer } from '../serve.ts';
import { AdministrationTogether } from './administration-together.ts';
import { Supervisor } from './supervisor.ts';

/**
 * Serves one model version by several processes on the same ports. This one accepts connections and hands them on in
 * turns, has the admin port, and loads no model.
 * @throws {StockoutError} when a port cannot be had, or Node may start no process
 */
export async function serveTogether(settings: Settings): Promise<PredictorServer> {
  if (process.permission?.has('child') === false) {
    throw new StockoutError(
      '--workers needs --allow-child-process of Node, which an image does not give it: run more replicas instead',
    );
  }
  const supervisor = new Supervisor(settings);
  const door = new AdminPort(new AdministrationTogether(supervisor, settings), settings);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopBoth());
  async function stopBoth(): Promise<void> {
    await supervisor.stop();
    await door.close();
  }
  const adminUrl = await door.open();
  const addresses = await supervisor.start().catch(async (error: unknown) => {
    await door.close();
    throw error;
  });
  settings.signal?.addEventListener('abort', () => void stop(), { once: true });
  if (settings.signal?.aborted) void stop();
  return { ...addresses, adminUrl, ready: supervisor.complete, stop };
}
