/** A tree of files: opened and walked through by keys, and drawn anew without losing its place. */

import { fileIcon, folderIcon } from '@jupyterlab/ui-components';
import { size } from './figures';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { INode } from './filenodes';

/** More rows of one folder are not drawn. */
const MOST_ROWS = 2000;

export class FileTree {
  readonly node = document.createElement('ul');

  /** @param select - is told which file a person wants to see */
  constructor(
    private trans: TranslationBundle,
    private select: (node: INode) => void
  ) {
    this.node.className = 'jt-FileTree';
    this.node.setAttribute('role', 'tree');
    this.node.setAttribute('aria-label', trans.__('Files'));
    this.node.addEventListener('keydown', event => { this._key(event); });
    this.node.addEventListener('click', event => { this._click(event); });
    this.node.addEventListener('focusin', event => { this._focused(event.target as Element); });
  }

  /** Draw these; what was open stays open, and what was in focus in focus. */
  draw(nodes: readonly INode[], opened: readonly string[] = []): void {
    const hadFocus = this.node.contains(document.activeElement);
    opened.forEach(id => {
      if (!this._seen.has(id)) {
        this._seen.add(id);
        this._open.add(id);
      }
    });
    this._nodes.clear();
    this.node.replaceChildren(...this._rows(nodes, 1));
    const rows = this._shown();
    const current = rows.find(row => row.dataset.id === this._current) ?? rows[0];
    if (current) {
      this._focus(current, hadFocus);
    }
    this._mark();
  }

  /** Mark the file that is shown. */
  set selected(id: string) {
    this._selected = id;
    this._mark();
  }

  private _mark(): void {
    for (const row of this.node.querySelectorAll<HTMLElement>('[role="treeitem"]')) {
      row.setAttribute('aria-selected', String(row.dataset.id === this._selected));
    }
  }

  private _rows(nodes: readonly INode[], level: number): HTMLElement[] {
    const rows = nodes.slice(0, MOST_ROWS).map(node => this._row(node, level));
    if (nodes.length > MOST_ROWS) {
      const more = document.createElement('li');
      more.className = 'jt-FileTree-note';
      more.setAttribute('role', 'none');
      more.textContent = this.trans.__('… and %1 more', nodes.length - MOST_ROWS);
      rows.push(more);
    }
    return rows;
  }

  private _row(node: INode, level: number): HTMLElement {
    const item = document.createElement('li');
    if (node.isNote) {
      item.className = 'jt-FileTree-note';
      item.setAttribute('role', 'none');
      item.style.paddingInlineStart = `${level * 14}px`;
      item.textContent = node.name;
      return item;
    }
    this._nodes.set(node.id, node);
    item.className = 'jt-FileTree-item';
    item.setAttribute('role', 'treeitem');
    item.setAttribute('aria-level', String(level));
    item.dataset.id = node.id;
    item.tabIndex = -1;
    item.append(this._line(node, level));
    if (isFolder(node)) {
      this._fold(item, node, this._open.has(node.id), level);
    }
    return item;
  }

  private _line(node: INode, level: number): HTMLElement {
    const line = document.createElement('div');
    line.className = 'jt-FileTree-line';
    line.style.paddingInlineStart = `${level * 14}px`;
    const icon = (node.file ? fileIcon : folderIcon).element({ tag: 'span', width: '16px' });
    icon.setAttribute('aria-hidden', 'true');
    const name = document.createElement('span');
    name.className = 'jt-FileTree-name';
    name.textContent = node.name;
    name.title = node.name;
    const weight = document.createElement('span');
    weight.className = 'jt-FileTree-size';
    weight.textContent = node.file ? size(node.file.size) : '';
    line.append(icon, name, weight);
    return line;
  }

  /** Show or hide what is in a folder; of an archive it is fetched first. */
  private _fold(item: HTMLElement, node: INode, isOpen: boolean, level: number): void {
    item.setAttribute('aria-expanded', String(isOpen));
    item.querySelector(':scope > ul')?.remove();
    this._open[isOpen ? 'add' : 'delete'](node.id);
    if (!isOpen) {
      return;
    }
    const children = node.children ?? this._loaded.get(node.id);
    const group = document.createElement('ul');
    group.setAttribute('role', 'group');
    group.append(...this._rows(children ?? [this._note(this.trans.__('Looking …'))], level + 1));
    item.append(group);
    if (!children) {
      void this._load(item, node, level);
    }
  }

  private async _load(item: HTMLElement, node: INode, level: number): Promise<void> {
    let found: readonly INode[];
    try {
      found = (await node.load?.()) ?? [];
      this._loaded.set(node.id, found);
    } catch (error) {
      found = [this._note(error instanceof Error ? error.message : String(error))];
    }
    const rows = found.length > 0 ? found : [this._note(this.trans.__('Nothing is in it.'))];
    item.querySelector(':scope > ul')?.replaceChildren(...this._rows(rows, level + 1));
    this._mark();
  }

  private _note(name: string): INode {
    return { id: '', name, isNote: true };
  }

  private _click(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('[role="treeitem"]');
    if (row) {
      this._focus(row);
      this._act(row, (event.target as Element).closest('.jt-FileTree-line') !== null);
    }
  }

  private _act(row: HTMLElement, turns: boolean): void {
    const node = this._nodes.get(row.dataset.id ?? '');
    if (node?.file) {
      this.select(node);
    }
    if (node && isFolder(node) && turns) {
      this._turn(row, row.getAttribute('aria-expanded') !== 'true');
    }
  }

  private _turn(row: HTMLElement, isOpen: boolean): void {
    const node = this._nodes.get(row.dataset.id ?? '');
    if (node && isFolder(node)) {
      this._fold(row, node, isOpen, Number(row.getAttribute('aria-level')));
      this._mark();
    }
  }

  private _key(event: KeyboardEvent): void {
    const rows = this._shown();
    const at = rows.findIndex(row => row.dataset.id === this._current);
    const row = rows[at];
    const isOpen = row?.getAttribute('aria-expanded');
    const turns: Record<string, () => void> = {
      ArrowDown: () => { this._focus(rows[Math.min(at + 1, rows.length - 1)]); },
      ArrowUp: () => { this._focus(rows[Math.max(at - 1, 0)]); },
      Home: () => { this._focus(rows[0]); },
      End: () => { this._focus(rows[rows.length - 1]); },
      Enter: () => { this._act(row, true); },
      ' ': () => { this._act(row, true); },
      ArrowRight: () => {
        if (isOpen === 'false') {
          this._turn(row, true);
        } else if (isOpen === 'true') {
          this._focus(rows[Math.min(at + 1, rows.length - 1)]);
        }
      },
      ArrowLeft: () => {
        if (isOpen === 'true') {
          this._turn(row, false);
        } else {
          this._focus(row.parentElement?.closest<HTMLElement>('[role="treeitem"]') ?? row);
        }
      }
    };
    if (row && turns[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      turns[event.key]();
    }
  }

  private _focus(row: HTMLElement, takes = true): void {
    this.node.querySelectorAll<HTMLElement>('[tabindex="0"]').forEach(each => {
      each.tabIndex = -1;
    });
    row.tabIndex = 0;
    this._current = row.dataset.id ?? '';
    if (takes) {
      row.focus();
    }
  }

  private _focused(target: Element): void {
    const row = target.closest<HTMLElement>('[role="treeitem"]');
    if (row && row.dataset.id !== this._current) {
      this._focus(row, false);
    }
  }

  private _shown(): HTMLElement[] {
    return [...this.node.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  }

  private _nodes = new Map<string, INode>();
  private _loaded = new Map<string, readonly INode[]>();
  private _open = new Set<string>();
  private _seen = new Set<string>();
  private _current = '';
  private _selected = '';
}

function isFolder(node: INode): boolean {
  return node.children !== undefined || node.load !== undefined;
}
