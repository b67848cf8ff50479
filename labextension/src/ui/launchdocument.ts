/** What a launch form holds, and what the server is sent of it. */

import { filled } from './pair';

import type { Pair } from './pair';

/** Where a job runs: in a Python of this machine, or in a container. */
export type Place = 'python' | 'image';

export interface IForm {
  place: Place;
  path: string;
  wholeFolder: boolean;
  name: string;
  kernel: string;
  image: string;
  /** Instead of the image's `train`, as a shell would take it. */
  command: string;
  arguments: string;
  isIsolated: boolean;
  keepMinutes: string;
  hasTerminal: boolean;
  instanceType: string;
  maxHours: string;
  hyperparameters: readonly Pair[];
  inputs: readonly Pair[];
  metrics: readonly Pair[];
}

export const EMPTY: IForm = {
  place: 'python',
  path: '',
  wholeFolder: false,
  name: '',
  kernel: '',
  image: '',
  command: '',
  arguments: '',
  isIsolated: false,
  keepMinutes: '',
  hasTerminal: false,
  instanceType: 'local',
  maxHours: '24',
  hyperparameters: [['', '']],
  inputs: [],
  metrics: [['', '']]
};

/** Return what the server is sent. */
export function launchDocument(form: IForm): object {
  return {
    path: form.path,
    whole_folder: form.wholeFolder,
    name: form.name,
    instance_type: form.instanceType,
    max_run: seconds(form.maxHours, 3600),
    hyperparameters: filled(form.hyperparameters),
    inputs: filled(form.inputs),
    metric_definitions: filled(form.metrics),
    ...(form.place === 'image' ? container(form) : { kernel: form.kernel })
  };
}

function container(form: IForm): object {
  return {
    image: form.image.trim(),
    needs_image: true,
    command: form.command,
    arguments: form.arguments,
    network_isolation: form.isIsolated,
    remote_debug: form.hasTerminal,
    ...(form.keepMinutes.trim() && { keep_alive: seconds(form.keepMinutes, 60) })
  };
}

/** Return seconds; what is no number goes as it is, for the server to refuse. */
function seconds(text: string, unit: number): number | string {
  const count = Math.round(Number(text) * unit);
  return Number.isFinite(count) ? count : text;
}
