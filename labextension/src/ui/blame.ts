/** Which field of the launch form an error is about. */

/** The fields of the form, by the names the server gives them. */
export type Field =
  | 'path'
  | 'name'
  | 'kernel'
  | 'instance_type'
  | 'max_run'
  | 'hyperparameters'
  | 'inputs'
  | 'metric_definitions';

/** An error's field: the first whose pattern is found in the message. */
const MEMBERS: readonly [RegExp, Field][] = [
  [/trainingJobName|training job .*already/i, 'name'],
  [/hyperParameters/i, 'hyperparameters'],
  [/metricDefinitions|metric definition/i, 'metric_definitions'],
  [/inputDataConfig|channel/i, 'inputs'],
  [/instanceType|instance type/i, 'instance_type'],
  [/maxRuntime/i, 'max_run']
];

const FIELDS: ReadonlySet<string> = new Set<Field>([
  'path',
  'name',
  'kernel',
  'instance_type',
  'max_run',
  'hyperparameters',
  'inputs',
  'metric_definitions'
]);

/** Return the field to blame: the one the server names, else by AWS's wording; null if neither. */
export function blame(error: { message: string; field?: string; code?: string }): Field | null {
  const named = error.field?.split('.')[0] ?? '';
  if (FIELDS.has(named)) {
    return named as Field;
  }
  if (error.code === 'ResourceInUse') {
    return 'name';
  }
  const found = MEMBERS.find(([pattern]) => pattern.test(error.message));
  return found ? found[1] : null;
}
