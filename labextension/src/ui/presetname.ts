/** The name that a person gives to a preset. */

import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import { ENDING } from '../data/presets';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IForm } from '../contract/form';

/** Ask where to keep a form; null where a person would rather not, also not over another file. */
export async function askedPath(
  folder: string,
  form: IForm,
  isThere: (path: string) => Promise<boolean>,
  trans: TranslationBundle
): Promise<string | null> {
  const answer = await InputDialog.getText({
    title: trans.__('Save as preset'),
    label: trans.__('File'),
    text: [folder, suggested(form)].filter(Boolean).join('/'),
    okLabel: trans.__('Save')
  });
  const typed = answer.button.accept ? (answer.value ?? '').trim() : '';
  if (typed === '') {
    return null;
  }
  const path = typed.endsWith(ENDING) ? typed : `${typed.replace(/\.json$/, '')}${ENDING}`;
  return !(await isThere(path)) || (await isSure(path, trans)) ? path : null;
}

function suggested({ name, path, image }: IForm): string {
  const file = path.split('/').pop()?.replace(/\.[^.]*$/, '') ?? '';
  const base = name || file || image.replace(/[^A-Za-z0-9]+/g, '-') || 'job';
  return `${base}${ENDING}`;
}

async function isSure(path: string, trans: TranslationBundle): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Replace %1?', path),
    body: trans.__('There is a file of this name.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Replace') })
    ]
  });
  return answer.button.accept;
}
