/** The curves of one job: growing columns for each series, kept current by the stream. */

import { Signal } from '@lumino/signaling';
import { floats } from '../contract/json';
import { Columns } from './columns';

import type { ISignal } from '@lumino/signaling';
import type { IPointsMessage, Message } from '../contract/messages';
import type { ICaller } from './client';
import type { IColumns } from './columns';
import type { Stream } from './stream';

/** One series: its columns hold what is drawn, `count` is how many points there are in truth. */
export interface ICurve {
  readonly id: number;
  readonly name: string;
  readonly columns: IColumns;
  readonly count: number;
}

/** The newest point of a curve. */
export interface ILast {
  step: number;
  time: number;
  value: number;
}

/** Return the newest point, if there is one. */
export function last(curve: ICurve): ILast | undefined {
  const { steps, times, values } = curve.columns;
  const at = steps.length - 1;
  return at < 0 ? undefined : { step: steps[at], time: times[at], value: values[at] };
}

/** Fetch the points of a series between two steps; its extremes stay where they are thinned. */
export async function window(
  client: ICaller,
  job: string,
  { id }: ICurve,
  { low, high, points }: { low: number; high: number; points: number }
): Promise<IColumns> {
  const answer = await client.call('jupytertrain', 'GetMetricWindow', {
    TrainingJobName: job,
    SeriesId: id,
    LowStep: low,
    HighStep: high,
    Points: points
  });
  const read = (name: string): Float64Array => floats(answer, name);
  return { steps: read('Steps'), times: read('Times'), values: read('Values') };
}

interface IGrowingCurve extends ICurve {
  name: string;
  count: number;
  readonly columns: Columns;
}

export class CurvesModel {
  constructor(readonly job: string) {}

  /** Points or series were added. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** All series in the order they first came: one list that grows, never a copy. */
  get curves(): readonly ICurve[] {
    return this._list;
  }

  /** Whether the job has ended and every point is in. */
  get isComplete(): boolean {
    return this._isComplete;
  }

  /** How many points of each series are in: what the stream is asked to go on from. */
  get cursor(): Record<string, number> {
    const counted = this._list.filter(curve => curve.count > 0);
    return Object.fromEntries(counted.map(curve => [String(curve.id), curve.count]));
  }

  /** Take one message of the stream. */
  apply(message: Message): void {
    if (message.type === 'series') {
      message.series.forEach(series => { this._curve(series.SeriesId).name = series.Name; });
    } else if (message.type === 'points') {
      this._take(message);
    } else if (message.type === 'end') {
      this._isComplete = true;
    } else {
      return;
    }
    this._changed.emit();
  }

  /** Stay current until the signal says stop. */
  follow(stream: Stream, until: AbortSignal): void {
    const topic = { topic: 'series', job: this.job } as const;
    const after = (): Record<string, number> => this.cursor;
    stream.subscribe(topic, message => { this.apply(message); }, { until, after });
  }

  private _take(points: IPointsMessage): void {
    const curve = this._curve(points.series);
    if (points.replace) {
      curve.columns.clear();
    } else if (points.next <= curve.count) {
      return; // seen before
    }
    curve.columns.append(points);
    curve.count = points.next;
  }

  private _curve(id: number): IGrowingCurve {
    let curve = this._curves.get(id);
    if (!curve) {
      curve = { id, name: String(id), columns: new Columns(), count: 0 };
      this._curves.set(id, curve);
      this._list.push(curve);
    }
    return curve;
  }

  private _curves = new Map<number, IGrowingCurve>();
  private _list: IGrowingCurve[] = [];
  private _isComplete = false;
  private _changed = new Signal<this, void>(this);
}
