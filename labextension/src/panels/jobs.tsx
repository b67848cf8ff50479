/** The sidebar panel: every job, live; a filter; what to do when there is none. */

import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addIcon, FilterBox, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { CommandIDs, ITrain } from '../tokens';
import { trainIcon } from '../ui/icon';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

type List = typeof import('../ui/joblist');

/** The panel; while it is hidden it draws nothing. */
export class JobsPanel extends ReactWidget {
  constructor(
    private train: ITrain,
    private commands: CommandRegistry,
    private trans: TranslationBundle
  ) {
    super();
    this.id = 'jt-jobs';
    this.addClass('jt-Jobs');
    this.title.icon = trainIcon;
    this.title.caption = trans.__('Training jobs');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Training jobs'));
    train.jobs.changed.connect(this._refresh, this);
    train.stream.changed.connect(this._refresh, this);
  }

  override dispose(): void {
    clearInterval(this._clock);
    super.dispose();
  }

  protected override onAfterShow(): void {
    // durations move on although no fact says so
    this._clock = setInterval(() => {
      if (this.train.jobs.active.length > 0 && !document.hidden) {
        this.update();
      }
    }, 1000);
    void this._load();
  }

  protected override onBeforeHide(): void {
    clearInterval(this._clock);
  }

  protected override render(): JSX.Element | null {
    const { trans, train, _list: list } = this;
    if (!list) {
      return null;
    }
    const launch = this._doing(CommandIDs.launch);
    const shown = list.matching(train.jobs.jobs, this._filter, trans);
    return (
      <>
        <div className="jt-Jobs-bar">
          <FilterBox
            placeholder={trans.__('Filter by name or status')}
            updateFilter={(_, query) => { this._narrow(query ?? ''); }}
            useFuzzyFilter={false}
            caseSensitive={false}
            showIcon={false}
          />
          {launch && (
            <button
              type="button"
              className="jt-Jobs-new jp-ToolbarButtonComponent"
              title={trans.__('New training job…')}
              aria-label={trans.__('New training job…')}
              onClick={() => { launch(); }}
            >
              <addIcon.react tag="span" />
            </button>
          )}
        </div>
        {this._notice()}
        {shown.length > 0 && (
          <list.JobList
            jobs={shown}
            now={Date.now() / 1000}
            trans={trans}
            open={job => { this._doing(CommandIDs.openJob)?.({ job }); }}
            stop={job => { this._doing(CommandIDs.stopJob)?.({ job }); }}
          />
        )}
        {train.jobs.isReady && shown.length === 0 && this._empty(launch)}
      </>
    );
  }

  /** What runs a command; nothing where the application has no such command (Notebook 7). */
  private _doing(id: string): ((args?: { job: string }) => void) | undefined {
    return this.commands.hasCommand(id)
      ? args => { void this.commands.execute(id, args); }
      : undefined;
  }

  private _notice(): JSX.Element {
    const { trans, train } = this;
    const { connection } = train.stream;
    const text =
      connection === 'lost'
        ? trans.__('The training manager cannot be reached; trying again.')
        : train.jobs.isReady
          ? ''
          : trans.__('Looking for training jobs …');
    return (
      <div className="jt-Jobs-notice" role="status" hidden={!text}>
        {text}
      </div>
    );
  }

  private _empty(launch: (() => void) | undefined): JSX.Element {
    const { trans } = this;
    if (this.train.jobs.jobs.length > 0) {
      return <p className="jt-Jobs-empty">{trans.__('No job matches “%1”.', this._filter)}</p>;
    }
    return (
      <div className="jt-Jobs-empty">
        <p>{trans.__('No training jobs yet.')}</p>
        <p>{trans.__('Begin a cell of a notebook with %1.', '%%train')}</p>
        {launch && (
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept"
            onClick={() => { launch(); }}
          >
            {trans.__('New training job…')}
          </button>
        )}
      </div>
    );
  }

  private async _load(): Promise<void> {
    this._list ??= await import('../ui/joblist');
    this.update();
  }

  private _narrow(filter: string): void {
    if (filter !== this._filter) {
      this._filter = filter;
      this.update();
    }
  }

  private _refresh(): void {
    if (this.isVisible) {
      this.update();
    }
  }

  private _list: List | undefined;
  private _filter = '';
  private _clock: ReturnType<typeof setInterval> | undefined;
}

export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:jobs',
  description: 'Shows the training jobs in the side bar.',
  autoStart: true,
  requires: [ITrain],
  optional: [ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const panel = new JobsPanel(train, app.commands, trans);
    app.shell.add(panel, 'left', { rank: 600, type: 'Training' });
    restorer?.add(panel, panel.id);
    app.commands.addCommand(CommandIDs.showJobs, {
      label: trans.__('Show Training Jobs'),
      caption: trans.__('Show the list of training jobs'),
      icon: trainIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => { app.shell.activateById(panel.id); }
    });
    palette?.addItem({ command: CommandIDs.showJobs, category: trans.__('Training') });
  }
};
