/** The legend of a chart: a table of last values in which each line can be switched off. */

import { COLOURS } from './palette';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILine } from './aligned';
import type { IAxis } from './over';

/** What the columns of numbers say. */
export interface IWords {
  axis: IAxis;
  print: (value: number) => string;
}

interface IRow {
  button: HTMLButtonElement;
  cells: HTMLTableCellElement[];
}

export class Legend {
  readonly node = document.createElement('table');

  /**
   * @param trans - the words
   * @param words - of the columns
   * @param toggled - called when a line was switched on or off
   */
  constructor(
    private trans: TranslationBundle,
    private words: IWords,
    private toggled: (id: number, isShown: boolean) => void
  ) {
    this.node.className = 'jt-Legend';
    const caption = this.node.createCaption();
    caption.className = 'jt-Legend-caption';
    caption.textContent = trans.__('Last values of the metrics');
    const head = this.node.createTHead().insertRow();
    for (const word of [trans.__('Metric'), trans.__('Value'), words.axis.label]) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = word;
      head.append(cell);
      this._along = cell; // the last one
    }
    this.node.append(this._body);
  }

  /** Say what the lines are drawn over. */
  set axis(axis: IAxis) {
    this.words = { ...this.words, axis };
    this._along.textContent = axis.label;
  }

  /** Whether a line is drawn. */
  isShown(id: number): boolean {
    return !this._hidden.has(id);
  }

  /** Show the lines, each with its last value, or with the one at a step. */
  draw(lines: readonly ILine[], step?: number): void {
    if (lines.length !== this._rows.size || lines.some(({ id }) => !this._rows.has(id))) {
      this._rows.clear();
      this._body.replaceChildren();
    }
    for (const [index, line] of lines.entries()) {
      const row = this._rows.get(line.id) ?? this._add(line, index);
      const at = step === undefined ? line.steps.length - 1 : nearest(line.steps, step);
      setText(row.button, line.name);
      setText(row.cells[0], at < 0 ? '' : this.words.print(line.values[at]));
      setText(row.cells[1], at < 0 ? '' : this.words.axis.print(line.steps[at]));
    }
  }

  private _add(line: ILine, index: number): IRow {
    const row = this._body.insertRow();
    const button = document.createElement('button');
    button.type = 'button';
    const round = Math.min(Math.floor(index / COLOURS), 2);
    button.className = `jt-Legend-toggle jt-mod-line${index % COLOURS} jt-mod-round${round}`;
    button.dir = 'auto'; // a name from right to left leaves its row in order
    button.title = this.trans.__('Show or hide %1', line.name);
    button.setAttribute('aria-pressed', String(this.isShown(line.id)));
    button.addEventListener('click', () => { this._toggle(line.id, button); });
    const name = document.createElement('th');
    name.scope = 'row';
    name.append(button);
    row.append(name);
    const made = { button, cells: [row.insertCell(), row.insertCell()] };
    this._rows.set(line.id, made);
    return made;
  }

  private _toggle(id: number, button: HTMLButtonElement): void {
    const isShown = this._hidden.delete(id) || !this._hidden.add(id);
    button.setAttribute('aria-pressed', String(isShown));
    this.toggled(id, isShown);
  }

  private _along = document.createElement('th');
  private _body = document.createElement('tbody');
  private _rows = new Map<number, IRow>();
  private _hidden = new Set<number>();
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Return the last place whose step is at most `step`, -1 when there is none. */
function nearest(steps: Float64Array, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}
