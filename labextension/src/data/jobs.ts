/** The jobs the browser knows about, kept current by the stream. */

import { Signal } from '@lumino/signaling';
import { ENDED } from '../contract/sagemaker';

import type { ISignal } from '@lumino/signaling';
import type {
  IFact,
  IFactsMessage,
  IJobsMessage,
  IMetricsMessage,
  IOlderMessage,
  Message
} from '../contract/messages';
import type { IJobSummary } from '../contract/sagemaker';
import type { Stream } from './stream';

/** As many as are ever asked for; they come in pages. */
const MOST = 100000;

function timeOf(job: IJobSummary): number {
  return job.CreationTime ?? 0;
}

/** Jobs by name and newest first; a change of one costs no look at the others. */
export class JobTable {
  /** All, newest first; the same array for good. */
  get newestFirst(): readonly IJobSummary[] {
    return this._order;
  }

  /** Those that have not ended, newest first. */
  get active(): readonly IJobSummary[] {
    return [...this._active.values()].sort((one, other) => timeOf(other) - timeOf(one));
  }

  get(name: string): IJobSummary | undefined {
    return this._byName.get(name);
  }

  /** Take a job, new or changed. */
  put(job: IJobSummary): void {
    const name = job.TrainingJobName;
    const before = this._byName.get(name);
    if (before && timeOf(before) === timeOf(job)) {
      this._order[this._placeOf(before)] = job;
    } else {
      this.remove(name);
      this._insert(job);
    }
    this._byName.set(name, job);
    if (ENDED.has(job.TrainingJobStatus)) {
      this._active.delete(name);
    } else {
      this._active.set(name, job);
    }
  }

  /** Forget a job, if it is there. */
  remove(name: string): void {
    const job = this._byName.get(name);
    if (job) {
      this._order.splice(this._placeOf(job), 1);
      this._byName.delete(name);
      this._active.delete(name);
    }
  }

  clear(): void {
    this._order.length = 0;
    this._byName.clear();
    this._active.clear();
  }

  private _insert(job: IJobSummary): void {
    const last = this._order[this._order.length - 1];
    if (!last || timeOf(last) >= timeOf(job)) {
      this._order.push(job); // pages come in this order
    } else {
      this._order.splice(this._firstUpTo(timeOf(job)), 0, job);
    }
  }

  private _placeOf(job: IJobSummary): number {
    return this._order.indexOf(job, this._firstUpTo(timeOf(job)));
  }

  /** Return the place of the first job that is not younger than this. */
  private _firstUpTo(time: number): number {
    let low = 0;
    let high = this._order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeOf(this._order[middle]) > time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private _order: IJobSummary[] = [];
  private _byName = new Map<string, IJobSummary>();
  private _active = new Map<string, IJobSummary>();
}

export class JobsModel {
  /** Something is different from before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Facts that are news; the first snapshot is none. */
  get facts(): ISignal<this, readonly IFact[]> {
    return this._facts;
  }

  /** Whether the first snapshot has come. */
  get isReady(): boolean {
    return this._isReady;
  }

  /** Whether older jobs are still on their way. */
  get isComing(): boolean {
    return this._more;
  }

  /** The number of the newest fact that is in. */
  get seq(): number {
    return this._seq;
  }

  /** Another number after each change. */
  get version(): number {
    return this._version;
  }

  /** What to go on from after a loss: with pages missing, from the start. */
  get after(): number {
    return this._more ? 0 : this._seq;
  }

  /** All jobs, newest first; the array is the same after a change. */
  get jobs(): readonly IJobSummary[] {
    return this._table.newestFirst;
  }

  /** Jobs that have not ended, newest first. */
  get active(): readonly IJobSummary[] {
    this._active ??= this._table.active;
    return this._active;
  }

  /** Return a job by name, if it is known. */
  find(name: string): IJobSummary | undefined {
    return this._table.get(name);
  }

  /** Take one message of the stream; facts already in are ignored, so replay is harmless. */
  apply(message: Message): void {
    if (message.type === 'jobs') {
      this._table.clear();
      this._seq = message.seq;
      this._isReady = true;
      this._takePage(message);
    } else if (message.type === 'older') {
      this._takePage(message);
    } else if (message.type === 'metrics') {
      this._takeValues(message);
    } else if (message.type === 'facts') {
      this._takeFacts(message);
    }
  }

  /** Stay current until the signal says stop. */
  follow(stream: Stream, until: AbortSignal): void {
    const topic = { topic: 'jobs', limit: MOST } as const;
    const after = (): number => this.after;
    stream.subscribe(topic, message => { this.apply(message); }, { until, after });
  }

  private _takePage({ jobs, more }: IJobsMessage | IOlderMessage): void {
    jobs.forEach(job => { this._table.put(job); });
    this._more = more;
    this._tell();
  }

  private _takeFacts({ facts, seq }: IFactsMessage): void {
    const news = facts.filter(fact => fact.seq > this._seq);
    for (const { job, summary } of news) {
      if (summary) {
        this._table.put(summary);
      } else {
        this._table.remove(job);
      }
    }
    this._seq = Math.max(this._seq, seq);
    if (news.length > 0) {
      this._tell();
      this._facts.emit(news);
    }
  }

  /** Last values replace those before them; jobs that are not known (any more) stay so. */
  private _takeValues({ jobs, progress }: IMetricsMessage): void {
    for (const [name, metrics] of jobs) {
      this._replace(name, { FinalMetricDataList: metrics });
    }
    for (const [name, each] of progress) {
      this._replace(name, { Progress: each });
    }
    this._tell();
  }

  private _replace(name: string, changes: Partial<IJobSummary>): void {
    const job = this._table.get(name);
    if (job) {
      this._table.put({ ...job, ...changes });
    }
  }

  private _tell(): void {
    this._version++;
    this._active = null;
    this._changed.emit();
  }

  private _table = new JobTable();
  private _seq = 0;
  private _more = false;
  private _version = 0;
  private _isReady = false;
  private _active: readonly IJobSummary[] | null = null;
  private _changed = new Signal<this, void>(this);
  private _facts = new Signal<this, readonly IFact[]>(this);
}
