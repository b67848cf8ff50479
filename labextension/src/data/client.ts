/** Calls to the manager through the Jupyter server: one operation, one answer or AWS error. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { readImages, readProblem } from '../contract/container';
import { object, text, textOr } from '../contract/json';
import { readDetail } from '../contract/sagemaker';
import { copyOf } from './clone';

import type { IEngine } from '../contract/container';
import type { JsonObject } from '../contract/json';
import type { IJobDetail } from '../contract/sagemaker';

/** The services behind the doorway. */
export type Service = 'sagemaker' | 'logs' | 'jupytertrain';

/** What may be asked while a launch form is filled in. */
export type Question = 'check' | 'inspect' | 'metrics' | 'clone';

/** An error as AWS words it: a code to branch on and a sentence to show. */
export class ServiceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    /** The field of a launch form that is to blame, where the server knows. */
    readonly field: string | undefined = undefined
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}

/** What models need of a client. */
export interface ICaller {
  call(service: Service, operation: string, input: object): Promise<JsonObject>;
}

export class Client implements ICaller {
  constructor(readonly settings: ServerConnection.ISettings) {}

  /** Call an operation; rejects with ServiceError, also when the server cannot be reached. */
  async call(service: Service, operation: string, input: object): Promise<JsonObject> {
    return await this._post(URLExt.join('api', service, operation), input);
  }

  /** Submit a job from a launch form; returns the job's name. */
  async launch(form: object): Promise<string> {
    return text(await this._post('launch', form), 'TrainingJobName');
  }

  /** Ask something about a launch form that is being filled in. */
  async prepare(question: Question, input: object): Promise<JsonObject> {
    return await this._post(URLExt.join('launch', question), input);
  }

  /** Return what there is to run containers with; rejects where the manager knows of none yet. */
  async engine(): Promise<IEngine> {
    const problem = readProblem(await this.call('jupytertrain', 'DescribeManager', {}));
    const images = problem ? {} : await this.call('jupytertrain', 'ListImages', {});
    return { images: readImages(images), problem };
  }

  /** Return everything about a job. */
  async describe(job: string): Promise<IJobDetail> {
    const input = { TrainingJobName: job };
    return readDetail(await this.call('sagemaker', 'DescribeTrainingJob', input));
  }

  /** Create a job from a CreateTrainingJob request. */
  async submit(request: object): Promise<void> {
    await this.call('sagemaker', 'CreateTrainingJob', request);
  }

  /** Check a CreateTrainingJob request without creating anything. */
  async check(request: object): Promise<void> {
    await this.call('jupytertrain', 'CheckTrainingJob', request);
  }

  /** Stop a job: SIGTERM now, artifacts kept. */
  async stop(job: string): Promise<void> {
    await this.call('sagemaker', 'StopTrainingJob', { TrainingJobName: job });
  }

  /** Delete a job that has ended. */
  async delete(job: string): Promise<void> {
    await this.call('sagemaker', 'DeleteTrainingJob', { TrainingJobName: job });
  }

  /** Start a copy of a job. */
  async clone(job: string): Promise<void> {
    await this.submit(copyOf(await this.describe(job), Date.now()));
  }

  /** Give a tag to a job; one of the same name is replaced. */
  async tag(arn: string, { key, value }: { key: string; value: string }): Promise<void> {
    await this.call('sagemaker', 'AddTags', {
      ResourceArn: arn,
      Tags: [{ Key: key, Value: value }]
    });
  }

  /** Allow terminals in the container of a job that runs. */
  async allowTerminals(job: string): Promise<void> {
    const config = { EnableRemoteDebug: true };
    const input = { TrainingJobName: job, RemoteDebugConfig: config };
    await this.call('sagemaker', 'UpdateTrainingJob', input);
  }

  /** Start a terminal of the Jupyter server that is inside the job; returns the terminal's name. */
  async terminal(job: string): Promise<string> {
    return text(await this._post('terminal', { TrainingJobName: job }), 'name');
  }

  /** Return where the browser downloads an object. */
  objectUrl(bucket: string, key: string): string {
    const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
    return this._address(`objects/${path}`, {});
  }

  /** Return where the browser downloads a job's log: of one stream, or of all. */
  logUrl(job: string, stream?: string): string {
    return this._address(`logs/${encodeURIComponent(job)}`, stream === undefined ? {} : { stream });
  }

  /** Return the address of a download: a link carries no header, so a token goes with it. */
  private _address(path: string, query: Record<string, string>): string {
    const { appendToken, token, baseUrl } = this.settings;
    const shown: Record<string, string> = appendToken && token ? { ...query, token } : query;
    const all = new URLSearchParams(shown).toString();
    return URLExt.join(baseUrl, 'jupyter-train', path) + (all && `?${all}`);
  }

  private async _post(path: string, input: object): Promise<JsonObject> {
    const url = URLExt.join(this.settings.baseUrl, 'jupyter-train', path);
    const request = { method: 'POST', body: JSON.stringify(input) };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, request, this.settings);
    } catch (error) {
      throw new ServiceError('EndpointConnectionError', String(error), 0);
    }
    const body = parsed(await response.text());
    if (!response.ok) {
      throw errorOf(body, response);
    }
    return body;
  }
}

function parsed(body: string): JsonObject {
  try {
    return body ? object(JSON.parse(body)) : {};
  } catch {
    return {}; // a proxy in between answers in HTML
  }
}

function errorOf(body: JsonObject, response: Response): ServiceError {
  const code = textOr(body, '__type', `HTTP ${response.status}`).replace(/^.*#/, '');
  const message = textOr(body, 'message', textOr(body, 'Message', response.statusText));
  return new ServiceError(code, message, response.status, textOr(body, 'field', undefined));
}
