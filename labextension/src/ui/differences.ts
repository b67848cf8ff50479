/** In what jobs differ: hyperparameters, and where their metrics came to; pure tables. */

import { last } from '../data/curves';
import { quoted } from './drawing';
import { figure } from './figures';
import { isSystem } from './measures';

import type { IJobDetail } from '../contract/sagemaker';
import type { ICurve } from '../data/curves';

/** A job that is compared, as far as it is known. */
export interface ICompared {
  readonly name: string;
  readonly detail: IJobDetail | null;
  readonly curves: readonly ICurve[];
}

/** One row of a table: a value for each job, empty where it has none. */
export interface IDifference {
  readonly name: string;
  readonly values: readonly string[];
  readonly isSame: boolean;
}

const NAMES = new Intl.Collator(undefined, { numeric: true });

/** What SageMaker's SDK adds to the hyperparameters of a script tells nothing of its training. */
const OF_THE_SDK = /^sagemaker_(?!program$)/;

function row(name: string, values: readonly string[]): IDifference {
  return { name, values, isSame: values.every(value => value === values[0]) };
}

/** Return the hyperparameters of all jobs, and what they run on; what differs comes first. */
export function parameters(jobs: readonly ICompared[]): IDifference[] {
  const all = jobs.map(({ detail }) => ({
    ...detail?.HyperParameters,
    ...(detail?.InstanceType && { instance: detail.InstanceType }),
    ...(detail?.Container && { image: detail.Container.image })
  }) as Record<string, string>);
  const names = [...new Set(all.flatMap(Object.keys))].filter(name => !OF_THE_SDK.test(name));
  const rows = names.map(name => row(name, all.map(each => each[name] ?? '')));
  rows.sort((one, other) => {
    return Number(one.isSame) - Number(other.isSame) || NAMES.compare(one.name, other.name);
  });
  return rows;
}

const LESS_IS_BETTER = /loss|err|perplexity|\b(rmse|mse|mae|mape)\b|distance|divergence/i;

/** Return whether the least value of a metric is the best one, as its name tells. */
export function isLessBetter(name: string): boolean {
  return LESS_IS_BETTER.test(name.replace(/_/g, ' '));
}

/** Return the best value of a curve; undefined where it has no number. */
export function best({ name, columns: { values } }: ICurve): number | undefined {
  const better = isLessBetter(name) ? Math.min : Math.max;
  const start = isLessBetter(name) ? Infinity : -Infinity;
  const found = values.reduce((one, other) => {
    return Number.isFinite(other) ? better(one, other) : one;
  }, start);
  return Number.isFinite(found) ? found : undefined;
}

/** Return the last and the best value of each metric, two rows each; `words` name them. */
export function results(
  jobs: readonly ICompared[],
  words: { last: (name: string) => string; best: (name: string) => string }
): IDifference[] {
  const found = jobs.map(({ curves }) => new Map(curves.map(curve => [curve.name, curve])));
  const names = [...new Set(found.flatMap(curves => [...curves.keys()]))];
  const of = (name: string, value: (curve: ICurve) => number | undefined): string[] => {
    return found.map(curves => {
      const curve = curves.get(name);
      const number = curve && value(curve);
      return number === undefined ? '' : figure(number);
    });
  };
  return names.filter(name => !isSystem(name)).flatMap(name => [
    row(words.last(name), of(name, curve => last(curve)?.value)),
    row(words.best(name), of(name, best))
  ]);
}


/** Return tables as CSV: a row for each job, a column for each row of the tables. */
export function csvOfJobs(jobs: readonly ICompared[], tables: readonly IDifference[]): string {
  const head = ['job', 'status', ...tables.map(each => each.name)];
  const rows = jobs.map(({ name, detail }, at) => [
    name,
    detail?.TrainingJobStatus ?? '',
    ...tables.map(each => each.values[at])
  ]);
  return `${[head, ...rows].map(cells => cells.map(quoted).join(',')).join('\n')}\n`;
}
