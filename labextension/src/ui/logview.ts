/** A log as a browser reads it best: plain text in blocks, laid out only when in sight. */

import { Widget } from '@lumino/widgets';
import { PLAIN, spans } from './ansi';
import { button, press } from './button';
import { clock, levelOf } from './loglevel';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILogLine } from '../contract/messages';
import type { LogPlace } from '../data/logs';
import type { IAnsiStyle } from './ansi';

/** How many lines a block holds: blocks out of sight cost no layout (`content-visibility`). */
const BLOCK = 200;

/** Draws text lines; keeps to the newest one while it follows. */
export class LogView extends Widget {
  /**
   * @param trans - the words
   * @param older - called when the reader wants the lines above
   */
  constructor(
    private trans: TranslationBundle,
    older: () => void
  ) {
    super();
    this.addClass('jt-Log');
    this._older = button(trans.__('Load older lines'), older);
    this._older.hidden = true;
    this._follow = button(trans.__('Follow'), () => {
      this.isFollowing = !this.isFollowing;
      if (this.isFollowing) {
        this.onFollow?.();
      }
    });
    this._follow.title = trans.__('Keep to the newest line');
    this._scroller.className = 'jt-Log-scroller';
    this._scroller.tabIndex = 0;
    this._scroller.setAttribute('role', 'log');
    this._scroller.setAttribute('aria-live', 'off'); // a fast log would drown a screen reader
    this._scroller.setAttribute('aria-label', trans.__('Log'));
    this._scroller.addEventListener('scroll', () => { this._scrolled(); }, { passive: true });
    this._scroller.append(this._lines);
    const bar = document.createElement('div');
    bar.className = 'jt-Log-bar';
    bar.append(this._count, this._older, this._follow);
    this.node.append(bar, this._scroller);
    this.isFollowing = true;
    this._tell();
  }

  /** Called when the reader wants to follow. */
  onFollow: (() => void) | undefined;

  /** Whether the view keeps to the newest line. */
  get isFollowing(): boolean {
    return this._isFollowing;
  }

  set isFollowing(isFollowing: boolean) {
    this._isFollowing = isFollowing;
    press(this._follow, isFollowing);
    this._keepUp();
  }

  /** Offer to load older lines. */
  set hasOlder(hasOlder: boolean) {
    this._hasOlder = hasOlder;
    this._older.hidden = !hasOlder;
    this._tell();
  }

  /** Add lines below and take as many as `dropped` away above. */
  append(lines: readonly ILogLine[], dropped = 0): void {
    let block = this._lines.lastElementChild;
    for (const line of lines) {
      if (!block || Number(block.childElementCount) >= BLOCK) {
        block = this._block();
        this._lines.append(block);
      }
      block.append(this._line(line));
    }
    this._drop(dropped);
    this._total += lines.length - dropped;
    this._tell();
    this._keepUp();
  }

  /** Add lines above; what is being read stays where it is. */
  prepend(lines: readonly ILogLine[]): void {
    const style = this._style;
    this._style = PLAIN;
    const below = this._scroller.scrollHeight - this._scroller.scrollTop;
    const blocks: HTMLElement[] = [];
    for (let at = 0; at < lines.length; at += BLOCK) {
      const block = this._block();
      block.append(...lines.slice(at, at + BLOCK).map(line => this._line(line)));
      blocks.push(block);
    }
    this._lines.prepend(...blocks);
    this._style = style;
    this._total += lines.length;
    this._scroller.scrollTop = this._scroller.scrollHeight - below;
    this._tell();
  }

  /** Show lines in another way; returns whether it is on now. */
  turn(className: string, isOn?: boolean): boolean {
    const isNow = this.node.classList.toggle(className, isOn);
    this._keepUp();
    return isNow;
  }

  /** Bring a line into sight and mark it; returns whether it is here. */
  reveal({ stream, position }: LogPlace): boolean {
    this._lines.querySelector('.jt-mod-current')?.classList.remove('jt-mod-current');
    const there = this._lines.querySelectorAll<HTMLElement>(`[data-position="${position}"]`);
    const line = [...there].find(each => each.dataset.stream === hostOf(stream));
    if (line) {
      this.isFollowing = false;
      line.classList.add('jt-mod-current');
      line.scrollIntoView({ block: 'center' });
    }
    return line !== undefined;
  }

  /** Take all lines away. */
  clear(): void {
    this._lines.replaceChildren();
    this._style = PLAIN;
    this._total = 0;
    this._tell();
  }

  protected override onAfterShow(): void {
    this._keepUp();
  }

  protected override onAfterAttach(): void {
    this._keepUp();
  }

  private _block(): HTMLElement {
    const block = document.createElement('div');
    block.className = 'jt-Log-block';
    return block;
  }

  /** One line: text nodes and spans of known classes, so that nothing in a log is ever markup. */
  private _line({ text: whole, time, stream, position }: ILogLine): HTMLElement {
    const node = document.createElement('div');
    node.dataset.time = clock(time);
    node.dataset.stream = hostOf(stream);
    node.dataset.position = String(position);
    node.className = levelOf(whole);
    const [found, style] = spans(whole, this._style);
    this._style = style;
    for (const { text, className } of found) {
      if (className === '') {
        node.append(text);
        continue;
      }
      const span = document.createElement('span');
      span.className = className;
      span.textContent = text;
      node.append(span);
    }
    if (found.length === 0) {
      node.append(document.createElement('br')); // an empty line has a height, and is copied
    }
    return node;
  }

  private _drop(count: number): void {
    let left = count;
    while (left > 0 && this._lines.firstElementChild) {
      const block = this._lines.firstElementChild;
      const size = block.childElementCount;
      if (size <= left) {
        block.remove();
      } else {
        Array.from(block.children, node => node).slice(0, left).forEach(node => { node.remove(); });
      }
      left -= Math.min(left, size);
    }
  }

  /** Levels are told apart among the lines that are here, so it is said where these are not all. */
  private _tell(): void {
    const { trans, _total: total } = this;
    this._count.textContent = this._hasOlder
      ? trans._n('%1 line loaded, older on demand', '%1 lines loaded, older on demand', total)
      : trans._n('%1 line', '%1 lines', total);
  }

  private _scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this._scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 24;
    if (isAtEnd !== this._isFollowing && !(this._isFollowing && scrollTop >= this._top)) {
      this.isFollowing = isAtEnd;
    }
    this._top = scrollTop;
  }

  private _keepUp(): void {
    if (this._isFollowing && this.isVisible) {
      this._scroller.scrollTop = this._scroller.scrollHeight;
    }
  }

  private _scroller = document.createElement('div');
  private _lines = document.createElement('div');
  private _count = document.createElement('span');
  private _older: HTMLButtonElement;
  private _follow: HTMLButtonElement;
  private _style: IAnsiStyle = PLAIN;
  private _isFollowing = true;
  private _hasOlder = false;
  private _total = 0;
  private _top = 0;
}

/** Return what a stream is called among those of its job: `algo-2` of `job/algo-2-1700`. */
export function hostOf(stream: string): string {
  return stream.slice(stream.indexOf('/') + 1);
}
