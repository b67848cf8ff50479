/** What belongs to a job besides curves and log: asked for when it is looked at. */

import { readCheck } from '../contract/checked';
import { readCost } from '../contract/cost';
import { JobFiles } from './files';
import { MediaModel } from './media';

import type { ICheck } from '../contract/checked';
import type { ICost } from '../contract/cost';
import type { Client } from './client';

export class Belongings {
  readonly files: JobFiles;
  readonly media: MediaModel;

  constructor(
    private client: Client,
    private job: string
  ) {
    this.files = new JobFiles(client, job);
    this.media = new MediaModel(client, job);
  }

  /** Ask what it takes of its machine. */
  readonly cost = async (): Promise<ICost> => {
    const input = { TrainingJobName: this.job };
    return readCost(await this.client.call('jupytertrain', 'GetTrainingJobCost', input));
  };

  /** Ask how the same job is made by code. */
  readonly sameAs = async (): Promise<ICheck> => {
    const form = await this.client.prepare('clone', { job: this.job });
    return readCheck(await this.client.prepare('check', form));
  };
}
