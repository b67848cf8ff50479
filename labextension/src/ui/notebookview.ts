/** A notebook to be read: its cells, and of what they have shown the texts and images. */

import { PLAIN, spans } from './ansi';

/** More cells, and more outputs of one, are not drawn. */
const MOST = 1000;

interface ICell {
  cell_type?: unknown;
  execution_count?: unknown;
  source?: unknown;
  outputs?: unknown;
}

/** Make a view of a notebook's JSON; null if it is none. */
export function notebookView(json: string, label: string): HTMLElement | null {
  const cells = cellsOf(json);
  if (!cells) {
    return null;
  }
  const node = document.createElement('div');
  node.className = 'jt-NotebookView';
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', label);
  for (const each of cells) {
    node.append(block('jt-NotebookView-source', joined(each.source), mark(each)));
    for (const output of objects<Record<string, unknown>>(each.outputs)) {
      const shown = drawn(output);
      if (shown) {
        node.append(shown);
      }
    }
  }
  return node;
}

function cellsOf(json: string): ICell[] | null {
  try {
    const { cells } = JSON.parse(json) as { cells?: unknown };
    return Array.isArray(cells) ? objects<ICell>(cells) : null;
  } catch {
    return null;
  }
}

/** Return the first objects of a list; whatever else is there is none of a notebook's. */
function objects<T extends object>(value: unknown): T[] {
  const all: unknown[] = Array.isArray(value) ? value.slice(0, MOST) : [];
  return all.filter((each): each is T => typeof each === 'object' && each !== null);
}

function mark(cell: ICell): string {
  const { execution_count: count } = cell;
  return cell.cell_type === 'code' ? `[${typeof count === 'number' ? count : ' '}]` : '';
}

function block(className: string, text: string, beside = ''): HTMLElement {
  const row = document.createElement('div');
  row.className = 'jt-NotebookView-row';
  const prompt = document.createElement('span');
  prompt.textContent = beside;
  const content = document.createElement('pre');
  content.className = className;
  content.textContent = text;
  row.append(prompt, content);
  return row;
}

function drawn(output: Record<string, unknown>): HTMLElement | null {
  const data = (output.data ?? {}) as Record<string, unknown>;
  const png = data['image/png'];
  if (png !== undefined) {
    const row = block('', '');
    const image = document.createElement('img');
    image.src = `data:image/png;base64,${joined(png).replace(/\s/g, '')}`;
    image.alt = joined(data['text/plain']);
    row.lastElementChild?.replaceWith(image);
    return row;
  }
  const said = output.text ?? data['text/plain'] ?? traceback(output);
  return said === undefined ? null : block('jt-NotebookView-output', plain(joined(said)));
}

function traceback(output: Record<string, unknown>): string | undefined {
  return Array.isArray(output.traceback) ? output.traceback.map(String).join('\n') : undefined;
}

/** Notebooks keep texts as lines or as one. */
function joined(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join('') : typeof value === 'string' ? value : '';
}

function plain(text: string): string {
  return text
    .split('\n')
    .map(line => spans(line, PLAIN)[0].map(each => each.text).join(''))
    .join('\n');
}
