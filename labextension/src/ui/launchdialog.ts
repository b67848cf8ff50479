/** The launch form as a dialog. */

import { Dialog } from '@jupyterlab/apputils';

import type { LaunchView } from './launchview';

/** Keys that the dialog may have although the form has the focus. */
const ITS_KEYS: ReadonlySet<string> = new Set(['Escape', 'Tab']);

export class LaunchDialog extends Dialog<unknown> {
  constructor(body: LaunchView, title: string) {
    super({ title, body, buttons: [], hasClose: true, focusNodeSelector: 'input' });
    this.addClass('jt-LaunchDialog');
  }

  /** Leave the form its keys: the dialog would take Enter as its own answer. */
  override handleEvent(event: Event): void {
    const isForm = event.target instanceof Element && event.target.closest('.jt-Form') !== null;
    if (event instanceof KeyboardEvent && isForm && !ITS_KEYS.has(event.key)) {
      return;
    }
    super.handleEvent(event);
  }
}
