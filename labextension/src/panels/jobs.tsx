/** The panel with every job, live: a filter, groups, an order; in the side bar, or as a table. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { CommandIDs, ITrain, SETTINGS } from '../tokens';
import { trainIcon } from '../ui/icon';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IJobSummary } from '../contract/sagemaker';
import type { Sketches } from '../data/sketches';
import type { Column, Sort } from '../ui/jobcolumns';
import type { Grouping, Row } from '../ui/jobgroups';
import type { Selection } from '../ui/jobselection';

/** The parts of the list, loaded when it is first seen. */
type Parts = typeof import('../ui/joblist') &
  typeof import('../ui/jobsbar') &
  typeof import('../ui/jobcolumns') &
  typeof import('../ui/jobfilter') &
  typeof import('../ui/jobgroups') &
  typeof import('../ui/jobselection') &
  typeof import('../data/clock') & { sketches: Sketches };

/** How a person wants the list; each is a setting. */
export interface IListSettings {
  grouping: Grouping;
  sort: Sort;
  columns: readonly Column[];
  /** Groups that are closed. */
  folded: readonly string[];
  sparkMetric: string;
}

/** What the list shows, made anew only when something of it changed. */
interface IShown {
  version: number;
  filter: string;
  settings: IListSettings;
  found: readonly IJobSummary[];
  rows: readonly Row[];
}

/** While pages of old jobs come, the list is drawn anew so often; milliseconds. */
const WHILE_COMING = 250;

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

  /** Told what a person chooses in the panel. */
  choose = (changes: Partial<IListSettings>): void => { this.apply(changes); };

  /** Show the list so from now on. */
  apply(changes: Partial<IListSettings>): void {
    this.settings = { ...this._settings, ...changes };
  }

  /** How the list is shown. */
  set settings(settings: IListSettings) {
    this._settings = settings;
    if (this._parts) {
      this._parts.sketches.metric = settings.sparkMetric;
    }
    this.update();
  }

  override dispose(): void {
    clearInterval(this._clock);
    clearTimeout(this._soon);
    super.dispose();
  }

  protected override onAfterShow(): void {
    // durations move on although no fact says so
    clearInterval(this._clock);
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
    const { trans, train, _parts: parts, _settings: settings } = this;
    if (!parts) {
      return null;
    }
    const { rows, found: { length: count } } = this._show(parts);
    const isKnown = (job: string): boolean => train.jobs.find(job) !== undefined;
    this._selection = parts.pruned(this._selection, isKnown);
    this.toggleClass('jt-mod-away', train.stream.connection === 'lost');
    const launch = this._doing(CommandIDs.launch);
    return (
      <>
        <parts.JobsBar
          trans={trans}
          grouping={settings.grouping}
          sort={settings.sort}
          prepare={() => { parts.prepare(train.jobs.jobs, trans); }}
          narrow={filter => { this._narrow(filter); }}
          group={grouping => { this.choose({ grouping }); }}
          order={sort => { this.choose({ sort }); }}
          launch={launch && (() => { launch(); })}
          move={this.move}
        />
        {this._notice()}
        {this._selection.size > 0 && (
          <parts.SelectedJobs trans={trans} count={this._selection.size} deeds={this._deeds()} />
        )}
        {count > 0 && (
          <parts.JobList
            rows={rows}
            selection={this._selection}
            now={parts.now()}
            trans={trans}
            columns={settings.columns.length > 0 ? settings.columns : parts.COLUMNS}
            sort={settings.sort}
            sketch={job => parts.sketches.find(job)}
            seen={jobs => { void parts.sketches.want(jobs); }}
            open={job => { this._doing(CommandIDs.openJob)?.({ job }); }}
            stop={job => { this._doing(CommandIDs.stopJob)?.({ job }); }}
            remove={jobs => { this._doing(CommandIDs.deleteJobs)?.({ jobs: [...jobs] }); }}
            select={selection => { this._select(selection); }}
            order={column => { this.choose({ sort: parts.pressed(settings.sort, column) }); }}
            turn={label => { this._turn(label); }}
          />
        )}
        {train.jobs.isReady && count === 0 && (
          <parts.NoJobs
            trans={trans}
            filter={train.jobs.jobs.length > 0 ? this._filter : undefined}
            launch={launch && (() => { launch(); })}
          />
        )}
      </>
    );
  }

  /** Gives the panel another place, where there is one. */
  move: (() => void) | undefined;

  /** What can be done to the jobs that are selected. */
  private _deeds(): [string, () => void][] {
    const { trans } = this;
    const jobs = [...this._selection];
    const deeds: [string, string][] = [
      [CommandIDs.stopJobs, trans.__('Stop')],
      [CommandIDs.deleteJobs, trans.__('Delete')],
      [CommandIDs.tagJobs, trans.__('Tag')],
      [CommandIDs.cloneJobs, trans.__('Clone')],
      [CommandIDs.compareJobs, trans.__('Compare')]
    ];
    const known = deeds.flatMap(([id, word]): [string, () => void][] => {
      const act = this._doing(id);
      const isOffered = act && (id !== CommandIDs.compareJobs || jobs.length > 1);
      return isOffered ? [[word, () => { act({ jobs }); }]] : [];
    });
    return [...known, [trans.__('Clear'), () => { this._select(new Set()); }]];
  }

  /** Filter, sort and group, unless nothing changed since: a clock draws each second. */
  private _show(parts: Parts): IShown {
    const { _filter: filter, _settings: settings, trans } = this;
    const { jobs, version } = this.train.jobs;
    const last = this._shown;
    if (last?.version === version && last.filter === filter && last.settings === settings) {
      return last;
    }
    const isNarrower = last?.version === version && parts.narrows(filter, last.filter);
    const found = parts.matching(isNarrower ? last.found : jobs, filter, trans);
    const ordered = parts.sorted(found, settings.sort, trans);
    const rows = parts.rowsOf(ordered, settings.grouping, new Set(settings.folded), trans);
    this._shown = { version, filter, settings, found, rows };
    return this._shown;
  }

  /** What runs a command; nothing where the application has no such command (Notebook 7). */
  private _doing(id: string): ((args?: ReadonlyPartialJSONObject) => void) | undefined {
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

  private async _load(): Promise<void> {
    if (!this._parts) {
      this._parts = await parts(this.train);
      this._parts.sketches.changed.connect(this._refresh, this);
      this._parts.sketches.metric = this._settings.sparkMetric;
    }
    this.update();
  }

  private _select(selection: Selection): void {
    this._selection = selection;
    this.update();
  }

  private _turn(label: string): void {
    const folded = new Set(this._settings.folded);
    if (!folded.delete(label)) {
      folded.add(label);
    }
    this.choose({ folded: [...folded] });
  }

  private _narrow(filter: string): void {
    if (filter !== this._filter) {
      this._filter = filter;
      this.update();
    }
  }

  /** Draw anew; not for each of many pages. */
  private _refresh(): void {
    if (!this.isVisible || this._soon !== undefined) {
      return;
    }
    if (!this.train.jobs.isComing) {
      this.update();
      return;
    }
    this._soon = setTimeout(() => {
      this._soon = undefined;
      this.update();
    }, WHILE_COMING);
  }

  private _parts: Parts | undefined;
  private _shown: IShown | undefined;
  private _filter = '';
  private _settings: IListSettings = {
    grouping: 'none',
    sort: '-created',
    columns: [],
    folded: [],
    sparkMetric: ''
  };
  private _selection: Selection = new Set();
  private _clock: ReturnType<typeof setInterval> | undefined;
  private _soon: ReturnType<typeof setTimeout> | undefined;
}

async function parts({ client }: ITrain): Promise<Parts> {
  const [list, bar, columns, filter, groups, selection, clock, sketches] = await Promise.all([
    import('../ui/joblist'),
    import('../ui/jobsbar'),
    import('../ui/jobcolumns'),
    import('../ui/jobfilter'),
    import('../ui/jobgroups'),
    import('../ui/jobselection'),
    import('../data/clock'),
    import('../data/sketches')
  ]);
  const own = { sketches: new sketches.Sketches(client) };
  return { ...list, ...bar, ...columns, ...filter, ...groups, ...selection, ...clock, ...own };
}

export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:jobs',
  description: 'Shows the training jobs in the side bar, or as a table.',
  autoStart: true,
  requires: [ITrain],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, ISettingRegistry, ITranslator],
  // eslint-disable-next-line max-params -- one for each service
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    labShell: ILabShell | null,
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
    const isTable = (): boolean => panel.node.closest('#jp-main-dock-panel') !== null;
    const put = (asTable: boolean): void => {
      panel.title.label = asTable ? trans.__('Training jobs') : '';
      app.shell.add(panel, asTable ? 'main' : 'left', { rank: 600, type: 'Training' });
    };
    app.commands.addCommand(CommandIDs.showJobs, {
      label: args => {
        return args.asTable ? trans.__('Training Jobs as Table') : trans.__('Show Training Jobs');
      },
      caption: trans.__('Show the list of training jobs'),
      icon: trainIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            asTable: { type: 'boolean', description: trans.__('In the main area, or at the side') }
          }
        }
      },
      execute: args => {
        if (labShell && typeof args.asTable === 'boolean' && args.asTable !== isTable()) {
          put(args.asTable);
        }
        app.shell.activateById(panel.id);
      }
    });
    if (labShell) {
      panel.move = () => {
        void app.commands.execute(CommandIDs.showJobs, { asTable: !isTable() });
      };
    }
    const category = trans.__('Training');
    palette?.addItem({ command: CommandIDs.showJobs, category });
  }
};

/** Keep the panel as the settings say, and the settings as a person chooses in the panel. */
async function follow(panel: JobsPanel, registry: ISettingRegistry | null): Promise<void> {
  const settings = await registry?.load(SETTINGS).catch(() => null);
  if (settings) {
    let saving = 0;
    const obey = (): void => {
      if (saving === 0) {
        panel.settings = settings.composite as unknown as IListSettings;
      }
    };
    settings.changed.connect(obey);
    panel.choose = changes => {
      panel.apply(changes); // at once: the server may be far away
      saving++;
      const saves = Object.entries(changes).map(([name, value]) => {
        return settings.set(name, value as string);
      });
      void Promise.allSettled(saves).then(() => {
        saving--;
        obey();
      });
    };
    obey();
  }
}
