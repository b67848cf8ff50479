/** Files sorted into folders, for a tree. */

import type { IArtifact, IFile, Published } from '../contract/files';

/** A folder, a file, or an archive, whose content is fetched when it is opened. */
export interface INode {
  /** Says which node this is, also after the tree was drawn anew. */
  readonly id: string;
  readonly name: string;
  readonly file?: IFile;
  readonly children?: readonly INode[];
  readonly load?: () => Promise<readonly INode[]>;
  /** Stands in the place of files that are not shown. */
  readonly isNote?: boolean;
}

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/i;

/** The folders that are open at first: what a person looks for. */
export const WELL_KNOWN = ['model', 'output', 'intermediate', 'checkpoints', 'tensorboard'];

/** Sort files into folders by their paths; folders come first. */
export function folders(files: readonly IFile[], root: string, open?: Opener): INode[] {
  const names = new Map<string, IFile[]>();
  const here: INode[] = [];
  for (const file of files) {
    const [name, ...rest] = file.path.split('/');
    if (rest.length === 0) {
      here.push(leaf(file, `${root}/${name}`, open));
    } else {
      const below = names.get(name) ?? [];
      below.push({ ...file, path: rest.join('/') });
      names.set(name, below);
    }
  }
  const inner = [...names].map(([name, below]) => {
    const id = `${root}/${name}`;
    return { id, name, children: folders(below, id, open) };
  });
  return [...inner.sort(byName), ...here.sort(byName)];
}

/** Opens an archive that is a file. */
export type Opener = (file: IFile) => (() => Promise<readonly INode[]>) | undefined;

function leaf(file: IFile, id: string, open: Opener | undefined): INode {
  const load = ARCHIVE.test(file.path) ? open?.(file) : undefined;
  return { id, name: file.path, file, ...(load && { load }) };
}

function byName(one: INode, other: INode): number {
  return one.name.localeCompare(other.name, undefined, { numeric: true });
}

/** Return what is in the folder of a job that has not been published as it is now. */
export function unpublished(live: readonly IFile[], kept: readonly IFile[]): readonly IFile[] {
  const known = new Map(kept.map(each => [each.path, each]));
  return live.filter(({ path, size, modified = 0 }) => {
    const copy = known.get(path);
    return copy?.size !== size || (copy.modified ?? 0) < modified;
  });
}

/** Where things are in the tree that are not among the job's output. */
const FOLDERS: Record<string, string> = { checkpoint: 'checkpoints/', source: 'source/' };

/** Return artifacts as files, their paths as a person knows them: without bucket and prefix. */
export function published(artifacts: readonly IArtifact[], job: string): IFile[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, place } of artifacts) {
    const paths = kinds.get(kind) ?? [];
    paths.push(whole(place));
    kinds.set(kind, paths);
  }
  const above = new Map([...kinds].map(([kind, paths]) => [kind, shared(paths).length]));
  const own = `${job}/output/`;
  return artifacts.map(({ place, size, modified, kind }) => {
    const path = whole(place);
    const at = path.lastIndexOf(own);
    const shown = at < 0
      ? `${FOLDERS[kind] ?? ''}${path.slice(above.get(kind))}`
      : path.slice(at + own.length);
    return { path: shown, size, modified, place };
  });
}

function whole(place: Published): string {
  return place.kind === 'disk' ? place.path : place.key;
}

/** Return the folder that all of these are in, or below; it ends with a slash, or is empty. */
function shared(paths: readonly string[]): string {
  return paths.reduce((folder, path) => {
    let end = folder.length;
    while (!path.startsWith(folder.slice(0, end))) {
      end = end > 1 ? folder.lastIndexOf('/', end - 2) + 1 : 0;
    }
    return folder.slice(0, end);
  }, paths[0]?.slice(0, paths[0].lastIndexOf('/') + 1) ?? '');
}
