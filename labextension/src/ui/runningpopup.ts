/** The jobs that run, in a popup above the status bar: open one, stop one, show them all. */

import { Widget } from '@lumino/widgets';
import { button } from './button';
import { elapsed, secondsOf } from './elapsed';
import { drawStatus } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

/** So many fit; the rest is in the list. */
const SHOWN = 8;

/** What can be done from the popup. */
export interface IRunningActions {
  /** Absent where jobs have no tabs. */
  open?: (job: string) => void;
  stop: (job: string) => void;
  all: () => void;
}

export class RunningPopup extends Widget {
  constructor(
    private actions: IRunningActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-RunningPopup');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', trans.__('Training jobs that run'));
    this.node.append(this._rows, button(trans.__('Show all jobs'), actions.all));
  }

  /** Show these jobs; the focus stays on the job that has it. */
  draw(jobs: readonly IJobSummary[]): void {
    const focused = document.activeElement?.closest<HTMLElement>('.jt-RunningPopup-row');
    const name = focused?.dataset.job;
    this._rows.replaceChildren(...jobs.slice(0, SHOWN).map(job => this._row(job)));
    if (name) {
      const rows = [...this._rows.querySelectorAll<HTMLElement>('.jt-RunningPopup-row')];
      const row = rows.find(each => each.dataset.job === name);
      (row ?? this.node).querySelector('button')?.focus();
    }
  }

  protected override onAfterAttach(): void {
    this.node.querySelector('button')?.focus();
  }

  private _row(job: IJobSummary): HTMLElement {
    const { actions, trans } = this;
    const name = job.TrainingJobName;
    const row = document.createElement('li');
    row.className = 'jt-RunningPopup-row';
    row.dataset.job = name;
    const label = button(name, () => actions.open?.(name));
    label.classList.add('jt-RunningPopup-name');
    label.disabled = !actions.open;
    label.title = name;
    const status = document.createElement('span');
    drawStatus(status, job, trans);
    const time = document.createElement('span');
    time.textContent = elapsed(secondsOf(job, false), trans);
    const stop = button(trans.__('Stop'), () => { actions.stop(name); });
    stop.setAttribute('aria-label', trans.__('Stop %1', name));
    stop.disabled = job.TrainingJobStatus === 'Stopping';
    row.append(label, status, time, stop);
    return row;
  }

  private _rows = document.createElement('ul');
}
