/** What there is to know about a job beside its curves and its log. */

import * as React from 'react';
import { Copyable } from './copyable';
import { elapsed } from './duration';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IWarmPool } from '../contract/container';
import type { JsonObject } from '../contract/json';
import type { IJobDetail } from '../contract/sagemaker';

export interface IJobFactsProps {
  detail: IJobDetail;
  trans: TranslationBundle;
}

/** A name, a value, and whether the value is for copying. */
type Fact = [string, string | number | undefined, boolean?];

/** All facts, in sections. */
export function JobFacts({ detail, trans }: IJobFactsProps): JSX.Element {
  const spent = detail.TrainingTimeInSeconds;
  const general: Fact[] = [
    [trans.__('Name'), detail.TrainingJobName],
    [trans.__('Failure reason'), detail.FailureReason],
    [trans.__('Created'), moment(detail.CreationTime)],
    [trans.__('Training began'), moment(detail.TrainingStartTime)],
    [trans.__('Training ended'), moment(detail.TrainingEndTime)],
    [trans.__('Training time'), spent === undefined ? undefined : elapsed(spent, trans)],
    [trans.__('Instance type'), detail.InstanceType],
    [trans.__('Instance count'), detail.InstanceCount],
    [trans.__('Model'), detail.ModelArtifacts],
    [trans.__('Output'), detail.OutputPath],
    [trans.__('ARN'), detail.TrainingJobArn]
  ];
  return (
    <>
      <Section title={trans.__('Job')} facts={general} trans={trans} />
      <Section title={trans.__('Container')} facts={container(detail, trans)} trans={trans} />
      <Section
        trans={trans}
        title={trans.__('Hyperparameters')}
        facts={Object.entries(detail.HyperParameters).sort()}
      />
      <Section title={trans.__('Channels')} facts={channels(detail.document)} trans={trans} />
      <Section
        trans={trans}
        title={trans.__('Metric definitions')}
        facts={metrics(detail.document)}
      />
    </>
  );
}

interface ISectionProps {
  title: string;
  facts: Fact[];
  trans: TranslationBundle;
}

function Section({ title, facts, trans }: ISectionProps): JSX.Element | null {
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  if (known.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>{title}</h3>
      <table>
        <tbody>
          {known.map(([name, value, isCopyable], place) => (
            <tr key={place}>
              <th scope="row">{name}</th>
              <td>
                {isCopyable ? <Copyable name={name} text={String(value)} trans={trans} /> : value}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function moment(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time * 1000).toLocaleString();
}

/** What the job runs in; nothing for one that runs in a Python of this machine. */
function container(detail: IJobDetail, trans: TranslationBundle): Fact[] {
  const { Container: asked, WarmPool: pool } = detail;
  if (!asked) {
    return [];
  }
  const seconds = pool?.seconds;
  return [
    [trans.__('Image'), asked.image, true],
    [isId(asked.ran) ? trans.__('Image id') : trans.__('Here'), asked.ran, true],
    [trans.__('Digest'), asked.digest, true],
    [trans.__('Entry point'), words(asked.entrypoint)],
    [trans.__('Arguments'), words(asked.arguments)],
    [trans.__('Network'), asked.isIsolated ? trans.__('None') : undefined],
    [trans.__('Terminal'), asked.isOpen ? trans.__('Allowed') : trans.__('Not allowed')],
    [trans.__('Warm container'), pool && poolWords(pool, trans)],
    [trans.__('Kept warm for'), seconds === undefined ? undefined : elapsed(seconds, trans)]
  ];
}

function isId(name = ''): boolean {
  return name.startsWith('sha256:');
}

/** Print a command as a shell would take it. */
function words(argv: readonly string[]): string {
  return argv.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

function poolWords(pool: IWarmPool, trans: TranslationBundle): string {
  const states: Record<string, string> = {
    Available: trans.__('Waits for the next job of this shape'),
    InUse: trans.__('In use'),
    Reused: trans.__('Taken over by %1', pool.reusedBy ?? '?'),
    Terminated: trans.__('Gone: nobody came in time')
  };
  return states[pool.status] ?? pool.status;
}

function channels(document: JsonObject): Fact[] {
  return rows(document.InputDataConfig).map(channel => {
    const source = channel.DataSource as JsonObject | undefined;
    return [String(channel.ChannelName), member(source?.S3DataSource, 'S3Uri')];
  });
}

function metrics(document: JsonObject): Fact[] {
  const algorithm = document.AlgorithmSpecification as JsonObject | undefined;
  return rows(algorithm?.MetricDefinitions).map(each => [String(each.Name), String(each.Regex)]);
}

function rows(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

function member(value: unknown, name: string): string | undefined {
  const found = (value as JsonObject | undefined)?.[name];
  return typeof found === 'string' ? found : undefined;
}
