/** Which field of the launch form an error is about. */

/** The fields of the form, by the names the server gives them. */
export const FIELDS = [
  'path',
  'name',
  'kernel',
  'image',
  'command',
  'arguments',
  'network_isolation',
  'keep_alive',
  'remote_debug',
  'instance_type',
  'max_run',
  'hyperparameters',
  'inputs',
  'metric_definitions'
] as const;

export type Field = (typeof FIELDS)[number];

/** An error's field: the first whose pattern is found in the message. */
const MEMBERS: readonly [RegExp, Field][] = [
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
  [/maxRuntime/i, 'max_run']
];

/** Return the field to blame: the one the server names, else by AWS's wording; null if neither. */
export function blame(error: { message: string; field?: string; code?: string }): Field | null {
  const named = error.field?.split('.')[0] ?? '';
  const known = FIELDS.find(field => field === named);
  if (known) {
    return known;
  }
  if (error.code === 'ResourceInUse') {
    return 'name';
  }
  const found = MEMBERS.find(([pattern]) => pattern.test(error.message));
  return found ? found[1] : null;
}
