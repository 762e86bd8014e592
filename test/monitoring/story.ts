/** When an alert fires: what Prometheus sees, and what it makes of it. */
export interface Story {
  /** A sentence with its outcome. */
  name: string;
  alert: string;
  /** Of the series: a value each, from minute 0 on; promtool's notation. */
  interval: string;
  series: Record<string, string>;
  /** Labels of the alerts that fire at each time, without name and state; none when all is well. */
  firing: Record<string, Record<string, string>[]>;
}
