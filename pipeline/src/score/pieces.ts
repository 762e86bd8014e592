import type { FileRelation } from '../tables/relation.ts';

/** Rows that are scored at a time: memory stays flat however many there are. */
export const PIECE_ROWS = 1_500_000;

interface Piece {
  /** What stands after FROM. */
  sql: string;
  /** About so many. */
  rows: number;
}

/**
 * A table's rows in pieces of about `most` rows: files together, or, of a large one, some of its series.
 * @param share of each file's rows that are wanted
 */
export function piecesOf(files: readonly FileRelation[], share: number, most = PIECE_ROWS): string[] {
  const pieces: Piece[] = [];
  for (const part of files.flatMap((file) => partsOf(file, share, most))) {
    const last = pieces.at(-1);
    if (last !== undefined && last.rows + part.rows <= most) pieces[pieces.length - 1] = join(last, part);
    else pieces.push(part);
  }
  return pieces.map(({ sql }) => sql);
}

function partsOf({ sql, rows: inFile = 0 }: FileRelation, share: number, most: number): Piece[] {
  const rows = inFile * share;
  const parts = Math.ceil(rows / most);
  if (parts <= 1) return [{ sql, rows }];
  // Another hash than that which the features' files are sliced by (parts.ts): of those, one part would have all rows.
  return Array.from({ length: parts }, (_, part) => ({
    sql: `(SELECT * FROM ${sql} WHERE hash(product_id, store_id) % ${parts} = ${part})`,
    rows: rows / parts,
  }));
}

function join(one: Piece, other: Piece): Piece {
  return {
    sql: `(SELECT * FROM ${one.sql} UNION ALL SELECT * FROM ${other.sql})`,
    rows: one.rows + other.rows,
  };
}
