/** What a file looks like: as far as it is fetched, and in words where it cannot be shown. */

import { readDelimited, readJsonLines } from './delimited';
import { size } from './figures';
import { notebookView } from './notebookview';
import { sourceView } from './sourceview';
import { tableView } from './tableview';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFile, Place } from '../contract/files';
import type { ITable } from './delimited';

/** Fetches a file from its beginning, up to so many bytes. */
export type Fetch = (
  place: Place,
  most: number
) => Promise<{ pieces: Uint8Array[]; isWhole: boolean }>;

const MOST_TEXT = 256 << 10;
const MOST_TABLE = 1 << 20;
const MOST_IMAGE = 16 << 20;
const MOST_ROWS = 1000;

// An SVG is only ever an image: as a document it could run what is in it.
const IMAGES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml'
};

type Read = (text: string) => ITable;

const TABLES: Record<string, Read> = {
  csv: text => readDelimited(text, ',', MOST_ROWS),
  tsv: text => readDelimited(text, '\t', MOST_ROWS),
  jsonl: text => readJsonLines(text, MOST_ROWS)
};

export class Preview {
  readonly node = document.createElement('section');

  constructor(
    private trans: TranslationBundle,
    private fetch: Fetch
  ) {
    this.node.className = 'jt-Preview';
    this.node.setAttribute('aria-label', trans.__('Preview'));
    this._title.className = 'jt-Preview-title';
    this._note.className = 'jt-Preview-note';
    this._note.setAttribute('role', 'status');
    this._head.append(this._title, this._buttons);
    this._buttons.className = 'jt-Preview-buttons';
    this._body.className = 'jt-Preview-body';
    this.node.append(this._head, this._note, this._body);
    this.clear(trans.__('Choose a file to see it here.'));
  }

  /** Show a file, with what can be done with it. */
  async show(file: IFile, buttons: readonly HTMLElement[]): Promise<void> {
    const turn = ++this._turn;
    const isSame = this._title.textContent === file.path && !this._head.hidden;
    this._title.textContent = file.path;
    this._title.title = file.path;
    this._buttons.replaceChildren(...buttons);
    this._head.hidden = false;
    if (!isSame) {
      this._put({ note: this.trans.__('Reading …') });
    }
    let shown: IShown;
    try {
      shown = await this._look(file);
    } catch (error) {
      shown = { note: error instanceof Error ? error.message : String(error) };
    }
    if (turn === this._turn) {
      const { scrollTop, scrollLeft } = this._body.firstElementChild ?? this._body;
      this._put(shown);
      this._body.firstElementChild?.scrollTo(scrollLeft, scrollTop);
    } else if (shown.url) {
      URL.revokeObjectURL(shown.url);
    }
  }

  /** Show nothing but words. */
  clear(words: string): void {
    this._turn++;
    this._head.hidden = true;
    this._put({ note: words });
  }

  /** Say something about the file that is shown. */
  tell(words: string): void {
    this._note.textContent = words;
    this._note.hidden = false;
  }

  /** Let go of what is shown. */
  dispose(): void {
    this.clear('');
  }

  private _put(shown: IShown): void {
    URL.revokeObjectURL(this._url);
    this._url = shown.url ?? '';
    this._note.textContent = shown.note ?? '';
    this._note.hidden = !shown.note;
    this._body.replaceChildren(...(shown.node ? [shown.node] : []));
  }

  private async _look(file: IFile): Promise<IShown> {
    const ending = file.path.split('.').pop()?.toLowerCase() ?? '';
    if (ending in IMAGES) {
      return await this._image(file, IMAGES[ending]);
    }
    const most = ending in TABLES ? MOST_TABLE : ending === 'ipynb' ? MOST_IMAGE : MOST_TEXT;
    const { pieces, isWhole } = await this.fetch(file.place, most);
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    if (bytes.subarray(0, 8192).includes(0)) {
      const words = this.trans.__('This is no text: %1. Download it to see it.', size(file.size));
      return { note: words };
    }
    const text = new TextDecoder().decode(bytes);
    const cut = isWhole ? '' : this.trans.__('The first %1 of %2.', size(most), size(file.size));
    return this._read(text, { ending, path: file.path, cut });
  }

  private _read(text: string, { ending, path, cut }: IRead): IShown {
    const { trans } = this;
    if (text === '') {
      return { note: trans.__('This file is empty.') };
    }
    if (ending in TABLES) {
      const table = TABLES[ending](text);
      const isFull = table.rows.length >= MOST_ROWS;
      const note = isFull ? trans.__('The first %1 rows.', MOST_ROWS) : cut;
      return { node: tableView(table, path), note };
    }
    const notebook = ending === 'ipynb' ? notebookView(text, path) : null;
    if (notebook) {
      return { node: notebook, note: cut };
    }
    return { node: sourceView(ending === 'json' ? pretty(text) : text, path), note: cut };
  }

  private async _image(file: IFile, type: string): Promise<IShown> {
    const { pieces, isWhole } = await this.fetch(file.place, MOST_IMAGE);
    if (!isWhole) {
      return { note: this.trans.__('An image of %1 is not shown.', size(file.size)) };
    }
    const url = URL.createObjectURL(new Blob(pieces, { type }));
    const image = document.createElement('img');
    image.src = url;
    image.alt = file.path;
    image.className = 'jt-Preview-image';
    image.addEventListener('load', () => {
      const { naturalWidth: width, naturalHeight: height } = image;
      this.tell(this.trans.__('%1 × %2, %3', width, height, size(file.size)));
    });
    image.addEventListener('error', () => {
      this.tell(this.trans.__('This is no image that can be shown.'));
    });
    return { node: image, url };
  }

  private _title = document.createElement('h3');
  private _buttons = document.createElement('div');
  private _head = document.createElement('header');
  private _note = document.createElement('p');
  private _body = document.createElement('div');
  private _url = '';
  private _turn = 0;
}

interface IShown {
  node?: HTMLElement;
  note?: string;
  url?: string;
}

interface IRead {
  ending: string;
  path: string;
  cut: string;
}

/** Break JSON into lines, unless most of it would be the space before them. */
export function pretty(text: string): string {
  try {
    const broken = JSON.stringify(JSON.parse(text), null, 2);
    return broken.length > 8 * MOST_TEXT ? text : broken;
  } catch {
    return text; // cut off, or none after all
  }
}
