import assert from 'node:assert/strict';
import test from 'node:test';

import { readArtifact, readMembers } from '../../labextension/src/contract/files';
import { JobFiles } from '../../labextension/src/data/files';
import { MOST_COLUMNS, readDelimited, readJsonLines } from '../../labextension/src/ui/delimited';
import { folders, published, unpublished } from '../../labextension/src/ui/filenodes';
import { readHistogram } from '../../labextension/src/ui/histogram';
import { pretty } from '../../labextension/src/ui/preview';

import type { IFile } from '../../labextension/src/contract/files';
import type { INode } from '../../labextension/src/ui/filenodes';

function file(path: string, size = 1): IFile {
  return { path, size, modified: undefined, place: { kind: 'live', path } };
}

/** A tree in brackets. */
function drawn(nodes: readonly INode[]): string {
  return nodes
    .map(({ name, children }) => (children ? `${name}(${drawn(children)})` : name))
    .join(' ');
}

/** Answers with bytes of this text. */
function filesOf(content: string, calls: string[] = []): JobFiles {
  const client = {
    objectUrl: (bucket: string, key: string) => `${bucket}/${key}`,
    call: (_: string, operation: string, input: object): Promise<Record<string, unknown>> => {
      const { Offset, Length } = input as { Offset: number; Length: number };
      calls.push(operation);
      const data = content.slice(Offset, Offset + Math.min(Length, 4));
      return Promise.resolve({ Data: btoa(data), IsWhole: Offset + data.length >= content.length });
    }
  };
  return new JobFiles(client, 'a');
}

test('files are sorted into folders, folders first and numbers by their size', () => {
  const nodes = folders(['b', 'a/10.txt', 'a/9.txt', 'a/z/x', 'B/c'].map(path => file(path)), '');
  assert.equal(drawn(nodes), 'a(z(x) 9.txt 10.txt) B(c) b');
  assert.deepEqual(nodes.map(each => each.id), ['/a', '/B', '/b']);
});

test('an archive can be opened, another file cannot', () => {
  const load = (): Promise<INode[]> => Promise.resolve([]);
  const nodes = folders([file('model.tar.gz'), file('weights.bin')], '', () => load);
  assert.deepEqual(nodes.map(each => each.load === load), [true, false]);
});

test('artifacts are called as their job knows them', () => {
  const named = (kind: string, ...keys: string[]): string[] => {
    const found = keys.map(Key => readArtifact({ Bucket: 'b', Key, Size: 1, Kind: kind }));
    return published(found, 'job').map(each => each.path);
  };
  assert.deepEqual(named('file', 'x/job/output/intermediate/a.csv'), ['intermediate/a.csv']);
  assert.deepEqual(named('source', 'job/source/source.tar.gz'), ['source/source.tar.gz']);
  assert.deepEqual(named('checkpoint', 'kept/3.pt'), ['checkpoints/3.pt']);
  assert.deepEqual(
    named('checkpoint', 'kept/step-10/m.pt', 'kept/step-11/m.pt', 'kept/last.pt'),
    ['checkpoints/step-10/m.pt', 'checkpoints/step-11/m.pt', 'checkpoints/last.pt']
  );
  assert.deepEqual(named('checkpoint', '/a', 'b/c'), ['checkpoints//a', 'checkpoints/b/c']);
  const path = '/job/output/of/job/output/model.tar.gz';
  const [disk] = published([readArtifact({ Path: path, Size: 1, Kind: 'model' })], 'job');
  assert.deepEqual([disk.path, disk.place], ['model.tar.gz', { kind: 'disk', path }]);
});

test('what was published as it is now is not listed among the files of the moment', () => {
  const at = (path: string, size: number, modified: number): IFile => {
    return { ...file(path, size), modified };
  };
  const live = [at('model/a', 1, 5), at('intermediate/same', 2, 5), at('intermediate/grown', 3, 9)];
  live.push(at('intermediate/written-again', 4, 9));
  const kept = [
    at('intermediate/same', 2, 6),
    at('intermediate/grown', 2, 6),
    at('intermediate/written-again', 4, 6)
  ];
  const fresh = unpublished(live, kept).map(each => each.path);
  assert.deepEqual(fresh, ['model/a', 'intermediate/grown', 'intermediate/written-again']);
});

test('of an archive the files are shown, wherever their names would lead', () => {
  const members = ['./a//b.py', '../../c'].map(Name => ({ Name, Kind: 'file', Size: 3 }));
  const { files, isWhole } = readMembers(
    { Members: [{ Name: 'a', Kind: 'folder' }, ...members], IsWhole: false },
    { kind: 'object', bucket: 'b', key: 'k' }
  );
  assert.deepEqual([files.map(each => each.path), isWhole], [['a/b.py', '../../c'], false]);
  assert.deepEqual(files[0].place, {
    kind: 'member',
    archive: { kind: 'object', bucket: 'b', key: 'k' },
    member: './a//b.py'
  });
});

test('a file is read in pieces to its end, or as far as is allowed', async () => {
  const calls: string[] = [];
  const place = { kind: 'live', path: 'model/a' } as const;
  const read = async (most: number): Promise<[string, boolean]> => {
    const { pieces, isWhole } = await filesOf('0123456789', calls).whole(place, most);
    return [await new Blob(pieces).text(), isWhole];
  };
  assert.deepEqual(await read(100), ['0123456789', true]);
  assert.deepEqual(calls, Array(3).fill('GetTrainingJobFile'));
  assert.deepEqual(await read(6), ['012345', false]);
});

test('values between commas may hold commas, quotes and lines', () => {
  const text = 'name,said\r\nann,"a, ""b""\nc"\n,5" tall\n';
  const { columns, rows } = readDelimited(text, ',', 10);
  assert.deepEqual(columns, ['name', 'said']);
  assert.deepEqual(rows, [['ann', 'a, "b"\nc'], ['', '5" tall']]);
});

test('a table ends after so many rows, and where a quote does not end', () => {
  assert.equal(readDelimited('x\n'.repeat(100), '\t', 7).rows.length, 7);
  assert.deepEqual(readDelimited('a\tb\n1\t"2', '\t', 7).columns, ['a', 'b']);
});

test('objects of JSON, one a line, are a table; what is none is left out', () => {
  const { columns, rows } = readJsonLines('{"a": 1}\nno\n{"b": [2], "a": null}\n[]\n', 10);
  assert.deepEqual([columns, rows], [['a', 'b'], [['1', ''], ['', '[2]']]]);
});

test('a file that is made to hold up the page is read no further than a person would', () => {
  const lines = Array.from({ length: 1000 }, (_, at) => `{"a${at}": 1}`).join('\n');
  assert.equal(readJsonLines(lines, 1000).columns.length, MOST_COLUMNS + 1);
  const nested = '['.repeat(2000) + ']'.repeat(2000);
  assert.equal(pretty(nested), nested);
  assert.equal(pretty('[1,{}]'), '[\n  1,\n  {}\n]');
  const bins = { edges: new Array(200_001).fill(0), counts: new Array(200_000).fill(0) };
  assert.equal(readHistogram(JSON.stringify(bins)), null);
});
