import { once } from 'node:events';
import type { Manifest } from '@stockout/contracts';
import { openStorage } from '@stockout/storage';
import { goldenKeyOf } from '../auth/golden-key.ts';
import { unavailable } from '../http/problem.ts';
import type { Settings } from '../options.ts';
import { IntegrityError } from '../version/integrity-error.ts';
import { readManifest } from '../version/load-version.ts';

/** The operator waits three seconds for an answer to what it tells us of a candidate. */
const READ_MS = 2_000;
/** A storage that needs longer than that for one file is asked anew. */
const LONGEST_MS = 60_000;

type Known = Pick<Manifest, 'namespace' | 'model' | 'version' | 'golden'>;

export interface CandidateKeysOptions {
  /** The folder of the version that is served: the model's others lie beside it. */
  uri: string;
  /** Whether a candidate which lets in those that we let in would refuse us without its key. */
  needed: boolean;
  /** So long a manifest that is read is waited for; it is read on for whoever asks next. */
  readMs?: number;
  /** Reads a version's manifest. Default: from the storage. */
  read?: (uri: string, signal: AbortSignal) => Promise<Known>;
}

/** The golden keys of the model's other versions, by which their predictors let this one ask them. */
export class CandidateKeys {
  readonly #options: Required<CandidateKeysOptions>;
  /** The newest: the same is asked for every few seconds, and a version never changes. */
  #newest: { version: string; key: string } | undefined;
  #underWay: { version: string; key: Promise<string | undefined> } | undefined;

  constructor(options: CandidateKeysOptions) {
    this.#options = { readMs: READ_MS, read: readStored, ...options };
  }

  /**
   * @param own the version that is served
   * @param version of the candidate; undefined where any is compared, for which there is no key
   * @returns undefined where no such version lies beside ours
   * @throws {ProblemError} 503 while the storage does not answer, where the key is needed
   */
  async of(own: Known, version: string | undefined): Promise<string | undefined> {
    if (version === undefined) return undefined;
    if (version === own.version) return goldenKeyOf(own);
    if (version === this.#newest?.version) return this.#newest.key;
    return this.#make(own, version);
  }

  async #make(own: Known, version: string): Promise<string | undefined> {
    const { needed, readMs } = this.#options;
    const late = AbortSignal.timeout(readMs);
    try {
      return await Promise.race([this.#inTurn(own, version, late), noAnswer(late)]);
    } catch (error) {
      // Nothing that could be served lies there.
      if (error instanceof IntegrityError || !needed) return undefined;
      throw unavailable(`the key of ${version} cannot be made: ${(error as Error).message}`, 1);
    }
  }

  /** One reading at a time: on a volume whose server is away it may never end, and threads that read are few. */
  async #inTurn(own: Known, version: string, late: AbortSignal): Promise<string | undefined> {
    while (this.#underWay !== undefined && this.#underWay.version !== version) {
      await this.#underWay.key.catch(() => {});
      // Who was told that there is no answer wants none any more.
      late.throwIfAborted();
    }
    this.#underWay ??= { version, key: this.#read(own, version).finally(() => (this.#underWay = undefined)) };
    return this.#underWay.key;
  }

  async #read(own: Known, version: string): Promise<string | undefined> {
    const { uri, read } = this.#options;
    const found = await read(beside(uri, version), AbortSignal.timeout(LONGEST_MS));
    if (!isVersionOf(own, version, found)) return undefined;
    const key = goldenKeyOf(found);
    this.#newest = { version, key };
    return key;
  }
}

/** Of a predictor with these settings. */
export function candidateKeysOf(settings: Settings): CandidateKeys {
  const { model, apiKeys, apiKeysDir, jwt, rateLimitPerMinute } = settings;
  const hasKey = apiKeysDir !== undefined || apiKeys.length > 0;
  const needed = rateLimitPerMinute !== undefined || (jwt !== undefined && !hasKey);
  return new CandidateKeys({ uri: model, needed });
}

function beside(uri: string, version: string): string {
  return `${uri.replace(/\/[^/]*\/*$/, '')}/${version}`;
}

function isVersionOf(own: Known, version: string, found: Known): boolean {
  return found.namespace === own.namespace && found.model === own.model && found.version === version;
}

async function readStored(uri: string, signal: AbortSignal): Promise<Known> {
  return readManifest(openStorage(uri, { signal, confined: true }));
}

async function noAnswer(late: AbortSignal): Promise<never> {
  await once(late, 'abort');
  throw new Error('the storage does not answer');
}
