/** A request that does again what a job was asked to do, under a new name. */

import type { JsonObject } from '../contract/json';
import type { IJobDetail } from '../contract/sagemaker';

// What DescribeTrainingJob says in the words of CreateTrainingJob; the rest is how it went.
const ASKED = [
  'AlgorithmSpecification',
  'CheckpointConfig',
  'EnableInterContainerTrafficEncryption',
  'EnableManagedSpotTraining',
  'EnableNetworkIsolation',
  'Environment',
  'ExperimentConfig',
  'HyperParameters',
  'InputDataConfig',
  'OutputDataConfig',
  'RemoteDebugConfig',
  'ResourceConfig',
  'RetryStrategy',
  'RoleArn',
  'StoppingCondition',
  'TensorBoardOutputConfig',
  'VpcConfig'
];
const LONGEST = 63;
const STAMP = /-(?:\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}(?:-\d+)?|copy-[0-9a-z]+)$/;

/** Return the name of a copy; names of copies do not grow. */
export function copyName(name: string, now: number): string {
  const stamp = `-copy-${now.toString(36)}`;
  const base = name.replace(STAMP, '').slice(0, LONGEST - stamp.length);
  return `${base.replace(/-+$/, '')}${stamp}`;
}

/** Return the CreateTrainingJob request of a copy. */
export function copyOf(job: IJobDetail, now: number): JsonObject {
  const entries = ASKED.flatMap(key => (key in job.document ? [[key, job.document[key]]] : []));
  return {
    ...(Object.fromEntries(entries) as JsonObject),
    TrainingJobName: copyName(job.TrainingJobName, now)
  };
}
