import type { GoldenReport } from '@stockout/contracts';
import { describe, expect, it } from 'vitest';
import { aGoldenReport, aShadowReport } from '../testing/played-answers.ts';
import { proving, rolledOut } from '../testing/rollouts.ts';

describe('a candidate', () => {
  it('of which the serving pods tell nothing is refused, after a moment in which they may be about to', () => {
    const cluster = proving();
    cluster.answers.shadow = new Error('its admin port cannot be asked: ECONNREFUSED');
    cluster.pass(60);
    cluster.answers.failingSince = cluster.now.getTime();
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(30);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(
      'retail-blue-v1-0 does not tell how the candidate does: its admin port',
    );
  });

  it('that does not answer the serving pods any more is refused, however well it did before', () => {
    const cluster = proving();
    const requests = { compared: 1000, errors: 5, dropped: 700 };
    cluster.answers.shadow = aShadowReport({ answering: false, requests });
    cluster.pass(60);
    cluster.answers.failingSince = cluster.now.getTime() - 10_000;
    expect(cluster.settle().requeueAfterMs).toBe(20_000);
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(20);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(
      'it does not answer the requests that the serving pod retail-blue-v1-0 shows it any more',
    );
  });

  it('that answers the serving pods again within half a minute is judged by its figures', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ answering: false });
    cluster.pass(60);
    cluster.answers.failingSince = cluster.now.getTime();
    cluster.settle();
    cluster.answers.shadow = aShadowReport();
    cluster.pass(10);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it.each<[string, GoldenReport | Error | undefined, string]>([
    ['nothing yet', undefined, 'no answer'],
    ['no answer', new Error('its admin port cannot be asked: ECONNREFUSED'), 'ECONNREFUSED'],
    [
      'what the Service did not answer',
      aGoldenReport({ reproduced: 29, unanswered: 3, message: 'connection' }),
      'connection',
    ],
    ['of no rows', aGoldenReport({ rows: 0, reproduced: 0 }), 'no answer'],
  ])('whose golden predictions did not come back (%s) is waited for, then refused', (_, golden, why) => {
    const cluster = proving({});
    cluster.edit(
      'another spec of its pods',
      (spec) => (spec.serving.resources = { limits: { memory: '1Gi' } }),
    );
    cluster.answers.golden = golden;
    cluster.settle();
    cluster.bringUp('retail-blue');
    cluster.settle();
    cluster.pass(599);
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(1);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain('did not come back by the Service retail-candidate');
    expect(rolledOut(cluster)?.message).toContain(why);
    expect(cluster.serving).toBe('v2');
  });

  it('is not refused for what an operator that was started anew has not asked for yet', () => {
    const cluster = proving();
    cluster.pass(700);
    cluster.answers.askedSince = undefined;
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.answers.askedSince = cluster.now.getTime();
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it.each([
    ['retail-green-v2-0', 'did not come back by the Service retail-candidate: no answer'],
    ['retail-blue-v1-1', 'retail-blue-v1-1 does not tell how the candidate does: it has not answered yet'],
  ])('is given half a minute when %s is asked late and tells nothing, then it is refused', (pod, why) => {
    const cluster = proving();
    cluster.pass(700);
    cluster.answers.silent.add(pod);
    cluster.answers.askedSince = cluster.now.getTime();
    expect(cluster.settle().requeueAfterMs).toBe(30_000);
    cluster.pass(29);
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(1);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(why);
  });

  it('whose golden predictions come back with other scores is refused at once', () => {
    const cluster = proving();
    const message = "golden prediction 3 came back as 0.2, the version's own is 0.7";
    cluster.answers.golden = aGoldenReport({ reproduced: 31, different: 1, message });
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(message);
  });
});
