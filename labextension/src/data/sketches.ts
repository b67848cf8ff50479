/** Curves in a few points, of the jobs in sight: fetched many at a time, and again as they move. */

import { Signal } from '@lumino/signaling';
import { list, number, object, text } from '../contract/json';

import type { ISignal } from '@lumino/signaling';
import type { JsonObject } from '../contract/json';
import type { IJobSummary } from '../contract/sagemaker';
import type { ICaller } from './client';

/** The main curve of a job. */
export interface ISketch {
  readonly metric: string;
  readonly values: readonly number[];
}

/** So many jobs fit into one question. */
const AT_ONCE = 100;

/** So many sketches are kept; those that were asked for last. */
const KEPT = 500;

/** Seconds between two questions about a job whose curve moves. */
const EVERY = 5;

interface IEntry {
  sketch: ISketch | undefined;
  /** What the job was like when it was asked about. */
  key: string;
  asked: number;
}

function readSketch(value: unknown): [string, ISketch] {
  const from: JsonObject = object(value, 'sketch');
  const values = list(from.Values, each => number({ each }, 'each'));
  return [text(from, 'TrainingJobName'), { metric: text(from, 'MetricName'), values }];
}

export class Sketches {
  /** @param clock - epoch seconds; only their difference counts */
  constructor(
    private client: ICaller,
    private clock: () => number = () => Date.now() / 1000
  ) {}

  /** Some sketch is another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The metric that is drawn where a job has it; empty for a loss. */
  set metric(metric: string) {
    if (metric !== this._metric) {
      this._metric = metric;
      this._entries.forEach(entry => { entry.asked = -Infinity; });
    }
  }

  /** Return what is known of a job's curve. */
  find(job: string): ISketch | undefined {
    return this._entries.get(job)?.sketch;
  }

  /** Fetch what is missing or old of the jobs in sight; one question at a time. */
  async want(jobs: readonly IJobSummary[]): Promise<void> {
    const due = jobs.filter(job => this._isDue(job)).slice(0, AT_ONCE);
    if (this._isAsking || due.length === 0) {
      return;
    }
    this._isAsking = true;
    try {
      await this._ask(due);
    } catch {
      // the manager is away, which the list says; they are asked about again after a while
      due.forEach(job => { this._unanswered(job); });
    } finally {
      this._isAsking = false;
    }
  }

  private _isDue(job: IJobSummary): boolean {
    const entry = this._entries.get(job.TrainingJobName);
    if (job.FinalMetricDataList.length === 0 || entry?.key === this._keyOf(job)) {
      return false;
    }
    return !entry || this.clock() - entry.asked >= EVERY;
  }

  private _keyOf(job: IJobSummary): string {
    const times = job.FinalMetricDataList.map(each => each.Timestamp ?? 0);
    return `${job.CreationTime ?? 0} ${Math.max(...times)} ${this._metric}`;
  }

  private async _ask(jobs: readonly IJobSummary[]): Promise<void> {
    const asked = this.clock();
    for (const job of jobs) {
      const { TrainingJobName: name } = job;
      const sketch = this.find(name);
      this._entries.delete(name); // so that the oldest question comes first
      this._entries.set(name, { sketch, key: this._keyOf(job), asked });
    }
    this._forget();
    const answer = await this.client.call('jupytertrain', 'ListMetricSketches', {
      TrainingJobNames: jobs.map(job => job.TrainingJobName),
      ...(this._metric && { MetricName: this._metric })
    });
    for (const [name, sketch] of list(answer.Sketches, readSketch)) {
      const entry = this._entries.get(name);
      if (entry) {
        entry.sketch = sketch;
      }
    }
    this._changed.emit();
  }

  private _unanswered({ TrainingJobName: name }: IJobSummary): void {
    const entry = this._entries.get(name);
    if (entry) {
      entry.key = '';
    }
  }

  private _forget(): void {
    for (const name of this._entries.keys()) {
      if (this._entries.size <= KEPT) {
        return;
      }
      this._entries.delete(name);
    }
  }

  private _entries = new Map<string, IEntry>();
  private _metric = '';
  private _isAsking = false;
  private _changed = new Signal<this, void>(this);
}
