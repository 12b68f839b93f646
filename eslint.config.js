/** What the linter holds beyond the compiler; each exception says why. */
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

/** A line of a model that is the name of a mutant: as long as the statements that it names. */
const mutantName = '^ {6}[\'"].*: .*: ';

export default defineConfig(
  globalIgnores(['coverage/', '**/dist/']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // An expression node in a native condition is always true and builds a smaller model in silence.
      '@typescript-eslint/strict-boolean-expressions': [
        'error',
        { allowString: false, allowNumber: false, allowNullableObject: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        // A default would swallow the kind that is added tomorrow.
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false },
      ],
      'no-restricted-syntax': ['error', noDefaultExport, noBooleanCall],
      eqeqeq: 'error',
      // One import of a module, with `type` before the names that are types.
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
      // With noUncheckedIndexedAccess, `!` is how a hot loop says that its index is in bounds.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // A model is two hand-aligned columns, and one thread is one function.
    files: ['models/**'],
    rules: {
      'max-lines-per-function': 'off',
      'no-duplicate-imports': 'off',
      // The explanations of mutants come on top of what a file may have.
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-len': ['error', { code: 140, ignoreUrls: true, ignorePattern: mutantName }],
    },
  },
  {
    files: ['test/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Their tools ask for a default export.
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
