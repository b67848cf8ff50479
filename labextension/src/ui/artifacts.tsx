/** The files of a job, each to be downloaded. */

import * as React from 'react';
import { size } from './figures';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IArtifact } from '../contract/sagemaker';

export interface IArtifactsProps {
  artifacts: readonly IArtifact[] | null;
  problem: string;
  url: (artifact: IArtifact) => string;
  trans: TranslationBundle;
}

/** The list, or a word on why there is none. */
export function Artifacts({ artifacts, problem, url, trans }: IArtifactsProps): JSX.Element {
  if (problem) {
    return <p className="jt-Artifacts" role="alert">{problem}</p>;
  }
  if (!artifacts) {
    return <p className="jt-Artifacts">{trans.__('Looking for files …')}</p>;
  }
  if (artifacts.length === 0) {
    const text = trans.__('No files yet. What the job leaves in SM_MODEL_DIR comes at its end.');
    return <p className="jt-Artifacts">{text}</p>;
  }
  return (
    <div className="jt-Artifacts" tabIndex={0} role="region" aria-label={trans.__('Artifacts')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('File')}</th>
            <th scope="col">{trans.__('Kind')}</th>
            <th scope="col">{trans.__('Size')}</th>
            <th scope="col">{trans.__('Modified')}</th>
          </tr>
        </thead>
        <tbody>
          {artifacts.map(each => (
            <tr key={`${each.Bucket}/${each.Key}`}>
              <td>
                <a href={url(each)} download={each.Key.split('/').pop()}>{each.Key}</a>
              </td>
              <td>{each.Kind}</td>
              <td>{size(each.Size)}</td>
              <td>
                {each.LastModified ? new Date(each.LastModified * 1000).toLocaleString() : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
