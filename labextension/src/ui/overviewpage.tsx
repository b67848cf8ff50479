/** The page of a job at a glance; it ticks while the job runs and it is looked at. */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { now } from '../data/clock';
import { Overview } from './overview';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICost } from '../contract/cost';
import type { JobModel } from '../data/job';
import type { Page } from './overview';

const TICK = 1000;

export class OverviewPage extends ReactWidget {
  constructor(
    private job: JobModel,
    private cost: () => Promise<ICost>,
    private turnTo: (page: Page) => void,
    private trans: TranslationBundle
  ) {
    super();
    whileSeen(this, until => { this._follow(until); });
  }

  protected override render(): JSX.Element | null {
    const { detail, series } = this.job;
    return detail && (
      <Overview
        detail={detail}
        series={series}
        cost={this._cost}
        now={now()}
        turnTo={this.turnTo}
        trans={this.trans}
      />
    );
  }

  private _follow(until: AbortSignal): void {
    const tick = (): void => {
      if (!this.job.hasEnded && !document.hidden) {
        this.update();
      }
    };
    const timer = setInterval(tick, TICK);
    this.job.changed.connect(this._changed, this);
    until.addEventListener('abort', () => {
      clearInterval(timer);
      this.job.changed.disconnect(this._changed, this);
    });
    this._changed();
  }

  private _changed(): void {
    const status = this.job.detail?.SecondaryStatus;
    if (status !== this._status) {
      this._status = status;
      void this._ask();
    }
    this.update();
  }

  /** Ask what it holds: GPUs are lent when it starts. */
  private async _ask(): Promise<void> {
    // without an answer the rest is still worth seeing, and the next status asks again
    this._cost = await this.cost().catch(() => this._cost);
    if (!this.isDisposed) {
      this.update();
    }
  }

  private _cost: ICost | null = null;
  private _status: string | undefined;
}
