/** One job, live: status, time, last values, curves, log and what can be done with it. */

import { Panel } from '@lumino/widgets';
import { button } from './button';
import { caveat } from './caveat';
import { Chart } from './chart';
import { ElapsedClock } from './elapsed';
import { LogView } from './logview';
import { isSystem } from './measures';
import { drawnOver } from './over';
import { part } from './part';
import { Progress, told } from './progress';
import { drawStatus } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CurvesModel } from '../data/curves';
import type { JobModel } from '../data/job';
import type { LogChange, LogModel } from '../data/logs';

/** The models a view draws. */
export interface IJobModels {
  job: JobModel;
  curves: CurvesModel;
  log: LogModel;
}

/** What a reader can do; what is absent is not offered. */
export interface IJobActions {
  stop: () => Promise<void>;
  open?: () => void;
  older?: () => Promise<void>;
}

export class JobView extends Panel {
  constructor(
    private models: IJobModels,
    private actions: IJobActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Job');
    this._clock = new ElapsedClock(trans);
    this._chart = new Chart(trans, { name: models.job.name });
    this._log = new LogView(trans, () => { void this._act(this.actions.older); });
    this._stop = button(trans.__('Stop'), () => { void this._act(this._stopJob); });
    this._open = button(trans.__('Open job tab'), () => this.actions.open?.());
    this._notice.className = 'jt-Job-notice';
    this._status.setAttribute('role', 'status');
    this._notice.setAttribute('role', 'status');
    [this._header(), part(this._notice), this._chart, this._log].forEach(each => {
      this.addWidget(each);
    });
    this._follow();
  }

  /** Say whether the manager can be heard; what was there before stays. */
  set isConnected(isConnected: boolean) {
    this._isConnected = isConnected;
    this._drawJob();
  }

  private _header(): Panel {
    const header = new Panel();
    header.addClass('jt-Job-header');
    const name = document.createElement('span');
    name.className = 'jt-Job-name';
    name.textContent = this.models.job.name;
    const buttons = [part(this._stop), part(this._open)];
    const standing = [part(this._status), part(name), part(this._progress.node), this._clock];
    [...standing, ...buttons].forEach(each => {
      header.addWidget(each);
    });
    return header;
  }

  private _follow(): void {
    const { job, curves, log } = this.models;
    job.changed.connect(this._drawJob, this);
    curves.changed.connect(this._drawCurves, this);
    log.changed.connect(this._drawLog, this);
    this._log.append(log.lines);
    this._drawJob();
    this._drawCurves();
  }

  private _stopJob = async (): Promise<void> => {
    this._stop.disabled = true;
    try {
      await this.actions.stop();
    } finally {
      this._stop.disabled = false;
    }
  };

  private async _act(action: (() => Promise<void>) | undefined): Promise<void> {
    try {
      await action?.();
      this._complaint = '';
    } catch (error) {
      this._complaint = error instanceof Error ? error.message : String(error);
    }
    this._drawJob();
  }

  private _drawJob(): void {
    const { job } = this.models;
    const { detail, hasEnded } = job;
    this._notice.textContent = this._noticeText();
    this._notice.title = detail?.FailureReason ?? '';
    this._notice.hidden = this._notice.textContent === '';
    this._stop.hidden = !detail || hasEnded || detail.TrainingJobStatus === 'Stopping';
    if (detail) {
      drawStatus(this._status, detail, this.trans);
      this._progress.draw(told(detail, this.trans));
      this._clock.measure(detail, hasEnded);
    }
    this._open.hidden = !this.actions.open || job.presence === 'unknown';
    this._log.setHidden(job.presence === 'asked' || job.presence === 'unknown');
    this.toggleClass('jt-mod-away', !this._isConnected);
  }

  private _noticeText(): string {
    const { job } = this.models;
    const { trans } = this;
    if (this._complaint) {
      return this._complaint;
    }
    if (!this._isConnected) {
      return job.detail
        ? trans.__('The training manager cannot be reached; trying again. This is its last word.')
        : trans.__('The training manager cannot be reached; trying again.');
    }
    const words = {
      asked: trans.__('Looking for training job %1 …', job.name),
      unknown: job.problem || trans.__('There is no training job %1.', job.name),
      deleted: trans.__('This training job was deleted; this is what was known of it.'),
      known: caveat(job.detail ?? {}, trans)
    };
    return words[job.presence];
  }

  private _drawCurves(): void {
    const { curves } = this.models.curves;
    const trained = curves.filter(curve => !isSystem(curve.name));
    const lines = trained.map(curve => drawnOver(curve, 'step'));
    this._chart.setHidden(lines.length === 0);
    this._chart.draw(lines);
  }

  private _drawLog(log: LogModel, change: LogChange): void {
    if (change.kind === 'appended') {
      this._log.append(change.lines, change.dropped);
    } else if (change.kind === 'prepended') {
      this._log.prepend(change.lines);
    }
    this._log.hasOlder = log.hasOlder && this.actions.older !== undefined;
  }

  private _status = document.createElement('span');
  private _progress = new Progress();
  private _notice = document.createElement('div');
  private _stop: HTMLButtonElement;
  private _open: HTMLButtonElement;
  private _clock: ElapsedClock;
  private _chart: Chart;
  private _log: LogView;
  private _isConnected = true;
  private _complaint = '';
}
