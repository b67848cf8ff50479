/** What the server says of a launch form before it is sent: problems, parameters, matches. */

import { list, number, numberOr, object, text, textOr } from './json';

/** What is wrong at a field, in words; the field may be a row, as `hyperparameters.lr`. */
export interface IProblem {
  field: string;
  message: string;
}

/** A form, checked: what is wrong, and the same job in other words. */
export interface ICheck {
  problems: readonly IProblem[];
  python: string;
  cli: string;
  boto3: string;
  /** Why the job would wait; empty if it would start at once. */
  wait: string;
}

export const UNCHECKED: ICheck = { problems: [], python: '', cli: '', boto3: '', wait: '' };

/** What may be told to a parameter. */
export type Kind = 'int' | 'float' | 'bool' | 'choice' | 'str';

/** One parameter that a script reads. */
export interface IParameter {
  name: string;
  kind: Kind;
  /** As it is printed; empty where there is none. */
  otherwise: string;
  choices: readonly string[];
  isRequired: boolean;
  help: string;
}

/** What keeps a script from reading a value. */
export type Misfit = 'int' | 'float' | 'missing' | null;

const NUMBERS: Partial<Record<Kind, RegExp>> = {
  int: /^[+-]?\d+(_\d+)*$/,
  float: /^[+-]?((\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)$/i
};

/** Return what is wrong with the value of a parameter, as Python would read it. */
export function misfit({ kind, isRequired }: IParameter, value: string): Misfit {
  const text = value.trim();
  if (text === '') {
    return isRequired ? 'missing' : null;
  }
  return NUMBERS[kind]?.test(text) === false ? (kind as Misfit) : null;
}

/** What a script can be told, and why that cannot be said. */
export interface IInspection {
  parameters: readonly IParameter[];
  problem: string;
}

export const UNREAD: IInspection = { parameters: [], problem: '' };

/** One value that a metric definition finds in a log: in which line (from 0), and where in it. */
export interface IMatch {
  name: string;
  value: number;
  line: number;
  start: number;
  end: number;
}

/** What metric definitions find in a log. */
export interface IMatches {
  matches: readonly IMatch[];
  problems: readonly IProblem[];
  counts: Readonly<Record<string, number>>;
}

function readProblem(value: unknown): IProblem {
  const from = object(value, 'problem');
  return { field: textOr(from, 'field', ''), message: text(from, 'message') };
}

/** Read the answer of a check. */
export function readCheck(value: unknown): ICheck {
  const from = object(value, 'check');
  return {
    problems: list(from.problems, readProblem),
    python: textOr(from, 'python', ''),
    cli: textOr(from, 'cli', ''),
    boto3: textOr(from, 'boto3', ''),
    wait: textOr(from, 'wait', '')
  };
}

const KINDS: ReadonlySet<string> = new Set(['int', 'float', 'bool', 'choice']);

function printed(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function readParameter(value: unknown): IParameter {
  const from = object(value, 'parameter');
  const kind = textOr(from, 'type', '');
  return {
    name: text(from, 'name'),
    kind: KINDS.has(kind) ? (kind as Kind) : 'str',
    otherwise: printed(from.default),
    choices: list(from.choices, printed),
    isRequired: from.required === true,
    help: textOr(from, 'help', '')
  };
}

/** Read what a script can be told; a name that is told twice counts once. */
export function readInspection(value: unknown): IInspection {
  const from = object(value, 'inspection');
  const isStrict = from.kind === 'script'; // a cell that says 1 may be told 1.5
  const found = list(from.hyperparameters, readParameter).map(each => {
    return each.kind === 'int' && !isStrict ? { ...each, kind: 'float' as const } : each;
  });
  const parameters = [...new Map(found.map(each => [each.name, each])).values()];
  return { parameters, problem: textOr(from, 'problem', '') };
}

function readMatch(value: unknown): IMatch {
  const from = object(value, 'match');
  return {
    name: text(from, 'name'),
    value: numberOr(from, 'value', NaN),
    line: number(from, 'line'),
    start: number(from, 'start'),
    end: number(from, 'end')
  };
}

/** Read what metric definitions find. */
export function readMatches(value: unknown): IMatches {
  const from = object(value, 'matches');
  const counts = Object.entries(object(from.counts ?? {}, 'counts')).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number'
  );
  return {
    matches: list(from.matches, readMatch),
    problems: list(from.problems, readProblem),
    counts: Object.fromEntries(counts)
  };
}

/** What a machine has, and what of it is free. */
export interface ICapacity {
  cpus: number;
  freeCpus: number;
  memory: number;
  freeMemory: number;
  gpus: number;
  freeGpus: number;
  running: number;
  pending: number;
  /** The names that mean a share of it. */
  instanceTypes: string[];
}

/** Read the capacity in an answer of DescribeManager. */
export function readCapacity(value: unknown): ICapacity {
  const from = object(object(value, 'manager').Capacity, 'Capacity');
  return {
    cpus: numberOr(from, 'Cpus', 0),
    freeCpus: numberOr(from, 'FreeCpus', 0),
    memory: numberOr(from, 'MemoryInBytes', 0),
    freeMemory: numberOr(from, 'FreeMemoryInBytes', 0),
    gpus: numberOr(from, 'Gpus', 0),
    freeGpus: numberOr(from, 'FreeGpus', 0),
    running: numberOr(from, 'Running', 0),
    pending: numberOr(from, 'Pending', 0),
    instanceTypes: list(from.InstanceTypes ?? [], String)
  };
}
