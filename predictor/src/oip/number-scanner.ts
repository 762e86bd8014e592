import { PlainDecimal } from '../plain-decimal.ts';

const [OPEN, CLOSE, COMMA] = [0x5b, 0x5d, 0x2c];
const [SPACE, TAB, LINE_FEED, RETURN] = [0x20, 0x09, 0x0a, 0x0d];
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
/** What may stand in a word that is not a list's punctuation. */
const WORD = /^[\w.+-]*/;
const LONGEST_WORD = 400;
const NOT_JSON = /^(-?Infinity|[+-]?NaN)/;

/** Reads the numbers of a JSON array without making one of it. */
export class NumberScanner {
  readonly #text: Buffer;
  readonly #decimal = new PlainDecimal();
  #at = 0;

  constructor(text: Buffer) {
    this.#text = text;
  }

  /**
   * Reads the whole text: one array of numbers, or one of arrays (a row each) where the shape has two dimensions.
   * null is handed over as NaN, and false and true as 0 and 1.
   * @throws {SyntaxError} at the first thing that is none, or a row of another length than the shape's
   */
  readArray(shape: readonly number[], put: (value: number) => void): void {
    this.#expect(OPEN);
    if (this.#next() !== OPEN) this.#readList(put);
    else if (shape.length === 2) this.#readRows(shape[1] as number, put);
    else throw new SyntaxError('is an array, and the shape has one dimension');
    if (this.#next() !== undefined) throw new SyntaxError('is followed by what is no list');
  }

  #readRows(width: number, put: (value: number) => void): void {
    do {
      this.#expect(OPEN);
      const found = this.#readList(put);
      if (found !== width) throw new SyntaxError(`ends a row of ${found}, and the shape says ${width}`);
    } while (this.#more());
  }

  /** @returns how many there were */
  #readList(put: (value: number) => void): number {
    if (this.#next() === CLOSE) {
      this.#at++;
      return 0;
    }
    let count = 0;
    do {
      this.#next();
      put(this.#value());
      count++;
    } while (this.#more());
    return count;
  }

  /** Whether a comma follows; else it must be the bracket. */
  #more(): boolean {
    const next = this.#next();
    if (next === COMMA) this.#at++;
    else this.#expect(CLOSE);
    return next === COMMA;
  }

  #expect(byte: number): void {
    if (this.#next() !== byte) throw new SyntaxError(`lacks a ${String.fromCharCode(byte)}`);
    this.#at++;
  }

  /** The next byte that is no space, which stays; undefined at the end. */
  #next(): number | undefined {
    for (;;) {
      const byte = this.#text[this.#at];
      if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) return byte;
      this.#at++;
    }
  }

  #value(): number {
    const decimal = this.#decimal;
    const exact = decimal.read(this.#text, this.#at);
    const next = this.#text[decimal.at];
    if (!exact || !decimal.isJson || (next !== COMMA && next !== CLOSE)) return this.#word();
    this.#at = decimal.at;
    return decimal.value;
  }

  /** Whatever is not a plain decimal number: one with an exponent or many digits, null, true, false, or wrong. */
  #word(): number {
    const ahead = this.#text.toString('latin1', this.#at, this.#at + LONGEST_WORD);
    const [word] = WORD.exec(ahead) as RegExpExecArray as [string];
    this.#at += word.length;
    if (word === 'null') return Number.NaN;
    if (word === 'true' || word === 'false') return Number(word === 'true');
    if (NUMBER.test(word)) return Number(word);
    if (NOT_JSON.test(word)) {
      throw new SyntaxError(`is ${word}, which JSON does not have: send null, or the tensor as binary data`);
    }
    throw new SyntaxError('is not a number');
  }
}
