import { InputError } from '@stockout/contracts';
import { type Document, isMap, parseAllDocuments } from 'yaml';

const VERSION = /^v[1-9][0-9]{0,8}$/;
const PIN = ['spec', 'promotion', 'version'];

interface Pinned {
  text: string;
  /** The model's name. */
  model: string;
  /** The version that was pinned before. */
  before: string | undefined;
}

/** @throws InputError when it is no name of a version */
export function checkVersion(version: string): void {
  if (VERSION.test(version)) return;
  throw new InputError(`"${version}" is no version: say v4, as kubectl get stockoutmodel shows it`);
}

/**
 * Pins a version in the text of a manifest, comments and all else kept.
 * @throws InputError when the text holds no StockoutModel or several, when it pins this version already, or when the version
 * is no name of one
 */
export function pinVersion(text: string, version: string): Pinned {
  checkVersion(version);
  const documents = parseAllDocuments(text) as Document.Parsed[];
  const models = documents.filter((document) => document.get('kind') === 'StockoutModel');
  const [model] = models;
  if (model === undefined || models.length > 1) {
    throw new InputError(`it holds ${models.length} StockoutModels: name a file with one`);
  }
  const before = model.getIn(PIN) as string | undefined;
  if (before === version) throw new InputError(`${version} is pinned already`);
  return {
    text: replacePin(text, model, version),
    model: String(model.getIn(['metadata', 'name'])),
    before,
  };
}

/** By the place of the value in the text: a document that is written anew may break lines otherwise. */
function replacePin(text: string, model: Document.Parsed, version: string): string {
  const pin = model.getIn(PIN, true) as { range?: [number, number, number] } | undefined;
  if (pin?.range) return text.slice(0, pin.range[0]) + version + text.slice(pin.range[1]);
  const promotion = model.getIn(PIN.slice(0, 2), true);
  if (isMap(promotion) && !promotion.flow && promotion.items.length > 0) {
    return insertBefore(text, promotion.items[0]?.key as Ranged, [`version: ${version}`]);
  }
  const spec = model.get('spec', true);
  if (promotion === undefined && isMap(spec) && !spec.flow && spec.items.length > 0) {
    return insertBefore(text, spec.items[0]?.key as Ranged, ['promotion:', `  version: ${version}`]);
  }
  throw new InputError(
    'its spec.promotion is not a block that a line could be added to: give it one, with policy: Manual',
  );
}

interface Ranged {
  range: [number, number, number];
}

/** Lines of a map, indented as its first key is. */
function insertBefore(text: string, key: Ranged, lines: string[]): string {
  const [start] = key.range;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return text.slice(0, start) + lines.map((line) => `${line}\n${indent}`).join('') + text.slice(start);
}
