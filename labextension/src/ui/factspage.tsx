/** The page of a job's facts, and of the same job in other words. */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { JobFacts } from './jobfacts';
import { SameAs } from './sameas';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICheck } from '../contract/checked';
import type { JobModel } from '../data/job';

export class FactsPage extends ReactWidget {
  constructor(
    private job: JobModel,
    /** Says the job as Python, as a command line, as a request. */
    private sameAs: () => Promise<ICheck>,
    private trans: TranslationBundle
  ) {
    super();
    whileSeen(this, until => { this._follow(until); });
  }

  protected override render(): JSX.Element | null {
    const { detail } = this.job;
    return detail && (
      <div
        className="jt-Facts"
        tabIndex={0}
        role="region"
        aria-label={this.trans.__('Facts')}
      >
        <JobFacts detail={detail} trans={this.trans} />
        {this._checked && <SameAs checked={this._checked} trans={this.trans} />}
        <p role="status">{this._problem}</p>
      </div>
    );
  }

  private _follow(until: AbortSignal): void {
    this.job.changed.connect(this.update, this);
    until.addEventListener('abort', () => { this.job.changed.disconnect(this.update, this); });
    this.update();
    if (!this._checked) {
      void this._ask();
    }
  }

  private async _ask(): Promise<void> {
    try {
      this._checked = await this.sameAs();
      this._problem = '';
    } catch (error) {
      this._problem = error instanceof Error ? error.message : String(error);
    }
    this.update();
  }

  private _checked: ICheck | null = null;
  private _problem = '';
}
