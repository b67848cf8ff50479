/** What a launch form holds, and the document that the server is sent of it and presets keep. */

import { object, WireError } from './json';
import { faults, filled, valueOf } from './pair';

import type { JsonObject } from './json';
import type { Pair } from './pair';

/** Where a job runs: in a Python of this machine, or in a container. */
export type Place = 'python' | 'image';

/** What runs: a file, the notebook in front as it is, one cell, or what a former job ran. */
export type Origin = 'file' | 'notebook' | 'cell' | 'job';

export interface IForm {
  place: Place;
  origin: Origin;
  path: string;
  /** The cell. */
  code: string;
  /** Where the source of the former job is kept. */
  source: string;
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
  isSpot: boolean;
  maxWaitHours: string;
  checkpoints: string;
  retries: string;
  volumeGb: string;
  experiment: string;
  /** Of hyperparameters that the script is known to read. */
  parameters: readonly Pair[];
  /** All others. */
  hyperparameters: readonly Pair[];
  inputs: readonly Pair[];
  metrics: readonly Pair[];
  tags: readonly Pair[];
  environment: readonly Pair[];
  /** What a former job was asked besides, as the server says it. */
  members: JsonObject;
}

export const EMPTY: IForm = {
  place: 'python',
  origin: 'file',
  path: '',
  code: '',
  source: '',
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
  isSpot: false,
  maxWaitHours: '',
  checkpoints: '',
  retries: '',
  volumeGb: '',
  experiment: '',
  parameters: [],
  hyperparameters: [],
  inputs: [],
  metrics: [],
  tags: [],
  environment: [],
  members: {}
};

/** The members of the document: what each is called there, and here. */
const TEXTS = {
  path: 'path',
  code: 'code',
  source: 'source',
  name: 'name',
  kernel: 'kernel',
  image: 'image',
  command: 'command',
  arguments: 'arguments',
  instance_type: 'instanceType',
  checkpoints: 'checkpoints',
  experiment: 'experiment'
} as const;

const FLAGS = {
  whole_folder: 'wholeFolder',
  network_isolation: 'isIsolated',
  remote_debug: 'hasTerminal',
  spot: 'isSpot'
} as const;

/** Numbers, and what one of those typed here is there. */
const NUMBERS = {
  max_run: ['maxHours', 3600],
  max_wait: ['maxWaitHours', 3600],
  keep_alive: ['keepMinutes', 60],
  max_retry_attempts: ['retries', 1],
  volume_size: ['volumeGb', 1]
} as const;

const TABLES = {
  hyperparameters: 'hyperparameters',
  inputs: 'inputs',
  metric_definitions: 'metrics',
  tags: 'tags',
  environment: 'environment'
} as const;

/** What only an image understands. */
const CONTAINER = [
  'image', 'command', 'arguments', 'network_isolation', 'keep_alive', 'remote_debug'
];

/** The members that name what runs, by what runs. */
const RUN: Record<Origin, string> = {
  file: 'path', notebook: 'path', cell: 'code', job: 'source'
};

/** Return what the server is sent; what says nothing is left out. */
export function launchDocument(form: IForm): JsonObject {
  const found: [string, unknown][] = [
    ...Object.entries(TEXTS).map(([member, key]): [string, unknown] => [member, form[key].trim()]),
    ...Object.entries(FLAGS).map(([member, key]): [string, unknown] => [member, form[key]]),
    ...Object.entries(NUMBERS).map(([member, [key, unit]]): [string, unknown] => {
      return [member, count(form[key], unit)];
    }),
    ...Object.keys(TABLES).map((member): [string, unknown] => {
      const pairs = filled(pairsAt(form, member));
      return [member, Object.keys(pairs).length > 0 && pairs];
    }),
    ['members', Object.keys(form.members).length > 0 && form.members]
  ];
  const hidden = hiddenMembers(form);
  const said = found.filter(([member, value]) => {
    return value !== '' && value !== false && !hidden.has(member);
  });
  return Object.fromEntries([...said, ...(form.place === 'image' ? [['needs_image', true]] : [])]);
}

/** What variables are called that hold what nobody else should read. */
const SECRET = /TOKEN|SECRET|PASSW|CREDENTIAL|API[_-]?KEY|[_-]KEY$/i;

/** Return what may lie where others read it; null while it could not be read as a form again. */
export function shareable(form: IForm): JsonObject | null {
  const environment = form.environment.filter(([name]) => !SECRET.test(name));
  const said = launchDocument({ ...form, environment });
  try {
    readForm(said);
  } catch {
    return null; // half a number
  }
  return said;
}

/** Return the members that mean nothing beside what else was chosen, whatever they hold. */
function hiddenMembers({ place, origin, isSpot }: IForm): Set<string> {
  const hidden = new Set(place === 'image' ? ['kernel'] : CONTAINER);
  Object.values(RUN).filter(member => member !== RUN[origin]).forEach(each => hidden.add(each));
  if (!isSpot) {
    hidden.add('max_wait');
  }
  return hidden;
}

/** Return a number; what is none goes as it is, for the server to refuse. */
function count(text: string, unit: number): number | string {
  const number = Math.round(Number(text) * unit);
  return text.trim() === '' || !Number.isFinite(number) ? text.trim() : number;
}

/** Read a document as a form; rejects with a WireError that names the member. */
export function readForm(value: unknown): IForm {
  const from = object(value, 'form');
  const read: Partial<Record<keyof IForm, unknown>> = {};
  for (const [member, found] of Object.entries(from)) {
    Object.assign(read, readMember(member, found));
  }
  const form = { ...EMPTY, ...read } as IForm;
  const place = from.needs_image === true || form.image !== '' ? 'image' : 'python';
  return { ...form, place, origin: originOf(form) };
}

function originOf({ source, code }: IForm): Origin {
  return source ? 'job' : code ? 'cell' : 'file';
}

/** What the server is told besides, and a form makes anew. */
const MADE = new Set(['needs_image', 'notebook']);

function readMember(member: string, value: unknown): Partial<IForm> {
  if (value === null || MADE.has(member)) {
    return {};
  }
  if (member in TEXTS) {
    return { [TEXTS[member as keyof typeof TEXTS]]: readText(member, value) };
  }
  if (member in FLAGS) {
    return { [FLAGS[member as keyof typeof FLAGS]]: readFlag(member, value) };
  }
  if (member in NUMBERS) {
    const [key, unit] = NUMBERS[member as keyof typeof NUMBERS];
    return { [key]: readCount(member, value, unit) };
  }
  if (member in TABLES) {
    return { [TABLES[member as keyof typeof TABLES]]: readTable(member, value) };
  }
  if (member === 'members') {
    return { members: object(value, member) };
  }
  throw new WireError(`a form has no member ${member}`, value);
}

function readText(member: string, value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  throw new WireError(`${member} must be a string`, value);
}

function readFlag(member: string, value: unknown): boolean {
  if (typeof value === 'boolean') {
    return value;
  }
  throw new WireError(`${member} must be true or false`, value);
}

function readCount(member: string, value: unknown, unit: number): string {
  if (typeof value === 'number') {
    return String(Number((value / unit).toFixed(4)));
  }
  throw new WireError(`${member} must be a number`, value);
}

function readTable(member: string, value: unknown): Pair[] {
  return Object.entries(object(value, member)).map(([name, found]): Pair => {
    if (['string', 'number', 'boolean'].includes(typeof found)) {
      return [name, String(found)];
    }
    throw new WireError(`${member}.${name} must be a string, a number, true or false`, found);
  });
}

/** Return what is typed at a field, which may be one row of a table. */
export function typedAt(form: IForm, field: string): string {
  const [member, ...rest] = field.split('.');
  if (member in TABLES) {
    return valueOf(pairsAt(form, member), rest.join('.'));
  }
  if (member in TEXTS) {
    return form[TEXTS[member as keyof typeof TEXTS]];
  }
  return member in NUMBERS ? form[NUMBERS[member as keyof typeof NUMBERS][0]] : ' ';
}

function pairsAt(form: IForm, member: string): readonly Pair[] {
  const pairs = form[TABLES[member as keyof typeof TABLES]];
  return member === 'hyperparameters' ? [...form.parameters, ...pairs] : pairs;
}

/** Return the form with its hyperparameters told apart: what the script reads, and all others. */
export function apart(form: IForm, names: readonly string[]): IForm {
  const known = new Set(names);
  const all = [...form.parameters, ...form.hyperparameters];
  const isKnown = ([name]: Pair): boolean => known.has(name.trim());
  return {
    ...form,
    parameters: all.filter(isKnown),
    hyperparameters: all.filter(pair => !isKnown(pair))
  };
}

/** Whether every row of every table can be sent. */
export function isWhole(form: IForm, names: readonly string[]): boolean {
  return Object.entries(TABLES).every(([member, key]) => {
    const taken = member === 'hyperparameters' ? names : [];
    return faults(form[key], taken).every(fault => fault === null);
  });
}

/** The fields of the form, by the names the server gives them. */
export const FIELDS: ReadonlySet<string> = new Set(
  [TEXTS, FLAGS, NUMBERS, TABLES].flatMap(each => Object.keys(each))
);
