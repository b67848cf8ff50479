/** What a view of a job needs: models, each current while it is looked at, and what is fetched. */

import { CurvesModel, window } from './curves';
import { JobModel } from './job';
import { LogFinder } from './logfinder';
import { LogModel } from './logs';
import { linesAt } from './logwindow';

import type { ILogLine } from '../contract/messages';
import type { ICaller } from './client';
import type { IColumns } from './columns';
import type { ICurve } from './curves';
import type { ISearch } from './logfinder';
import type { LogPlace } from './logs';
import type { Stream } from './stream';

/** What models need of a client. */
interface IFetcher extends ICaller {
  logUrl(job: string, stream?: string): string;
}

/** Keeps a model current until the signal says stop; it goes on where it was the time before. */
export type Follow = (until: AbortSignal) => void;

export class JobModels {
  readonly job: JobModel;
  readonly curves: CurvesModel;
  readonly log: LogModel;

  /**
   * @param client - asks the manager
   * @param stream - keeps the models current
   * @param name - of the job
   * @param tail - how many lines of the log to begin with
   */
  constructor(
    private client: IFetcher,
    private stream: Stream,
    private name: string,
    tail?: number
  ) {
    this.job = new JobModel(name);
    this.curves = new CurvesModel(name);
    this.log = new LogModel(name, tail);
    this.job.changed.connect(() => { this.log.streams = this.job.logStreams; });
  }

  readonly followJob: Follow = until => { this.job.follow(this.stream, until); };
  readonly followCurves: Follow = until => { this.curves.follow(this.stream, until); };
  readonly followLog: Follow = until => { this.log.follow(this.stream, until); };

  /** Fetch points of a curve between two steps. */
  readonly look = (
    curve: ICurve,
    range: { low: number; high: number; points: number }
  ): Promise<IColumns> => window(this.client, this.name, curve, range);

  /** Fetch what was printed in a second, on all hosts. */
  readonly linesAt = (second: number): Promise<ILogLine[]> => {
    return linesAt(this.client, this.job.logStreams, second);
  };

  readonly older = (): Promise<void> => this.log.older(this.client);
  readonly goTo = (place: LogPlace): Promise<void> => this.log.goTo(this.client, place);
  readonly goToEnd = (): Promise<void> => this.log.goToEnd(this.client);

  /** Look for something in the streams that are shown. */
  readonly find = (search: ISearch): LogFinder => {
    const { log } = this;
    const one = log.selected;
    const streams = (): readonly string[] => one === undefined ? log.streams : [one];
    return new LogFinder(this.client, this.name, streams, search);
  };

  /** Return where the browser downloads what is shown of the log, whole. */
  readonly url = (): string => this.client.logUrl(this.name, this.log.selected);
}
