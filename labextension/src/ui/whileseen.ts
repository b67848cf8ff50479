/** What goes on only while a widget can be seen. */

import { MessageLoop } from '@lumino/messaging';

import type { Widget } from '@lumino/widgets';

/** How often something is looked at, and whether there may be anything new. */
interface IPace {
  every: number;
  isLive: () => boolean;
}

/** Look now, and again every so many ms while there may be more; nobody looks at a hidden page. */
export function keepLooking(look: () => void, pace: IPace, until: AbortSignal): void {
  look();
  const timer = setInterval(() => {
    if (pace.isLive() && !document.hidden) {
      look();
    }
  }, pace.every);
  until.addEventListener('abort', () => { clearInterval(timer); });
}

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
