/** What the journeys share: jobs to watch, and what is done past the page. */

import { execFileSync } from 'child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'fs';
import { join } from 'path';

import type { APIRequestContext, Page } from '@playwright/test';

export const FOLDER = process.env.JT_BROWSER_FOLDER ?? '';
const SCREENS = join(__dirname, '../../build/screens');

/** Metric definitions that match what `script` prints. */
export const METRICS = { loss: ' loss=([0-9.]+)', accuracy: 'accuracy=([0-9.]+)' };

/** Trains for `seconds`: a line with a loss ten times a second, a model at the end. */
export function script(seconds: number): string {
  return `
import math, os, time
for step in range(${seconds * 10}):
    loss, valid = math.exp(-step / 60), math.exp(-step / 80) + 0.05 * math.sin(step / 5)
    print(f"step={step} loss={loss:.5f} val_loss={valid:.5f} accuracy={1 - loss:.5f}", flush=True)
    time.sleep(0.1)
with open(os.path.join(os.environ["SM_MODEL_DIR"], "weights.txt"), "w") as file:
    file.write("0.5 0.25")
`;
}

/** The same as a notebook cell. */
export function cell(job: string, seconds: number): string {
  const metrics = Object.entries(METRICS).map(([name, regex]) => `--metric '${name}=${regex}'`);
  return `%%train --name ${job} ${metrics.join(' ')}\n${script(seconds)}`;
}

/** A notebook file with these cells; `job` is what the first has shown when it was saved. */
export function notebook(sources: string[], job?: string): string {
  const data = { 'application/vnd.jupyter-train.job+json': { job, version: 1 }, 'text/plain': job };
  const cells = sources.map((source, at) => ({
    cell_type: 'code',
    execution_count: null,
    id: `cell-${at}`,
    metadata: {},
    outputs: job && at === 0 ? [{ output_type: 'display_data', data, metadata: {} }] : [],
    source
  }));
  const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

/** Trains so many steps of a tenth of a second, and says how far it is. */
export function counting(steps: number): string {
  return `
import math, time
for step in range(1, ${steps} + 1):
    print(f"step {step}/${steps} loss={math.exp(-step / 60):.5f}", flush=True)
    time.sleep(0.1)
`;
}

/** Start jobs that say how far they are, as from a terminal. */
export function startedCounting(steps: number, ...names: string[]): void {
  const file = join(FOLDER, 'root', `${names[0]}.py`);
  writeFileSync(file, counting(steps));
  for (const name of names) {
    train('run', file, '--name', name, '--metric', 'loss=loss=([0-9.]+)', '--no-wait');
  }
}

/** Save what the page shows where a person can look at it. */
export async function screenshot(page: Pick<Page, 'screenshot'>, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENS, `${name}.png`) });
}

/** Kill the Jupyter server as a crash would; it comes back by itself. */
export function killServer(): void {
  process.kill(Number(readFileSync(join(FOLDER, 'server.pid'), 'utf-8')), 'SIGKILL');
}

/** Ask the manager something past JupyterLab, as another client would. */
export function train(...args: string[]): string {
  const python = process.env.PYTHON ?? join(__dirname, '../../.venv/bin/python');
  const home = join(FOLDER, 'train');
  const argv = ['-m', 'jupyter_train.cli', ...args, '--home', home];
  return execFileSync(python, argv, { encoding: 'utf-8' });
}

/** Kill the manager as a crash would; the Jupyter server starts the next one. */
export function killManager(): void {
  const { pid } = JSON.parse(readFileSync(join(FOLDER, 'train/manager.json'), 'utf-8')) as {
    pid: number;
  };
  process.kill(pid, 'SIGKILL');
}

/** Save a script that trains for so long; returns its path. */
export function savedScript(name: string, seconds: number): string {
  const file = join(FOLDER, 'root', `${name}.py`);
  writeFileSync(file, script(seconds));
  return file;
}

/** Start a job as from a terminal, and save a notebook whose output names it. */
export function savedWithJob(job: string, seconds: number): void {
  train('run', savedScript(job, seconds), '--name', job, '--metric', `loss=${METRICS.loss}`, '--no-wait');
  writeFileSync(join(FOLDER, 'root', `${job}.ipynb`), notebook(['# trained elsewhere'], job));
}

/** What the journeys with containers have to run in, or why there is nothing. */
export interface IEngine {
  /** Has a `train` that runs until it is stopped. */
  image?: string;
  /** Has a Python, and no `train`. */
  base?: string;
  problem?: string;
}

/** Return the Docker engine that `serve.py` has lent. */
export function engine(): IEngine {
  return JSON.parse(readFileSync(join(FOLDER, 'engine.json'), 'utf-8')) as IEngine;
}

/** Whether the engine can be taken away from this server alone. */
export function canGoAway(): boolean {
  return existsSync(join(FOLDER, 'docker.sock'));
}

/** Take the engine away, or give it back: for whoever speaks to it, it has stopped or started. */
export function setEngineAway(isAway: boolean): void {
  const [here, away] = ['docker.sock', 'docker.away'].map(name => join(FOLDER, name));
  if (existsSync(isAway ? here : away)) {
    renameSync(isAway ? here : away, isAway ? away : here);
  }
}

/** Stop whatever trains, so that no journey waits for the jobs of another. */
export async function stopAll(request: APIRequestContext): Promise<void> {
  const ask = async (operation: string, data: object): Promise<unknown> => {
    const answer = await request.post(`/jupyter-train/api/sagemaker/${operation}`, { data });
    return await answer.json().catch(() => ({}));
  };
  const found = await ask('ListTrainingJobs', { StatusEquals: 'InProgress', MaxResults: 100 });
  const { TrainingJobSummaries: jobs } = found as {
    TrainingJobSummaries?: { TrainingJobName: string }[];
  };
  for (const { TrainingJobName } of jobs ?? []) {
    await ask('StopTrainingJob', { TrainingJobName });
  }
}
