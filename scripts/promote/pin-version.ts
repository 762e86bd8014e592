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

/**
 * Pins a version in the text of a manifest, comments and all else kept.
 * @throws Error when the text holds no StockoutModel or several, when it pins this version already, or when the version is
 * no name of one
 */
export function pinVersion(text: string, version: string): Pinned {
  if (!VERSION.test(version)) {
    throw new Error(`"${version}" is no version: say v4, as kubectl get stockoutmodel shows it`);
  }
  const documents = parseAllDocuments(text) as Document.Parsed[];
  const models = documents.filter((document) => document.get('kind') === 'StockoutModel');
  const [model] = models;
  if (model === undefined || models.length > 1) {
    throw new Error(`it holds ${models.length} StockoutModels: name a file with one`);
  }
  const before = model.getIn(PIN) as string | undefined;
  if (before === version) throw new Error(`${version} is pinned already`);
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
  if (!isMap(promotion) || promotion.flow || promotion.items.length === 0) {
    throw new Error('it has no spec.promotion to put the version into: give it one, with policy: Manual');
  }
  const key = promotion.items[0]?.key as { range: [number, number, number] };
  const start = key.range[0];
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return `${text.slice(0, start)}version: ${version}\n${indent}${text.slice(start)}`;
}
