/** Many jobs in a list that draws only the rows in sight. */

import * as React from 'react';
import { click, pick, press } from './jobkeys';
import { GroupRow, JobRow } from './jobrow';

import type { IWhere } from './jobkeys';
import type { IJobListProps, IPlaced } from './jobrow';

/** The height of a row in pixels; `joblist.css` says the same. */
export const ROW = 48;

/** Rows drawn above and below what is in sight. */
const SPARE = 6;

/** Return the first row and the row after the last one to draw. */
export function window(top: number, height: number, count: number): [number, number] {
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(count, Math.ceil((top + height) / ROW) + SPARE);
  return [Math.min(first, last), last];
}

/** The list: arrows move, Enter opens, Space selects. */
export function JobList(props: IJobListProps): JSX.Element {
  const { rows } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const anchor = React.useRef(0);
  const [view, setView] = React.useState({ top: 0, height: 800 });
  const [current, setCurrent] = React.useState(0);
  React.useEffect(() => watch(scroller.current, setView), []);
  const [first, last] = window(view.top, view.height, rows.length);
  const active = Math.max(0, Math.min(current, rows.length - 1));
  const go = (to: number): void => {
    setCurrent(to);
    focusRow(scroller.current, to);
  };
  const where: IWhere = { list: props, active, anchor, go };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (press(event, where, Math.floor(view.height / ROW))) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div className="jt-JobList" ref={scroller} onKeyDown={onKeyDown}>
      <div
        className="jt-JobList-rows"
        role="grid"
        aria-multiselectable
        aria-rowcount={rows.length}
        aria-label={props.trans.__('Training jobs')}
        style={{ height: rows.length * ROW }}
      >
        {rows.slice(first, last).map((row, at) => {
          const place = first + at;
          return row.kind === 'group'
            ? <GroupRow key={row.label} {...placed(where, place, setCurrent)} group={row} />
            : (
              <JobRow
                key={`${row.group} ${row.job.TrainingJobName}`}
                {...placed(where, place, setCurrent)}
                job={row.job}
                clicked={event => { click(event, where, place); }}
                selected={() => { pick(where, place); }}
              />
            );
        })}
      </div>
    </div>
  );
}

/** What every row is told. */
function placed(where: IWhere, place: number, focused: (place: number) => void): IPlaced {
  const isActive = place === where.active;
  return { list: where.list, place, top: place * ROW, isActive, focused };
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
  const seen = node.scrollTop;
  if (top < seen) {
    node.scrollTop = top;
  } else if (top + ROW > seen + node.clientHeight) {
    node.scrollTop = (top + ROW - node.clientHeight);
  }
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      node.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus();
    });
  });
}
