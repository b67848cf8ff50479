/** Journeys through a real JupyterLab, with a manager of its own, in Chromium. */

const { mkdtempSync } = require('fs');
const { tmpdir } = require('os');
const { join } = require('path');

const base = require('@jupyterlab/galata/lib/playwright-config');

const PORT = process.env.JT_BROWSER_PORT ?? '18911';

// This file is read again by each worker, which inherits what the first reading has set.
process.env.JT_BROWSER_FOLDER ??= mkdtempSync(join(tmpdir(), 'jupyter-train-browser-'));
process.env.JT_BROWSER_PORT = PORT;
process.env.TARGET_URL = `http://127.0.0.1:${PORT}`;

const python = process.env.PYTHON ?? join(__dirname, '../../.venv/bin/python');

module.exports = {
  ...base,
  testDir: __dirname,
  outputDir: join(__dirname, 'test-results'),
  workers: 1,
  retries: 0,
  timeout: 120000,
  expect: { timeout: 20000 },
  reporter: [['list']],
  use: {
    ...base.use,
    baseURL: process.env.TARGET_URL,
    // Playwright's own ffmpeg is not installed, and without it no page opens while video is on.
    video: 'off',
    trace: 'off',
    viewport: { width: 1400, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox']
    }
  },
  webServer: {
    command: `"${python}" "${join(__dirname, 'serve.py')}"`,
    url: `${process.env.TARGET_URL}/api`,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20000 },
    // the first time the image for containers is made, which may take minutes
    timeout: 600000
  }
};
