/** A table of texts. */

import type { ITable } from './delimited';

/** Make a table; `label` says what it is. */
export function tableView({ columns, rows }: ITable, label: string): HTMLElement {
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const name = document.createElement('th');
    name.scope = 'col';
    name.textContent = column;
    head.append(name);
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach(each => { line.insertCell().textContent = each; });
  }
  const node = document.createElement('div');
  node.className = 'jt-TableView';
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', label);
  node.append(table);
  return node;
}
