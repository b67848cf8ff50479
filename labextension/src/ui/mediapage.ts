/** The page of what a job shows besides numbers. */

import { Widget } from '@lumino/widgets';
import { MediaSeries } from './mediaseries';
import { keepLooking, whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { MediaModel } from '../data/media';
import type { Fetch } from './preview';

/** What is new is looked for so often while the job runs; ms. */
const EVERY = 2000;

/** More are not drawn: nobody looks through them. */
const MOST_SERIES = 200;

export class MediaPage extends Widget {
  constructor(
    private model: MediaModel,
    private fetch: Fetch,
    isLive: () => boolean,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Media');
    this._words.setAttribute('role', 'status');
    this._grid.className = 'jt-Media-grid';
    this.node.append(this._words, this._grid);
    model.changed.connect(this._draw, this);
    whileSeen(this, until => {
      keepLooking(() => { void this._load(); }, { every: EVERY, isLive }, until);
    });
  }

  override dispose(): void {
    this._shown.forEach(each => { each.dispose(); });
    super.dispose();
  }

  /** Look for more, now. */
  refresh(): void {
    if (this.isVisible) {
      void this._load();
    }
  }

  private async _load(): Promise<void> {
    try {
      await this.model.load();
      this._draw();
    } catch (error) {
      this._words.textContent = error instanceof Error ? error.message : String(error);
      this._words.hidden = false;
    }
  }

  private _draw(): void {
    if (this.isDisposed) {
      return; // closed while the index was read
    }
    const { series } = this.model;
    this._words.hidden = series.length > 0 && series.length <= MOST_SERIES;
    this._words.textContent = series.length > MOST_SERIES
      ? this.trans.__('The first %1 of %2 names.', MOST_SERIES, series.length)
      : this.trans.__('Nothing yet. log_image, log_table, log_histogram and log_text show here.');
    const keys = new Set<string>();
    for (const each of series.slice(0, MOST_SERIES)) {
      const key = `${each.kind}/${each.name}`;
      const known = this._shown.get(key);
      keys.add(key);
      if (known) {
        known.draw(each);
      } else {
        const made = new MediaSeries(this.trans, this.fetch, each);
        this._shown.set(key, made);
        this._grid.append(made.node);
      }
    }
    for (const [key, each] of this._shown) {
      if (!keys.has(key)) {
        each.dispose();
        each.node.remove();
        this._shown.delete(key);
      }
    }
  }

  private _words = document.createElement('p');
  private _grid = document.createElement('div');
  private _shown = new Map<string, MediaSeries>();
}
