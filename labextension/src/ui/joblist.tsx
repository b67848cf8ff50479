/** Many jobs in a list that draws only the rows in sight: two lines each, or columns. */

import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { FLAT, inSight, ROW } from './insight';
import { columnOf, heading } from './jobcolumns';
import { click, pick, press } from './jobkeys';
import { GroupRow, JobRow } from './jobrow';

import type { Column, Sort } from './jobcolumns';
import type { IWhere } from './jobkeys';
import type { IJobListProps, IPlaced } from './jobrow';

/** The width from which on jobs are shown in columns. */
const WIDE = 640;

/** What of the list is in sight. */
interface IView {
  top: number;
  height: number;
  width: number;
}

/** The list: arrows move, Enter opens, Space selects. */
export function JobList(props: IJobListProps): JSX.Element {
  const { rows } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const anchor = React.useRef(0);
  const view = useView(scroller);
  const [current, setCurrent] = useCurrent(scroller, rows);
  const isWide = view.width >= WIDE;
  const size = isWide ? FLAT : ROW;
  const [first, last] = inSight(view.top, view.height, rows.length, size);
  const drawn = rows.slice(first, last);
  React.useEffect(() => {
    props.seen(drawn.flatMap(row => (row.kind === 'job' ? [row.job] : [])));
  });
  const active = Math.max(0, Math.min(current, rows.length - 1));
  const go = (to: number): void => {
    setCurrent(to);
    focusRow(scroller.current, to, size);
  };
  const where: IWhere = { list: props, active, anchor, go };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (press(event, where, Math.floor(view.height / size))) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const place = (at: number): IPlaced => ({
    list: props, isWide, place: at, top: at * size, isActive: at === active, focused: setCurrent
  });
  const className = `jt-JobList${isWide ? ' jt-mod-wide' : ''}`;
  return (
    <div className={className} ref={scroller} onKeyDown={onKeyDown}>
      <div
        role="treegrid"
        aria-multiselectable
        aria-rowcount={rows.length + Number(isWide)}
        aria-label={props.trans.__('Training jobs')}
        style={{ '--jt-columns': template(props.columns) } as React.CSSProperties}
      >
        {isWide && <Headings {...props} />}
        <div role="rowgroup" className="jt-JobList-rows" style={{ height: rows.length * size }}>
          {drawn.map((row, index) => {
            const at = first + index;
            return row.kind === 'group'
              ? <GroupRow key={row.label} {...place(at)} group={row} />
              : (
                <JobRow
                  key={`${row.group} ${row.job.TrainingJobName}`}
                  {...place(at)}
                  job={row.job}
                  level={row.group ? 2 : 1}
                  clicked={event => { click(event, where, at); }}
                  selected={() => { pick(where, at); }}
                />
              );
          })}
        </div>
      </div>
    </div>
  );
}

// Read a row as: a column is so wide.
const WIDTHS: Record<Column, string> = {
  name: 'minmax(140px, 2fr)',
  status: 'minmax(96px, 1fr)',
  progress: 'minmax(120px, 1.4fr)',
  metric: 'minmax(140px, 1.6fr)',
  instance: 'minmax(64px, 0.8fr)',
  created: 'minmax(96px, 1fr)',
  duration: 'minmax(72px, 0.7fr)',
  tags: 'minmax(48px, 1fr)'
};

function template(columns: readonly Column[]): string {
  return ['32px', ...columns.map(column => WIDTHS[column]), '36px'].join(' ');
}

/** The headings of columns: each sorts by it. */
function Headings({ columns, sort, order, trans }: IJobListProps): JSX.Element {
  return (
    <div role="rowgroup" className="jt-JobList-headings">
      <div role="row" aria-rowindex={1}>
        <span role="columnheader" aria-label={trans.__('Selected')} />
        {columns.map(column => (
          <span key={column} role="columnheader" aria-sort={directionOf(sort, column)}>
            <button type="button" onClick={() => { order(column); }}>
              <span>{heading(column, trans)}</span>
              {columnOf(sort) === column && <Arrow sort={sort} />}
            </button>
          </span>
        ))}
        <span role="columnheader" aria-label={trans.__('Stop')} />
      </div>
    </div>
  );
}

function Arrow({ sort }: { sort: Sort }): JSX.Element {
  const Caret = sort.startsWith('-') ? caretDownIcon : caretUpIcon;
  return <Caret.react tag="span" aria-hidden="true" />;
}

function directionOf(sort: Sort, column: Column): 'ascending' | 'descending' | 'none' {
  if (columnOf(sort) !== column) {
    return 'none';
  }
  return sort === column ? 'ascending' : 'descending';
}

/** Return what is in sight of a list, as it is scrolled and changes its size. */
function useView(scroller: React.RefObject<HTMLDivElement>): IView {
  const [view, setView] = React.useState<IView>({ top: 0, height: 800, width: 0 });
  React.useEffect(() => watch(scroller.current, setView), []);
  return view;
}

/** Keep what is in sight current; returns what ends it. */
function watch(node: HTMLElement | null, set: (view: IView) => void): (() => void) | undefined {
  if (!node) {
    return undefined;
  }
  const measure = (): void => {
    set({ top: node.scrollTop, height: node.clientHeight, width: node.clientWidth });
  };
  const sizes = new ResizeObserver(measure);
  sizes.observe(node);
  node.addEventListener('scroll', measure, { passive: true });
  return () => {
    sizes.disconnect();
    node.removeEventListener('scroll', measure);
  };
}

/** Return the place where the keyboard is; jobs that come above it move the row in focus. */
function useCurrent(
  scroller: React.RefObject<HTMLDivElement>,
  rows: IJobListProps['rows']
): [number, (place: number) => void] {
  const [current, setCurrent] = React.useState(0);
  React.useEffect(() => {
    setCurrent(before => focusedIn(scroller.current) ?? before);
  }, [rows]);
  return [current, setCurrent];
}

/** Return the place of the row in focus, if one is. */
function focusedIn(node: HTMLElement | null): number | null {
  const row = document.activeElement?.closest<HTMLElement>('[data-place]');
  return row && node?.contains(row) ? Number(row.dataset.place) : null;
}

/** Bring a row into sight, then give it the focus once it is drawn. */
function focusRow(node: HTMLElement | null, place: number, size: number): void {
  if (!node) {
    return;
  }
  const top = place * size;
  const head = node.querySelector<HTMLElement>('.jt-JobList-headings')?.offsetHeight ?? 0;
  const height = node.clientHeight - head;
  if (top < node.scrollTop) {
    node.scrollTop = top;
  } else if (top + size > node.scrollTop + height) {
    node.scrollTop = top + size - height;
  }
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      node.querySelector<HTMLElement>(`[data-place="${place}"]`)?.focus();
    });
  });
}
