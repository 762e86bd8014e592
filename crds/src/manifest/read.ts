import { InputError } from '@stockout/contracts';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { JsonObject } from '../admission/json.ts';
import { API_VERSION } from '../definitions.ts';
import type { ScoringJob, StockoutModel } from '../types.ts';
import { judgeAll } from './judge.ts';
import { offsetOf } from './offsets.ts';
import type { Problem } from './problems.ts';

export interface Manifests {
  models: StockoutModel[];
  scoringJobs: ScoringJob[];
}

/**
 * The StockoutModels and ScoringJobs of a YAML (or JSON) file, judged as an API server judges them, defaults filled,
 * in namespace `default` where they name none, also those of a `kind: List`. Objects of other API groups are passed over.
 * @param source the file's name, for messages
 * @throws InputError that names file, line and field of everything that is wrong; also when nothing of ours is there
 */
export function readManifests(text: string, source: string): Manifests {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false })];
  const read = documents.map(readDocument);
  const problems = read.flatMap(({ problems: found }) => found);
  if (problems.length > 0) {
    throw new InputError(
      problems.map((each) => `${source}:${lines.linePos(each.offset).line}: ${each.text}`).join('\n'),
    );
  }
  const objects = read.flatMap(({ objects: found }) => found);
  if (objects.length === 0) {
    throw new InputError(`${source}: holds no StockoutModel and no ScoringJob of ${API_VERSION}`);
  }
  return {
    models: objects.filter((object) => object['kind'] === 'StockoutModel') as unknown as StockoutModel[],
    scoringJobs: objects.filter((object) => object['kind'] === 'ScoringJob') as unknown as ScoringJob[],
  };
}

interface Read {
  /** None where the document is empty, of another API group, or wrong. */
  objects: JsonObject[];
  problems: { offset: number; text: string }[];
}

function readDocument(document: Document.Parsed): Read {
  if (document.errors.length > 0) {
    return {
      objects: [],
      problems: document.errors.map(({ pos, message }) => ({ offset: pos[0], text: message })),
    };
  }
  try {
    const judged = judgeAll(document.toJS());
    return {
      objects: judged.flatMap(({ object }) => (object === undefined ? [] : [object])),
      problems: judged.flatMap(({ problems }) => problems.map((each) => located(document, each))),
    };
  } catch (error) {
    // Aliases of nothing, or so many that the document is an attack: found only when they are resolved.
    if (!(error instanceof ReferenceError)) throw error;
    return { objects: [], problems: [{ offset: offsetOf(document, ''), text: error.message }] };
  }
}

function located(document: Document.Parsed, { field, message }: Problem) {
  return { offset: offsetOf(document, field), text: field ? `${field}: ${message}` : message };
}
