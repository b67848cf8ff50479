/** One row of the list of jobs: a job, or the heading of a group. */

import { caretDownIcon, caretRightIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { ENDED } from '../contract/sagemaker';
import { elapsed, secondsOf } from './elapsed';
import { figure } from './figures';
import { isSystem } from './measures';
import { preparation } from './progress';
import { statusLook } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';
import type { IHeading, Row } from './jobgroups';
import type { Selection } from './jobselection';

export interface IJobListProps {
  rows: readonly Row[];
  selection: Selection;
  /** Epoch seconds; a change draws the durations anew. */
  now: number;
  trans: TranslationBundle;
  open: (job: string) => void;
  stop: (job: string) => void;
  remove: (jobs: readonly string[]) => void;
  select: (selection: Selection) => void;
  /** Open a group, or close it. */
  turn: (label: string) => void;
}

/** What all rows know of the list and their place in it. */
export interface IPlaced {
  list: IJobListProps;
  place: number;
  top: number;
  isActive: boolean;
  focused: (place: number) => void;
}

interface IJobRowProps extends IPlaced {
  job: IJobSummary;
  clicked: (event: React.MouseEvent) => void;
  selected: () => void;
}

export function JobRow(props: IJobRowProps): JSX.Element {
  const { job, list, place, isActive } = props;
  const { trans } = list;
  const name = job.TrainingJobName;
  const isSelected = list.selection.has(name);
  return (
    <div
      className={`jt-JobList-row${isSelected ? ' jt-mod-selected' : ''}`}
      role="row"
      aria-rowindex={place + 1}
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
      <span
        role="gridcell"
        className="jt-JobList-open"
        title={job.FailureReason ? `${name}\n${job.FailureReason}` : name}
        onClick={props.clicked}
      >
        <span className="jt-JobList-name">{name}</span>
        <Facts job={job} now={list.now} trans={trans} />
      </span>
      <Stop {...props} />
    </div>
  );
}

function Facts(props: { job: IJobSummary; now: number; trans: TranslationBundle }): JSX.Element {
  const { job, now, trans } = props;
  const look = statusLook(job, trans);
  const doing = preparation(job);
  const metric = job.FinalMetricDataList.find(each => !isSystem(each.MetricName));
  const hasEnded = ENDED.has(job.TrainingJobStatus);
  return (
    <span className="jt-JobList-facts">
      <span className={look.className}>
        <look.icon.react tag="span" className="jt-Status-icon" aria-hidden="true" />
        {look.word}
      </span>
      {job.Unreachable && <span>{trans.__('not reachable')}</span>}
      <span>{elapsed(secondsOf(job, hasEnded, now), trans)}</span>
      {doing && <span className="jt-JobList-doing">{doing}</span>}
      {metric && (
        <span className="jt-JobList-metric">
          <span>{metric.MetricName}</span>
          {` ${figure(metric.Value)}`}
        </span>
      )}
      {job.Tags?.map(tag => <span key={tag} className="jt-JobList-tag">{tag}</span>)}
    </span>
  );
}

function Stop(props: IJobRowProps): JSX.Element | null {
  const { job, list } = props;
  const { trans } = list;
  const name = job.TrainingJobName;
  if (ENDED.has(job.TrainingJobStatus)) {
    return null;
  }
  return (
    <span role="gridcell" className="jt-JobList-end">
      <button
        type="button"
        className="jt-JobList-stop"
        tabIndex={props.isActive ? 0 : -1}
        disabled={job.TrainingJobStatus === 'Stopping'}
        title={trans.__('Stop %1', name)}
        aria-label={trans.__('Stop %1', name)}
        onClick={() => { list.stop(name); }}
      >
        <stopIcon.react tag="span" />
      </button>
    </span>
  );
}

interface IHeadingProps extends IPlaced {
  group: IHeading;
}

export function GroupRow(props: IHeadingProps): JSX.Element {
  const { group, place } = props;
  const Caret = group.isOpen ? caretDownIcon : caretRightIcon;
  return (
    <div
      className="jt-JobList-row jt-mod-group"
      role="row"
      aria-rowindex={place + 1}
      aria-expanded={group.isOpen}
      tabIndex={props.isActive ? 0 : -1}
      data-place={place}
      style={{ top: props.top }}
      onFocus={() => { props.focused(place); }}
      onClick={() => { props.list.turn(group.label); }}
    >
      <span role="gridcell" className="jt-JobList-group">
        <Caret.react tag="span" aria-hidden="true" />
        <span className="jt-JobList-name">{group.label}</span>
        <span>{group.count}</span>
      </span>
    </div>
  );
}
