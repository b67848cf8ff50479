/** An element among widgets. */

import { Widget } from '@lumino/widgets';

/** Give an element a place among widgets. */
export function part(node: HTMLElement): Widget {
  return new Widget({ node });
}
