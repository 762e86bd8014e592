import process from 'node:process';
import type { Log } from '../log.ts';
import type { Tracing } from './tracing.ts';

/**
 * Traces, where the standard variables of OpenTelemetry ask for them: without an endpoint nothing is sent anywhere, and
 * the 40 MB of code for it are not loaded.
 */
export async function openTracing(
  log: Log,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Tracing | undefined> {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const disabled =
    env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  if (!endpoint || disabled) return undefined;
  const { Tracing: Opened } = await import('./tracing.ts');
  return new Opened(env, log);
}
