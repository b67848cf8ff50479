/** Files of a job, and bytes of them, as the manager tells of them. */

import { list, number, numberOr, object, text, textOr } from './json';

import type { JsonObject } from './json';

/** Where something was published: in a bucket, or in a folder of the manager's machine. */
export type Published =
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'disk'; readonly path: string };

/** Where a file is: in the folder of a job that runs, published, in an archive, among the media. */
export type Place =
  | { readonly kind: 'live'; readonly path: string }
  | Published
  | { readonly kind: 'member'; readonly archive: Published; readonly member: string }
  | { readonly kind: 'media'; readonly file: string };

/** One file a job made or used, and has published. */
export interface IArtifact {
  readonly place: Published;
  readonly size: number;
  readonly modified: number | undefined;
  readonly kind: string;
}

/** A file with a path that says where it belongs. */
export interface IFile {
  readonly path: string;
  readonly size: number;
  readonly modified: number | undefined;
  readonly place: Place;
}

/** Bytes of a file; `isWhole` when there are none after them. */
export interface IPiece {
  readonly data: Uint8Array;
  readonly isWhole: boolean;
}

/** What is in an archive; `isWhole` when these are all. */
export interface IMembers {
  readonly files: readonly IFile[];
  readonly isWhole: boolean;
}

/** Read a file in the folder of a job. */
export function readLive(value: unknown): IFile {
  const from = object(value, 'file');
  const path = text(from, 'Path');
  return { path, ...measures(from), place: { kind: 'live', path } };
}

/** Read one artifact. */
export function readArtifact(value: unknown): IArtifact {
  const from = object(value, 'artifact');
  const path = textOr(from, 'Path', undefined);
  return {
    place: path === undefined
      ? { kind: 'object', bucket: text(from, 'Bucket'), key: text(from, 'Key') }
      : { kind: 'disk', path },
    ...measures(from),
    kind: textOr(from, 'Kind', 'file')
  };
}

/** Read what is in an archive: its files; folders are in their names. */
export function readMembers(answer: JsonObject, archive: Published): IMembers {
  const members = list(answer.Members, value => object(value, 'member'));
  const files = members.filter(each => each.Kind === 'file').map(each => {
    const member = text(each, 'Name');
    const path = member.split('/').filter(part => part !== '' && part !== '.').join('/');
    return { path, ...measures(each), place: { kind: 'member', archive, member } } as const;
  });
  return { files, isWhole: answer.IsWhole === true };
}

function measures(from: JsonObject): { size: number; modified: number | undefined } {
  return { size: numberOr(from, 'Size', 0), modified: numberOr(from, 'LastModified', undefined) };
}

/** Read bytes of a file. */
export function readPiece(answer: JsonObject): IPiece {
  const bytes = atob(text(answer, 'Data'));
  const data = Uint8Array.from(bytes, each => each.charCodeAt(0));
  return { data, isWhole: answer.IsWhole === true };
}

/** The kinds of what a job shows besides numbers. */
export type MediumKind = 'image' | 'table' | 'histogram' | 'text';

const KINDS: ReadonlySet<string> = new Set<MediumKind>(['image', 'table', 'histogram', 'text']);

/** One thing that a job has shown. */
export interface IMedium {
  readonly kind: MediumKind;
  readonly name: string;
  readonly step: number | undefined;
  readonly time: number;
  readonly file: string;
  readonly size: number;
}

/** Read things that a job has shown; kinds that a newer manager knows are left out. */
export function readMedia(value: unknown): IMedium[] {
  return list(value, each => object(each, 'medium'))
    .filter(each => KINDS.has(textOr(each, 'Kind', '')))
    .map(each => ({
      kind: text(each, 'Kind') as MediumKind,
      name: textOr(each, 'Name', ''),
      step: numberOr(each, 'Step', undefined),
      time: number(each, 'Time'),
      file: text(each, 'File'),
      size: numberOr(each, 'Size', 0)
    }));
}
