/** How many jobs run: in the status bar, and beside kernels and terminals in the running panel. */

import { IRunningSessionManagers } from '@jupyterlab/running';
import { IStatusBar, showPopup } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { CommandIDs, ITrain } from '../tokens';
import { trainIcon } from '../ui/icon';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- the running panel wants words at once
import { told } from '../ui/progress';
import { statusWord } from '../ui/statusword';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IRunningSessions } from '@jupyterlab/running';
import type { Popup } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';
import type { RunningPopup } from '../ui/runningpopup';

export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:running',
  description: 'Shows running training jobs in the status bar and the running panel.',
  autoStart: true,
  requires: [ITrain],
  optional: [IStatusBar, IRunningSessionManagers, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    statusBar: IStatusBar | null,
    running: IRunningSessionManagers | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const { jobs } = train;
    statusBar?.registerStatusItem('jupyter-train:running', {
      item: new RunningItem(app, train, trans),
      align: 'left',
      rank: 20,
      isActive: () => jobs.active.length > 0,
      activeStateChanged: jobs.changed
    });
    const changed = new Signal<object, void>(jobs);
    jobs.changed.connect(() => { changed.emit(); });
    running?.add({
      name: trans.__('Training jobs'),
      supportsMultipleViews: false,
      running: () => jobs.active.map(job => entry(app, job, trans)),
      runningChanged: changed,
      refreshRunning: () => undefined,
      shutdownAll: () => { stopAll(train); },
      shutdownLabel: trans.__('Stop'),
      shutdownAllLabel: trans.__('Stop All'),
      shutdownAllConfirmationText: trans.__('Stop all training jobs? What they made is kept.')
    });
  }
};

/** Says how many jobs run; a click shows them above it. */
class RunningItem extends Widget {
  constructor(
    private app: JupyterFrontEnd,
    private train: ITrain,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Running');
    this._button.type = 'button';
    this._button.title = trans.__('Training jobs that run');
    this._button.setAttribute('aria-haspopup', 'dialog');
    this._button.addEventListener('click', () => { void this._show(); });
    this.node.append(this._button);
    train.jobs.changed.connect(this._draw, this);
    this._draw();
  }

  private _draw(): void {
    const { active } = this.train.jobs;
    this._button.textContent = this.trans._n('%1 training', '%1 training', active.length);
    this._body?.draw(active);
  }

  private async _show(): Promise<void> {
    if (this._popup && !this._popup.isDisposed) {
      this._popup.dispose();
      return;
    }
    const { RunningPopup } = await import('../ui/runningpopup');
    const { commands } = this.app;
    const then = (id: string, job?: string): void => {
      this._popup?.dispose();
      void commands.execute(id, job ? { job } : {});
    };
    const body = new RunningPopup(
      {
        ...(commands.hasCommand(CommandIDs.openJob) && {
          open: (job: string): void => { then(CommandIDs.openJob, job); }
        }),
        stop: job => { void commands.execute(CommandIDs.stopJob, { job }); },
        all: () => { then(CommandIDs.showJobs); }
      },
      this.trans
    );
    body.disposed.connect(() => { this._body = null; });
    this._body = body;
    body.draw(this.train.jobs.active);
    this._popup = showPopup({ body, anchor: this, align: 'left', hasDynamicSize: true });
  }

  private _button = document.createElement('button');
  private _body: RunningPopup | null = null;
  private _popup: Popup | null = null;
}

function entry(
  app: JupyterFrontEnd,
  job: IJobSummary,
  trans: TranslationBundle
): IRunningSessions.IRunningItem {
  const name = job.TrainingJobName;
  return {
    label: () => name,
    labelTitle: () => standing(job, trans),
    detail: () => standing(job, trans),
    icon: () => trainIcon,
    open: () => {
      if (app.commands.hasCommand(CommandIDs.openJob)) {
        void app.commands.execute(CommandIDs.openJob, { job: name });
      }
    },
    shutdown: () => { void app.commands.execute(CommandIDs.stopJob, { job: name }); }
  };
}

/** Return the status of a job, and how far it is. */
function standing(job: IJobSummary, trans: TranslationBundle): string {
  return [statusWord(job, trans), told(job, trans).words].filter(Boolean).join(' · ');
}

function stopAll(train: ITrain): void {
  for (const job of train.jobs.active) {
    void train.client.stop(job.TrainingJobName);
  }
}
