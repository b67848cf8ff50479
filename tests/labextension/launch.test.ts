import assert from 'node:assert/strict';
import test from 'node:test';

import { misfit, readInspection, UNCHECKED, UNREAD } from '../../labextension/src/contract/checked';
import {
  apart,
  EMPTY,
  launchDocument,
  readForm,
  shareable
} from '../../labextension/src/contract/form';
import { faults, withValue } from '../../labextension/src/contract/pair';
import { LaunchModel } from '../../labextension/src/data/launch';
import { printPreset, readPreset } from '../../labextension/src/data/presets';
import { Tryout } from '../../labextension/src/data/tryout';
import { channelName, withDropped } from '../../labextension/src/ui/dropped';
import { problemAt, strayProblems } from '../../labextension/src/ui/formpart';

import type { ICheck, IMatches } from '../../labextension/src/contract/checked';
import type { IForm } from '../../labextension/src/contract/form';
import type { JsonObject } from '../../labextension/src/contract/json';
import type { ILaunchServer } from '../../labextension/src/data/launch';
import type { Later } from '../../labextension/src/data/later';

/** A clock that moves when it is told. */
function clock(): { later: Later; tick: () => Promise<void> } {
  let waiting: (() => void)[] = [];
  const later: Later = work => {
    waiting.push(work);
    return () => { waiting = waiting.filter(each => each !== work); };
  };
  const tick = async (): Promise<void> => {
    waiting.splice(0).forEach(work => { work(); });
    await new Promise(resolve => { setImmediate(resolve); });
  };
  return { later, tick };
}

/** A server that refuses learning rates that are no numbers. */
class Scripted implements ILaunchServer {
  asked: JsonObject[] = [];
  away = false;

  async check(form: object): Promise<ICheck> {
    this._answers();
    this.asked.push(form as JsonObject);
    const { lr = '1' } = (form as { hyperparameters?: { lr?: string } }).hyperparameters ?? {};
    const problem = { field: 'hyperparameters.lr', message: `lr is a number, not ${lr}` };
    return Promise.resolve({ ...UNCHECKED, problems: Number.isNaN(Number(lr)) ? [problem] : [] });
  }

  inspect = (): Promise<typeof UNREAD> => {
    const hyperparameters = [{ name: 'lr', type: 'float', default: 0.1 }];
    return Promise.resolve(readInspection({ hyperparameters }));
  };

  matches = (): Promise<IMatches> => Promise.reject(new Error('not here'));

  engine = (): Promise<{ images: []; problem: string }> =>
    Promise.resolve({ images: [], problem: '' });

  capacity = (): Promise<never> => Promise.reject(new Error('not asked'));

  launch = (): Promise<string> => {
    this._answers();
    return Promise.reject(Object.assign(new Error('it is there'), { field: 'name' }));
  };

  private _answers(): void {
    if (this.away) {
      throw Object.assign(new Error('nobody answers'), { status: 0 });
    }
  }
}

function filling(form: Partial<IForm>): {
  server: Scripted;
  model: LaunchModel;
  tick: () => Promise<void>;
} {
  const server = new Scripted();
  const { later, tick } = clock();
  const model = new LaunchModel(server, { form: { ...EMPTY, ...form }, later });
  model.start(new AbortController().signal);
  return { server, model, tick };
}

test('only a form for an image speaks of containers', () => {
  const plain = launchDocument({ ...EMPTY, path: 'a.py', image: 'left:over', kernel: 'k' });
  assert.equal('image' in plain, false);
  const form = { ...EMPTY, place: 'image' as const, image: ' net:1 ', keepMinutes: '5' };
  const { image, keep_alive: kept, kernel } = launchDocument(form);
  assert.deepEqual([image, kept, kernel], ['net:1', 300, undefined]);
});

test('what lies where others read it has no secrets, and waits until it can be read again', () => {
  const secrets = ['HF_TOKEN', 'db_password', 'AWS_SECRET_ACCESS_KEY', 'api-key', 'OPENAI_APIKEY'];
  const environment = [...secrets, 'KEYBOARD', 'EPOCHS'].map(name => [name, 'x'] as const);
  const kept = shareable({ ...EMPTY, path: 'a.py', environment });
  assert.deepEqual(kept?.environment, { KEYBOARD: 'x', EPOCHS: 'x' });
  assert.equal(shareable({ ...EMPTY, maxHours: '1.' })?.max_run, 3600);
  assert.equal(shareable({ ...EMPTY, maxHours: 'two' }), null);
});

test('what is no number of hours is for the server to refuse', () => {
  assert.equal(launchDocument({ ...EMPTY, maxHours: 'two' }).max_run, 'two');
  assert.equal('max_run' in launchDocument({ ...EMPTY, maxHours: '' }), false);
});

test('a form sends the one thing that runs, whatever else was chosen before', () => {
  const both = { ...EMPTY, path: 'a.py', code: 'print(1)', source: 's3://b/k#a.py' };
  const sent = (['file', 'cell', 'job'] as const).map(origin => {
    const { path, code, source } = launchDocument({ ...both, origin });
    return [path, code, source].filter(Boolean);
  });
  assert.deepEqual(sent, [['a.py'], ['print(1)'], ['s3://b/k#a.py']]);
});

test('a form is read back as it was sent', () => {
  const form: IForm = {
    ...EMPTY,
    place: 'image',
    path: 'a.py',
    image: 'net:1',
    isSpot: true,
    maxWaitHours: '30',
    retries: '2',
    hyperparameters: [['lr', '0.1']],
    tags: [['team', 'vision']],
    members: { VpcConfig: { Subnets: ['s-1'] } }
  };
  assert.deepEqual(readForm(JSON.parse(JSON.stringify(launchDocument(form)))), form);
});

test('a broken preset says which member is wrong', () => {
  const broken = {
    '{"max_run": "long"}': /max_run must be a number, got "long"/,
    '{"hyperparameters": {"lr": [1]}}': /hyperparameters\.lr must be .*, got \[1\]/,
    '{"learning_rate": 1}': /a form has no member learning_rate/,
    '[]': /form must be an object/,
    '{"path": ': /JSON/
  };
  for (const [text, words] of Object.entries(broken)) {
    assert.throws(() => readPreset(text), words);
  }
});

test('a preset is a file that people can read, with what was said and no more', () => {
  const form = { ...EMPTY, path: 'a.py', parameters: [['lr', '1']] as const };
  assert.deepEqual(JSON.parse(printPreset(form)), {
    path: 'a.py', instance_type: 'local', max_run: 86400, hyperparameters: { lr: '1' }
  });
});

test('two rows of one name, and a value without a name, are told at their rows', () => {
  const rows = [['a', '1'], [' a ', '2'], ['', '3'], ['', ''], ['lr', '4']] as const;
  assert.deepEqual(faults(rows, ['lr']), [null, 'repeated', 'nameless', null, 'repeated']);
});

test('an emptied value is not sent, and the others keep their places', () => {
  const pairs = [['a', '1'], ['b', '2']] as const;
  assert.deepEqual(withValue(pairs, 'a', ''), [['b', '2']]);
  assert.deepEqual(withValue(pairs, 'a', '3'), [['a', '3'], ['b', '2']]);
});

test('what another script does not read stays, as a free row', () => {
  const form = { ...EMPTY, parameters: [['lr', '1']] as const };
  const { parameters, hyperparameters } = apart(form, ['epochs']);
  assert.deepEqual([parameters, hyperparameters], [[], [['lr', '1']]]);
});

test('dropped files become channels that are named after them', () => {
  const dropped = withDropped([['', '']], ['RTC:data/train set.csv', 'data/train set.csv'], 0);
  assert.deepEqual(dropped, [
    ['train-set', 'data/train set.csv'],
    ['train-set-2', 'data/train set.csv']
  ]);
  assert.deepEqual(withDropped([['own', 'old']], ['new'], 0), [['own', 'new']]);
  assert.equal(channelName('日本/', new Set()), 'training');
});

test('a problem is told at its row, and at the table where there is no such row', () => {
  const problems = [{ field: 'inputs.train', message: 'gone' }];
  assert.equal(problemAt(problems, 'inputs.train'), 'gone');
  assert.equal(strayProblems(problems, 'inputs', ['train']), '');
  assert.equal(strayProblems(problems, 'inputs', ['other']), 'gone');
});

test('the script is read, and a refused value is told until it is right', async () => {
  const { model, tick } = filling({ path: 'a.py', hyperparameters: [['lr', 'fast']] });
  await tick();
  assert.deepEqual(model.form.parameters, [['lr', 'fast']]);
  assert.match(model.problems[0].message, /lr is a number, not fast/);
  model.set({ parameters: [['lr', '0.2']] });
  await tick();
  assert.deepEqual(model.problems, []);
});

test('of many keys the last one alone is looked at', async () => {
  const { server, model, tick } = filling({});
  ['a', 'a.', 'a.py'].forEach(path => { model.set({ path }); });
  await tick();
  assert.deepEqual(server.asked.map(each => each.path), ['a.py']);
});

test('an answer about what was typed before is dropped', async () => {
  const { server, model, tick } = filling({ path: 'a.py' });
  let answer: (checked: ICheck) => void = () => undefined;
  server.check = () => new Promise(resolve => { answer = resolve; });
  await tick();
  const late = answer;
  model.set({ name: 'other' });
  await tick();
  answer({ ...UNCHECKED, cli: 'new' });
  late({ ...UNCHECKED, cli: 'old' });
  await tick();
  assert.equal(model.checked.cli, 'new');
});

test('while nobody answers the form says so, and goes on by itself', async () => {
  const { server, model, tick } = filling({ path: 'a.py' });
  server.away = true;
  await tick();
  assert.deepEqual([model.isAway, model.form.path], [true, 'a.py']);
  server.away = false;
  await tick();
  assert.equal(model.isAway, false);
});

test('what is merely missing is said when the form is sent', async () => {
  const { server, model, tick } = filling({ name: 'named', path: 'a.py' });
  server.check = () => Promise.resolve({
    ...UNCHECKED, problems: [{ field: 'image', message: 'Name the image.' }]
  });
  await tick();
  assert.deepEqual(model.problems, []);
  await model.submit();
  assert.deepEqual(model.problems, [{ field: 'name', message: 'it is there' }]);
});

test('a form with two rows of one name is not sent', async () => {
  const { server, model } = filling({ path: 'a.py', tags: [['a', '1'], ['a', '2']] });
  server.launch = () => Promise.resolve('sent');
  assert.equal(await model.submit(), '');
});

test('why a log cannot be tried is told', async () => {
  const { later, tick } = clock();
  const tryout = new Tryout(new Scripted(), later);
  tryout.set('loss=1', { loss: 'loss=(.*)' });
  await tick();
  assert.deepEqual([tryout.problem, tryout.tried], ['not here', 'loss=1']);
});

test('a refusal is put at the field that the server names, or told of the whole form', async () => {
  const { server, model } = filling({ path: 'a.py' });
  for (const [field, at, problem] of [
    ['inputs.training', ['inputs.training'], ''],
    ['elsewhere', [], 'no'],
    [undefined, [], 'no']
  ] as const) {
    server.launch = () => Promise.reject(Object.assign(new Error('no'), { field }));
    await model.submit();
    assert.deepEqual(model.problems.map(each => each.field), at);
    assert.equal(model.outcome.problem, problem);
  }
});

test('numbers are told from words as Python would tell them', () => {
  const hyperparameters = [
    { name: 'n', type: 'int', required: true },
    { name: 'x', type: 'float' }
  ];
  const [n, x] = readInspection({ kind: 'script', hyperparameters }).parameters;
  assert.deepEqual(['3', '-1_000', '0x1f', '1.5', ' '].map(text => misfit(n, text)), [
    null, null, 'int', 'int', 'missing'
  ]);
  assert.deepEqual(['1e-3', '.5', '-inf', '1,5', ''].map(text => misfit(x, text)), [
    null, null, null, 'float', null
  ]);
});

test('what is free is asked for those alone who can see it', async () => {
  const { server, model, tick } = filling({});
  let asked = 0;
  server.capacity = () => {
    asked++;
    return Promise.reject(new Error('away'));
  };
  model.refresh();
  await tick();
  assert.equal(asked, 0);
  model.isSeen = true;
  model.refresh();
  await tick();
  assert.equal(asked, 1);
});
