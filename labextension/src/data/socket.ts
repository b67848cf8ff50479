/** Where the stream is: a WebSocket at the Jupyter server, with its authentication and base URL. */

import { URLExt } from '@jupyterlab/coreutils';
import { Stream } from './stream';

import type { ServerConnection } from '@jupyterlab/services';

/** Return the address of the stream. */
export function streamUrl(settings: ServerConnection.ISettings): string {
  const url = URLExt.join(settings.wsUrl, 'jupyter-train/stream');
  const { appendToken, token } = settings;
  return appendToken && token ? `${url}?token=${encodeURIComponent(token)}` : url;
}

/** Make the tab's one stream; it is quiet while the page is hidden. */
export function openStream(settings: ServerConnection.ISettings, until: AbortSignal): Stream {
  const stream = new Stream(() => new settings.WebSocket(streamUrl(settings)));
  const watch = (): void => {
    stream.paused = document.hidden;
  };
  document.addEventListener('visibilitychange', watch, { signal: until });
  window.addEventListener('offline', () => { stream.drop(); }, { signal: until });
  window.addEventListener('online', () => { stream.retry(); }, { signal: until });
  until.addEventListener('abort', () => { stream.dispose(); }, { once: true });
  watch();
  return stream;
}
