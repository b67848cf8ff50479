/** Channels: what a job reads, dragged from the file browser, or chosen, or typed. */

import * as React from 'react';
import { withDropped } from './dropped';
import { Pairs } from './pairs';

import type { Drag } from '@lumino/dragdrop';
import type { IFormPart } from './formpart';

/** What the file browser calls the paths that are dragged out of it. */
const CONTENTS = 'application/x-jupyter-icontents';

/** Marks where dragged files would go. */
const TARGET = 'jt-mod-dropTarget';

export interface IChannelsProps extends IFormPart {
  /** Lets a person choose a file or folder; absent where there is no file browser. */
  browse?: () => Promise<string | null>;
  /** Whether files can be dragged here: not over the edge of a dialog. */
  canDrop: boolean;
}

export function Channels(props: IChannelsProps): JSX.Element {
  const { form, set, problems, browse, canDrop, trans } = props;
  const area = React.useRef<HTMLDivElement>(null);
  const latest = React.useRef(props);
  latest.current = props;
  React.useEffect(() => {
    const life = new AbortController();
    if (area.current) {
      receive(area.current, life.signal, (paths, row) => {
        const { form: now, set: change } = latest.current;
        change({ inputs: withDropped(now.inputs, paths, row) });
      });
    }
    return () => { life.abort(); };
  }, []);
  const choose = async (fill: (path: string) => void): Promise<void> => {
    const path = await browse?.();
    if (path) {
      fill(path);
    }
  };
  return (
    <div className="jt-Channels" ref={area}>
      <Pairs
        legend={trans.__('Channels')}
        hint={
          canDrop
            ? trans.__('What the job reads. Drag files and folders here from the file browser.')
            : trans.__('What the job reads.')
        }
        field="inputs"
        names={[trans.__('name'), trans.__('file, folder or s3:// address')]}
        examples={['training', 'data/']}
        pairs={form.inputs}
        problems={problems}
        changed={inputs => { set({ inputs }); }}
        more={browse && ((_, row) => (
          <button
            type="button"
            className="jt-Button jt-Form-browse"
            aria-label={trans.__('Browse for channel %1…', row + 1)}
            onClick={() => {
              void choose(path => { set({ inputs: withDropped(form.inputs, [path], row) }); });
            }}
          >
            {trans.__('Browse…')}
          </button>
        ))}
        trans={trans}
      />
    </div>
  );
}

/** Take files that are dropped on an element, until the signal. */
function receive(
  area: HTMLElement,
  until: AbortSignal,
  dropped: (paths: string[], row: number) => void
): void {
  const listen = (type: string, handle: (event: Drag.Event) => void): void => {
    const listener = (event: Event): void => {
      const drag = event as Drag.Event;
      if (drag.mimeData.hasData(CONTENTS)) {
        drag.preventDefault();
        drag.stopPropagation();
        handle(drag);
      }
    };
    area.addEventListener(type, listener, { signal: until });
  };
  listen('lm-dragenter', () => { area.classList.add(TARGET); });
  listen('lm-dragleave', () => { area.classList.remove(TARGET); });
  listen('lm-dragover', drag => {
    area.classList.add(TARGET);
    drag.dropAction = drag.proposedAction;
  });
  listen('lm-drop', drag => {
    area.classList.remove(TARGET);
    drag.dropAction = drag.proposedAction;
    dropped(drag.mimeData.getData(CONTENTS) as string[], rowOf(drag.target));
  });
}

function rowOf(target: EventTarget | null): number {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null;
  return row ? Number(row.dataset.row) : -1;
}
