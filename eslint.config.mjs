import jupyter from '@jupyter/eslint-plugin';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/.venv*/',
      '**/build/',
      '**/dist/',
      'labextension/lib/',
      'server_ext/',
      'tests/browser/playwright-report/',
      'tests/browser/test-results/'
    ]
  },
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  {
    files: ['labextension/src/**/*.{ts,tsx}', 'tests/labextension/*.ts'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    languageOptions: {
      parserOptions: {
        project: ['labextension/tsconfig.json', 'tests/labextension/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      'max-depth': ['error', 3],
      'max-len': ['error', { code: 100, ignoreUrls: true }],
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'max-params': ['error', 5],
      eqeqeq: 'error'
    }
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      // node's `test` returns a promise that its runner awaits
      '@typescript-eslint/no-floating-promises': 'off',
      // a test speaks English to its reader, not to a user
      'jupyter/no-untranslated-string': 'off',
      'max-lines-per-function': 'off'
    }
  },
  {
    files: ['tests/browser/**/*.ts'],
    languageOptions: { parser: tseslint.parser }
  }
);
