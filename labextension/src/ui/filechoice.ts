/** Files that a person chooses. */

import { FileDialog } from '@jupyterlab/filebrowser';
import { localPath } from './dropped';

import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';

/** Let a person choose a file whose name fits; null if none is chosen. */
export async function chosenFile(
  { model: { manager } }: IDefaultFileBrowser,
  title: string,
  fits: RegExp
): Promise<string | null> {
  const answer = await FileDialog.getOpenFiles({
    manager,
    title,
    filter: item => (item.type === 'directory' || fits.test(item.name) ? {} : null)
  });
  const [file] = answer.value ?? [];
  return file ? localPath(file.path) : null;
}
