import { breakable, html, type Html } from './html.ts';

export interface BarRow {
  name: string;
  /** Of the widest bar, 0 to 1. */
  width: number;
  text: string;
}

/** Names with a bar and a number each. */
export function barTable(what: string, rows: readonly BarRow[]): Html {
  const lines = rows.map(
    ({ name, width, text }) =>
      html`<tr>
        <th scope="row"><code>${breakable(name)}</code></th>
        <td class="bar"><span style="width:${Math.max(100 * width, 0.3).toFixed(1)}%"></span></td>
        <td class="number">${text}</td>
      </tr>`,
  );
  return html`<table class="bars">
    <colgroup>
      <col class="name" />
      <col />
      <col class="amount" />
    </colgroup>
    <thead class="unseen">
      <tr>
        <th scope="col">feature</th>
        <th scope="col">bar</th>
        <th scope="col">${what}</th>
      </tr>
    </thead>
    <tbody>
      ${lines}
    </tbody>
  </table>`;
}
