/** Which metrics are looked at: a box for a regular expression, and how many match it. */

import { matching } from './namefilter';

import type { TranslationBundle } from '@jupyterlab/translation';

/** How long nobody types before the names are looked through, ms. */
const PAUSE = 200;

export class MetricFilter {
  readonly node = document.createElement('label');

  /**
   * @param trans - the words
   * @param changed - called when other metrics match
   */
  constructor(
    private trans: TranslationBundle,
    private changed: () => void
  ) {
    this._input.type = 'search';
    this._input.className = 'jt-CurveBar-filter jp-mod-styled';
    this._input.placeholder = trans.__('Filter metrics (.*)');
    this._input.setAttribute('aria-label', trans.__('Filter metrics by a regular expression'));
    this._input.addEventListener('input', () => {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => { void this._look(); }, PAUSE);
    });
    this._notice.setAttribute('role', 'status');
    this.node.append(this._input, this._notice);
  }

  /** Whether a metric is looked at. */
  has(name: string): boolean {
    return this._found?.has(name) ?? true;
  }

  /** Look at these metrics from now on; those that are new are looked through too. */
  set names(names: readonly string[]) {
    const isSame = names.length === this._names.length
      && names.every((name, at) => name === this._names[at]);
    if (!isSame) {
      this._names = names;
      void this._look();
    }
  }

  dispose(): void {
    clearTimeout(this._timer);
    this._looking.abort();
  }

  private async _look(): Promise<void> {
    const { _names: names, _input: { value: pattern } } = this;
    this._looking.abort();
    const looking = (this._looking = new AbortController());
    let [found, notice]: [ReadonlySet<string> | null, string] = [null, ''];
    try {
      if (pattern) {
        found = await matching(pattern, names, looking.signal);
        notice = this.trans.__('%1 of %2', String(found.size), String(names.length));
      }
    } catch (error) {
      [found, notice] = [this._found, error instanceof Error ? error.message : String(error)];
    }
    if (!looking.signal.aborted) {
      this._notice.textContent = notice;
      if (found !== this._found) {
        this._found = found;
        this.changed();
      }
    }
  }

  private _input = document.createElement('input');
  private _notice = document.createElement('span');
  private _names: readonly string[] = [];
  private _found: ReadonlySet<string> | null = null;
  private _looking = new AbortController();
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
