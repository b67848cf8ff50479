/** What each part of the launch form is given. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IProblem } from '../contract/checked';
import type { IForm } from '../contract/form';

export interface IFormPart {
  form: IForm;
  set: (part: Partial<IForm>) => void;
  problems: readonly IProblem[];
  trans: TranslationBundle;
}

/** Return what is wrong at one field. */
export function problemAt(problems: readonly IProblem[], field: string): string {
  return problems.filter(each => each.field === field).map(each => each.message).join(' ');
}

/** Whether something is wrong at one of the fields, or in a row of it. */
export function hasProblem(problems: readonly IProblem[], fields: readonly string[]): boolean {
  return problems.some(each => fields.includes(each.field.split('.')[0]));
}

/** Return what is wrong in a table at none of the rows that it has. */
export function strayProblems(
  problems: readonly IProblem[],
  table: string,
  names: readonly string[]
): string {
  const known = new Set(names.map(name => `${table}.${name}`));
  return problems
    .filter(({ field }) => {
      return field === table || (field.startsWith(`${table}.`) && !known.has(field));
    })
    .map(each => each.message)
    .join(' ');
}
