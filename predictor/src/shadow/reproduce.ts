import type { GoldenReport, Manifest } from '@stockout/contracts';
import { goldenKeyOf } from '../auth/golden-key.ts';
import { Candidate, type CandidateAnswer } from './candidate.ts';

/** Scores come back as 32-bit floats. */
const TOLERANCE = 1e-6;
/** So that an answer comes within seconds, whatever is at the other end. */
const MOST_UNANSWERED = 3;

export interface ReproduceInput {
  manifest: Manifest;
  /** One that callers may show; undefined where none is asked for. */
  key(): Promise<string | undefined>;
  /** That the candidate shows, PEM; undefined where it speaks without TLS. */
  certificate(): Promise<string | undefined>;
  /** For each to come back. */
  deadlineMs: number;
  /** Of /predict. */
  url: URL;
  /** At the most. */
  rows: number;
}

type Golden = Manifest['golden'][number];

/** Asks a URL for the version's golden predictions, one after the other, each on a connection of its own. */
export async function reproduce(input: ReproduceInput): Promise<GoldenReport> {
  const { manifest, url, rows, deadlineMs, key, certificate } = input;
  const { namespace, model: name, version, features } = manifest;
  // A caller's key is what is to be proven. Where we have none (tokens alone open), the version's own has to do.
  const goldenKey = (await key()) === undefined ? goldenKeyOf(manifest) : undefined;
  const golden = sendable(manifest).slice(0, rows);
  const names = features.map((feature) => feature.name);
  const report: GoldenReport = {
    model: `${namespace}/${name}`,
    version,
    url: url.origin,
    rows: golden.length,
    reproduced: 0,
    different: 0,
    unanswered: 0,
    message: null,
  };
  for (const [index, row] of golden.entries()) {
    // A new connection each time: a Service leads each to a pod of its choice.
    const to = { url, names, version, sockets: 1, deadlineMs };
    const candidate = new Candidate({ ...to, key, goldenKey, certificate });
    const answer = await candidate.ask(Float32Array.from(row.features, (value) => value ?? Number.NaN));
    candidate.close();
    count(report, index, row, answer);
    if (report.unanswered >= MOST_UNANSWERED) break;
  }
  return report;
}

/** Callers may leave out only what the training lacked now and then: golden rows lack more, to prove the trees. */
function sendable({ features, golden }: Manifest): Golden[] {
  const isSendable = (row: Golden): boolean =>
    row.features.every((value, index) => value !== null || features[index]?.nullable === true);
  return golden.filter(isSendable);
}

function count(report: GoldenReport, index: number, { score }: Golden, answer: CandidateAnswer): void {
  if (answer.error !== undefined) {
    report.unanswered++;
    report.message ??= `golden prediction ${index} was not answered: ${answer.error}`;
    return;
  }
  const found = answer.prediction.stockout_risk_score;
  if (Math.abs(found - score) <= TOLERANCE) {
    report.reproduced++;
    return;
  }
  report.different++;
  report.message ??= `golden prediction ${index} came back as ${found}, the version's own is ${score}`;
}
