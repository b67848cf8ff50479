/** Metric definitions tried on a log that a person pastes. */

import { Signal } from '@lumino/signaling';

import type { ISignal } from '@lumino/signaling';
import type { IMatches } from '../contract/checked';
import type { Later } from './later';

/** Who tries them. */
export interface IMatcher {
  matches(log: string, definitions: object): Promise<IMatches>;
}

const NONE: IMatches = { matches: [], problems: [], counts: {} };

const PAUSE = 300;

export class Tryout {
  constructor(private server: IMatcher, private later: Later) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get log(): string {
    return this._log;
  }

  /** The log that `found` is about. */
  get tried(): string {
    return this._tried;
  }

  get found(): IMatches {
    return this._found;
  }

  /** Why nothing could be tried; empty when it could. */
  get problem(): string {
    return this._problem;
  }

  /** Try these definitions on this log, soon. */
  set(log: string, definitions: Readonly<Record<string, string>>): void {
    this._log = log;
    this._cancel();
    this._changed.emit();
    this._cancel = this.later(() => { void this._try(log, definitions); }, PAUSE);
  }

  private async _try(log: string, definitions: object): Promise<void> {
    const turn = ++this._turn;
    const isEmpty = log.trim() === '' || Object.keys(definitions).length === 0;
    let [found, problem] = [NONE, ''];
    try {
      found = isEmpty ? NONE : await this.server.matches(log, definitions);
    } catch (error) {
      problem = (error as Error).message;
    }
    if (turn === this._turn) {
      [this._found, this._tried, this._problem] = [found, log, problem];
      this._changed.emit();
    }
  }

  private _log = '';
  private _tried = '';
  private _found = NONE;
  private _problem = '';
  private _turn = 0;
  private _cancel: () => void = () => undefined;
  private _changed = new Signal<this, void>(this);
}
