import { describe, expect, it } from 'vitest';
import { describe as describeProgress, sparsely } from './progress.ts';

describe('a line of progress', () => {
  it('is the step alone where nothing is counted', () => {
    expect(describeProgress({ step: 'features' })).toBe('features');
  });

  it('shows a bar and both figures, below 80 columns', () => {
    const line = describeProgress({ step: 'train', done: 50, total: 200 });
    expect(line).toBe('train [######..................] 50/200');
    expect(line.length).toBeLessThan(80);
  });

  it('never draws beyond its end', () => {
    expect(describeProgress({ step: 'train', done: 300, total: 200 })).toContain(
      '[########################]',
    );
  });
});

describe('progress in a log', () => {
  it('is a line for each step and each quarter of it', () => {
    const say = sparsely();
    const lines = Array.from({ length: 101 }, (_, done) => say({ step: 'train', done, total: 100 }));
    expect(lines.filter((line) => line !== undefined)).toEqual([
      'train',
      'train 25/100',
      'train 50/100',
      'train 75/100',
      'train 100/100',
    ]);
  });
});
