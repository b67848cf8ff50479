/** Which field of the launch form an error is about. */

import { FIELDS } from './form';

/** An error's field: the first whose pattern is found in the message. */
const MEMBERS: readonly [RegExp, string][] = [
  [/trainingJobName|training job .*already/i, 'name'],
  [/hyperParameters/i, 'hyperparameters'],
  [/metricDefinitions|metric definition/i, 'metric_definitions'],
  [/inputDataConfig|channel/i, 'inputs'],
  [/containerEntrypoint/i, 'command'],
  [/containerArguments/i, 'arguments'],
  [/keepAlivePeriod/i, 'keep_alive'],
  [/networkIsolation/i, 'network_isolation'],
  [/remoteDebug/i, 'remote_debug'],
  [/trainingImage|\bimage\b|container engine|docker/i, 'image'],
  [/instanceType|instance type/i, 'instance_type'],
  [/volumeSize/i, 'volume_size'],
  [/maxRuntime/i, 'max_run'],
  [/maxWaitTime/i, 'max_wait'],
  [/managedSpot/i, 'spot'],
  [/checkpointConfig/i, 'checkpoints'],
  [/retryStrategy|maximumRetryAttempts/i, 'max_retry_attempts'],
  [/experimentConfig/i, 'experiment'],
  [/'environment/i, 'environment'],
  [/'tags\b|\btag\b/i, 'tags']
];

/** Return the field to blame: the one the server names, else by AWS's wording; '' if neither. */
export function blame(error: { message: string; field?: string; code?: string }): string {
  const { field = '', code, message } = error;
  if (FIELDS.has(field.split('.')[0])) {
    return field;
  }
  if (code === 'ResourceInUse') {
    return 'name';
  }
  return MEMBERS.find(([pattern]) => pattern.test(message))?.[1] ?? '';
}
