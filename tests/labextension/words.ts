/** A translator that leaves words as they are. */

import type { TranslationBundle } from '@jupyterlab/translation';

function filled(text: string, ...parts: unknown[]): string {
  return text.replace(/%(\d)/g, (_, place: string) => String(parts[Number(place) - 1]));
}

export const TRANS = { __: filled } as TranslationBundle;
