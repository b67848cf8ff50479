/** The jobs the browser knows about, kept current by the stream. */

import { Signal } from '@lumino/signaling';
import { ENDED } from '../contract/sagemaker';

import type { ISignal } from '@lumino/signaling';
import type { IFact, IMetricsMessage, IOlderMessage, Message } from '../contract/messages';
import type { IJobSummary } from '../contract/sagemaker';
import type { Stream } from './stream';

/** What is known at one moment: all facts up to number `seq` are in it. */
export interface IJobsState {
  readonly seq: number;
  readonly jobs: ReadonlyMap<string, IJobSummary>;
  /** Whether older jobs are still on their way. */
  readonly more: boolean;
}

export const NO_JOBS: IJobsState = { seq: 0, jobs: new Map(), more: false };

/** As many as are ever asked for; they come in pages. */
const MOST = 100000;

/** What is known after a message; facts already in are ignored, so replay is harmless. */
export function step(state: IJobsState, message: Message): IJobsState {
  if (message.type === 'jobs') {
    const jobs = new Map(message.jobs.map(job => [job.TrainingJobName, job]));
    return { seq: message.seq, jobs, more: message.more };
  }
  if (message.type === 'older') {
    return withOlder(state, message);
  }
  if (message.type === 'facts') {
    return withFacts(state, news(state, message.facts), message.seq);
  }
  return message.type === 'metrics' ? withMetrics(state, message) : state;
}

/** Return the facts that are not in yet. */
export function news(state: IJobsState, facts: readonly IFact[]): IFact[] {
  return facts.filter(fact => fact.seq > state.seq);
}

function withOlder(state: IJobsState, { jobs: older, more }: IOlderMessage): IJobsState {
  const jobs = new Map(state.jobs);
  older.forEach(job => jobs.set(job.TrainingJobName, job));
  return { ...state, jobs, more };
}

function withFacts(state: IJobsState, facts: readonly IFact[], seq: number): IJobsState {
  if (facts.length === 0) {
    return seq > state.seq ? { ...state, seq } : state;
  }
  const jobs = new Map(state.jobs);
  for (const { job, summary } of facts) {
    if (summary) {
      jobs.set(job, summary);
    } else {
      jobs.delete(job);
    }
  }
  return { ...state, seq: Math.max(seq, facts[facts.length - 1].seq), jobs };
}

/** Last values replace those before them; jobs that are not known (any more) stay so. */
function withMetrics(state: IJobsState, message: IMetricsMessage): IJobsState {
  const jobs = new Map(state.jobs);
  for (const [name, metrics] of message.jobs) {
    const job = state.jobs.get(name);
    if (job) {
      jobs.set(name, { ...job, FinalMetricDataList: metrics });
    }
  }
  return { ...state, jobs };
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

  /** The number of the newest fact that is in. */
  get seq(): number {
    return this._state.seq;
  }

  /** What to go on from after a loss: with pages missing, from the start. */
  get after(): number {
    return this._state.more ? 0 : this._state.seq;
  }

  /** All jobs, newest first. */
  get jobs(): readonly IJobSummary[] {
    this._sorted ??= [...this._state.jobs.values()].sort(
      (one, other) => (other.CreationTime ?? 0) - (one.CreationTime ?? 0)
    );
    return this._sorted;
  }

  /** Jobs that have not ended, newest first. */
  get active(): readonly IJobSummary[] {
    this._active ??= this.jobs.filter(job => !ENDED.has(job.TrainingJobStatus));
    return this._active;
  }

  /** Return a job by name, if it is known. */
  find(name: string): IJobSummary | undefined {
    return this._state.jobs.get(name);
  }

  /** Take one message of the stream. */
  apply(message: Message): void {
    const facts = message.type === 'facts' ? news(this._state, message.facts) : [];
    const state = step(this._state, message);
    const isFirst = message.type === 'jobs' && !this._isReady;
    if (state === this._state && !isFirst) {
      return;
    }
    this._isReady ||= message.type === 'jobs';
    this._state = state;
    this._sorted = null;
    this._active = null;
    this._changed.emit();
    if (facts.length > 0) {
      this._facts.emit(facts);
    }
  }

  /** Stay current until the signal says stop. */
  follow(stream: Stream, until: AbortSignal): void {
    const topic = { topic: 'jobs', limit: MOST } as const;
    const after = (): number => this.after;
    stream.subscribe(topic, message => { this.apply(message); }, { until, after });
  }

  private _state = NO_JOBS;
  private _isReady = false;
  private _sorted: readonly IJobSummary[] | null = null;
  private _active: readonly IJobSummary[] | null = null;
  private _changed = new Signal<this, void>(this);
  private _facts = new Signal<this, readonly IFact[]>(this);
}
