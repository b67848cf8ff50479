/** Copies of a job's files among the files of the person. */

import { PathExt } from '@jupyterlab/coreutils';

import type { Contents } from '@jupyterlab/services';

/** How many names are tried before it is given up. */
const MOST_NAMES = 1000;

/** Save bytes under a name that is free in a folder; returns the path. */
export async function saveCopy(
  contents: Contents.IManager,
  folder: string,
  name: string,
  pieces: readonly Uint8Array[]
): Promise<string> {
  const path = await freePath(contents, folder, name);
  await contents.save(path, {
    type: 'file',
    format: 'base64',
    content: await base64(new Blob([...pieces]))
  });
  return path;
}

async function freePath(
  contents: Contents.IManager,
  folder: string,
  name: string
): Promise<string> {
  const { content } = await contents.get(folder) as { content: { name: string }[] };
  const taken = new Set(content.map(each => each.name));
  const ending = PathExt.extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 0; number < MOST_NAMES; number++) {
    const tried = number === 0 ? name : `${stem}-${number}${ending}`;
    if (!taken.has(tried)) {
      return PathExt.join(folder, tried);
    }
  }
  throw new Error(`${MOST_NAMES} copies of ${name} are in ${folder || '/'}`);
}

async function base64(blob: Blob): Promise<string> {
  const url = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = (): void => { done(String(reader.result)); };
    reader.onerror = (): void => { failed(reader.error ?? new Error('unreadable')); };
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(',') + 1);
}
