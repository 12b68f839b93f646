/** The WebAssembly that explores a model, as text. */
import { transitionTable } from '../checker/analysis/transition-table.ts';
import type { Model } from '../checker/language/model.ts';
import { compileModel } from '../checker/state/wasm-model.ts';
import { printModule } from '../checker/state/wasm-print.ts';

export const generatedCode = (model: Model): string =>
  printModule(compileModel(transitionTable(model)).module);
