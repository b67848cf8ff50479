/** Many jobs in a list that draws only the rows in sight. */

import { stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { ENDED } from '../contract/sagemaker';
import { elapsed, secondsOf } from './elapsed';
import { figure } from './figures';
import { isSystem } from './measures';
import { preparation } from './progress';
import { statusLook } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

/** The height of a row in pixels; `joblist.css` says the same. */
export const ROW = 48;

/** Rows drawn above and below what is in sight. */
const SPARE = 6;

export interface IJobListProps {
  jobs: readonly IJobSummary[];
  /** Epoch seconds; a change draws the durations anew. */
  now: number;
  trans: TranslationBundle;
  open: (job: string) => void;
  stop: (job: string) => void;
}

/** Return the jobs that match every word of a filter, by name, status or instance type. */
export function matching(
  jobs: readonly IJobSummary[],
  filter: string,
  trans: TranslationBundle
): readonly IJobSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return jobs;
  }
  return jobs.filter(job => {
    const { word } = statusLook(job, trans);
    const text = `${job.TrainingJobName} ${word} ${job.InstanceType ?? ''}`.toLowerCase();
    return words.every(each => text.includes(each));
  });
}

/** Return the first row and the row after the last one to draw. */
export function window(top: number, height: number, count: number): [number, number] {
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(count, Math.ceil((top + height) / ROW) + SPARE);
  return [Math.min(first, last), last];
}

/** The list: arrows move, Enter opens. */
export function JobList(props: IJobListProps): JSX.Element {
  const { jobs } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const [view, setView] = React.useState({ top: 0, height: 800 });
  const [current, setCurrent] = React.useState(0);
  React.useEffect(() => watch(scroller.current, setView), []);
  const [first, last] = window(view.top, view.height, jobs.length);
  const active = Math.min(current, jobs.length - 1);
  const go = (to: number): void => {
    const target = Math.max(0, Math.min(jobs.length - 1, to));
    setCurrent(target);
    focusRow(scroller.current, target);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const page = Math.floor(view.height / ROW);
    const moves: Record<string, number> = {
      ArrowUp: active - 1,
      ArrowDown: active + 1,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: jobs.length - 1
    };
    if (event.key in moves) {
      event.preventDefault();
      go(moves[event.key]);
    }
  };
  return (
    <div className="jt-JobList" ref={scroller} onKeyDown={onKeyDown}>
      <div
        className="jt-JobList-rows"
        role="list"
        aria-label={props.trans.__('Training jobs')}
        style={{ height: jobs.length * ROW }}
      >
        {jobs.slice(first, last).map((job, offset) => (
          <Row
            key={job.TrainingJobName}
            {...props}
            job={job}
            place={first + offset}
            isActive={first + offset === active}
            focused={setCurrent}
          />
        ))}
      </div>
    </div>
  );
}

interface IRowProps extends IJobListProps {
  job: IJobSummary;
  place: number;
  isActive: boolean;
  focused: (place: number) => void;
}

function Row(props: IRowProps): JSX.Element {
  const { job, place, trans, isActive } = props;
  const name = job.TrainingJobName;
  const hasEnded = ENDED.has(job.TrainingJobStatus);
  const look = statusLook(job, trans);
  const doing = preparation(job);
  const metric = job.FinalMetricDataList.find(each => !isSystem(each.MetricName));
  return (
    <div
      className="jt-JobList-row"
      role="listitem"
      aria-setsize={props.jobs.length}
      aria-posinset={place + 1}
      data-job={name}
      data-place={place}
      style={{ top: place * ROW }}
    >
      <button
        type="button"
        className="jt-JobList-open"
        tabIndex={isActive ? 0 : -1}
        title={job.FailureReason ? `${name}\n${job.FailureReason}` : name}
        onFocus={() => { props.focused(place); }}
        onClick={() => { props.open(name); }}
      >
        <span className="jt-JobList-name">{name}</span>
        <span className="jt-JobList-facts">
          <span className={look.className}>
            <look.icon.react tag="span" className="jt-Status-icon" aria-hidden="true" />
            {look.word}
          </span>
          {job.Unreachable && <span>{trans.__('not reachable')}</span>}
          <span>{elapsed(secondsOf(job, hasEnded, props.now), trans)}</span>
          {doing && <span className="jt-JobList-doing">{doing}</span>}
          {metric && (
            <span className="jt-JobList-metric">
              <span>{metric.MetricName}</span>
              {` ${figure(metric.Value)}`}
            </span>
          )}
        </span>
      </button>
      {!hasEnded && (
        <button
          type="button"
          className="jt-JobList-stop"
          tabIndex={isActive ? 0 : -1}
          disabled={job.TrainingJobStatus === 'Stopping'}
          title={trans.__('Stop %1', name)}
          aria-label={trans.__('Stop %1', name)}
          onFocus={() => { props.focused(place); }}
          onClick={() => { props.stop(name); }}
        >
          <stopIcon.react tag="span" />
        </button>
      )}
    </div>
  );
}

/** Keep what is in sight current; returns what ends it. */
function watch(
  node: HTMLElement | null,
  set: (view: { top: number; height: number }) => void
): (() => void) | undefined {
  if (!node) {
    return undefined;
  }
  const measure = (): void => { set({ top: node.scrollTop, height: node.clientHeight }); };
  const sizes = new ResizeObserver(measure);
  sizes.observe(node);
  node.addEventListener('scroll', measure, { passive: true });
  return () => {
    sizes.disconnect();
    node.removeEventListener('scroll', measure);
  };
}

/** Bring a row into sight, then give it the focus once it is drawn. */
function focusRow(node: HTMLElement | null, place: number): void {
  if (!node) {
    return;
  }
  const top = place * ROW;
  if (top < node.scrollTop) {
    node.scrollTop = top;
  } else if (top + ROW > node.scrollTop + node.clientHeight) {
    node.scrollTop = top + ROW - node.clientHeight;
  }
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      node.querySelector<HTMLElement>(`[data-place="${place}"] button`)?.focus();
    });
  });
}
