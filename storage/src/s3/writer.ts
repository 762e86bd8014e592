/** Of an object's metadata: who wrote it. */
export const WRITER = 'stockout-writer';
