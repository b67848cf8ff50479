/** The shapes of SageMaker and of our own service that views use: AWS's names, epoch seconds. */

import { readContainer, readWarmPool } from './container';
import { list, number, numberOr, object, text, textOr, texts } from './json';

import type { IContainer, IWarmPool } from './container';
import type { JsonObject } from './json';

/** TrainingJobStatus. */
export type Status =
  | 'InProgress'
  | 'Completed'
  | 'Failed'
  | 'Stopping'
  | 'Stopped'
  | 'Deleting';

/** The statuses a job never leaves. */
export const ENDED: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped']);

/** The last value of one metric. */
export interface IMetricDatum {
  MetricName: string;
  Value: number;
  Timestamp?: number;
}

/** How far a job that trains is: a member of ours. Times are epoch seconds. */
export interface IProgress {
  Unit: string;
  Done: number;
  Total: number;
  Time: number;
  /** When it was seen first, and how much was done by then. */
  Since: number;
  Start: number;
}

/** One job as lists show it. */
export interface IJobSummary {
  TrainingJobName: string;
  TrainingJobArn?: string;
  TrainingJobStatus: string;
  SecondaryStatus?: string;
  StatusMessage?: string;
  CreationTime?: number;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  LastModifiedTime?: number;
  FailureReason?: string;
  InstanceType?: string;
  InstanceCount?: number;
  Script?: string;
  ExperimentName?: string;
  /** The machine or container engine it runs on does not answer: this was its last state. */
  Unreachable?: boolean;
  FinalMetricDataList: IMetricDatum[];
  Progress?: IProgress;
  /** As `key=value`, or the key alone where the value is empty. */
  Tags?: readonly string[];
  Seq: number;
}

/** One step of a job's life, for the list of transitions. */
export interface ITransition {
  Status: string;
  StartTime: number;
  EndTime?: number;
  StatusMessage?: string;
}

/** The answer of DescribeTrainingJob: what views need is typed, all of it is in `document`. */
export interface IJobDetail
  extends Omit<IJobSummary, 'Seq' | 'Tags' | 'Script' | 'ExperimentName'> {
  HyperParameters: Record<string, string>;
  SecondaryStatusTransitions: ITransition[];
  ModelArtifacts?: string;
  OutputPath?: string;
  TrainingTimeInSeconds?: number;
  BillableTimeInSeconds?: number;
  /** What it runs in; undefined for a job that runs in a Python of this machine. */
  Container?: IContainer;
  WarmPool?: IWarmPool;
  document: JsonObject;
}

/** One metric of one job, as ListMetricSeries and the stream describe it. */
export interface ISeries {
  SeriesId: number;
  Name: string;
  Count?: number;
  LastStep?: number;
  LastTime?: number;
  LastValue?: number;
  Min?: number;
  Max?: number;
}

function optional(from: JsonObject, names: readonly string[], texts: readonly string[]): object {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    found[name] = numberOr(from, name, undefined);
  }
  for (const name of texts) {
    found[name] = textOr(from, name, undefined);
  }
  return found;
}

/** Read the last value of a metric. */
export function readMetric(value: unknown): IMetricDatum {
  const from = object(value, 'metric');
  return {
    MetricName: text(from, 'MetricName'),
    Value: number(from, 'Value'),
    Timestamp: numberOr(from, 'Timestamp', undefined)
  };
}

function readTag(value: unknown): string {
  const from = object(value, 'tag');
  const tagged = textOr(from, 'Value', '');
  return tagged ? `${text(from, 'Key')}=${tagged}` : text(from, 'Key');
}

/** Read how far a job is; undefined where nobody knows. */
export function readProgress(value: unknown): IProgress | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const from = object(value, 'progress');
  return {
    Unit: textOr(from, 'Unit', ''),
    Done: number(from, 'Done'),
    Total: number(from, 'Total'),
    Time: numberOr(from, 'Time', 0),
    Since: numberOr(from, 'Since', 0),
    Start: numberOr(from, 'Start', 0)
  };
}

const TIMES = ['CreationTime', 'TrainingStartTime', 'TrainingEndTime', 'LastModifiedTime'];
const TEXTS = ['TrainingJobArn', 'SecondaryStatus', 'StatusMessage', 'FailureReason'];

const ORIGIN = ['Script', 'ExperimentName'];

/** Read a summary. */
export function readSummary(value: unknown): IJobSummary {
  const from = object(value, 'summary');
  return {
    ...optional(from, [...TIMES, 'InstanceCount'], [...TEXTS, ...ORIGIN, 'InstanceType']),
    TrainingJobName: text(from, 'TrainingJobName'),
    TrainingJobStatus: text(from, 'TrainingJobStatus'),
    Unreachable: from.Unreachable === true,
    FinalMetricDataList: list(from.FinalMetricDataList, readMetric),
    Progress: readProgress(from.Progress),
    ...(from.Tags !== undefined && { Tags: list(from.Tags, readTag) }),
    Seq: numberOr(from, 'Seq', 0)
  };
}

function readTransition(value: unknown): ITransition {
  const from = object(value, 'transition');
  return {
    Status: text(from, 'Status'),
    StartTime: number(from, 'StartTime'),
    EndTime: numberOr(from, 'EndTime', undefined),
    StatusMessage: textOr(from, 'StatusMessage', undefined)
  };
}

/** Read the answer of DescribeTrainingJob. */
export function readDetail(value: unknown): IJobDetail {
  const from = object(value, 'detail');
  const resources = object(from.ResourceConfig ?? {}, 'ResourceConfig');
  const spent = ['TrainingTimeInSeconds', 'BillableTimeInSeconds'];
  const transitions = list(from.SecondaryStatusTransitions, readTransition);
  return {
    ...optional(from, [...TIMES, ...spent], TEXTS),
    ...optional(resources, ['InstanceCount'], ['InstanceType']),
    TrainingJobName: text(from, 'TrainingJobName'),
    TrainingJobStatus: text(from, 'TrainingJobStatus'),
    FinalMetricDataList: list(from.FinalMetricDataList, readMetric),
    Progress: readProgress(from.Progress),
    HyperParameters: texts(from.HyperParameters),
    SecondaryStatusTransitions: transitions,
    StatusMessage: transitions[transitions.length - 1]?.StatusMessage,
    Unreachable: from.Unreachable === true,
    Container: readContainer(from),
    WarmPool: readWarmPool(from.WarmPoolStatus),
    ModelArtifacts: textOr(object(from.ModelArtifacts ?? {}), 'S3ModelArtifacts', undefined),
    OutputPath: textOr(object(from.OutputDataConfig ?? {}), 'S3OutputPath', undefined),
    document: from
  };
}

/** Read one series. */
export function readSeries(value: unknown): ISeries {
  const from = object(value, 'series');
  return {
    ...optional(from, ['Count', 'LastStep', 'LastTime', 'LastValue', 'Min', 'Max'], []),
    SeriesId: number(from, 'SeriesId'),
    Name: text(from, 'Name')
  };
}
