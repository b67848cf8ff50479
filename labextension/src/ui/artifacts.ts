/** The pages of what a job was given and has made: its artifacts, its source, what it shows. */

import { ENDED } from '../contract/sagemaker';
import { folders, published, unpublished, WELL_KNOWN } from './filenodes';
import { FilesPage } from './filespage';
import { MediaPage } from './mediapage';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFile, Published } from '../contract/files';
import type { JobFiles } from '../data/files';
import type { JobModel } from '../data/job';
import type { MediaModel } from '../data/media';
import type { INode, Opener } from './filenodes';
import type { Fetch } from './preview';

/** What the pages of files need. */
export interface IJobFiles {
  files: JobFiles;
  openCopy?: (file: IFile) => Promise<void>;
}

/** Make the page of everything there is. */
export function artifactsPage(
  job: JobModel,
  { files, openCopy }: IJobFiles,
  trans: TranslationBundle
): FilesPage {
  const open = opener(files, trans);
  const nodes = async (): Promise<readonly INode[]> => {
    // what is in the folder of an ended job is about to go, and has been published
    const running = isLive(job) ? files.live() : [];
    const [artifacts, live] = await Promise.all([files.artifacts(), running]);
    const kept = published(artifacts, files.job);
    const fresh = unpublished(live, kept);
    const now = fresh.length > 0
      ? [{ id: 'now', name: trans.__('While it runs'), children: folders(fresh, 'now') }]
      : [];
    return [...now, ...folders(kept, '', open)];
  };
  const opened = ['now', ...WELL_KNOWN.flatMap(name => [`now/${name}`, `/${name}`])];
  const page = new FilesPage({
    files,
    nodes,
    opened,
    empty: () => trans.__('No files yet. What the job leaves in SM_MODEL_DIR comes at its end.'),
    isLive: () => isLive(job),
    openCopy
  }, trans);
  refreshed(page, job);
  return page;
}

/** Make the page of the source that the job was started with, as it was then. */
export function sourcePage(
  job: JobModel,
  { files, openCopy }: IJobFiles,
  trans: TranslationBundle
): FilesPage {
  let known: readonly INode[] | null = null;
  const nodes = async (): Promise<readonly INode[]> => {
    known ??= await source(files, trans);
    return known;
  };
  const page = new FilesPage({
    files,
    nodes,
    opened: [],
    empty: () => trans.__('This job brought no source: its image has its own.'),
    isLive: () => false,
    openCopy
  }, trans);
  refreshed(page, job);
  return page;
}

/** Make the page of images, tables, histograms and texts. */
export function mediaPage(
  job: JobModel,
  { files, media }: { files: JobFiles; media: MediaModel },
  trans: TranslationBundle
): MediaPage {
  const fetch: Fetch = (place, most) => files.whole(place, most);
  const page = new MediaPage(media, fetch, () => isLive(job), trans);
  refreshed(page, job);
  return page;
}

/** List what the source's archive holds; a source that was a folder, its files. */
async function source(files: JobFiles, trans: TranslationBundle): Promise<readonly INode[]> {
  const found = (await files.artifacts()).filter(each => each.kind === 'source');
  const open = opener(files, trans);
  const nodes = folders(published(found, files.job), '', open).flatMap(each => each.children ?? []);
  return nodes.length === 1 && nodes[0].load ? await nodes[0].load() : nodes;
}

function opener(files: JobFiles, trans: TranslationBundle): Opener {
  return ({ place }) => {
    return place.kind === 'object' || place.kind === 'disk'
      ? (): Promise<INode[]> => inside(files, place, trans)
      : undefined;
  };
}

async function inside(
  files: JobFiles,
  archive: Published,
  trans: TranslationBundle
): Promise<INode[]> {
  const members = await files.members(archive);
  const where = archive.kind === 'disk' ? archive.path : `${archive.bucket}/${archive.key}`;
  const found = folders(members.files, where);
  const note = { id: '', name: trans.__('There is more in this archive.'), isNote: true };
  return members.isWhole ? found : [...found, note];
}

/** There are other files when the job moves on. */
function refreshed(page: FilesPage | MediaPage, job: JobModel): void {
  let status: string | undefined = '';
  const look = (): void => {
    if (job.detail?.SecondaryStatus !== status) {
      status = job.detail?.SecondaryStatus;
      page.refresh();
    }
  };
  job.changed.connect(look);
  page.disposed.connect(() => { job.changed.disconnect(look); });
}

function isLive({ detail }: JobModel): boolean {
  return detail !== null && !ENDED.has(detail.TrainingJobStatus);
}
