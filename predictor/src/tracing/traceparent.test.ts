import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraceparent } from './traceparent.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent header', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`01-${TRACE}-${SPAN}-03-more`, 3],
  ])('%s tells where the request stands', (header, flags) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, flags });
  });

  it.each([
    ['nothing', undefined],
    ['two of them', [`00-${TRACE}-${SPAN}-01`]],
    ['an empty one', ''],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['the version that there is none of', `ff-${TRACE}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['something behind it', `00-${TRACE}-${SPAN}-01 `],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ])('that is %s begins anew', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('of whatever text is parsed or passed over', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = parseTraceparent(text);
        expect(found === undefined || /^[0-9a-f]{32}$/.test(found.traceId)).toBe(true);
      }),
    );
  });
});
