/** What the stream says and is told: topics, messages, and the binary blocks of points. */

import { list, number, numberOr, object, text, textOr, WireError } from './json';
import { readDetail, readMetric, readProgress, readSeries, readSummary } from './sagemaker';

import type { JsonObject } from './json';
import type { IJobDetail, IJobSummary, IMetricDatum, IProgress, ISeries } from './sagemaker';

/** What can be subscribed to. */
export type Topic =
  | { topic: 'jobs'; limit?: number }
  | { topic: 'job'; job: string }
  | { topic: 'series'; job: string }
  | { topic: 'log'; job: string; stream?: string; tail?: number };

/** How far a reader has come: facts and lines by a number, series by a number each. */
export type Cursor = number | Readonly<Record<string, number>>;

/** Something that happened to a job; `summary` is the job after it, null once deleted. */
export interface IFact {
  seq: number;
  time: number;
  job: string;
  kind: string;
  summary: IJobSummary | null;
}

/** One line of a log. */
export interface ILogLine {
  /** Milliseconds since the epoch. */
  time: number;
  text: string;
  /** The log stream, empty when the line came without it. */
  stream: string;
  /** Where the line starts in its stream, -1 when the line came without it. */
  position: number;
}

export interface IJobsMessage {
  type: 'jobs';
  seq: number;
  jobs: IJobSummary[];
  /** Whether older jobs follow in further messages. */
  more: boolean;
}

/** Jobs that are older than those before; of more than one page. */
export interface IOlderMessage {
  type: 'older';
  jobs: IJobSummary[];
  more: boolean;
}

export interface IFactsMessage {
  type: 'facts';
  seq: number;
  facts: IFact[];
}

/** The last values of running jobs, and how far they are: no facts, so they have no number. */
export interface IMetricsMessage {
  type: 'metrics';
  jobs: ReadonlyMap<string, IMetricDatum[]>;
  progress: ReadonlyMap<string, IProgress | undefined>;
}

/** How far the job is that is followed. */
export interface IProgressMessage {
  type: 'progress';
  progress: IProgress | undefined;
}

/** What time it is where jobs are dated; epoch seconds. */
export interface IClockMessage {
  type: 'clock';
  time: number;
}

export interface IJobMessage {
  type: 'job';
  seq: number;
  detail: IJobDetail;
  logStreams: string[];
  series: ISeries[];
}

export interface ISeriesMessage {
  type: 'series';
  series: ISeries[];
}

export interface ILinesMessage {
  type: 'lines';
  stream: string;
  lines: ILogLine[];
  first: number;
  next: number;
}

/** Points of one series: to be appended, or instead of all points so far. */
export interface IPointsMessage {
  type: 'points';
  series: number;
  replace: boolean;
  /** How many points the series holds after these, thinned ones counted. */
  next: number;
  steps: Float64Array;
  times: Float64Array;
  values: Float64Array;
}

export interface IErrorMessage {
  type: 'error';
  code: string;
  message: string;
}

/** Everything a subscription can be told. */
export type Message =
  | IJobsMessage
  | IOlderMessage
  | IFactsMessage
  | IMetricsMessage
  | IJobMessage
  | ISeriesMessage
  | ILinesMessage
  | IPointsMessage
  | IErrorMessage
  | IProgressMessage
  | IClockMessage
  | { type: 'deleted' }
  | { type: 'end' };

/** A message and the subscription it is for. */
export interface IAddressed {
  id: number;
  message: Message;
}

function readFact(value: unknown): IFact {
  const from = object(value, 'fact');
  return {
    seq: number(from, 'seq'),
    time: numberOr(from, 'time', 0),
    job: text(from, 'job'),
    kind: textOr(from, 'kind', ''),
    summary: from.summary ? readSummary(from.summary) : null
  };
}

function readLine(value: unknown, stream: string): ILogLine {
  if (!Array.isArray(value)) {
    throw new WireError('a log line must be a list', value);
  }
  const [time, line, position] = value as unknown[];
  return { time: Number(time), text: String(line), stream, position: Number(position) };
}

function readMetrics(from: JsonObject): IMetricsMessage {
  const jobs = Object.entries(object(from.jobs, 'jobs'))
    .map(([job, values]) => [job, list(values, readMetric)] as const);
  const progress = Object.entries(object(from.progress ?? {}, 'progress'))
    .map(([job, value]) => [job, readProgress(value)] as const);
  return { type: 'metrics', jobs: new Map(jobs), progress: new Map(progress) };
}

function readJob(from: JsonObject): IJobMessage {
  return {
    type: 'job',
    seq: numberOr(from, 'seq', 0),
    detail: readDetail(from.detail),
    logStreams: list(from.log_streams, String),
    series: list(from.series, readSeries)
  };
}

function readLines(from: JsonObject): ILinesMessage {
  const stream = textOr(from, 'stream', '');
  return {
    type: 'lines',
    stream,
    lines: list(from.lines, line => readLine(line, stream)),
    first: numberOr(from, 'first', 0),
    next: number(from, 'next')
  };
}

const READERS: Record<string, (from: JsonObject) => Message> = {
  jobs: from => ({
    type: 'jobs',
    seq: number(from, 'seq'),
    jobs: list(from.jobs, readSummary),
    more: from.more === true
  }),
  older: from => ({
    type: 'older',
    jobs: list(from.jobs, readSummary),
    more: from.more === true
  }),
  facts: from => ({ type: 'facts', seq: number(from, 'seq'), facts: list(from.facts, readFact) }),
  metrics: readMetrics,
  progress: from => ({ type: 'progress', progress: readProgress(from.progress) }),
  clock: from => ({ type: 'clock', time: number(from, 'time') }),
  job: readJob,
  series: from => ({ type: 'series', series: list(from.series, readSeries) }),
  lines: readLines,
  error: from => ({
    type: 'error',
    code: textOr(from, 'code', 'InternalFailure'),
    message: textOr(from, 'message', '')
  }),
  deleted: () => ({ type: 'deleted' }),
  end: () => ({ type: 'end' })
};

/** Read a text frame. */
export function readText(frame: string): IAddressed {
  const from = object(JSON.parse(frame));
  const type = text(from, 'type');
  const read = Object.prototype.hasOwnProperty.call(READERS, type) ? READERS[type] : null;
  if (!read) {
    throw new WireError(`type must be one of ${Object.keys(READERS).join(', ')}`, type);
  }
  return { id: numberOr(from, 'id', 0), message: read(from) };
}

const HEADER = 24;

/**
 * Read a binary frame; columns are views into it, not copies.
 *
 * Typed arrays are in the machine's byte order and the wire is little-endian; every machine that
 * runs a current browser is little-endian.
 */
export function readBlocks(frame: ArrayBuffer): IAddressed[] {
  const view = new DataView(frame);
  const found: IAddressed[] = [];
  let at = 0;
  while (at < frame.byteLength) {
    const left = frame.byteLength - at;
    const count = left < HEADER ? -1 : view.getUint32(at + 12, true);
    const size = count * 8;
    if (count < 0 || left < HEADER + 3 * size) {
      throw new WireError('a block of points must be whole', { at, left, count });
    }
    const column = (index: number): Float64Array =>
      new Float64Array(frame, at + HEADER + index * size, count);
    const message: IPointsMessage = {
      type: 'points',
      series: view.getUint32(at + 4, true),
      replace: view.getUint32(at + 8, true) === 1,
      next: view.getFloat64(at + 16, true),
      steps: column(0),
      times: column(1),
      values: column(2)
    };
    found.push({ id: view.getUint32(at, true), message });
    at += HEADER + 3 * size;
  }
  return found;
}
