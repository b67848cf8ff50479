/** The sidebar panel: every job, live; a filter; what to do when there is none. */

import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addIcon, FilterBox, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { CommandIDs, ITrain, SETTINGS } from '../tokens';
import { trainIcon } from '../ui/icon';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IJobSummary } from '../contract/sagemaker';
import type { Grouping, Row } from '../ui/jobgroups';
import type { Selection } from '../ui/jobselection';

/** The parts of the list, loaded when it is first seen. */
interface IParts {
  JobList: typeof import('../ui/joblist').JobList;
  matching: typeof import('../ui/jobfilter').matching;
  rowsOf: typeof import('../ui/jobgroups').rowsOf;
  pruned: typeof import('../ui/jobselection').pruned;
}

/** What the list shows, made anew only when something of it changed. */
interface IShown {
  jobs: readonly IJobSummary[];
  filter: string;
  grouping: Grouping;
  closed: ReadonlySet<string>;
  count: number;
  rows: readonly Row[];
}

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

  /** Told what a person chooses to group by. */
  choose = (grouping: Grouping): void => { this.grouping = grouping; };

  /** By what jobs are grouped. */
  set grouping(grouping: Grouping) {
    this._grouping = grouping;
    this.update();
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
    const { trans, train, _parts: parts } = this;
    if (!parts) {
      return null;
    }
    const { rows, count } = this._show(parts);
    this._selection = parts.pruned(this._selection, job => train.jobs.find(job) !== undefined);
    return (
      <>
        {this._bar()}
        {this._notice()}
        {this._selection.size > 0 && this._selected()}
        {count > 0 && (
          <parts.JobList
            rows={rows}
            selection={this._selection}
            now={Date.now() / 1000}
            trans={trans}
            open={job => { this._doing(CommandIDs.openJob)?.({ job }); }}
            stop={job => { this._doing(CommandIDs.stopJob)?.({ job }); }}
            remove={jobs => { this._doing(CommandIDs.deleteJobs)?.({ jobs: [...jobs] }); }}
            select={selection => { this._select(selection); }}
            turn={label => { this._turn(label); }}
          />
        )}
        {train.jobs.isReady && count === 0 && this._empty(this._doing(CommandIDs.launch))}
      </>
    );
  }

  private _bar(): JSX.Element {
    const { trans } = this;
    const launch = this._doing(CommandIDs.launch);
    return (
      <div className="jt-Jobs-bar">
        <FilterBox
          placeholder={trans.__('Filter by name, status or tag')}
          updateFilter={(_, query) => { this._narrow(query ?? ''); }}
          useFuzzyFilter={false}
          caseSensitive={false}
          showIcon={false}
        />
        <select
          className="jt-Jobs-grouping"
          aria-label={trans.__('Group jobs by')}
          title={trans.__('Group jobs by')}
          value={this._grouping}
          onChange={event => { this.choose(event.target.value as Grouping); }}
        >
          <option value="none">{trans.__('No groups')}</option>
          <option value="status">{trans.__('By status')}</option>
          <option value="tag">{trans.__('By tag')}</option>
        </select>
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
    );
  }

  /** What can be done to the jobs that are selected. */
  private _selected(): JSX.Element {
    const { trans } = this;
    const jobs = [...this._selection];
    const deeds: [string, string][] = [
      [CommandIDs.stopJobs, trans.__('Stop')],
      [CommandIDs.deleteJobs, trans.__('Delete')],
      [CommandIDs.tagJobs, trans.__('Tag')],
      [CommandIDs.cloneJobs, trans.__('Clone')]
    ];
    return (
      <div className="jt-Jobs-selected" role="group" aria-label={trans.__('Selected jobs')}>
        <span role="status">{trans._n('%1 selected', '%1 selected', jobs.length)}</span>
        {deeds.map(([id, word]) => (
          <button
            key={id}
            type="button"
            className="jt-Button"
            onClick={() => { this._doing(id)?.({ jobs }); }}
          >
            {word}
          </button>
        ))}
        <button type="button" className="jt-Button" onClick={() => { this._select(new Set()); }}>
          {trans.__('Clear')}
        </button>
      </div>
    );
  }

  /** Filter and group, unless nothing changed since it was done last: a clock draws each second. */
  private _show(parts: IParts): IShown {
    const { _filter: filter, _grouping: grouping, _closed: closed, trans } = this;
    const { jobs } = this.train.jobs;
    const last = this._shown;
    if (
      last?.jobs === jobs &&
      last.filter === filter &&
      last.grouping === grouping &&
      last.closed === closed
    ) {
      return last;
    }
    const found = parts.matching(jobs, filter, trans);
    const rows = parts.rowsOf(found, grouping, closed, trans);
    this._shown = { jobs, filter, grouping, closed, count: found.length, rows };
    return this._shown;
  }

  /** What runs a command; nothing where the application has no such command (Notebook 7). */
  private _doing(id: string): ((args?: { job?: string; jobs?: string[] }) => void) | undefined {
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
    this._parts ??= await parts();
    this.update();
  }

  private _select(selection: Selection): void {
    this._selection = selection;
    this.update();
  }

  private _turn(label: string): void {
    const closed = new Set(this._closed);
    if (!closed.delete(label)) {
      closed.add(label);
    }
    this._closed = closed;
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

  private _parts: IParts | undefined;
  private _shown: IShown | undefined;
  private _filter = '';
  private _grouping: Grouping = 'none';
  private _closed: ReadonlySet<string> = new Set();
  private _selection: Selection = new Set();
  private _clock: ReturnType<typeof setInterval> | undefined;
}

async function parts(): Promise<IParts> {
  const [list, filter, groups, selection] = await Promise.all([
    import('../ui/joblist'),
    import('../ui/jobfilter'),
    import('../ui/jobgroups'),
    import('../ui/jobselection')
  ]);
  return { ...list, ...filter, ...groups, ...selection };
}

export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:jobs',
  description: 'Shows the training jobs in the side bar.',
  autoStart: true,
  requires: [ITrain],
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, ITranslator],
  // eslint-disable-next-line max-params -- one for each service
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const panel = new JobsPanel(train, app.commands, trans);
    app.shell.add(panel, 'left', { rank: 600, type: 'Training' });
    restorer?.add(panel, panel.id);
    void follow(panel, registry);
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

/** Keep the panel as the settings say, and the settings as a person chooses in the panel. */
async function follow(panel: JobsPanel, registry: ISettingRegistry | null): Promise<void> {
  const settings = await registry?.load(SETTINGS).catch(() => null);
  if (settings) {
    const obey = (): void => { panel.grouping = settings.get('grouping').composite as Grouping; };
    settings.changed.connect(obey);
    panel.choose = grouping => { void settings.set('grouping', grouping); };
    obey();
  }
}
