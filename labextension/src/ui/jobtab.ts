/** A job in full: its standing above, and below it the pages of all there is to see. */

import { BoxLayout, Panel, TabPanel, Widget } from '@lumino/widgets';
import { artifactsPage, mediaPage, sourcePage } from './artifacts';
import { caveat } from './caveat';
import { CurveGrid } from './curvegrid';
import { ElapsedClock } from './elapsed';
import { FactsPage } from './factspage';
import { LogSearch } from './logsearch';
import { OverviewPage } from './overviewpage';
import { part } from './part';
import { Progress, told } from './progress';
import { drawStatus } from './status';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFile } from '../contract/files';
import type { Belongings } from '../data/belongings';
import type { JobModels } from '../data/jobmodels';
import type { Page } from './overview';

/** What the tab can have done for it. */
export interface IJobTabActions {
  stop: () => void;
  /** Opens a terminal in the job's container; absent where there are no terminals. */
  terminal?: () => void;
  /** Puts a copy of a file into the file browser and opens it; absent where there is none. */
  openCopy?: (file: IFile) => Promise<void>;
}

export class JobTab extends Widget {
  constructor(
    private models: JobModels,
    own: Belongings,
    private actions: IJobTabActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-JobTab');
    this.node.dataset.job = models.job.name;
    this._clock = new ElapsedClock(trans);
    this._curves = new CurveGrid(models.curves, models, trans);
    this._log = new LogSearch(models.log, models, trans);
    const files = { files: own.files, openCopy: actions.openCopy };
    const turnTo = (page: Page): void => { this._turnTo(page); };
    this._overview = new OverviewPage(models.job, own.cost, turnTo, trans);
    this._facts = new FactsPage(models.job, own.sameAs, trans);
    this._artifacts = artifactsPage(models.job, files, trans);
    this._media = mediaPage(models.job, own, trans);
    this._source = sourcePage(models.job, files, trans);
    this._build();
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

  /** Show the page with the log. */
  showLog(): void {
    this._turnTo('log');
  }

  private _build(): void {
    const { trans } = this;
    const header = this._head();
    const pages: [string, Widget][] = [
      [trans.__('Overview'), this._overview],
      [trans.__('Curves'), this._curves],
      [trans.__('Log'), this._log],
      [trans.__('Media'), this._media],
      [trans.__('Artifacts'), this._artifacts],
      [trans.__('Source'), this._source],
      [trans.__('Facts'), this._facts]
    ];
    const tabs = this._tabs;
    tabs.addClass('jt-JobTab-pages');
    tabs.tabBar.node.setAttribute('aria-label', trans.__('Views of the job'));
    for (const [label, page] of pages) {
      page.title.label = label;
      tabs.addWidget(page);
    }
    tabs.currentWidget = this._curves;
    const layout = new BoxLayout({ direction: 'top-to-bottom', spacing: 0 });
    this.layout = layout;
    [header, tabs].forEach(part => { layout.addWidget(part); });
    BoxLayout.setStretch(header, 0);
    BoxLayout.setSizeBasis(header, 72);
    BoxLayout.setStretch(tabs, 1);
  }

  private _head(): Panel {
    const name = document.createElement('h2');
    name.className = 'jt-JobTab-name';
    name.textContent = this.models.job.name;
    this._status.setAttribute('role', 'status');
    this._notice.className = 'jt-JobTab-notice';
    this._notice.setAttribute('role', 'status');
    const standing = new Panel();
    standing.addClass('jt-JobTab-standing');
    const header = new Panel();
    header.addClass('jt-JobTab-header');
    // the clock ticks only as a widget among widgets
    const words = [part(this._progress.node), part(this._notice)];
    [part(this._status), this._clock, ...words].forEach(each => { standing.addWidget(each); });
    [part(name), part(this._buttons()), standing].forEach(each => { header.addWidget(each); });
    return header;
  }

  private _buttons(): HTMLElement {
    const { actions, trans } = this;
    this._stop.className = 'jp-mod-styled jp-mod-warn';
    this._stop.textContent = trans.__('Stop');
    this._stop.addEventListener('click', actions.stop);
    this._terminal.className = 'jp-mod-styled';
    this._terminal.textContent = trans.__('Terminal');
    this._terminal.addEventListener('click', () => actions.terminal?.());
    const buttons = document.createElement('div');
    buttons.className = 'jt-JobTab-buttons';
    for (const each of [this._terminal, this._stop]) {
      each.type = 'button';
      buttons.append(each);
    }
    return buttons;
  }

  private _turnTo(page: Page): void {
    const pages = { curves: this._curves, log: this._log, artifacts: this._artifacts };
    this._tabs.currentWidget = pages[page];
  }

  /** A job that has failed is opened to see why. */
  private _turn(isFailed: boolean): void {
    if (this._isFirstLook && isFailed && this._tabs.currentWidget === this._curves) {
      this._tabs.currentWidget = this._overview;
    }
    this._isFirstLook = false;
  }

  private _drawJob(): void {
    const { detail, hasEnded } = this.models.job;
    if (detail) {
      this._turn(detail.TrainingJobStatus === 'Failed');
      drawStatus(this._status, detail, this.trans);
      this._clock.measure(detail, hasEnded);
      this._progress.draw(told(detail, this.trans));
      this._curves.reason = detail.FailureReason ?? '';
    }
    this._drawTerminal();
    this._stop.hidden = !detail || hasEnded;
    this._stop.disabled = detail?.TrainingJobStatus === 'Stopping';
    this._notice.textContent = this._noticeText();
    this._notice.title = detail?.FailureReason ?? this._notice.textContent;
    this.toggleClass('jt-mod-away', !this._isConnected);
  }

  /** A container has a terminal while it trains. */
  private _drawTerminal(): void {
    const { detail, hasEnded } = this.models.job;
    const isTraining = detail?.SecondaryStatus === 'Training';
    this._terminal.hidden = !this.actions.terminal || !detail?.Container || hasEnded;
    this._terminal.disabled = !isTraining;
    this._terminal.title = isTraining
      ? this.trans.__('Open a terminal in the container of this job')
      : this.trans.__('There is a terminal once the job trains');
  }

  private _noticeText(): string {
    const { job } = this.models;
    const { trans } = this;
    if (!this._isConnected) {
      return trans.__('The training manager cannot be reached; trying again.');
    }
    const words = {
      asked: trans.__('Looking for training job %1 …', job.name),
      unknown: trans.__('There is no training job %1. %2', job.name, job.problem),
      deleted: trans.__('This training job was deleted; this is what was known of it.'),
      known: caveat(job.detail ?? {}, trans)
    };
    return words[job.presence];
  }

  private _tabs = new TabPanel();
  private _clock: ElapsedClock;
  private _curves: CurveGrid;
  private _log: LogSearch;
  private _overview: Widget;
  private _facts: Widget;
  private _artifacts: Widget;
  private _media: Widget;
  private _source: Widget;
  private _isFirstLook = true;
  private _status = document.createElement('span');
  private _progress = new Progress();
  private _stop = document.createElement('button');
  private _terminal = document.createElement('button');
  private _notice = document.createElement('span');
  private _isConnected = true;
}
