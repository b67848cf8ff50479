/** Containers, as jobs ask for them and as engines offer them. */

import { list, numberOr, object, textOr } from './json';

import type { JsonObject } from './json';

/** A container as a job asked for it. */
export interface IContainer {
  image: string;
  /** What it runs in, where that has another name on this machine. */
  ran: string | undefined;
  /** What the image was when the job ran. */
  digest: string | undefined;
  entrypoint: readonly string[];
  arguments: readonly string[];
  isIsolated: boolean;
  /** Whether a terminal may be opened in it. */
  isOpen: boolean;
}

/** What became of a container that was kept warm after its job. */
export interface IWarmPool {
  status: string;
  seconds: number | undefined;
  reusedBy: string | undefined;
}

/** The image that stands for no image. */
const PROCESS = 'process';

/** What there is to run containers with, for whoever chooses an image. */
export interface IEngine {
  /** Images that are there without a pull; none where the manager cannot tell. */
  images: readonly string[];
  /** Why no container can be started now and what would help; empty when one can. */
  problem: string;
}

/** Read what DescribeManager says of its engines: why there is none to use, empty if there is. */
export function readProblem(manager: JsonObject): string {
  const problems = list(manager.Engines, engine => textOr(object(engine, 'engine'), 'Problem', ''));
  return problems.every(Boolean) ? problems.join(' ') : '';
}

/** Read the names of ListImages. */
export function readImages(answer: JsonObject): string[] {
  const names = list(answer.Images, image => textOr(object(image, 'image'), 'Name', ''));
  return [...new Set(names)].filter(Boolean).sort();
}

/** Read what a described job runs in. */
export function readContainer(from: JsonObject): IContainer | undefined {
  const algorithm = object(from.AlgorithmSpecification ?? {}, 'AlgorithmSpecification');
  const image = textOr(algorithm, 'TrainingImage', '');
  if (image === '' || image === PROCESS) {
    return undefined;
  }
  const ran = textOr(from, 'Image', '');
  return {
    image,
    ran: ran === '' || ran === image ? undefined : ran,
    digest: textOr(from, 'ImageDigest', '') || undefined,
    entrypoint: list(algorithm.ContainerEntrypoint, String),
    arguments: list(algorithm.ContainerArguments, String),
    isIsolated: from.EnableNetworkIsolation === true,
    isOpen: object(from.RemoteDebugConfig ?? {}, 'RemoteDebugConfig').EnableRemoteDebug === true
  };
}

/** Read what is said of its warm pool. */
export function readWarmPool(value: unknown): IWarmPool | undefined {
  const from = object(value ?? {}, 'WarmPoolStatus');
  const status = textOr(from, 'Status', '');
  return status === '' ? undefined : {
    status,
    seconds: numberOr(from, 'ResourceRetainedBillableTimeInSeconds', undefined),
    reusedBy: textOr(from, 'ReusedByJob', undefined)
  };
}
