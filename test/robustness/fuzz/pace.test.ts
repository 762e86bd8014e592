import { describe, expect, it } from 'vitest';
import { judgePace } from './pace.ts';

const milliseconds = Float64Array.from({ length: 1_000 }, (_, index) => index / 10);

describe('the p99 of a fuzz', () => {
  it('holds up to ten times the slower pace of requests as they should be', () => {
    expect(judgePace({ milliseconds }, [9.9, 1])).toEqual({
      holds: true,
      words:
        'p99 is 99.0 ms, within 10 times that of requests as they should be, 9.9 and 1.0 ms before and after',
    });
  });

  it('does not hold beyond, or where nothing was answered', () => {
    expect(judgePace({ milliseconds }, [9.8, 9.8]).holds).toBe(false);
    expect(judgePace({ milliseconds: new Float64Array() }, [9.9, 9.9]).holds).toBe(false);
  });
});
