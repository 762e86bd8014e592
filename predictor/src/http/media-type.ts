import { MIMEType } from 'node:util';

/** The `type/subtype` of a Content-Type, in lower case; undefined for none, or text in another charset than UTF-8. */
export function mediaTypeOf(header: string): string | undefined {
  const mime = parse(header);
  const charset = mime?.params.get('charset') ?? 'utf-8';
  return /^utf-?8$/i.test(charset) ? mime?.essence : undefined;
}

function parse(header: string): MIMEType | undefined {
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}
