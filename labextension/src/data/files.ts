/** The files of one job: listed, and read piece by piece. */

import { readArtifact, readLive, readMembers, readPiece } from '../contract/files';
import { list } from '../contract/json';

import type { IArtifact, IFile, IMembers, IPiece, Place, Published } from '../contract/files';
import type { ICaller } from './client';

/** What one call brings at most. */
const PIECE = 4 << 20;

/** What a client must know beside calls. */
interface IDownloader extends ICaller {
  objectUrl(bucket: string, key: string): string;
}

export class JobFiles {
  constructor(
    private client: IDownloader,
    readonly job: string
  ) {}

  /** List what the job was given and has published. */
  async artifacts(): Promise<IArtifact[]> {
    return list((await this._ask('ListTrainingJobArtifacts')).Artifacts, readArtifact);
  }

  /** List what the job has in its folder now. */
  async live(): Promise<IFile[]> {
    return list((await this._ask('ListTrainingJobFiles')).Files, readLive);
  }

  /** List what is in an archive. */
  async members(archive: Published): Promise<IMembers> {
    return readMembers(await this._ask('ListArtifactMembers', named(archive)), archive);
  }

  /** Read bytes of a file. */
  async piece(place: Place, offset: number, length: number): Promise<IPiece> {
    const [operation, input] = asked(place);
    const range = { Offset: offset, Length: Math.min(length, PIECE) };
    return readPiece(await this._ask(operation, { ...input, ...range }));
  }

  /** Read a whole file, or as much as is allowed of it. */
  async whole(place: Place, most: number): Promise<{ pieces: Uint8Array[]; isWhole: boolean }> {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < most;) {
      const { data, isWhole } = await this.piece(place, at, most - at);
      pieces.push(data);
      at += data.length;
      if (isWhole || data.length === 0) {
        return { pieces, isWhole };
      }
    }
    return { pieces, isWhole: false };
  }

  /** Return where the browser downloads an object, of others nothing. */
  url(place: Place): string | undefined {
    return place.kind === 'object' ? this.client.objectUrl(place.bucket, place.key) : undefined;
  }

  private _ask(operation: string, input: object = {}): ReturnType<ICaller['call']> {
    return this.client.call('jupytertrain', operation, { TrainingJobName: this.job, ...input });
  }
}

function asked(place: Place): [string, object] {
  switch (place.kind) {
    case 'live':
      return ['GetTrainingJobFile', { Path: place.path }];
    case 'media':
      return ['GetMedia', { File: place.file }];
    case 'object':
    case 'disk':
      return ['GetArtifact', named(place)];
    case 'member':
      return ['GetArtifact', { ...named(place.archive), Member: place.member }];
  }
}

function named(place: Published): object {
  return place.kind === 'disk'
    ? { Path: place.path }
    : { Bucket: place.bucket, Key: place.key };
}
