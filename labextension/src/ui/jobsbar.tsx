/** What stands above the list of jobs: what it shows, what can be done to those selected. */

import { addIcon, FilterBox, tableRowsIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { COLUMNS, columnOf, heading } from './jobcolumns';
import { groupings } from './jobgroups';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Sort } from './jobcolumns';
import type { Grouping } from './jobgroups';

interface IJobsBarProps {
  trans: TranslationBundle;
  grouping: Grouping;
  sort: Sort;
  /** Called before something is typed. */
  prepare: () => void;
  narrow: (filter: string) => void;
  group: (by: Grouping) => void;
  order: (by: Sort) => void;
  /** Opens the form; absent where there is none. */
  launch: (() => void) | undefined;
  /** Gives the list another place; absent where there is no other. */
  move: (() => void) | undefined;
}

export function JobsBar(props: IJobsBarProps): JSX.Element {
  const { trans, launch, move } = props;
  // the bar is drawn with each letter, and with each change of a job
  const groups = React.useMemo(() => groupings(trans), [trans]);
  const orders = React.useMemo(() => sorts(trans), [trans]);
  return (
    <div className="jt-Jobs-bar">
      <div className="jt-Jobs-find" onFocus={props.prepare}>
        <FilterBox
          placeholder={trans.__('Filter by name, status or tag')}
          updateFilter={(_, query) => { props.narrow(query ?? ''); }}
          useFuzzyFilter={false}
          caseSensitive={false}
          showIcon={false}
        />
        {move && (
          <IconButton icon={tableRowsIcon} word={trans.__('As table, or as list')} press={move} />
        )}
        {launch && (
          <IconButton icon={addIcon} word={trans.__('New training job…')} press={launch} />
        )}
      </div>
      <div className="jt-Jobs-order">
        <Choice
          word={trans.__('Group jobs by')}
          value={props.grouping}
          options={groups}
          choose={value => { props.group(value as Grouping); }}
        />
        <Choice
          word={trans.__('Sort jobs by')}
          value={props.sort}
          options={orders}
          choose={value => { props.order(value as Sort); }}
        />
      </div>
    </div>
  );
}

/** Return each column in both directions, as sentences of a few words. */
function sorts(trans: TranslationBundle): readonly [Sort, string][] {
  const all = COLUMNS.flatMap((column): Sort[] => [column, `-${column}`]);
  return all.map(sort => {
    const arrow = sort.startsWith('-') ? '↓' : '↑';
    return [sort, trans.__('%1 %2', heading(columnOf(sort), trans), arrow)];
  });
}

interface IChoiceProps {
  word: string;
  value: string;
  options: readonly (readonly [string, string])[];
  choose: (value: string) => void;
}

function Choice({ word, value, options, choose }: IChoiceProps): JSX.Element {
  return (
    <select
      className="jt-Jobs-choice"
      aria-label={word}
      title={word}
      value={value}
      onChange={event => { choose(event.target.value); }}
    >
      {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
    </select>
  );
}

interface IIconButtonProps {
  icon: typeof addIcon;
  word: string;
  press: () => void;
}

function IconButton({ icon: Icon, word, press }: IIconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className="jt-Jobs-button jp-ToolbarButtonComponent"
      title={word}
      aria-label={word}
      onClick={press}
    >
      <Icon.react tag="span" />
    </button>
  );
}

interface ISelectedProps {
  trans: TranslationBundle;
  count: number;
  /** What can be done: a word and the deed. */
  deeds: readonly [string, () => void][];
}

/** What can be done to the jobs that are selected. */
export function SelectedJobs({ trans, count, deeds }: ISelectedProps): JSX.Element {
  return (
    <div className="jt-Jobs-selected" role="group" aria-label={trans.__('Selected jobs')}>
      <span role="status">{trans._n('%1 selected', '%1 selected', count)}</span>
      {deeds.map(([word, act]) => (
        <button key={word} type="button" className="jt-Button" onClick={act}>
          {word}
        </button>
      ))}
    </div>
  );
}

interface INoJobsProps {
  trans: TranslationBundle;
  /** What was typed, where there are jobs but none has it. */
  filter: string | undefined;
  launch: (() => void) | undefined;
}

/** What to do when there is no job to show. */
export function NoJobs({ trans, filter, launch }: INoJobsProps): JSX.Element {
  if (filter !== undefined) {
    return <p className="jt-Jobs-empty">{trans.__('No job matches “%1”.', filter)}</p>;
  }
  return (
    <div className="jt-Jobs-empty">
      <p>{trans.__('No training jobs yet.')}</p>
      <p>{trans.__('Begin a cell of a notebook with %1.', '%%train')}</p>
      {launch && (
        <button type="button" className="jp-mod-styled jp-mod-accept" onClick={launch}>
          {trans.__('New training job…')}
        </button>
      )}
    </div>
  );
}
