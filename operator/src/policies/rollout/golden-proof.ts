import type { GoldenReport } from '@stockout/contracts';
import { REASON } from '../../conditions.ts';
import { candidateServiceName } from '../../resources/candidate-service.ts';
import { because, type Judged, patience, type Proof, refused } from './judged.ts';

/** What a pod made of its golden predictions. */
interface GoldenAnswer {
  pod: string;
  report: GoldenReport | undefined;
  error: string | undefined;
  /** Since when it is asked; undefined before it was. */
  since: number | undefined;
}

/** A candidate's own golden predictions, by the Service: undefined where all came back. */
export function golden(judged: Judged): Proof | undefined {
  const answers = answersOf(judged);
  const wrong = answers.find(({ report }) => (report?.different ?? 0) > 0);
  if (wrong !== undefined) {
    const words = `${wrong.pod}: ${wrong.report?.message}`;
    return refused(
      REASON.analysisFailed,
      `it does not answer by the Service ${serviceOf(judged)} as it should: ${words}`,
    );
  }
  const missing = answers.filter(({ report }) => !isReproduced(report));
  return answers.length > 0 && missing.length === 0 ? undefined : waitFor(judged, missing);
}

function answersOf({ observed, questions }: Judged): GoldenAnswer[] {
  return questions.golden.map((question) => {
    const answer = observed.answers.to(question);
    const { told, failing, askedSince } = answer ?? {};
    return { pod: question.pod.name, report: told?.at(-1), error: failing?.error, since: askedSince };
  });
}

function isReproduced(report: GoldenReport | undefined): boolean {
  return report !== undefined && report.rows > 0 && report.reproduced === report.rows;
}

/** Until the deadline, and of a pod that was asked late for a moment longer. @param missing none where no pod is ready */
function waitFor(judged: Judged, missing: readonly GoldenAnswer[]): Proof {
  const { observed, candidate, elapsed } = judged;
  const service = serviceOf(judged);
  const { progressDeadlineSeconds } = observed.model.spec.serving.rollout;
  const left = (since: number | undefined): number =>
    Math.max(progressDeadlineSeconds * 1000 - elapsed, patience(judged, since));
  const [first] = missing.toSorted((a, b) => left(a.since) - left(b.since));
  const why = first?.error ?? first?.report?.message;
  const ms = first === undefined ? progressDeadlineSeconds * 1000 - elapsed : left(first.since);
  if (ms > 0) {
    const what = `golden predictions are asked for by ${service}`;
    return { is: 'open', what: why ? `${what}: ${first?.pod}: ${why}` : what, ms };
  }
  const silent =
    first === undefined ? `none of its pods is ready${because(candidate)}` : (why ?? 'no answer');
  return refused(
    REASON.analysisFailed,
    `its golden predictions did not come back by the Service ${service}: ${silent}`,
  );
}

function serviceOf({ observed }: Judged): string {
  return candidateServiceName(observed.model.metadata.name);
}
