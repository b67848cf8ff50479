/** The bar of a log: what is searched, how the lines look, and what becomes of them. */

import { button, press } from './button';
import { downloadFrom } from './download';
import { hostOf } from './logview';

import type { TranslationBundle } from '@jupyterlab/translation';

/** What the bar has done. */
export interface ILogBarActions {
  /** What is searched has changed. */
  search: () => void;
  /** The next match is wanted, or the one before. */
  walk: (by: number) => void;
  /** The lines that match are wanted alone, or all. */
  only: () => void;
  /** Shows lines in another way; returns whether it is on now. */
  turn: (className: string, isOn?: boolean) => boolean;
  select: (stream: string | undefined) => void;
  url: () => string;
}

export class LogBar {
  readonly node = document.createElement('div');

  constructor(
    private trans: TranslationBundle,
    private actions: ILogBarActions
  ) {
    this.node.className = 'jt-LogSearch-bar';
    this._notice.setAttribute('role', 'status');
    this._stream.setAttribute('aria-label', trans.__('Log of'));
    this._stream.addEventListener('change', () => {
      actions.select(this._stream.value || undefined);
    });
    this._only = button(trans.__('Only matches'), () => {
      this.isOnly = !this._isOnly;
      actions.only();
    }, true);
    this._build();
  }

  get text(): string {
    return this._input.value;
  }

  get isRegex(): boolean {
    return this._isRegex;
  }

  /** Whether only the lines are wanted that have what is searched. */
  get isOnly(): boolean {
    return this._isOnly;
  }

  set isOnly(isOnly: boolean) {
    this._isOnly = isOnly;
    press(this._only, isOnly);
  }

  /** Say how the search stands. */
  set notice(notice: string) {
    this._notice.textContent = notice;
  }

  /** Offer the streams, where there are several. */
  draw(streams: readonly string[], selected: string | undefined): void {
    const all = new Option(this.trans.__('All hosts'), '');
    const each = streams.map(stream => new Option(hostOf(stream), stream));
    this._stream.replaceChildren(all, ...each);
    this._stream.value = selected ?? '';
    this._stream.hidden = streams.length < 2;
  }

  private _build(): void {
    const { trans, actions } = this;
    this._field();
    const up = button('↑', () => { actions.walk(-1); });
    up.setAttribute('aria-label', trans.__('Previous match'));
    const down = button('↓', () => { actions.walk(1); });
    down.setAttribute('aria-label', trans.__('Next match'));
    const regex = button('.*', () => {
      this._isRegex = !this._isRegex;
      press(regex, this._isRegex);
      actions.search();
    }, false);
    regex.setAttribute('aria-label', trans.__('Regular expression'));
    const search = [this._stream, this._input, regex, this._notice, up, down, this._only];
    this.node.append(...search, ...this._looks());
    this.draw([], undefined);
  }

  private _field(): void {
    const { trans, actions, _input: input } = this;
    input.type = 'search';
    input.className = 'jt-LogSearch-input jp-mod-styled';
    input.placeholder = trans.__('Search the whole log');
    input.setAttribute('aria-label', trans.__('Search the whole log'));
    input.addEventListener('input', actions.search);
    input.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        actions.walk(event.shiftKey ? -1 : 1);
      }
    });
  }

  private _looks(): HTMLElement[] {
    const { trans, actions } = this;
    const toggle = (word: string, name: string): HTMLButtonElement => {
      const node = button(word, () => { press(node, actions.turn(name)); }, false);
      return node;
    };
    return [
      this._levels(),
      toggle(trans.__('Times'), 'jt-mod-times'),
      toggle(trans.__('Long lines'), 'jt-mod-unwrapped'),
      button(trans.__('Download'), () => { downloadFrom(actions.url()); })
    ];
  }

  private _levels(): HTMLElement {
    const { trans, actions } = this;
    const select = document.createElement('select');
    select.setAttribute('aria-label', trans.__('Levels, of the lines loaded'));
    select.title = trans.__('Of the lines loaded; the search goes through the whole log');
    const words: [string, string][] = [
      ['', trans.__('All levels')],
      ['jt-mod-nodebug', trans.__('Without debug')],
      ['jt-mod-infos', trans.__('Info and above')],
      ['jt-mod-warnings', trans.__('Warnings and errors')],
      ['jt-mod-errors', trans.__('Errors')]
    ];
    select.append(...words.map(([name, word]) => new Option(word, name)));
    select.addEventListener('change', () => {
      words.filter(([name]) => name).forEach(([name]) => {
        actions.turn(name, name === select.value);
      });
    });
    return select;
  }

  private _stream = document.createElement('select');
  private _input = document.createElement('input');
  private _notice = document.createElement('span');
  private _only: HTMLButtonElement;
  private _isOnly = true;
  private _isRegex = false;
}
