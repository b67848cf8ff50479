/** A job at a glance: its course, what it took, its best values, and why it failed. */

import * as React from 'react';
import { best } from './course';
import { elapsed } from './duration';
import { binarySize, figure, hours } from './figures';
import { isSystem } from './measures';
import { Timeline } from './timeline';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICost } from '../contract/cost';
import type { IJobDetail, ISeries } from '../contract/sagemaker';
import type { Best } from './course';

/** So many metrics are named; all of them have a curve. */
const MOST_METRICS = 50;

/** The pages that are led to. */
export type Page = 'curves' | 'log' | 'artifacts';

export interface IOverviewProps {
  detail: IJobDetail;
  series: readonly ISeries[];
  cost: ICost | null;
  now: number;
  turnTo: (page: Page) => void;
  trans: TranslationBundle;
}

export function Overview(props: IOverviewProps): JSX.Element {
  const { detail, now, trans } = props;
  return (
    <div className="jt-Overview" tabIndex={0} role="region" aria-label={trans.__('Overview')}>
      <Failure {...props} />
      <section>
        <h3>{trans.__('Course')}</h3>
        <Timeline transitions={detail.SecondaryStatusTransitions} now={now} trans={trans} />
      </section>
      <div className="jt-Overview-columns">
        <Metrics {...props} />
        <Taken {...props} />
        <Made {...props} />
      </div>
    </div>
  );
}

function Failure({ detail, turnTo, trans }: IOverviewProps): JSX.Element | null {
  const [headline, ...rest] = (detail.FailureReason ?? '').split('\n');
  if (headline === '') {
    return null;
  }
  return (
    <section className="jt-Overview-failure">
      <h3>{trans.__('Why it failed')}</h3>
      <p>{headline}</p>
      {rest.length > 0 && <pre>{rest.join('\n').trim()}</pre>}
      <button type="button" className="jt-Button" onClick={() => { turnTo('log'); }}>
        {trans.__('Show the log')}
      </button>
    </section>
  );
}

function Metrics({ series, turnTo, trans }: IOverviewProps): JSX.Element {
  const own = series.filter(each => !isSystem(each.Name));
  return (
    <section>
      <h3>{trans.__('Metrics')}</h3>
      {own.length === 0 && <p>{trans.__('None yet.')}</p>}
      {own.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Metric')}</th>
              <th scope="col">{trans.__('Last')}</th>
              <th scope="col">{trans.__('Least')}</th>
              <th scope="col">{trans.__('Greatest')}</th>
            </tr>
          </thead>
          <tbody>
            {own.slice(0, MOST_METRICS).map(each => (
              <tr key={each.SeriesId}>
                <th scope="row">{each.Name}</th>
                <td>{value(each.LastValue)}</td>
                <Extreme value={each.Min} is="least" best={best(each.Name)} trans={trans} />
                <Extreme value={each.Max} is="greatest" best={best(each.Name)} trans={trans} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {own.length > 0 && (
        <button type="button" className="jt-Button" onClick={() => { turnTo('curves'); }}>
          {trans.__('Show the curves')}
        </button>
      )}
    </section>
  );
}

interface IExtremeProps {
  value: number | undefined;
  is: Best;
  best: Best;
  trans: TranslationBundle;
}

function Extreme({ value: number, is, best: wanted, trans }: IExtremeProps): JSX.Element {
  const isBest = is === wanted && number !== undefined;
  return (
    <td className={isBest ? 'jt-mod-best' : undefined}>
      {value(number)}
      {isBest && <small>{trans.__('best')}</small>}
    </td>
  );
}

function value(number: number | undefined): string {
  return number === undefined ? '' : figure(number);
}

type Row = readonly [string, string | undefined];

function Taken({ detail, cost, now, trans }: IOverviewProps): JSX.Element {
  const count = detail.InstanceCount ?? 1;
  const seconds = trained(detail, now) * count;
  const rows: Row[] = [
    [trans.__('Instance'), instances(detail.InstanceType, count)],
    [trans.__('Instance time'), elapsed(seconds, trans)],
    [trans.__('Billable time'), billable(detail, seconds, trans)],
    ...(cost ? shares(cost, seconds, trans) : [])
  ];
  return (
    <section>
      <h3>{trans.__('What it took')}</h3>
      <Rows rows={rows} />
    </section>
  );
}

function Made({ detail, turnTo, trans }: IOverviewProps): JSX.Element {
  const rows: Row[] = [
    [trans.__('Model'), detail.ModelArtifacts],
    [trans.__('Output'), detail.OutputPath],
    [trans.__('Image'), detail.Container?.image]
  ];
  return (
    <section>
      <h3>{trans.__('What it made')}</h3>
      <Rows rows={rows} />
      <button type="button" className="jt-Button" onClick={() => { turnTo('artifacts'); }}>
        {trans.__('Show the files')}
      </button>
    </section>
  );
}

function Rows({ rows }: { rows: readonly Row[] }): JSX.Element {
  return (
    <table>
      <tbody>
        {rows.filter(([, text]) => text).map(([name, text]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Return how long a job has trained; seconds. */
export function trained(detail: IJobDetail, now: number): number {
  const { TrainingStartTime: start, TrainingEndTime: end } = detail;
  return start === undefined ? 0 : Math.max(0, (end ?? now) - start);
}

function instances(type: string | undefined, count: number): string | undefined {
  return type !== undefined && count > 1 ? `${count} × ${type}` : type;
}

function billable(detail: IJobDetail, seconds: number, trans: TranslationBundle): string {
  const count = detail.InstanceCount ?? 1;
  const { BillableTimeInSeconds: billed } = detail;
  return elapsed(billed === undefined ? seconds : billed * count, trans);
}

function shares(cost: ICost, seconds: number, trans: TranslationBundle): Row[] {
  const { cpus, gpus, memory, price } = cost;
  const money = (amount: number): string => new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency: cost.currency,
    maximumFractionDigits: amount < 1 ? 4 : 2
  }).format(amount);
  return [
    [
      trans.__('CPU hours'),
      trans.__('%1 (%2 of %3 CPUs)', hours(cpus * seconds), figure(cpus), figure(cost.machineCpus))
    ],
    [
      trans.__('GPU hours'),
      gpus > 0
        ? trans.__('%1 (%2 of %3 GPUs)', hours(gpus * seconds), gpus, cost.machineGpus)
        : undefined
    ],
    [
      trans.__('Memory'),
      memory > 0
        ? trans.__('%1 of %2', binarySize(memory), binarySize(cost.machineMemory))
        : undefined
    ],
    [
      trans.__('Cost'),
      price === undefined
        ? undefined
        : trans.__('%1 (%2 an hour)', money((price * seconds) / 3600), money(price))
    ]
  ];
}
