/** What a job takes of its machine, and what that costs where somebody has said it. */

import { numberOr, textOr } from './json';

import type { JsonObject } from './json';

export interface ICost {
  /** What one instance holds. */
  readonly cpus: number;
  readonly memory: number;
  readonly gpus: number;
  readonly machineCpus: number;
  readonly machineMemory: number;
  readonly machineGpus: number;
  /** An hour's of one instance. */
  readonly price: number | undefined;
  readonly currency: string;
}

/** Read the answer of GetTrainingJobCost. */
export function readCost(from: JsonObject): ICost {
  return {
    cpus: numberOr(from, 'Cpus', 0),
    memory: numberOr(from, 'MemoryInBytes', 0),
    gpus: numberOr(from, 'Gpus', 0),
    machineCpus: numberOr(from, 'MachineCpus', 0),
    machineMemory: numberOr(from, 'MachineMemoryInBytes', 0),
    machineGpus: numberOr(from, 'MachineGpus', 0),
    price: numberOr(from, 'PricePerHour', undefined),
    currency: textOr(from, 'Currency', 'USD')
  };
}
