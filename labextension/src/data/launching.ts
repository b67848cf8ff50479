/** What a launch form asks, put to the Jupyter server. */

import { readCapacity, readCheck, readInspection, readMatches } from '../contract/checked';
import { readForm } from '../contract/form';
import { LaunchModel } from './launch';

import type { KernelSpec } from '@jupyterlab/services';
import type { ICapacity, ICheck, IInspection, IMatches } from '../contract/checked';
import type { IEngine } from '../contract/container';
import type { IForm } from '../contract/form';
import type { Pair } from '../contract/pair';
import type { Client } from './client';
import type { JobsModel } from './jobs';
import type { ILaunchOptions, ILaunchServer } from './launch';
import type { Stream } from './stream';

export class Launching implements ILaunchServer {
  constructor(private client: Client) {}

  async check(form: object): Promise<ICheck> {
    return readCheck(await this.client.prepare('check', form));
  }

  async inspect(form: object): Promise<IInspection> {
    return readInspection(await this.client.prepare('inspect', form));
  }

  async matches(log: string, definitions: object): Promise<IMatches> {
    const input = { log, metric_definitions: definitions };
    return readMatches(await this.client.prepare('metrics', input));
  }

  async engine(): Promise<IEngine> {
    return await this.client.engine().catch(() => ({ images: [], problem: '' }));
  }

  async capacity(): Promise<ICapacity> {
    return readCapacity(await this.client.call('jupytertrain', 'DescribeManager', {}));
  }

  async launch(form: object): Promise<string> {
    return await this.client.launch(form);
  }

  /** Return a form that does again what a job did. */
  async clone(job: string): Promise<IForm> {
    return readForm(await this.client.prepare('clone', { job }));
  }
}

/** What a form is kept current by. */
export interface ILaunchSources {
  client: Client;
  stream: Stream;
  jobs: JobsModel;
}

/** Make a form that is kept as the server stands and as jobs come and go, until the signal. */
export function newLaunch(
  { client, stream, jobs }: ILaunchSources,
  options: ILaunchOptions,
  until: AbortSignal
): LaunchModel {
  const model = new LaunchModel(new Launching(client), options);
  const connect = (): void => { model.isConnected = stream.connection !== 'lost'; };
  const refresh = (): void => { model.refresh(); };
  stream.changed.connect(connect);
  jobs.changed.connect(refresh);
  until.addEventListener('abort', () => {
    stream.changed.disconnect(connect);
    jobs.changed.disconnect(refresh);
  }, { once: true });
  connect();
  model.start(until);
  return model;
}

/** Return the kernels that are a Python: name and label. */
export async function pythons(manager: KernelSpec.IManager): Promise<Pair[]> {
  await manager.ready;
  const specs = Object.values(manager.specs?.kernelspecs ?? {});
  return specs.flatMap(spec => {
    return spec?.language === 'python' ? [[spec.name, spec.display_name] as const] : [];
  });
}
