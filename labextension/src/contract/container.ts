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

/** What stands for no container: as an image, and as a kind of engine. */
const PROCESS = 'process';

/** What there is to run containers with, for whoever chooses an image. */
export interface IEngine {
  /** Images that are there without a pull; none where the manager cannot tell. */
  images: readonly string[];
  /** Why no container can be started now and what would help; empty when one can. */
  problem: string;
}

/** Read what DescribeManager says of container engines: why none can be used, empty if one can. */
export function readProblem(manager: JsonObject): string {
  const reasons = list(manager.Engines, engine => object(engine, 'engine'))
    .filter(engine => engine.Kind !== PROCESS)
    .map(engine => textOr(engine, 'Reason', ''));
  return reasons.every(Boolean) ? reasons.join(' ') : '';
}

/** Read the names of ListImages: of images that are here, and of those the table makes so. */
export function readImages(answer: JsonObject): string[] {
  const rows = [...list(answer.Mappings, readName), ...list(answer.Images, readName)];
  const names = rows.filter(name => name !== '' && !/[*?[]/.test(name)); // a pattern is no name
  return [...new Set(names)].sort();
}

function readName(value: unknown): string {
  return textOr(object(value, 'image'), 'Name', '');
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
