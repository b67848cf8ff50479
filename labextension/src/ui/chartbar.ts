/** The buttons of a chart. */

import { button, press } from './button';

import type { TranslationBundle } from '@jupyterlab/translation';

/** The files a chart can be saved as. */
export type FileKind = 'PNG' | 'SVG' | 'CSV';

/** What the buttons do. */
export interface IChartActions {
  log: () => void;
  unzoom: () => void;
  fill: () => void;
  save: (kind: FileKind) => void;
}

export class ChartBar {
  readonly node = document.createElement('div');

  constructor(trans: TranslationBundle, actions: IChartActions) {
    this.node.className = 'jt-Chart-buttons';
    this._log = button(trans.__('Log scale'), actions.log, false);
    this._unzoom = button(trans.__('Show all'), actions.unzoom);
    this._unzoom.title = trans.__('Undo the zoom (double-click or Escape)');
    const fill = button(trans.__('Full screen'), actions.fill);
    fill.hidden = !document.fullscreenEnabled;
    this._notice.setAttribute('role', 'status');
    this.node.append(this._notice, this._unzoom, this._log, fill, saving(trans, actions.save));
    this.isZoomed = false;
  }

  set isLog(isLog: boolean) {
    press(this._log, isLog);
  }

  /** Offer the logarithmic scale. */
  set hasLog(hasLog: boolean) {
    this._log.hidden = !hasLog;
  }

  set isZoomed(isZoomed: boolean) {
    this._unzoom.hidden = !isZoomed;
  }

  /** Say what went wrong with the closer look; empty when nothing did. */
  set notice(notice: string) {
    this._notice.textContent = notice;
  }

  private _log: HTMLButtonElement;
  private _unzoom: HTMLButtonElement;
  private _notice = document.createElement('span');
}

function saving(trans: TranslationBundle, save: (kind: FileKind) => void): HTMLElement {
  const node = document.createElement('details');
  node.className = 'jt-Chart-save';
  const summary = document.createElement('summary');
  summary.className = 'jt-Button';
  summary.textContent = trans.__('Save');
  const kinds = document.createElement('div');
  for (const kind of ['PNG', 'SVG', 'CSV'] as const) {
    const one = button(kind, () => {
      node.open = false;
      save(kind);
    });
    one.setAttribute('aria-label', trans.__('Save as %1', kind));
    kinds.append(one);
  }
  node.append(summary, kinds);
  node.addEventListener('focusout', event => {
    if (event.relatedTarget instanceof Node && !node.contains(event.relatedTarget)) {
      node.open = false;
    }
  });
  return node;
}
