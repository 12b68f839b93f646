/** Lint rules beyond the compiler's checks; each exception has its reason. */
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name: one word for one thing, in every file.',
};

const noBooleanCall = {
  selector: 'Identifier[name="Boolean"]',
  message: 'Boolean(x) of an expression node is always true, and no other rule sees it: compare explicitly.',
};

/** A line of a model with the name of a mutant, which may be long because it contains statement texts. */
const mutantName = '^ {6}[\'"].*: .*: ';

export default defineConfig(
  globalIgnores(['coverage/', '**/dist/']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // An expression node in a native condition is always true and silently builds a smaller model.
      '@typescript-eslint/strict-boolean-expressions': [
        'error',
        { allowString: false, allowNumber: false, allowNullableObject: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        // A default would hide a kind that is added later.
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false },
      ],
      'no-restricted-syntax': ['error', noDefaultExport, noBooleanCall],
      eqeqeq: 'error',
      // One import per module, with `type` before the names of types.
      'no-duplicate-imports': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],

      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // With noUncheckedIndexedAccess, `!` asserts in a hot loop that an index is in bounds.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // A model is two hand-aligned columns, and one thread is one function.
    files: ['models/**'],
    rules: {
      'max-lines-per-function': 'off',
      'no-duplicate-imports': 'off',
      // Model files also contain the explanations of mutants.
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-len': ['error', { code: 140, ignoreUrls: true, ignorePattern: mutantName }],
    },
  },
  {
    files: ['test/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // The tools require a default export.
    files: [
      'eslint.config.js',
      'vitest.config.ts',
      'test/browser/*.ts',
      'web/vite.config.ts',
      'docs/.vitepress/**/*.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
