/** Metric definitions, and a log to try them on: what they find is marked in it. */

import * as React from 'react';
import { filled } from '../contract/pair';
import { figure } from './figures';
import { Fold, Lines, Problem } from './formfields';
import { Pairs } from './pairs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IMatch, IMatches } from '../contract/checked';
import type { IFormPart } from './formpart';

/** What a form's metric definitions find in a log. */
export interface ITryout {
  log: string;
  /** The log that `found` is about. */
  tried: string;
  found: IMatches;
  problem: string;
  set: (log: string, definitions: Readonly<Record<string, string>>) => void;
}

const EXAMPLE = 'epoch 1 loss=0.52';

/** As many lines as are looked through by eye. */
const MOST = 200;

export function Metrics(props: IFormPart & { tryout: ITryout }): JSX.Element {
  const { form, set, problems, tryout, trans } = props;
  const found = tryout.log.trim() === '' ? [] : tryout.found.problems;
  const known = new Set(problems.map(each => each.field));
  return (
    <Pairs
      legend={trans.__('Metrics in the log')}
      hint={trans.__('Each value that is found becomes a point of a curve')}
      field="metric_definitions"
      names={[trans.__('name'), trans.__('regular expression with one group')]}
      examples={['loss', 'loss=([0-9.]+)']}
      pairs={form.metrics}
      problems={[...problems, ...found.filter(each => !known.has(each.field))]}
      changed={metrics => {
        set({ metrics });
        tryout.set(tryout.log, filled(metrics));
      }}
      trans={trans}
    >
      <Fold summary={trans.__('Try them on a log')} isUrgent={false}>
        <Lines
          label={trans.__('Some lines of a log')}
          value={tryout.log}
          problem={tryout.problem}
          placeholder={EXAMPLE}
          changed={log => { tryout.set(log, filled(form.metrics)); }}
        />
        {tryout.tried.trim() !== '' && <Found {...tryout} names={names(form)} trans={trans} />}
      </Fold>
    </Pairs>
  );
}

function names(form: IFormPart['form']): string[] {
  return Object.keys(filled(form.metrics));
}

interface IFoundProps extends ITryout {
  names: readonly string[];
  trans: TranslationBundle;
}

/** How often each metric is found, its last value, and where. */
function Found({ tried, found, names: all, trans }: IFoundProps): JSX.Element {
  const { matches, counts } = found;
  const lines = tried.split('\n').slice(0, MOST);
  return (
    <div className="jt-Found" role="group" aria-label={trans.__('What is found')}>
      <ul aria-live="polite">
        {all.map(name => {
          const own = matches.filter(each => each.name === name);
          return <li key={name}>{told(name, counts[name] ?? own.length, own, trans)}</li>;
        })}
      </ul>
      <pre tabIndex={0} aria-label={trans.__('The log, with what is found')}>
        {lines.map((line, at) => (
          <React.Fragment key={at}>
            {marked(line, matches.filter(each => each.line === at))}
            {'\n'}
          </React.Fragment>
        ))}
      </pre>
      {all.length === 0 && <Problem text={trans.__('There is no metric to try yet.')} />}
    </div>
  );
}

function told(
  name: string,
  count: number,
  own: readonly IMatch[],
  trans: TranslationBundle
): string {
  const last = own[own.length - 1];
  return last
    ? trans._n('%2: found once, %3', '%2: found %1 times, last %3', count, name, figure(last.value))
    : trans.__('%1: not found', name);
}

/** Return a line as texts and marks; where matches overlap the first is marked. */
function marked(line: string, matches: readonly IMatch[]): React.ReactNode[] {
  const parts: React.ReactNode[] = [];
  let end = 0;
  for (const match of [...matches].sort((one, other) => one.start - other.start)) {
    if (match.start >= end) {
      parts.push(line.slice(end, match.start));
      parts.push(
        <mark key={match.start} title={match.name}>{line.slice(match.start, match.end)}</mark>
      );
      end = match.end;
    }
  }
  return [...parts, line.slice(end)];
}
