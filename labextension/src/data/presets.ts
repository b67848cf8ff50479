/** Forms kept as files, to be opened again and to be shared. */

import { launchDocument, readForm } from '../contract/form';
import { WireError } from '../contract/json';

import type { Contents } from '@jupyterlab/services';
import type { IForm } from '../contract/form';

/** How the names of presets end. */
export const ENDING = '.train.json';

/** A file that holds no form; the message says which member is wrong. */
export class PresetError extends Error {}

/** Read the text of a preset. */
export function readPreset(text: string): IForm {
  try {
    return readForm(JSON.parse(text));
  } catch (error) {
    if (error instanceof WireError || error instanceof SyntaxError) {
      throw new PresetError(error.message);
    }
    throw error;
  }
}

/** Print a form as the text of a preset. */
export function printPreset(form: IForm): string {
  return `${JSON.stringify(launchDocument(form), null, 2)}\n`;
}

/** Return the preset in a file. */
export async function openPreset(contents: Contents.IManager, path: string): Promise<IForm> {
  const file = await contents.get(path, { type: 'file', format: 'text', content: true });
  return readPreset(String(file.content));
}

/** Keep a form in a file. */
export async function savePreset(
  contents: Contents.IManager,
  path: string,
  form: IForm
): Promise<void> {
  await contents.save(path, { type: 'file', format: 'text', content: printPreset(form) });
}

/** Whether a file is there. */
export async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  return await contents.get(path, { content: false }).then(() => true, () => false);
}
