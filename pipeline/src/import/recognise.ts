import { InputError } from '@stockout/contracts';

/** A model file as it was found. */
export interface ModelFile {
  bytes: Uint8Array;
  /** Where, for messages. */
  uri: string;
}

/**
 * Whether the bytes are a model that XGBoost's own library reads: JSON or UBJSON.
 * @throws InputError with what it is instead, and the lines of Python that convert it
 */
export function requireXgboostFile({ bytes, uri }: ModelFile): void {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  for (const [is, what] of OTHERS) {
    if (is(head, uri)) throw new InputError(`${uri} ${what(uri)}`);
  }
  // UBJSON names the type of a key's length: {L, {i, {U ...
  if (/^\s*\{\s*["}]/.test(head) || /^\{[iUIlL#$]/.test(head)) return requireWhole(bytes, uri);
  throw new InputError(`${uri} is no XGBoost model in JSON or UBJSON: ${SAVE_AS_JSON}`);
}

/** Both formats end as they begin; of half a UBJSON file XGBoost makes up the rest. */
function requireWhole(bytes: Uint8Array, uri: string): void {
  const end = Buffer.from(bytes.subarray(-64)).toString('latin1');
  if (!/\}\s*$/.test(end)) throw new InputError(`${uri} is cut short: copy it again`);
}

type Other = [is: (head: string, uri: string) => boolean, what: (uri: string) => string];

const SAVE_AS_JSON = 'save it with model.save_model("model.json")';

const OTHERS: readonly Other[] = [
  [(head) => head === '', () => `is empty: ${SAVE_AS_JSON}`],
  [
    isPickle,
    (uri) => `is a pickle, which runs code when it is read. Convert it where you trust it:\n${unpickle(uri)}`,
  ],
  [
    (head) => head.startsWith('binf') || head.startsWith('bs64'),
    (uri) =>
      `is in XGBoost's old binary format, which 3.1 and newer do not read. Convert it with an older one:\n${reopen(uri)}`,
  ],
  [
    (head) => /^\s*</.test(head),
    () => 'is a page (HTML or XML), not a model: a login page stands before it perhaps',
  ],
  [
    isOnnx,
    () =>
      `is ONNX, from which no version can be made: give the XGBoost model that it was made from, ${SAVE_AS_JSON}`,
  ],
];

/** The first bytes of pickles of protocols 2 to 5, and of what joblib compresses with zlib or gzip. */
const PICKLES = new Set(['8002', '8003', '8004', '8005', '7801', '789c', '78da', '1f8b']);

function isPickle(head: string, uri: string): boolean {
  const isText = /^(ccopy_reg|c__builtin__|cxgboost|\(dp)/.test(head);
  return isText || PICKLES.has(firstBytes(head)) || /\.(pkl|pickle|joblib)$/i.test(uri);
}

/** A protocol buffer whose first field is a version of the format, from 3 on. */
function isOnnx(head: string, uri: string): boolean {
  return (
    uri.endsWith('.onnx') || (head.charCodeAt(0) === 8 && head.charCodeAt(1) >= 3 && head.charCodeAt(1) < 32)
  );
}

function firstBytes(head: string): string {
  return Buffer.from(head.slice(0, 2), 'latin1').toString('hex');
}

function unpickle(uri: string): string {
  return [
    `    import joblib; model = joblib.load(${JSON.stringify(nameOf(uri))})`,
    '    getattr(model, "get_booster", lambda: model)().save_model("model.json")',
  ].join('\n');
}

function reopen(uri: string): string {
  return [
    '    import xgboost  # 3.0 or older',
    `    xgboost.Booster(model_file=${JSON.stringify(nameOf(uri))}).save_model("model.json")`,
  ].join('\n');
}

function nameOf(uri: string): string {
  return uri.split('/').at(-1) || 'model.pkl';
}
