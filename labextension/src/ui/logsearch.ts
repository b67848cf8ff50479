/** A log with a search box: with a word in it, only the lines that hold the word are shown. */

import { PanelLayout, Widget } from '@lumino/widgets';
import { LogView } from './logview';
import { part } from './part';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { LogChange, LogModel } from '../data/logs';

export class LogSearch extends Widget {
  /**
   * @param log - the lines
   * @param older - loads the lines above
   * @param trans - the words
   */
  constructor(
    private log: LogModel,
    older: () => void,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-LogSearch');
    this._view = new LogView(trans, older);
    this._input.type = 'search';
    this._input.className = 'jt-LogSearch-input jp-mod-styled';
    this._input.placeholder = trans.__('Search the log');
    this._input.setAttribute('aria-label', trans.__('Show only lines that contain'));
    this._input.addEventListener('input', () => { this._search(); });
    const layout = new PanelLayout();
    this.layout = layout;
    [part(this._input), this._view].forEach(each => { layout.addWidget(each); });
    log.changed.connect(this._changed, this);
    this._search();
  }

  private _search(): void {
    this._words = this._input.value.toLowerCase();
    this._view.clear();
    this._view.append(this._texts(this.log.lines));
    this._view.hasOlder = this.log.hasOlder;
  }

  private _changed(log: LogModel, change: LogChange): void {
    this._view.hasOlder = log.hasOlder;
    if (change.kind === 'ended') {
      return;
    }
    if (this._words && (change.kind === 'prepended' || change.dropped > 0)) {
      this._search(); // how many of those dropped were shown is not known
    } else if (change.kind === 'prepended') {
      this._view.prepend(this._texts(change.lines));
    } else {
      this._view.append(this._texts(change.lines), change.dropped);
    }
  }

  private _texts(lines: readonly { text: string }[]): string[] {
    const texts = lines.map(line => line.text);
    return this._words ? texts.filter(text => text.toLowerCase().includes(this._words)) : texts;
  }

  private _view: LogView;
  private _input = document.createElement('input');
  private _words = '';
}
