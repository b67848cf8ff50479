/** Files of a job: a tree of them beside a preview of the one that is chosen. */

import { Widget } from '@lumino/widgets';
import { oneAtATime } from '../data/oneatatime';
import { button } from './button';
import { download } from './download';
import { FileTree } from './filetree';
import { Preview } from './preview';
import { keepLooking, whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFile } from '../contract/files';
import type { JobFiles } from '../data/files';
import type { INode } from './filenodes';

/** A file that is made up in the page is no larger. */
export const MOST_MADE = 256 << 20;

/** Files are looked for so often while their job runs; ms. */
const EVERY = 3000;

/** What a page shows, and what can be done with a file. */
export interface IFilesPage {
  files: JobFiles;
  /** Lists what there is now. */
  nodes: () => Promise<readonly INode[]>;
  /** The folders that are open at first. */
  opened: readonly string[];
  /** Says why there is nothing, where there is nothing. */
  empty: () => string;
  /** Whether there may be other files soon. */
  isLive: () => boolean;
  /** Puts a copy into the file browser and opens it; absent where there is none. */
  openCopy?: (file: IFile) => Promise<void>;
}

export class FilesPage extends Widget {
  constructor(
    private page: IFilesPage,
    private trans: TranslationBundle
  ) {
    super();
    this.addClass('jt-Files');
    this._tree = new FileTree(trans, node => { this._choose(node); });
    this._preview = new Preview(trans, (place, most) => page.files.whole(place, most));
    this._words.className = 'jt-Files-words';
    this._words.setAttribute('role', 'status');
    const side = document.createElement('div');
    side.className = 'jt-Files-side';
    side.append(this._words, this._tree.node);
    this.node.append(side, this._preview.node);
    const { isLive } = page;
    whileSeen(this, until => {
      keepLooking(() => { void this._load(); }, { every: EVERY, isLive }, until);
    });
  }

  override dispose(): void {
    this._preview.dispose();
    super.dispose();
  }

  /** Look for other files, now. */
  refresh(): void {
    if (this.isVisible) {
      void this._load();
    }
  }

  private _load = oneAtATime(async () => {
    try {
      this._draw(await this.page.nodes());
    } catch (error) {
      this._words.textContent = error instanceof Error ? error.message : String(error);
      this._words.hidden = false;
    }
  });

  private _draw(nodes: readonly INode[]): void {
    if (this.isDisposed) {
      return; // closed while they were listed
    }
    this._words.textContent = nodes.length > 0 ? '' : this.page.empty();
    this._words.hidden = nodes.length > 0;
    this._tree.node.hidden = nodes.length === 0;
    this._preview.node.hidden = nodes.length === 0;
    const print = JSON.stringify(nodes);
    if (print !== this._print) {
      this._print = print;
      this._tree.draw(nodes, this.page.opened);
      this._renew(nodes);
    }
  }

  /** Show the chosen file again when it has changed. */
  private _renew(nodes: readonly INode[]): void {
    const before = this._chosen;
    const now = before && found(nodes, before.id);
    const was = before?.file;
    if (now?.file && was && (now.file.size !== was.size || now.file.modified !== was.modified)) {
      this._choose(now);
    }
  }

  private _choose(node: INode): void {
    const { file } = node;
    if (file) {
      this._chosen = node;
      this._tree.selected = node.id;
      void this._preview.show(file, this._buttons(file));
    }
  }

  private _buttons(file: IFile): HTMLElement[] {
    const { files, openCopy } = this.page;
    const { trans } = this;
    const url = files.url(file.place);
    const made = button(trans.__('Download'), () => { void this._made(file); });
    const buttons: HTMLElement[] = [url === undefined ? made : this._link(url, file)];
    if (openCopy) {
      const open = button(trans.__('Open a copy'), () => { void this._do(() => openCopy(file)); });
      open.title = trans.__('Save this file in the folder of the file browser, and open it there');
      buttons.unshift(open);
    }
    return buttons;
  }

  private _link(url: string, file: IFile): HTMLElement {
    const link = document.createElement('a');
    link.className = 'jt-Button';
    link.href = url;
    link.download = file.path.split('/').pop() ?? '';
    link.textContent = this.trans.__('Download');
    return link;
  }

  private async _made(file: IFile): Promise<void> {
    await this._do(async () => {
      const { pieces, isWhole } = await this.page.files.whole(file.place, MOST_MADE);
      if (!isWhole) {
        const { place } = file;
        throw new Error(place.kind === 'disk'
          ? this.trans.__('This file is too large to be sent from here: it is at %1', place.path)
          : this.trans.__('This file is too large to be taken out here.'));
      }
      download(file.path.split('/').pop() ?? file.path, new Blob(pieces));
    });
  }

  private async _do(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this._preview.tell(error instanceof Error ? error.message : String(error));
    }
  }

  private _tree: FileTree;
  private _preview: Preview;
  private _words = document.createElement('p');
  private _chosen: INode | null = null;
  private _print = '';
}

function found(nodes: readonly INode[], id: string): INode | undefined {
  for (const node of nodes) {
    const inside = node.id === id ? node : found(node.children ?? [], id);
    if (inside) {
      return inside;
    }
  }
  return undefined;
}
