/** One row of the list of jobs: a job, in two lines or in columns, or the heading of a group. */

import { caretDownIcon, caretRightIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { ENDED } from '../contract/sagemaker';
import { elapsed, secondsOf } from './duration';
import { figure } from './figures';
import { metricOf } from './jobcolumns';
import { told } from './progress';
import { Sketch } from './sketch';
import { statusLook } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';
import type { ISketch } from '../data/sketches';
import type { Column, Sort } from './jobcolumns';
import type { IHeading, Row } from './jobgroups';
import type { Selection } from './jobselection';
import type { IStatusLook } from './status';

export interface IJobListProps {
  rows: readonly Row[];
  selection: Selection;
  /** Epoch seconds; a change draws the durations anew. */
  now: number;
  trans: TranslationBundle;
  /** What a wide list shows of each job. */
  columns: readonly Column[];
  sort: Sort;
  sketch: (job: string) => ISketch | undefined;
  /** Told which jobs are in sight, after each time they are drawn. */
  seen: (jobs: readonly IJobSummary[]) => void;
  open: (job: string) => void;
  stop: (job: string) => void;
  remove: (jobs: readonly string[]) => void;
  select: (selection: Selection) => void;
  /** Sort by a column, or by the same one in the other direction. */
  order: (column: Column) => void;
  /** Open a group, or close it. */
  turn: (label: string) => void;
}

/** What all rows know of the list and their place in it. */
export interface IPlaced {
  list: IJobListProps;
  isWide: boolean;
  place: number;
  top: number;
  isActive: boolean;
  focused: (place: number) => void;
}

interface IJobRowProps extends IPlaced {
  job: IJobSummary;
  /** 1 or, below a heading, 2. */
  level: number;
  clicked: (event: React.MouseEvent) => void;
  selected: () => void;
}

export function JobRow(props: IJobRowProps): JSX.Element {
  const { job, list, place, isActive, isWide } = props;
  const { trans } = list;
  const name = job.TrainingJobName;
  const isSelected = list.selection.has(name);
  return (
    <div
      className={`jt-JobList-row${isSelected ? ' jt-mod-selected' : ''}`}
      role="row"
      aria-level={props.level}
      aria-rowindex={place + 1 + Number(isWide)}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      data-job={name}
      data-place={place}
      style={{ top: props.top }}
      onFocus={() => { props.focused(place); }}
    >
      <span role="gridcell" className="jt-JobList-pick">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          aria-label={trans.__('Select %1', name)}
          onChange={props.selected}
        />
      </span>
      {isWide ? <Cells {...props} /> : <Lines {...props} />}
      <Stop {...props} />
    </div>
  );
}

/** Return what a pointer that rests on a job is told. */
function titleOf(job: IJobSummary): string {
  const name = job.TrainingJobName;
  return job.FailureReason ? `${name}\n${job.FailureReason}` : name;
}

/** Names that end with the time differ there alone: so many letters are never cut off. */
const TAIL = 12;

function Name({ name }: { name: string }): JSX.Element {
  return (
    <span className="jt-JobList-name">
      <span className="jt-mod-start">{name.slice(0, -TAIL)}</span>
      {name.slice(-TAIL)}
    </span>
  );
}

// an icon is dear to draw, and rows are drawn each second
const Standing = React.memo(({ word, icon: Icon, className }: IStatusLook) => (
  <span className={className}>
    <Icon.react tag="span" className="jt-Status-icon" aria-hidden="true" />
    {word}
  </span>
));
Standing.displayName = 'Standing';

/** A job in two lines. */
function Lines({ job, list, clicked }: IJobRowProps): JSX.Element {
  const { trans } = list;
  const how = told(job, trans, list.now);
  return (
    <span
      role="gridcell"
      className="jt-JobList-open"
      title={titleOf(job)}
      onClick={clicked}
    >
      <span className="jt-JobList-line">
        <Name name={job.TrainingJobName} />
        <Sketch sketch={list.sketch(job.TrainingJobName)} trans={trans} />
      </span>
      <span className="jt-JobList-facts">
        <Standing {...statusLook(job, trans)} />
        {job.Unreachable && <span>{trans.__('not reachable')}</span>}
        {how.share === undefined && <span>{lasted(job, list)}</span>}
        {how.words && <span className="jt-JobList-doing">{how.words}</span>}
        <Metric job={job} />
        {job.Tags?.map(tag => <span key={tag} className="jt-JobList-tag">{tag}</span>)}
      </span>
      <Bar share={how.share} title={how.title} />
    </span>
  );
}

/** A job in columns. */
function Cells(props: IJobRowProps): JSX.Element {
  const { job, list, clicked } = props;
  return (
    <>
      {list.columns.map(column => (
        <span
          key={column}
          role="gridcell"
          className={`jt-JobList-cell jt-mod-${column}`}
          title={column === 'name' ? titleOf(job) : undefined}
          onClick={clicked}
        >
          {CELLS[column](job, list)}
        </span>
      ))}
    </>
  );
}

const CELLS: Record<Column, (job: IJobSummary, list: IJobListProps) => React.ReactNode> = {
  name: job => <Name name={job.TrainingJobName} />,
  status: (job, { trans }) => {
    const look = statusLook(job, trans);
    const word = job.Unreachable ? trans.__('%1, not reachable', look.word) : look.word;
    return <Standing {...look} word={word} />;
  },
  progress: (job, { trans, now }) => {
    const { words, share, title } = told(job, trans, now);
    return (
      <>
        <Bar share={share} title={title} />
        <span className="jt-JobList-doing" title={title}>{words}</span>
      </>
    );
  },
  metric: (job, { trans, sketch }) => (
    <>
      <Metric job={job} />
      <Sketch sketch={sketch(job.TrainingJobName)} trans={trans} />
    </>
  ),
  instance: job => job.InstanceType,
  created: job => moment(job.CreationTime),
  duration: lasted,
  tags: job => job.Tags?.map(tag => <span key={tag} className="jt-JobList-tag">{tag}</span>)
};

function lasted(job: IJobSummary, { now, trans }: IJobListProps): string {
  return elapsed(secondsOf(job, ENDED.has(job.TrainingJobStatus), now), trans);
}

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

function moment(time: number | undefined): string {
  return time === undefined ? '' : MOMENT.format(1000 * time);
}

function Metric({ job }: { job: IJobSummary }): JSX.Element | null {
  const metric = metricOf(job);
  return metric ? (
    <span className="jt-JobList-metric">
      <span>{metric.MetricName}</span>
      {` ${figure(metric.Value)}`}
    </span>
  ) : null;
}

function Bar({ share, title }: { share: number | undefined; title: string }): JSX.Element | null {
  return share === undefined
    ? null
    : <progress className="jt-JobList-bar" value={share} aria-label={title} />;
}

const STOP = <stopIcon.react tag="span" />;

function Stop(props: IJobRowProps): JSX.Element {
  const { job, list } = props;
  const { trans } = list;
  const name = job.TrainingJobName;
  return (
    <span role="gridcell" className="jt-JobList-end">
      {!ENDED.has(job.TrainingJobStatus) && (
        <button
          type="button"
          className="jt-JobList-stop"
          tabIndex={props.isActive ? 0 : -1}
          disabled={job.TrainingJobStatus === 'Stopping'}
          title={trans.__('Stop %1', name)}
          aria-label={trans.__('Stop %1', name)}
          onClick={() => { list.stop(name); }}
        >
          {STOP}
        </button>
      )}
    </span>
  );
}

interface IHeadingProps extends IPlaced {
  group: IHeading;
}

export function GroupRow(props: IHeadingProps): JSX.Element {
  const { group, place, list, isWide } = props;
  const Caret = group.isOpen ? caretDownIcon : caretRightIcon;
  return (
    <div
      className="jt-JobList-row jt-mod-group"
      role="row"
      aria-level={1}
      aria-rowindex={place + 1 + Number(isWide)}
      aria-expanded={group.isOpen}
      tabIndex={props.isActive ? 0 : -1}
      data-place={place}
      style={{ top: props.top }}
      onFocus={() => { props.focused(place); }}
      onClick={() => { list.turn(group.label); }}
    >
      <span role="gridcell" className="jt-JobList-group">
        <Caret.react tag="span" aria-hidden="true" />
        <span className="jt-JobList-name">{group.label}</span>
        <span className="jt-JobList-count">{group.count}</span>
      </span>
    </div>
  );
}
