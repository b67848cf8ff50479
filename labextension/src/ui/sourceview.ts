/** A text with the numbers of its lines, to be read. */

/** Make a view of a text; `label` says what it is. */
export function sourceView(text: string, label: string): HTMLElement {
  const node = document.createElement('div');
  node.className = 'jt-Source';
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', label);
  const count = text.split('\n').length;
  const numbers = document.createElement('pre');
  numbers.className = 'jt-Source-numbers';
  numbers.setAttribute('aria-hidden', 'true');
  numbers.textContent = Array.from({ length: count }, (_, at) => at + 1).join('\n');
  const lines = document.createElement('pre');
  lines.className = 'jt-Source-lines';
  lines.textContent = text;
  node.append(numbers, lines);
  return node;
}
