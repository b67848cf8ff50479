/** What goes on only while a widget can be seen. */

import { MessageLoop } from '@lumino/messaging';

import type { Widget } from '@lumino/widgets';

/** Call `begin` whenever the widget comes into sight, with a signal that ends when it goes. */
export function whileSeen(widget: Widget, begin: (until: AbortSignal) => void): void {
  let life: AbortController | null = null;
  const end = (): void => {
    life?.abort();
    life = null;
  };
  const start = (): void => {
    if (!life) {
      life = new AbortController();
      begin(life.signal);
    }
  };
  // a hook is called before the widget knows by itself that it is visible
  const isInSight = (): boolean => !widget.isHidden && (widget.parent?.isVisible ?? true);
  const turns: Record<string, () => void> = {
    'after-show': start,
    'after-attach': () => {
      if (isInSight()) {
        start();
      }
    },
    'before-hide': end,
    'before-detach': end
  };
  MessageLoop.installMessageHook(widget, (_, { type }) => {
    turns[type]?.();
    return true;
  });
  widget.disposed.connect(end);
}
