/** A log with a search: through all of it, line by line, or only the lines that have it. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { button, press } from './button';
import { download } from './download';
import { LogView } from './logview';
import { part } from './part';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILogLine } from '../contract/messages';
import type { IFound, LogChange, LogModel } from '../data/logs';

/** What is fetched beyond the lines that are here. */
export interface ILogActions {
  older: () => Promise<void>;
  search: (text: string) => Promise<IFound>;
  goTo: (position: number) => Promise<void>;
  goToEnd: () => Promise<void>;
  whole: () => Promise<Blob>;
}

/** How long nobody types before the whole log is searched, ms. */
const PAUSE = 250;

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
    this._input.type = 'search';
    this._input.className = 'jt-LogSearch-input jp-mod-styled';
    this._input.placeholder = trans.__('Search the log');
    this._input.setAttribute('aria-label', trans.__('Search the log'));
    this._input.addEventListener('input', () => { this._search(); });
    this._input.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        void this._walk(event.shiftKey ? -1 : 1);
      }
    });
    this._count.setAttribute('role', 'status');
    const layout = new PanelLayout();
    this.layout = layout;
    [part(this._bar()), this._view].forEach(each => { layout.addWidget(each); });
    log.changed.connect(this._changed, this);
    this._draw();
  }

  override dispose(): void {
    clearTimeout(this._timer);
    super.dispose();
  }

  private _bar(): HTMLElement {
    const { trans } = this;
    const up = button('↑', () => { void this._walk(-1); });
    up.setAttribute('aria-label', trans.__('Previous match'));
    const down = button('↓', () => { void this._walk(1); });
    down.setAttribute('aria-label', trans.__('Next match'));
    this._only = button(trans.__('Only matches'), () => { this.isOnly = !this._isOnly; }, true);
    this._regex = button('.*', () => {
      this._isRegex = !this._isRegex;
      press(this._regex, this._isRegex);
      this._search();
    }, false);
    this._regex.setAttribute('aria-label', trans.__('Regular expression, in the lines loaded'));
    const bar = document.createElement('div');
    bar.className = 'jt-LogSearch-bar';
    bar.append(this._input, this._regex, this._count, up, down, this._only, ...this._looks());
    return bar;
  }

  /** How the lines look, and what becomes of them. */
  private _looks(): HTMLElement[] {
    const { trans } = this;
    const toggle = (word: string, name: string): HTMLButtonElement => {
      const node = button(word, () => {
        press(node, this._view.turn(name));
      }, false);
      return node;
    };
    const save = button(trans.__('Download'), () => { void this._try(() => this._save()); });
    return [
      this._levels(),
      toggle(trans.__('Times'), 'jt-mod-times'),
      toggle(trans.__('Long lines'), 'jt-mod-unwrapped'),
      save
    ];
  }

  private _levels(): HTMLElement {
    const select = document.createElement('select');
    select.setAttribute('aria-label', this.trans.__('Levels'));
    const words: [string, string][] = [
      ['', this.trans.__('All levels')],
      ['jt-mod-warnings', this.trans.__('Warnings and errors')],
      ['jt-mod-errors', this.trans.__('Errors')]
    ];
    select.append(...words.map(([name, word]) => new Option(word, name)));
    select.addEventListener('change', () => {
      words.forEach(([name]) => {
        if (name) {
          this._view.turn(name, name === select.value);
        }
      });
    });
    return select;
  }

  /** Whether only the lines are shown that have what is searched. */
  private set isOnly(isOnly: boolean) {
    this._isOnly = isOnly;
    press(this._only, isOnly);
    this._draw();
  }

  private _search(): void {
    this._matches = matcher(this._input.value, this._isRegex);
    this._found = null;
    this._at = -1;
    this._complaint = this._matches ? '' : this.trans.__('This is no regular expression.');
    this._draw();
    clearTimeout(this._timer);
    if (this._input.value !== '' && this._matches) {
      this._timer = setTimeout(() => { void this._try(() => this._find()); }, PAUSE);
    }
  }

  /** Find it in the whole log; a regular expression only in what is here, as it may take long. */
  private async _find(): Promise<void> {
    const text = this._input.value;
    const found = this._isRegex
      ? { lines: this._placed().filter(line => this._matches?.(line.text)), isWhole: true }
      : await this.actions.search(text);
    if (text === this._input.value) {
      this._found = found;
      this._at = -1;
      this._tell();
    }
  }

  /** The lines here of which the place is known. */
  private _placed(): readonly ILogLine[] {
    return this.log.lines.filter(line => line.position >= 0);
  }

  /** Go to the next match or the one before, wherever in the log it is. */
  private async _walk(by: number): Promise<void> {
    await this._try(async () => {
      if (!this._found && this._input.value !== '' && this._matches) {
        clearTimeout(this._timer);
        await this._find();
      }
      const lines = this._found?.lines ?? [];
      if (lines.length > 0) {
        const from = this._at < 0 && by < 0 ? 0 : this._at;
        this._at = (from + by + lines.length) % lines.length;
        await this._show(lines[this._at].position);
      }
    });
  }

  private async _show(position: number): Promise<void> {
    if (this._isOnly) {
      this.isOnly = false; // what is around a match is what one wants to see
    }
    this._tell();
    if (!this._view.reveal(position)) {
      await this.actions.goTo(position);
      this._view.reveal(position);
    }
  }

  private async _newest(): Promise<void> {
    if (this.log.isAway) {
      await this._try(this.actions.goToEnd);
      this._view.isFollowing = true;
    }
  }

  private async _save(): Promise<void> {
    download(`${this.log.job}.log`, await this.actions.whole());
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
    this._count.textContent = this._complaint || this._counted();
  }

  private _counted(): string {
    const { trans } = this;
    if (!this._found) {
      return '';
    }
    const count = `${this._found.lines.length}${this._found.isWhole ? '' : '+'}`;
    return this._at < 0
      ? trans.__('%1 in the log', count)
      : trans.__('%1 of %2', String(this._at + 1), count);
  }

  private _changed(log: LogModel, change: LogChange): void {
    this._view.hasOlder = log.hasOlder;
    if (change.kind === 'ended') {
      return;
    }
    const isNarrowed = this._isOnly && this._input.value !== '';
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
    const { _matches: matches } = this;
    const isNarrowed = this._isOnly && this._input.value !== '' && matches;
    return isNarrowed ? lines.filter(line => matches(line.text)) : lines;
  }

  private _view: LogView;
  private _input = document.createElement('input');
  private _count = document.createElement('span');
  private _only!: HTMLButtonElement;
  private _regex!: HTMLButtonElement;
  private _matches: ((text: string) => boolean) | null = () => true;
  private _found: IFound | null = null;
  private _at = -1;
  private _isOnly = true;
  private _isRegex = false;
  private _complaint = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** Return what tells whether a line matches, whatever its case; null for a broken expression. */
export function matcher(wanted: string, isRegex: boolean): ((text: string) => boolean) | null {
  const words = wanted.toLowerCase();
  if (!isRegex) {
    return text => text.toLowerCase().includes(words);
  }
  try {
    const pattern = new RegExp(wanted, 'i');
    return text => pattern.test(text);
  } catch {
    return null;
  }
}
