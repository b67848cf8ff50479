import assert from 'node:assert/strict';
import test from 'node:test';

import { readImages, readProblem } from '../../labextension/src/contract/container';
import { readDetail, readSummary } from '../../labextension/src/contract/sagemaker';
import { caveat } from '../../labextension/src/ui/caveat';
import { binarySize } from '../../labextension/src/ui/figures';
import { isSystem, measureOf, systemCharts } from '../../labextension/src/ui/measures';
import { preparation, share } from '../../labextension/src/ui/progress';

import type { TranslationBundle } from '@jupyterlab/translation';

function described(more: object): ReturnType<typeof readDetail> {
  return readDetail({ TrainingJobName: 'a', TrainingJobStatus: 'InProgress', ...more });
}

test('what a job runs in is read; a process of this machine runs in nothing', () => {
  const algorithm = { TrainingImage: 'ecr/net:1', ContainerArguments: ['--epochs', '3'] };
  const { Container: found } = described({
    AlgorithmSpecification: algorithm,
    Image: 'net:1',
    ImageDigest: 'net@sha256:12',
    RemoteDebugConfig: { EnableRemoteDebug: true }
  });
  const names = [found?.image, found?.ran, found?.digest];
  assert.deepEqual(names, ['ecr/net:1', 'net:1', 'net@sha256:12']);
  assert.deepEqual([found?.arguments, found?.isOpen, found?.isIsolated], [
    ['--epochs', '3'], true, false
  ]);
  const process = { TrainingImage: 'process' };
  assert.equal(described({ AlgorithmSpecification: process }).Container, undefined);
  assert.equal(described({}).Container, undefined);
});

test('an image that has no other name here is named once', () => {
  const algorithm = { TrainingImage: 'net:1' };
  const { Container } = described({ AlgorithmSpecification: algorithm, Image: 'net:1' });
  assert.equal(Container?.ran, undefined);
});

test('the last message is what a job does now, and a silent engine is told', () => {
  const stays = ['Waiting', 'Pulling net:1: 41 %'].map((StatusMessage, at) => {
    return { Status: 'Downloading', StartTime: at, StatusMessage };
  });
  const detail = described({ SecondaryStatusTransitions: stays, Unreachable: true });
  assert.deepEqual([detail.StatusMessage, detail.Unreachable], ['Pulling net:1: 41 %', true]);
  const summary = readSummary({ TrainingJobName: 'a', TrainingJobStatus: 'InProgress' });
  assert.equal(summary.Unreachable, false);
});

test('a warm container is read where there is one', () => {
  const pool = { Status: 'Reused', ReusedByJob: 'b', ResourceRetainedBillableTimeInSeconds: 12 };
  const expected = { status: 'Reused', seconds: 12, reusedBy: 'b' };
  assert.deepEqual(described({ WarmPoolStatus: pool }).WarmPool, expected);
  assert.equal(described({}).WarmPool, undefined);
});

test('engines are in the way only if none of them is there', () => {
  const away = { Kind: 'docker', Reason: 'There is no engine.' };
  const process = { Kind: 'process', Reason: '' };
  assert.equal(readProblem({ Engines: [process, away] }), 'There is no engine.');
  assert.equal(readProblem({ Engines: [away, { Kind: 'podman', Reason: '' }] }), '');
  assert.equal(readProblem({}), '');
});

test('images are named once and in order, and patterns of the table not at all', () => {
  const [Images, Mappings] = [['b:1', 'a:2', 'b:1'], ['1.ecr/c:3', '*.ecr/*']].map(names => {
    return names.map(Name => ({ Name }));
  });
  assert.deepEqual(readImages({ Images, Mappings }), ['1.ecr/c:3', 'a:2', 'b:1']);
  assert.throws(() => readImages({ Images: ['a:1'] }), /image must be an object/);
});

test('a share is read where a message states one', () => {
  const messages = ['Pulling net:1: 41 %', 'Pulling (7.5%)', 'at 100 %', 'Waiting for 2 cpus'];
  assert.deepEqual(messages.map(share), [0.41, 0.075, 1, undefined]);
  assert.equal(share('image net:100%2F'), undefined);
  assert.equal(share('Pulling the image net: 3 of 12 MB'), 0.25);
  assert.equal(share('Pulling the image net: 0 of 0 MB'), undefined);
});

test('what a job waits for is shown until it trains, and not after its end', () => {
  const job = { TrainingJobStatus: 'InProgress', StatusMessage: 'Pulling' };
  assert.equal(preparation({ ...job, SecondaryStatus: 'Downloading' }), 'Pulling');
  assert.equal(preparation({ ...job, SecondaryStatus: 'Training' }), '');
  assert.equal(preparation({ ...job, TrainingJobStatus: 'Failed' }), '');
});

test('curves of the machine are told apart, and go by part and unit', () => {
  const names = [
    'CPUUtilization', 'MemoryUtilization', 'MemoryUsed', 'DiskRead', 'DiskWritten',
    'GPUUtilization', 'GPUMemoryUtilization'
  ].map(name => ({ name: `system/${name}` }));
  assert.equal(isSystem('system/DiskRead') && !isSystem('loss'), true);
  const charts = [...systemCharts(names).values()].map(group => group.length);
  assert.deepEqual(charts, [1, 1, 1, 2, 2]); // CPU, memory twice, GPU, disk
});

test('each curve of the machine is printed in its unit', () => {
  const print = (name: string, value: number): string => measureOf(`system/${name}`).print(value);
  assert.equal(print('CPUUtilization', 187.46), '187.5 %');
  assert.equal(print('MemoryUtilization', 0.040982), '0.04 %');
  assert.equal(print('MemoryUsed', 3 * 1024 ** 3), '3 GiB');
  assert.equal(print('NetworkIn', 1536), '1.5 KiB/s');
  assert.equal(print('Temperature', 71), '71');
});

test('bytes of machines are counted in powers of two', () => {
  assert.deepEqual([0, 0.4, 1023, 1024, 250 * 1024 ** 2].map(binarySize), [
    '0 B', '0 B', '1023 B', '1 KiB', '250 MiB'
  ]);
});

test('a silent engine is told before anything else, and a reason in its first line', () => {
  const trans = { __: (text: string) => text } as TranslationBundle;
  assert.match(caveat({ Unreachable: true, FailureReason: 'no' }, trans), /does not answer/);
  assert.equal(caveat({ FailureReason: 'Error: 1\nTraceback' }, trans), 'Error: 1');
  assert.equal(caveat({}, trans), '');
});
