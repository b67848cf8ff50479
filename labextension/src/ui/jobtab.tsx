/** A job in full: its standing above; curves, log, facts and artifacts below, a tab each. */

import { ReactWidget } from '@jupyterlab/ui-components';
import { BoxLayout, Panel, TabPanel, Widget } from '@lumino/widgets';
import * as React from 'react';
import { Artifacts } from './artifacts';
import { caveat } from './caveat';
import { CurveGrid } from './curvegrid';
import { ElapsedClock } from './elapsed';
import { JobFacts } from './jobfacts';
import { LogSearch } from './logsearch';
import { part } from './part';
import { Progress, told } from './progress';
import { drawStatus } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CurvesModel } from '../data/curves';
import type { JobModel } from '../data/job';
import type { LogModel } from '../data/logs';
import type { IArtifact } from '../contract/sagemaker';
import type { Look } from './curvegrid';
import type { ILogActions } from './logsearch';
import type { LinesAt } from './moment';

export interface IJobTabModels {
  job: JobModel;
  curves: CurvesModel;
  log: LogModel;
}

/** What the tab can have done for it. */
export interface IJobTabActions {
  stop: () => void;
  /** Opens a terminal in the job's container; absent where there are no terminals. */
  terminal?: () => void;
  log: ILogActions;
  look: Look;
  linesAt: LinesAt;
  artifacts: () => Promise<IArtifact[]>;
  url: (artifact: IArtifact) => string;
}

export class JobTab extends Widget {
  constructor(
    private models: IJobTabModels,
    private actions: IJobTabActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-JobTab');
    this.node.dataset.job = models.job.name;
    this._clock = new ElapsedClock(trans);
    const { look, linesAt } = actions;
    this._curves = new CurveGrid(trans, { job: models.job.name, look, linesAt });
    this._log = new LogSearch(models.log, actions.log, trans);
    this._facts = new FactsPage(models.job, trans);
  /** Show the page with the log. */
  showLog(): void {
    this._tabs.currentWidget = this._log;
  }

    this._artifacts = new ArtifactsPage(models.job, actions, trans);
    this._build();
    models.job.changed.connect(this._drawJob, this);
    models.curves.changed.connect(this._drawCurves, this);
    this._drawJob();
    this._drawCurves();
  }

  /** Say whether the manager can be heard; what was there before stays. */
  set isConnected(isConnected: boolean) {
    this._isConnected = isConnected;
    this._drawJob();
  }

  private _build(): void {
    const { trans } = this;
    const header = this._head();
    const pages: [string, Widget][] = [
      [trans.__('Curves'), this._curves],
      [trans.__('Log'), this._log],
      [trans.__('Facts'), this._facts],
      [trans.__('Artifacts'), this._artifacts]
    ];
    const tabs = this._tabs;
    tabs.addClass('jt-JobTab-pages');
    tabs.tabBar.node.setAttribute('aria-label', trans.__('Views of the job'));
    for (const [label, page] of pages) {
      page.title.label = label;
      tabs.addWidget(page);
    }
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

  private _drawJob(): void {
    const { detail, hasEnded } = this.models.job;
    if (detail) {
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
  private _facts: Widget;
  private _artifacts: Widget;
  private _status = document.createElement('span');
  private _progress = new Progress();
  private _stop = document.createElement('button');
  private _terminal = document.createElement('button');
  private _notice = document.createElement('span');
  private _isConnected = true;
}

/** Draws only while it is in sight. */
class FactsPage extends ReactWidget {
  constructor(
    private job: JobModel,
    private trans: TranslationBundle
  ) {
    super();
    job.changed.connect(this._refresh, this);
  }

  protected override onAfterShow(): void {
    this.update();
  }

  protected override render(): JSX.Element | null {
    const { detail } = this.job;
    return detail && <JobFacts detail={detail} trans={this.trans} />;
  }

  private _refresh(): void {
    if (this.isVisible) {
      this.update();
    }
  }
}

/** Asks for the files when it is shown, and again whenever the job moves on. */
class ArtifactsPage extends ReactWidget {
  constructor(
    private job: JobModel,
    private actions: IJobTabActions,
    private trans: TranslationBundle
  ) {
    super();
    job.changed.connect(this._refresh, this);
  }

  protected override onAfterShow(): void {
    void this._load();
  }

  protected override render(): JSX.Element {
    return (
      <Artifacts
        artifacts={this._artifacts}
        problem={this._problem}
        url={this.actions.url}
        trans={this.trans}
      />
    );
  }

  private _refresh(): void {
    const status = this.job.detail?.SecondaryStatus ?? '';
    if (this.isVisible && status !== this._status) {
      void this._load();
    }
  }

  private async _load(): Promise<void> {
    this._status = this.job.detail?.SecondaryStatus ?? '';
    try {
      this._artifacts = await this.actions.artifacts();
      this._problem = '';
    } catch (error) {
      this._problem = error instanceof Error ? error.message : String(error);
    }
    this.update();
  }

  private _artifacts: IArtifact[] | null = null;
  private _problem = '';
  private _status = '';
}
