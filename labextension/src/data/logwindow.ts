/** Lines of a log fetched by place: around a position, above a window, of one second. */

import { list, number, object, textOr } from '../contract/json';

import type { ILogLine } from '../contract/messages';
import type { ICaller } from './client';

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';

/** A log: of a job on several hosts, each has one. */
export interface ILogName {
  readonly job: string;
  readonly stream: string;
}

/** Where lines of a log are wanted: around a position, or at its end. */
export interface IPlace {
  position?: number;
  before?: number;
  after?: number;
}

/** Fetch lines of a log; `end` is the position after all of them. */
export async function logWindow(
  client: ICaller,
  { job, stream }: ILogName,
  { position, before = 0, after = 0 }: IPlace
): Promise<{ lines: ILogLine[]; end: number }> {
  const answer = await client.call('jupytertrain', 'GetLogWindow', {
    TrainingJobName: job,
    LogStreamName: stream,
    Position: position,
    Before: before,
    After: after
  });
  const lines = list(answer.Lines, line => readPlaced(line, stream));
  return { lines, end: number(answer, 'End') };
}

/** The most lines of a second that are shown. */
const MOST_OF_A_SECOND = 200;

/** Fetch what was printed in the second that begins at this time, stream by stream. */
export async function linesAt(
  client: ICaller,
  streams: readonly string[],
  second: number
): Promise<ILogLine[]> {
  const answers = await Promise.all(streams.map(logStreamName => {
    return client.call('logs', 'GetLogEvents', {
      logGroupName: LOG_GROUP,
      logStreamName,
      startTime: second * 1000,
      endTime: (second + 1) * 1000,
      limit: MOST_OF_A_SECOND,
      startFromHead: true
    });
  }));
  return answers.flatMap((answer, at) => {
    return list(answer.events, event => readEvent(event, streams[at]));
  });
}

/** A page of lines above others, and the token that leads further up. */
export interface IPage {
  readonly lines: readonly ILogLine[];
  readonly backward: string | undefined;
}

/** Fetch the lines before a time, or those that a token leads to. */
export async function pageBefore(
  client: ICaller,
  stream: string,
  { token, endTime, limit }: { token: string | undefined; endTime: number; limit: number }
): Promise<IPage> {
  const answer = await client.call('logs', 'GetLogEvents', {
    logGroupName: LOG_GROUP,
    logStreamName: stream,
    limit: Math.min(10000, limit),
    startFromHead: false,
    ...(token ? { nextToken: token } : { endTime })
  });
  return {
    lines: list(answer.events, event => readEvent(event, stream)),
    backward: textOr(answer, 'nextBackwardToken', undefined)
  };
}

/** Read a line that says where it is. */
export function readPlaced(value: unknown, stream: string): ILogLine {
  const from = object(value, 'log line');
  const position = number(from, 'Position');
  return { time: number(from, 'Time'), text: textOr(from, 'Text', ''), stream, position };
}

function readEvent(value: unknown, stream: string): ILogLine {
  const from = object(value, 'log event');
  const [time, text] = [number(from, 'timestamp'), textOr(from, 'message', '')];
  return { time, text, stream, position: -1 };
}
