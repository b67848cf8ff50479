import assert from 'node:assert/strict';
import test from 'node:test';

import { readSummary } from '../../labextension/src/contract/sagemaker';
import { pressed, sorted } from '../../labextension/src/ui/jobcolumns';
import { matching, narrows } from '../../labextension/src/ui/jobfilter';
import { rowsOf } from '../../labextension/src/ui/jobgroups';
import { TRANS } from './words';

import type { IJobSummary } from '../../labextension/src/contract/sagemaker';
import type { Sort } from '../../labextension/src/ui/jobcolumns';
import type { Grouping, Row } from '../../labextension/src/ui/jobgroups';

function job(name: string, members: object = {}): IJobSummary {
  return readSummary({ TrainingJobName: name, TrainingJobStatus: 'Completed', ...members });
}

function names(jobs: readonly IJobSummary[]): string {
  return jobs.map(each => each.TrainingJobName).join(' ');
}

const LOSS = (Value: number): object => ({ FinalMetricDataList: [{ MetricName: 'loss', Value }] });

const FAILED = { TrainingJobStatus: 'Failed' };

const JOBS = [
  job('net-10', { ...FAILED, InstanceType: 'ml.c5', CreationTime: 3, ...LOSS(2) }),
  job('net-9', { Tags: [{ Key: 'team', Value: 'vision' }], CreationTime: 2, ...LOSS(10) }),
  job('bert', { Script: 'train.py', ExperimentName: 'widths', CreationTime: 1 })
];

test('each word of a filter is looked for in name, status, origin and tags, in any case', () => {
  const found = (filter: string): string => names(matching(JOBS, filter, TRANS));
  assert.equal(found('NET'), 'net-10 net-9');
  assert.equal(found('failed'), 'net-10');
  assert.equal(found('net completed'), 'net-9');
  assert.equal(found('team=vision'), 'net-9');
  assert.equal(found('ml.c5 net'), 'net-10');
  assert.equal(found('train.py widths'), 'bert');
  assert.equal(found('net nothing'), '');
  assert.equal(matching(JOBS, '  ', TRANS), JOBS);
});

test('what is found of a filter that grows is among what was found before', () => {
  const typed = ['', 'n', 'ne', 'net', 'net ', 'net c', 'net com'];
  for (const [at, filter] of typed.slice(1).entries()) {
    assert.ok(narrows(filter, typed[at]));
    const before = matching(JOBS, typed[at], TRANS);
    assert.deepEqual(matching(before, filter, TRANS), matching(JOBS, filter, TRANS));
  }
  assert.ok(!narrows('ne', 'net') && !narrows('x net', 'net'));
  assert.ok(!narrows('ΑΣΑ', 'ΑΣ')); // a sigma is another letter at the end of a word
});

test('jobs are sorted by a column, and what lacks it comes last in both directions', () => {
  const by = (sort: Sort): string => names(sorted(JOBS, sort, TRANS));
  assert.equal(sorted(JOBS, '-created', TRANS), JOBS);
  assert.equal(by('created'), 'bert net-9 net-10');
  assert.equal(by('name'), 'bert net-9 net-10');
  assert.equal(by('-name'), 'net-10 net-9 bert');
  assert.equal(by('metric'), 'net-10 net-9 bert');
  assert.equal(by('-metric'), 'net-9 net-10 bert');
});

test('a heading sorts by its column, and the other way when it is pressed again', () => {
  assert.deepEqual([pressed('-created', 'name'), pressed('name', 'name')], ['name', '-name']);
  assert.deepEqual([pressed('-name', 'name'), pressed('name', 'duration')], ['name', '-duration']);
});

function grouped(by: Grouping, closed: string[] = []): string[] {
  return rowsOf(JOBS, by, new Set(closed), TRANS).map(row => {
    return row.kind === 'group' ? `${row.label} (${row.count})` : row.job.TrainingJobName;
  });
}

test('jobs are grouped by what they have, and those that lack it have a group of their own', () => {
  assert.deepEqual(grouped('none'), ['net-10', 'net-9', 'bert']);
  assert.deepEqual(grouped('status'), ['Failed (1)', 'net-10', 'Completed (2)', 'net-9', 'bert']);
  assert.deepEqual(grouped('script').slice(0, 2), ['No script (2)', 'net-10']);
  assert.deepEqual(grouped('instance').slice(0, 2), ['ml.c5 (1)', 'net-10']);
  assert.deepEqual(grouped('experiment').slice(-2), ['widths (1)', 'bert']);
});

test('of a group that is closed only the heading is left', () => {
  assert.deepEqual(grouped('tag', ['No tag']), ['No tag (2)', 'team=vision (1)', 'net-9']);
});

test('a job is below each of its tags', () => {
  const both = job('both', { Tags: [{ Key: 'a', Value: '' }, { Key: 'b', Value: '' }] });
  const rows = rowsOf([both], 'tag', new Set(), TRANS);
  assert.deepEqual(rows.map(row => row.kind), ['group', 'job', 'group', 'job']);
});

/** Jobs that count how often one of their members is looked at. */
function counted(count: number, looks: { count: number }): IJobSummary[] {
  return Array.from({ length: count }, (_, at) => {
    return new Proxy(job(`j${at}`, LOSS(at % 7)), {
      get: (from, name) => {
        looks.count++;
        return from[name as keyof IJobSummary];
      }
    });
  });
}

test('a hundred thousand jobs are filtered, sorted and grouped with a few looks at each', () => {
  const [most, looks] = [100_000, { count: 0 }];
  const jobs = counted(most, looks);
  const work: [string, number, () => readonly (IJobSummary | Row)[]][] = [
    ['filter', 12, () => matching(jobs, 'j9', TRANS)],
    ['filter again', 1, () => matching(jobs, 'j99', TRANS)],
    ['sort', 2, () => sorted(jobs, 'metric', TRANS)],
    ['group', 4, () => rowsOf(jobs, 'status', new Set(), TRANS)]
  ];
  for (const [name, each, act] of work) {
    looks.count = 0;
    assert.ok(act().length > 0);
    assert.ok(looks.count <= each * most, `${name}: ${looks.count / most} looks at each`);
  }
});
