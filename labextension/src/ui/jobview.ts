/** One job, live: status, time, last values, curves, log and what can be done with it. */

import { Panel } from '@lumino/widgets';
import { button, press } from './button';
import { caveat } from './caveat';
import { CurveGrid } from './curvegrid';
import { ElapsedClock } from './elapsed';
import { LogSearch } from './logsearch';
import { part } from './part';
import { Progress, told } from './progress';
import { drawStatus } from './status';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { JobModels } from '../data/jobmodels';

/** What a reader can do; what is absent is not offered. */
export interface IJobActions {
  stop: () => Promise<void>;
  open?: () => void;
}

export class JobView extends Panel {
  constructor(
    private models: JobModels,
    private actions: IJobActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Job');
    this._clock = new ElapsedClock(trans);
    this._curves = new CurveGrid(models.curves, models, trans);
    this._log = new LogSearch(models.log, models, trans);
    this._stop = button(trans.__('Stop'), () => { void this._act(this._stopJob); });
    this._open = button(trans.__('Open job tab'), () => this.actions.open?.());
    this._tools = button(trans.__('Tools'), () => { this._showTools(); }, false);
    this._tools.title = trans.__('Smoothing, axes and filters of the curves; search in the log');
    this._notice.className = 'jt-Job-notice';
    this._status.setAttribute('role', 'status');
    this._notice.setAttribute('role', 'status');
    [this._header(), part(this._notice), this._curves, this._log].forEach(each => {
      this.addWidget(each);
    });
    models.job.changed.connect(this._drawJob, this);
    whileSeen(this, models.followJob);
    this._drawJob();
  }

  /** Smooth the curves so much. */
  set smoothing(weight: number) {
    this._curves.smoothing = weight;
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
    const buttons = [this._tools, this._stop, this._open].map(part);
    const standing = [part(this._status), part(name), part(this._progress.node), this._clock];
    [...standing, ...buttons].forEach(each => {
      header.addWidget(each);
    });
    return header;
  }

  /** What is rarely needed under a cell is out of the way until it is asked for. */
  private _showTools(): void {
    press(this._tools, this.toggleClass('jt-mod-tools'));
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
    const isThere = job.presence !== 'asked' && job.presence !== 'unknown';
    [this._curves, this._log].forEach(each => { each.setHidden(!isThere); });
    this._tools.hidden = !isThere;
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

  private _status = document.createElement('span');
  private _progress = new Progress();
  private _notice = document.createElement('div');
  private _stop: HTMLButtonElement;
  private _open: HTMLButtonElement;
  private _tools: HTMLButtonElement;
  private _clock: ElapsedClock;
  private _curves: CurveGrid;
  private _log: LogSearch;
  private _isConnected = true;
  private _complaint = '';
}
