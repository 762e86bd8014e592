const MARK = Buffer.from('\uFEFF');

/** The mark with which some programs begin a text of UTF-8: it is no part of it. */
export class ByteOrderMark {
  #isPast = false;

  /**
   * @param text what is to be read; at first all that came so far
   * @param last whether no more follows
   * @returns bytes to skip: not 0 once at the most
   */
  skip(text: Buffer, last: boolean): number {
    if (this.#isPast || (!last && isBeginning(text))) return 0;
    this.#isPast = true;
    return text.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
  }
}

/** Whether the mark may still come of it. */
function isBeginning(text: Buffer): boolean {
  return text.length < MARK.length && MARK.subarray(0, text.length).equals(text);
}
