/** A table of texts. */

import { MOST_COLUMNS } from './delimited';

import type { ITable } from './delimited';

/** Make a table; `label` says what it is. Where it is too wide, dots say that there is more. */
export function tableView({ columns, rows }: ITable, label: string): HTMLElement {
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  const more = columns.length > MOST_COLUMNS ? ['…'] : [];
  for (const column of [...columns.slice(0, MOST_COLUMNS), ...more]) {
    const name = document.createElement('th');
    name.scope = 'col';
    name.textContent = column;
    head.append(name);
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.slice(0, MOST_COLUMNS).forEach(each => { line.insertCell().textContent = each; });
  }
  const node = document.createElement('div');
  node.className = 'jt-TableView';
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', label);
  node.append(table);
  return node;
}
