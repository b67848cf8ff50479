// The stations of labextension/src, floor first; a folder imports only from folders below it.
const src = 'labextension/src';

/** Make a rule: files matching `from` never import files matching `to`. */
const never = (name, from, to, more = {}) => ({
  name,
  severity: 'error',
  from: { path: from, ...more },
  to: { path: to }
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    never('contract-is-the-floor', `^${src}/contract/`, `^${src}/(data|ui|panels|mime|tokens|index)`),
    never('contract-is-pure', `^${src}/contract/`, 'node_modules'),
    never('tokens-are-words', `^${src}/tokens`, `^${src}/(ui|panels|mime|index)`),
    never('data-draws-nothing', `^${src}/data/`, `^${src}/(ui|panels|mime|index)|node_modules/(react|uplot|@lumino/widgets)`),
    never('ui-knows-no-server', `^${src}/ui/`, `^${src}/(panels|mime|index|data/(client|stream|socket))|node_modules/@jupyterlab/services`),
    // Only chart.ts runs it; the files beside it know its types.
    never('only-charts-know-uplot', `^${src}/`, 'node_modules/uplot', { pathNot: `^${src}/ui/(chart(file|keys|pointer)?|plotoptions)\\.ts$` }),
    never('mime-knows-no-panel', `^${src}/mime/`, `^${src}/(panels|index)`),
    never('panels-know-no-mime', `^${src}/panels/`, `^${src}/(mime|index)`),
    {
      name: 'panels-never-import-each-other',
      severity: 'error',
      from: { path: `^${src}/panels/([^/]+?)\\.tsx?$` },
      to: { path: `^${src}/panels/`, pathNot: `^${src}/panels/$1\\.` }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: require('node:path').join(__dirname, 'labextension/tsconfig.json') },
    tsPreCompilationDeps: true
  }
};
