/** Rows of two texts each: hyperparameters, channels, metric definitions, tags, environment. */

import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { faults } from '../contract/pair';
import { Problem } from './formfields';
import { problemAt, strayProblems } from './formpart';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IProblem } from '../contract/checked';
import type { Fault, Pair } from '../contract/pair';

export interface IPairsProps {
  legend: string;
  hint?: string;
  /** What problems call the table. */
  field: string;
  /** What the two columns are called, and what an example of each is. */
  names: Pair;
  examples: Pair;
  pairs: readonly Pair[];
  problems: readonly IProblem[];
  changed: (pairs: Pair[]) => void;
  /** Names that stand above all rows. */
  taken?: readonly string[];
  /** What stands above the rows. */
  head?: React.ReactNode;
  /** What a row has besides. */
  more?: (set: (value: string) => void, row: number) => React.ReactNode;
  /** What stands below the rows. */
  children?: React.ReactNode;
  trans: TranslationBundle;
}

const BLANK: Pair = ['', ''];

export function Pairs(props: IPairsProps): JSX.Element {
  const { legend, hint, field, pairs, problems, changed, taken = [], trans } = props;
  const id = React.useId();
  const rows = pairs.length > 0 || taken.length > 0 ? pairs : [BLANK];
  const wrong = faults(rows, taken);
  const problem = strayProblems(problems, field, [...taken, ...rows.map(([name]) => name.trim())]);
  return (
    <fieldset className="jt-Pairs" aria-describedby={`${id}-more`}>
      <legend>{legend}</legend>
      <div id={`${id}-more`}>
        {hint && <small>{hint}</small>}
        <Problem text={problem} />
      </div>
      {props.head}
      {rows.map((pair, row) => (
        <Row
          {...props}
          key={row}
          row={row}
          pair={pair}
          problem={words(wrong[row], pair, props) || problemAt(problems, `${field}.${pair[0]}`)}
          set={next => { changed(rows.map((each, at) => (at === row ? next : each))); }}
          remove={() => { changed(rows.filter((_, at) => at !== row)); }}
        />
      ))}
      <button
        type="button"
        className="jt-Pairs-add"
        aria-label={trans.__('Add a row to %1', legend)}
        onClick={() => { changed([...rows, BLANK]); }}
      >
        <addIcon.react tag="span" />
        {trans.__('Add')}
      </button>
      {props.children}
    </fieldset>
  );
}

/** Return in words why a row cannot be sent. */
function words(fault: Fault, [name]: Pair, { trans }: IPairsProps): string {
  if (fault === 'repeated') {
    return trans.__('“%1” is in this table already; remove one of the two.', name.trim());
  }
  return fault === 'nameless' ? trans.__('This value has no name.') : '';
}

interface IRowProps extends IPairsProps {
  row: number;
  pair: Pair;
  problem: string;
  set: (pair: Pair) => void;
  remove: () => void;
}

function Row(props: IRowProps): JSX.Element {
  const { legend, names, examples, pair, row, problem, set, trans } = props;
  const id = React.useId();
  return (
    <div className="jt-Pairs-item" data-row={row}>
      <div className="jt-Pairs-row">
        {([0, 1] as const).map(column => (
          <input
            key={column}
            className="jp-mod-styled"
            type="text"
            spellCheck={false}
            value={pair[column]}
            placeholder={examples[column]}
            aria-label={trans.__('%1 %2: %3', legend, row + 1, names[column])}
            aria-invalid={problem !== ''}
            aria-describedby={problem ? id : undefined}
            onChange={({ target: { value } }) => {
              set(column === 0 ? [value, pair[1]] : [pair[0], value]);
            }}
          />
        ))}
        {props.more?.(value => { set([pair[0], value]); }, row)}
        <button
          type="button"
          className="jt-Pairs-remove"
          title={trans.__('Remove this row')}
          aria-label={trans.__('Remove row %1 of %2', row + 1, legend)}
          onClick={props.remove}
        >
          <closeIcon.react tag="span" />
        </button>
      </div>
      <Problem id={id} text={problem} />
    </div>
  );
}
