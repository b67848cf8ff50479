/** A search through a whole log, piece by piece; it goes on where the log has grown since. */

import { list, number } from '../contract/json';
import { readPlaced } from './logwindow';

import type { ILogLine } from '../contract/messages';
import type { ICaller } from './client';

/** What is looked for, whatever its case. */
export interface ISearch {
  readonly text: string;
  readonly isRegex: boolean;
}

/** More matches than this are walked through by nobody. */
export const MOST_FOUND = 5000;

/** The longest that a search goes on, s; a regular expression takes a while for a gigabyte. */
export const MOST_SECONDS = 60;

export class LogFinder {
  /**
   * @param client - asks the manager
   * @param job - name of the job
   * @param streams - the logs to look through; there may be more of them later
   * @param search - what is looked for
   * @param clock - the time in seconds
   */
  constructor(
    private client: ICaller,
    private job: string,
    private streams: () => readonly string[],
    readonly search: ISearch,
    private clock = (): number => performance.now() / 1000
  ) {}

  /** The matches so far, stream by stream. */
  get lines(): readonly ILogLine[] {
    return this.streams().flatMap(stream => this._found.get(stream) ?? []);
  }

  /** Whether there are more matches than are kept. */
  get isFull(): boolean {
    return this._count >= MOST_FOUND;
  }

  /** Whether the search ended before the log did. */
  get isStopped(): boolean {
    return this._isStopped;
  }

  /** How much of the log is behind the search, from 0 to 1. */
  get share(): number {
    const sum = (of: ReadonlyMap<string, number>): number => {
      return [...of.values()].reduce((one, other) => one + other, 0);
    };
    const whole = sum(this._ends);
    return whole > 0 ? sum(this._nexts) / whole : 1;
  }

  /** Whether this place is a match. */
  has({ stream, position }: ILogLine): boolean {
    return this._places.get(stream)?.has(position) ?? false;
  }

  /** Look on to the end of each log as it is now; `told` is called after each piece. */
  async run(until: AbortSignal, told: () => void): Promise<void> {
    const began = this.clock();
    this._isStopped = false;
    for (const stream of this.streams()) {
      let isWhole = false;
      while (!isWhole && !until.aborted && !this.isFull && !this._isStopped) {
        isWhole = await this._piece(stream);
        this._isStopped = !isWhole && this.clock() - began > MOST_SECONDS;
        told();
      }
    }
  }

  private async _piece(stream: string): Promise<boolean> {
    const answer = await this.client.call('jupytertrain', 'SearchLog', {
      TrainingJobName: this.job,
      LogStreamName: stream,
      Text: this.search.text,
      Regex: this.search.isRegex,
      IgnoreCase: true,
      Limit: MOST_FOUND - this._count,
      Position: this._nexts.get(stream) ?? 0
    });
    const lines = list(answer.Lines, line => readPlaced(line, stream));
    const places = this._places.get(stream) ?? new Set();
    lines.forEach(line => places.add(line.position));
    this._places.set(stream, places);
    this._found.set(stream, (this._found.get(stream) ?? []).concat(lines));
    this._count += lines.length;
    this._nexts.set(stream, number(answer, 'Next'));
    this._ends.set(stream, number(answer, 'End'));
    return answer.IsWhole === true;
  }

  private _found = new Map<string, ILogLine[]>();
  private _places = new Map<string, Set<number>>();
  private _nexts = new Map<string, number>();
  private _ends = new Map<string, number>();
  private _count = 0;
  private _isStopped = false;
}
