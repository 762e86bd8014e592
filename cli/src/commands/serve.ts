import { InputError } from '@stockout/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber, withCommonOptions } from '../common-options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';

/** Beyond it something is mistyped: each takes 150 MB. */
const MOST_WORKERS = 64;
/** As much as the manifest takes. */
const MOST_PER_MINUTE = 100_000_000;

interface ServeOptions extends CommonOptions {
  model: string;
  digest?: string;
  host?: string;
  port: number;
  adminPort: number;
  grpcPort: number;
  apiKeysDir?: string;
  tlsDir?: string;
  jwtIssuer?: string;
  jwtAudience?: string;
  rateLimitPerMinute?: number;
  workers: number;
}

export function addServe(program: Command): void {
  withCommonOptions(program.command('serve'))
    .description('the predictor: one model version over HTTP and gRPC')
    .requiredOption('--model <uri>', 'a model version: the folder that holds its manifest.json')
    .option('--digest <digest>', 'serve nothing else than this (sha256:... of model.ubj)')
    .option('--host <address>', 'the address to listen on (default: $HOST, else all)')
    .option('--port <n>', 'scoring and pages', wholeNumber, 8000)
    .option('--grpc-port <n>', 'Open Inference Protocol by gRPC', wholeNumber, 8001)
    .option('--admin-port <n>', 'probes and /metrics', wholeNumber, 9090)
    .option('--workers <n>', 'processes that serve on the same ports', workerCount, 1)
    .option('--api-keys-dir <dir>', 'a mounted Secret: each file holds one valid API key')
    .option('--jwt-issuer <url>', 'take tokens of this OpenID Connect issuer too (with --jwt-audience)')
    .option('--jwt-audience <text>', 'whom the tokens must be meant for')
    .option('--rate-limit-per-minute <n>', 'requests of each key or subject', requestCount)
    .option('--tls-dir <dir>', 'a mounted Secret with tls.crt and tls.key: HTTP and gRPC within TLS')
    .action((options: ServeOptions) =>
      runCommand(options, async (signal) => {
        const { collectSooner, serve } = await import('@stockout/predictor');
        const server = await serve({ ...options, jwt: jwtOf(options) });
        // A version that never will be served is told by /readyz.
        server.ready.then(collectSooner, () => {});
        await aborted(signal);
        await server.stop();
        return {};
      }),
    );
}

/** @throws {InputError} when only one of the two is given */
function jwtOf({ jwtIssuer, jwtAudience }: ServeOptions): { issuer: string; audience: string } | undefined {
  if (jwtIssuer === undefined && jwtAudience === undefined) return undefined;
  if (jwtIssuer === undefined || jwtAudience === undefined) {
    throw new InputError('give --jwt-issuer and --jwt-audience together');
  }
  return { issuer: jwtIssuer, audience: jwtAudience };
}

function workerCount(text: string): number {
  return numberUpTo(MOST_WORKERS, text);
}

function requestCount(text: string): number {
  return numberUpTo(MOST_PER_MINUTE, text);
}

function numberUpTo(most: number, text: string): number {
  const count = wholeNumber(text);
  if (count < 1 || count > most) throw new InvalidArgumentError(`a number from 1 to ${most} is needed`);
  return count;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
