import { isObject, type Json } from '../types.ts';

type Step = (values: Json[]) => Json[];

const TOKEN =
  /\.(?<field>(?:\\.|[^.[\]\\])+)|\[\?\(@(?<path>(?:\.[\w-]+)+)\s*(?<operator>==|!=)\s*(?<literal>"[^"]*"|'[^']*'|[\w.-]+)\)\]|\['(?<quoted>[^']+)'\]|\[(?<index>-?\d+|\*)\]/y;

/**
 * The JSONPath of a CRD's printer columns: fields, `[0]`, `[*]`, `['a.b']` and filters such as
 * `[?(@.type=="Ready")]`.
 * @throws Error on what is none of these
 */
export function compileJsonPath(path: string): (object: unknown) => Json[] {
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < path.length) {
    const start = TOKEN.lastIndex;
    const groups = TOKEN.exec(path)?.groups;
    if (!groups) throw new Error(`JSONPath ${path}: cannot read ${path.slice(start)}`);
    steps.push(step(groups));
  }
  return (object) => steps.reduce((values, next) => next(values), [object as Json]);
}

function step({ field, path, operator, literal, quoted, index }: Record<string, string | undefined>): Step {
  const name = quoted ?? field?.replaceAll('\\', '');
  if (name !== undefined) return (values) => values.flatMap((value) => child(value, name));
  if (index === '*') return (values) => values.flatMap(children);
  if (index !== undefined) return (values) => values.flatMap((value) => element(value, Number(index)));
  const wanted = (literal ?? '').replace(/^(["'])(.*)\1$/, '$2');
  const names = (path ?? '').split('.').slice(1);
  return (values) =>
    values.flatMap(children).filter((value) => {
      const found = names.reduce<Json[]>((at, one) => at.flatMap((below) => child(below, one)), [value]);
      return found.some((one) => String(one) === wanted) === (operator === '==');
    });
}

function child(value: Json, name: string): Json[] {
  const found = isObject(value) ? value[name] : undefined;
  return found === undefined ? [] : [found];
}

function children(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function element(value: Json, index: number): Json[] {
  const found = Array.isArray(value) ? value.at(index) : undefined;
  return found === undefined ? [] : [found];
}
