/** Jobs beside one another: in what they differ, where they came to, their curves in one chart. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { button } from './button';
import { Chart } from './chart';
import { csvOfJobs, parameters, results } from './differences';
import { download } from './download';
import { isSystem } from './measures';
import { axisOf, drawnOver } from './over';
import { part } from './part';
import { grouped } from './quantities';
import { statusWord } from './statusword';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CurvesModel } from '../data/curves';
import type { JobModel } from '../data/job';
import type { ILine } from './aligned';
import type { ICompared, IDifference } from './differences';

/** One of the jobs, kept current by whoever made the models. */
export interface IComparedModels {
  readonly job: JobModel;
  readonly curves: CurvesModel;
  readonly follow: (until: AbortSignal) => void;
}

/** What can be done from a comparison. */
export interface IComparisonActions {
  open: (job: string) => void;
}

/** More curves than a job has; the lines of the next job are numbered from there. */
const LINES = 1 << 20;

/** The tables follow the curves at this pace; milliseconds. */
const EVERY = 500;

export class Comparison extends Widget {
  constructor(
    private models: readonly IComparedModels[],
    private actions: IComparisonActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Comparison');
    this._grid = this.layout = new PanelLayout();
    this._only.type = 'checkbox';
    this._only.checked = true;
    this._only.addEventListener('change', () => { this._drawTables(); });
    this._tables.className = 'jt-Comparison-tables';
    [part(this._bar()), part(this._tables)].forEach(each => { this._grid.addWidget(each); });
    for (const { job, curves } of models) {
      job.changed.connect(this._schedule, this);
      curves.changed.connect(this._schedule, this);
    }
    whileSeen(this, until => {
      models.forEach(each => { each.follow(until); });
      this._draw();
      until.addEventListener('abort', () => {
        clearTimeout(this._timer);
        this._timer = undefined;
      });
    });
  }

  /** The names of the jobs. */
  get jobs(): string[] {
    return this.models.map(({ job }) => job.name);
  }

  /** Say whether the manager can be heard; what was there before stays, paler. */
  set isConnected(isConnected: boolean) {
    this.toggleClass('jt-mod-away', !isConnected);
    this._notice.textContent = isConnected
      ? ''
      : this.trans.__('The training manager cannot be reached; trying again.');
  }

  private _bar(): HTMLElement {
    const { trans } = this;
    const node = document.createElement('div');
    node.className = 'jt-Comparison-bar';
    const label = document.createElement('label');
    label.append(this._only, trans.__('Only differences'));
    this._notice.setAttribute('role', 'status');
    node.append(label, button(trans.__('Save as CSV'), () => { this._save(); }), this._notice);
    return node;
  }

  private _schedule(): void {
    if (this._timer === undefined && this.isVisible) {
      this._timer = setTimeout(() => {
        this._timer = undefined;
        this._draw();
      }, EVERY);
    }
  }

  private _draw(): void {
    this._drawTables();
    const all = this.models.flatMap(({ job, curves }, at) => {
      const own = curves.curves.filter(curve => !isSystem(curve.name));
      return own.map(curve => ({ name: curve.name, curve, job: job.name, from: at * LINES }));
    });
    for (const [quantity, group] of grouped(all)) {
      this._chart(quantity).draw(() => group.map(({ curve, job, from }): ILine => {
        const { id, name, ...line } = drawnOver(curve, 'step');
        return { id: from + id, name: `${name} · ${job}`, ...line };
      }));
    }
  }

  private _chart(quantity: string): Chart {
    let chart = this._charts.get(quantity);
    if (!chart) {
      const { trans } = this;
      const made = (chart = new Chart(trans, {
        name: `${trans.__('comparison')} ${quantity}`,
        axis: axisOf('step', trans),
        pointed: place => { this._pointed(place, made); }
      }));
      this._charts.set(quantity, chart);
      this._grid.addWidget(chart);
    }
    return chart;
  }

  /** Show in the other charts what is under the pointer in one. */
  private _pointed(place: number | null, from: Chart): void {
    this._charts.forEach(chart => {
      if (chart !== from) {
        chart.point(place);
      }
    });
  }

  private get _compared(): ICompared[] {
    return this.models.map(({ job, curves }) => {
      return { name: job.name, detail: job.detail, curves: curves.curves };
    });
  }

  private _drawTables(): void {
    const { trans } = this;
    const jobs = this._compared;
    const wanted = this._only.checked;
    const shown = (rows: IDifference[]): IDifference[] => {
      return wanted ? rows.filter(each => !each.isSame) : rows;
    };
    const buttons = (): HTMLElement[] => [...this._tables.querySelectorAll('button')];
    const at = buttons().findIndex(each => each === document.activeElement);
    this._tables.replaceChildren(
      this._table(trans.__('Hyperparameters'), shown(parameters(jobs))),
      this._table(trans.__('Results'), results(jobs, words(trans)))
    );
    buttons()[at]?.focus({ preventScroll: true }); // where the keyboard is, it stays
  }

  private _table(caption: string, rows: readonly IDifference[]): HTMLTableElement {
    const table = document.createElement('table');
    table.createCaption().textContent = caption;
    const head = table.createTHead().insertRow();
    head.append(cell('td', ''), ...this.models.map(each => this._heading(each)));
    const body = table.createTBody();
    for (const { name, values, isSame } of rows) {
      const row = body.insertRow();
      row.classList.toggle('jt-mod-same', isSame);
      const title = cell('th', name);
      title.setAttribute('scope', 'row');
      row.append(title, ...values.map(value => cell('td', value)));
    }
    if (rows.length === 0) {
      const none = body.insertRow().insertCell();
      none.colSpan = this.models.length + 1;
      none.textContent = this.trans.__('No differences');
    }
    return table;
  }

  private _heading({ job }: IComparedModels): HTMLElement {
    const { trans } = this;
    const node = cell('th', '');
    node.setAttribute('scope', 'col');
    const name = button(job.name, () => { this.actions.open(job.name); });
    name.title = trans.__('Open %1', job.name);
    const status = document.createElement('span');
    status.textContent = job.detail ? statusWord(job.detail, trans) : gone(job, trans);
    node.append(name, status);
    return node;
  }

  private _save(): void {
    const jobs = this._compared;
    const tables = [...parameters(jobs), ...results(jobs, words(this.trans))];
    const text = csvOfJobs(jobs, tables);
    download(`${this.trans.__('comparison')}.csv`, new Blob([text], { type: 'text/csv' }));
  }

  private _grid: PanelLayout;
  private _only = document.createElement('input');
  private _notice = document.createElement('span');
  private _tables = document.createElement('div');
  private _charts = new Map<string, Chart>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function words(trans: TranslationBundle): Parameters<typeof results>[1] {
  return {
    last: name => trans.__('%1, last', name),
    best: name => trans.__('%1, best', name)
  };
}

function gone(job: JobModel, trans: TranslationBundle): string {
  return job.presence === 'asked' ? '…' : trans.__('not there any more');
}

function cell(kind: 'td' | 'th', text: string): HTMLElement {
  const node = document.createElement(kind);
  node.textContent = text;
  node.title = text;
  return node;
}
