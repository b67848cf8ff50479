/** A small button with a word on it. */

/** Make a button; `pressed` is there for buttons that stay down. */
export function button(word: string, clicked: () => void, pressed?: boolean): HTMLButtonElement {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = 'jt-Button';
  node.textContent = word;
  node.addEventListener('click', clicked);
  if (pressed !== undefined) {
    press(node, pressed);
  }
  return node;
}

/** Press a button down or let it up. */
export function press(node: HTMLButtonElement, pressed: boolean): void {
  node.setAttribute('aria-pressed', String(pressed));
}
