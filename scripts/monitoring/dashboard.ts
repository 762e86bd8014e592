/** A dashboard as Grafana's classic JSON model has it: a grid of 24 columns, variables on top. */

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;

export interface Query {
  expr: string;
  /** Of the series, with labels as {{label}}. */
  legend?: string;
}

export interface Panel {
  title: string;
  /** What a reader should know that the title does not say. */
  description?: string;
  type?: 'timeseries' | 'stat' | 'table';
  /** Of 24. */
  width?: number;
  /** Grafana's own: s, percentunit, reqps, short, bytes, ... */
  unit?: string;
  queries: Query[];
}

export interface Variable {
  name: string;
  label: string;
  /** The values that this label has in that metric. */
  metric: string;
  of: string;
}

export interface DashboardInput {
  uid: string;
  title: string;
  description: string;
  variables?: Variable[];
  panels: Panel[];
}

/** Panels flow from left to right, and on to the next row. */
export function dashboard({ uid, title, description, variables = [], panels }: DashboardInput): object {
  return {
    uid,
    title,
    description,
    tags: ['stockout'],
    schemaVersion: 39,
    editable: false,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    annotations: { list: [] },
    templating: { list: [datasourceVariable(), ...variables.map(queryVariable)] },
    panels: placed(panels),
  };
}

function placed(panels: readonly Panel[]): object[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel, index) => {
    const { w, h } = sizeOf(panel);
    if (x + w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { h, w, x, y };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return buildPanel(panel, index + 1, gridPos);
  });
}

function sizeOf({ type = 'timeseries', width = type === 'stat' ? 6 : 12 }: Panel): { w: number; h: number } {
  return { w: width, h: type === 'stat' ? 4 : 8 };
}

function buildPanel(panel: Panel, id: number, gridPos: object): object {
  const { title, description, type = 'timeseries', unit = 'short', queries } = panel;
  return {
    id,
    type,
    title,
    ...(description !== undefined && { description }),
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: OPTIONS[type],
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr: expr.trim(),
      ...(legend !== undefined && { legendFormat: legend }),
      // A table and a figure show what is now.
      ...(type === 'timeseries' ? { range: true } : { instant: true, range: false }),
      ...(type === 'table' && { format: 'table' }),
    })),
  };
}

/** Grafana's schema has no defaults for these: its editor writes each. */
const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    orientation: 'auto',
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    textMode: 'auto',
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
  table: { frameIndex: 0, showHeader: true },
};

function datasourceVariable(): object {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', hide: 0 };
}

function queryVariable({ name, label, metric, of }: Variable): object {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: `label_values(${metric}, ${of})`,
    // When the time range changes.
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    sort: 1,
    hide: 0,
  };
}
