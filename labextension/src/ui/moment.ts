/** One second of a job: what it printed, and what it took of its machine. */

import { spans, PLAIN } from './ansi';
import { button } from './button';
import { clock } from './loglevel';
import { isSystem, measureOf, systemName } from './measures';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILogLine } from '../contract/messages';
import type { ICurve } from '../data/curves';

/** Fetches the lines of the second that begins at this time, seconds since the epoch. */
export type LinesAt = (second: number) => Promise<readonly ILogLine[]>;

export class Moment {
  readonly node = document.createElement('section');

  constructor(
    private trans: TranslationBundle,
    private linesAt: LinesAt
  ) {
    this.node.className = 'jt-Moment';
    this.node.hidden = true;
    this.node.setAttribute('aria-label', trans.__('The second that was clicked'));
    this._log.className = 'jt-Moment-log';
    this._log.tabIndex = 0;
    this._log.setAttribute('role', 'region');
    this._log.setAttribute('aria-label', trans.__('What was printed then'));
    const close = button(trans.__('Close'), () => { this.node.hidden = true; });
    const head = document.createElement('header');
    head.append(this._when, close);
    this.node.append(head, this._usage, this._log);
  }

  /** Show the second of a time. */
  async show(time: number, curves: readonly ICurve[]): Promise<void> {
    const second = Math.floor(time);
    this._second = second;
    this.node.hidden = false;
    this._when.textContent = clock(second * 1000).slice(0, 8);
    this._usage.textContent = usageAt(curves, second + 1)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · ');
    this._log.textContent = '…';
    const shown = await this._lines(second);
    if (second === this._second) {
      this._log.textContent = shown;
    }
  }

  private async _lines(second: number): Promise<string> {
    try {
      const lines = await this.linesAt(second);
      const texts = lines.map(({ text }) => spans(text, PLAIN)[0].map(each => each.text).join(''));
      return texts.join('\n') || this.trans.__('Nothing was printed in this second.');
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private _when = document.createElement('strong');
  private _usage = document.createElement('p');
  private _log = document.createElement('pre');
  private _second = 0;
}

/** Return what was measured last before a time, as it is read. */
export function usageAt(curves: readonly ICurve[], time: number): [string, string][] {
  return curves.filter(curve => isSystem(curve.name)).flatMap(({ name, columns }) => {
    const after = columns.times.findIndex(each => each > time);
    const at = (after < 0 ? columns.times.length : after) - 1;
    const print = (value: number): string => measureOf(name).print(value);
    return at < 0 ? [] : [[systemName(name), print(columns.values[at])] as [string, string]];
  });
}
