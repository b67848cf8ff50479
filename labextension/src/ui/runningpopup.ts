/** The jobs that run, in a popup above the status bar: open one, stop one, show them all. */

import { Widget } from '@lumino/widgets';
import { button } from './button';
import { elapsed, secondsOf } from './duration';
import { Progress, told } from './progress';
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
    this._jobs = jobs;
    const names = jobs.slice(0, SHOWN).map(job => job.TrainingJobName).join('\n');
    if (names === this._shown) {
      this._tick();
      return;
    }
    this._shown = names;
    const focused = document.activeElement?.closest<HTMLElement>('.jt-RunningPopup-row');
    const name = focused?.dataset.job;
    this._moving = [];
    this._rows.replaceChildren(...jobs.slice(0, SHOWN).map(job => this._row(job)));
    if (name) {
      const rows = [...this._rows.querySelectorAll<HTMLElement>('.jt-RunningPopup-row')];
      const row = rows.find(each => each.dataset.job === name);
      (row ?? this.node).querySelector('button')?.focus();
    }
  }

  protected override onAfterAttach(): void {
    this.node.querySelector('button')?.focus();
    // times move on although nothing is heard of the jobs
    this._timer = setInterval(() => { this._tick(); }, 1000);
  }

  protected override onBeforeDetach(): void {
    clearInterval(this._timer);
  }

  /** Show of the same jobs how they are now. */
  private _tick(): void {
    this._jobs.slice(0, SHOWN).forEach((job, at) => { this._moving[at](job); });
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
    const [status, time] = [document.createElement('span'), document.createElement('span')];
    time.className = 'jt-Elapsed';
    const progress = new Progress();
    const stop = button(trans.__('Stop'), () => { actions.stop(name); });
    stop.setAttribute('aria-label', trans.__('Stop %1', name));
    const move = (now: IJobSummary): void => {
      drawStatus(status, now, trans);
      time.textContent = elapsed(secondsOf(now, false), trans);
      progress.draw(told(now, trans));
      stop.disabled = now.TrainingJobStatus === 'Stopping';
    };
    move(job);
    this._moving.push(move);
    row.append(label, status, progress.node, time, stop);
    return row;
  }

  private _jobs: readonly IJobSummary[] = [];
  private _shown = '';
  /** What shows how the job of each row is now. */
  private _moving: ((job: IJobSummary) => void)[] = [];
  private _timer: ReturnType<typeof setInterval> | undefined;
  private _rows = document.createElement('ul');
}
