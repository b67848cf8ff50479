/** A registry with one image whose layer takes its time, for whoever watches it being pulled. */

import { createHash } from 'crypto';
import { createServer } from 'http';

import type { IncomingMessage, Server, ServerResponse } from 'http';
import type { AddressInfo } from 'net';

const MEGABYTE = 1_000_000;
const SIZE = 60 * MEGABYTE;
const LAYER = `sha256:${'ab'.repeat(32)}`;
const TYPES = 'application/vnd.docker.distribution.manifest.v2+json';

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const CONFIG = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  config: {},
  rootfs: { type: 'layers', diff_ids: [LAYER] }
});

const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: TYPES,
  config: {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    size: CONFIG.length,
    digest: digestOf(CONFIG)
  },
  layers: [
    { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: SIZE, digest: LAYER }
  ]
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  if (path.includes('/manifests/')) {
    const headers = { 'Content-Type': TYPES, 'Docker-Content-Digest': digestOf(MANIFEST) };
    response.writeHead(200, { ...headers, 'Content-Length': MANIFEST.length });
    response.end(request.method === 'HEAD' ? '' : MANIFEST);
  } else if (path.endsWith(digestOf(CONFIG))) {
    response.end(CONFIG);
  } else if (path.endsWith(LAYER)) {
    trickle(response);
  } else {
    response.end('{}');
  }
}

/** A megabyte a second; whoever waits for the end finds that it is no layer. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Length': SIZE });
  let left = SIZE / MEGABYTE;
  const clock = setInterval(() => {
    response.write(Buffer.alloc(MEGABYTE));
    left -= 1;
    if (left === 0) {
      clearInterval(clock);
      response.end();
    }
  }, 1000);
  response.on('close', () => { clearInterval(clock); });
}

/** Open the registry; returns it and the name of its image. */
export async function slowRegistry(): Promise<{ server: Server; image: string }> {
  const server = createServer(answer);
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done); });
  const { port } = server.address() as AddressInfo;
  return { server, image: `127.0.0.1:${port}/slow/net:1` };
}
