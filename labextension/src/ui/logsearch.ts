/** A log with a search: through all of it, line by line, or only the lines that have it. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { LogBar } from './logbar';
import { LogView } from './logview';
import { part } from './part';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILogLine } from '../contract/messages';
import type { LogFinder, ISearch } from '../data/logfinder';
import type { LogChange, LogModel, LogPlace } from '../data/logs';

/** What is fetched beyond the lines that are here. */
export interface ILogActions {
  followLog: (until: AbortSignal) => void;
  older: () => Promise<void>;
  find: (search: ISearch) => LogFinder;
  goTo: (place: LogPlace) => Promise<void>;
  goToEnd: () => Promise<void>;
  /** Where the log is downloaded. */
  url: () => string;
}

/** How long nobody types before the whole log is searched, and how often again as it grows, ms. */
const PAUSE = 250;
const AGAIN = 1000;

export class LogSearch extends Widget {
  /**
   * @param log - the lines
   * @param actions - fetch what is beyond them
   * @param trans - the words
   */
  constructor(
    private log: LogModel,
    private actions: ILogActions,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-LogSearch');
    this._view = new LogView(trans, () => { void this._try(actions.older); });
    this._view.onFollow = () => { void this._newest(); };
    this._bar = new LogBar(trans, {
      search: () => { this._search(); },
      walk: by => { void this._walk(by); },
      only: () => { this._draw(); },
      turn: (name, isOn) => this._view.turn(name, isOn),
      select: stream => {
        this.log.select(stream);
        this._search();
      },
      url: actions.url
    });
    const layout = new PanelLayout();
    this.layout = layout;
    [part(this._bar.node), this._view].forEach(each => { layout.addWidget(each); });
    log.changed.connect(this._changed, this);
    whileSeen(this, until => {
      if (this._isStale) {
        this._isStale = false;
        this._draw();
      }
      actions.followLog(until);
    });
    this._tellStreams();
  }

  override dispose(): void {
    this._cancel();
    this._searching?.abort();
    super.dispose();
  }

  /** Look for what is in the box, in the lines here at once, in the whole log after a pause. */
  private _search(): void {
    const { text, isRegex } = this._bar;
    this._searching?.abort();
    this._finder = text === '' ? null : this.actions.find({ text, isRegex });
    this._at = -1;
    this._complaint = '';
    this._draw();
    this._later(PAUSE);
  }

  private _later(pause: number): void {
    this._cancel();
    if (this._finder) {
      this._timer = setTimeout(() => { void this._find(); }, pause);
    }
  }

  private _cancel(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
  }

  /** Find it in what is not yet searched of the log. */
  private async _find(): Promise<void> {
    const finder = this._finder;
    this._cancel();
    if (!finder || (this._searching && !this._searching.signal.aborted)) {
      return;
    }
    const searching = new AbortController();
    this._searching = searching;
    await this._try(() => finder.run(searching.signal, () => { this._tell(); }));
    if (this._searching === searching) {
      this._searching = null;
      if (this._bar.isOnly && finder.search.isRegex) {
        this._draw(); // which lines match is known only now
      }
      this._tell();
    }
  }

  /** Go to the next match or the one before, wherever in the log it is. */
  private async _walk(by: number): Promise<void> {
    const finder = this._finder;
    if (finder && finder.lines.length === 0) {
      await this._find();
    }
    const lines = finder?.lines ?? [];
    if (finder === this._finder && lines.length > 0) {
      const from = this._at < 0 && by < 0 ? 0 : this._at;
      this._at = (from + by + lines.length) % lines.length;
      await this._try(() => this._show(lines[this._at]));
    }
  }

  private async _show(line: ILogLine): Promise<void> {
    if (this._bar.isOnly) {
      this._bar.isOnly = false; // what is around a match is what one wants to see
      this._draw();
    }
    if (!this._view.reveal(line)) {
      await this.actions.goTo(line);
      this._view.reveal(line);
    }
  }

  private async _newest(): Promise<void> {
    if (this.log.isAway) {
      await this._try(this.actions.goToEnd);
      this._view.isFollowing = true;
    }
  }

  /** Do it, and say so if it cannot be done. */
  private async _try(action: () => Promise<void>): Promise<void> {
    try {
      this._complaint = '';
      await action();
    } catch (error) {
      this._complaint = error instanceof Error ? error.message : String(error);
    }
    this._tell();
  }

  private _draw(): void {
    this._view.clear();
    this._view.append(this._shown(this.log.lines));
    this._view.hasOlder = this.log.hasOlder;
    this._tell();
  }

  private _tell(): void {
    this._bar.notice = this._complaint || this._counted();
  }

  private _counted(): string {
    const { trans, _finder: finder, _at: at } = this;
    if (!finder) {
      return '';
    }
    const count = `${finder.lines.length}${finder.isFull ? '+' : ''}`;
    if (at >= 0) {
      return trans.__('%1 of %2', String(at + 1), count);
    }
    if (finder.isStopped) {
      const share = percent(finder);
      return trans.__('%1 so far; stopped after a minute, at %2 % of the log', count, share);
    }
    return finder.share < 1
      ? trans.__('%1 so far, %2 % of the log searched', count, percent(finder))
      : trans.__('%1 in the log', count);
  }

  private _tellStreams(): void {
    const { streams, selected } = this.log;
    this._bar.draw(streams, selected);
    this._view.turn('jt-mod-streams', streams.length > 1 && selected === undefined);
  }

  /** What comes while nobody looks is drawn when somebody does. */
  private _changed(log: LogModel, change: LogChange): void {
    if (change.kind === 'streams' || change.kind === 'replaced') {
      this._tellStreams();
    }
    if (change.kind === 'ended' || change.kind === 'streams') {
      return;
    }
    if (!this.isVisible) {
      this._isStale = true;
      return;
    }
    this._take(change);
    this._view.hasOlder = log.hasOlder;
    const isGivenUp = this._complaint !== '' || this._finder?.isStopped;
    if (change.kind === 'appended' && this._timer === undefined && !isGivenUp) {
      this._later(AGAIN); // not anew with each line: a fast log would put it off for ever
    }
  }

  private _take(change: Exclude<LogChange, { kind: 'ended' | 'streams' }>): void {
    const isNarrowed = this._bar.isOnly && this._finder !== null;
    const isOther = change.kind === 'prepended' || (change.kind === 'appended' && change.dropped);
    if (change.kind === 'replaced' || (isNarrowed && isOther)) {
      this._draw(); // how many of those dropped were shown is not known
    } else if (change.kind === 'prepended') {
      this._view.prepend(this._shown(change.lines));
    } else {
      this._view.append(this._shown(change.lines), change.dropped);
    }
  }

  private _shown(lines: readonly ILogLine[]): readonly ILogLine[] {
    const { _finder: finder } = this;
    if (!this._bar.isOnly || !finder) {
      return lines;
    }
    // a regular expression may take for ever: it is for the manager, which stops it
    const words = finder.search.text.toLowerCase();
    return finder.search.isRegex
      ? lines.filter(line => finder.has(line))
      : lines.filter(line => line.text.toLowerCase().includes(words));
  }

  private _view: LogView;
  private _bar: LogBar;
  private _finder: LogFinder | null = null;
  private _searching: AbortController | null = null;
  private _at = -1;
  private _isStale = true;
  private _complaint = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function percent(finder: LogFinder): string {
  return String(Math.floor(100 * finder.share));
}
