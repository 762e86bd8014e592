import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

const COMPONENT = new URL('../../config/components/monitoring/', import.meta.url);
const DASHBOARDS = ['operator', 'models', 'predictor'] as const;

/** A rule as Prometheus' own rule files have it. */
export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  annotations?: Record<string, string>;
}

export interface RuleFile {
  groups: { name: string; rules: Rule[] }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  templating: { list: { name: string; type: string; query: string }[] };
  panels: { title: string; type: string; targets: { expr: string }[] }[];
}

/** An object of the component. @param file relative to its folder */
export async function readComponent<T>(file: string): Promise<T> {
  return parse(await readFile(new URL(file, COMPONENT), 'utf8')) as T;
}

/** What the PrometheusRule has, as a rule file. */
export async function readRules(): Promise<RuleFile> {
  return (await readComponent<{ spec: RuleFile }>('generated/prometheus-rule.yaml')).spec;
}

export function readDashboards(): Promise<Dashboard[]> {
  return Promise.all(DASHBOARDS.map((name) => readComponent<Dashboard>(`generated/${name}.json`)));
}
