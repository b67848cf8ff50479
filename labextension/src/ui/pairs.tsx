/** Rows of two texts each: hyperparameters, channels, metric definitions. */

import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Pair } from './pair';

export interface IPairsProps {
  legend: string;
  /** What the two columns are called, and what an example of each is. */
  names: Pair;
  examples: Pair;
  pairs: readonly Pair[];
  problem: string;
  changed: (pairs: Pair[]) => void;
  trans: TranslationBundle;
}

export function Pairs(props: IPairsProps): JSX.Element {
  const { legend, names, examples, pairs, problem, changed, trans } = props;
  const id = React.useId();
  const set = (row: number, column: 0 | 1, text: string): void => {
    changed(pairs.map((pair, at) => {
      return at !== row ? pair : column === 0 ? [text, pair[1]] : [pair[0], text];
    }));
  };
  return (
    <fieldset className="jt-Pairs" aria-describedby={problem ? id : undefined}>
      <legend>{legend}</legend>
      {pairs.map((pair, row) => (
        <div className="jt-Pairs-row" key={row}>
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
              onChange={event => { set(row, column, event.target.value); }}
            />
          ))}
          <button
            type="button"
            className="jt-Pairs-remove"
            title={trans.__('Remove this row')}
            aria-label={trans.__('Remove row %1 of %2', row + 1, legend)}
            onClick={() => { changed(pairs.filter((_, at) => at !== row)); }}
          >
            <closeIcon.react tag="span" />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="jt-Pairs-add"
        onClick={() => { changed([...pairs, ['', '']]); }}
      >
        <addIcon.react tag="span" />
        {trans.__('Add')}
      </button>
      {problem && <p className="jt-Form-problem" id={id} role="alert">{problem}</p>}
    </fieldset>
  );
}
