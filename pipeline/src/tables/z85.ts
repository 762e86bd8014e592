/**
 * Z85, in which Delta logs write bytes (ZeroMQ RFC 32). The packages of it on npm are twelve lines each and left alone
 * for years.
 */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const DIGITS = new Map(Array.from(ALPHABET, (character, digit) => [character, digit]));

/**
 * Five characters for every four bytes.
 * @throws RangeError when it is no such text
 */
export function decodeZ85(text: string): Uint8Array {
  if (text.length % 5 !== 0) throw new RangeError(`${text.length} characters are not whole groups of Z85`);
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let group = 0; group < text.length / 5; group++) {
    const word = Array.from(text.slice(group * 5, group * 5 + 5)).reduce((sum, character) => {
      const digit = DIGITS.get(character);
      if (digit === undefined) throw new RangeError(`${JSON.stringify(character)} is no character of Z85`);
      return sum * 85 + digit;
    }, 0);
    if (word > 0xff_ff_ff_ff) throw new RangeError('a group of Z85 is larger than four bytes');
    view.setUint32(group * 4, word);
  }
  return bytes;
}
