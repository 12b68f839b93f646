/** The WebAssembly that explores a model, as text. */
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Model } from '../../checker/language/model.ts';
import { compileModel } from '../../checker/codegen/compile-model.ts';
import { printModule } from '../../checker/codegen/wasm/print.ts';

export const generatedCode = (model: Model): string =>
  printModule(compileModel(transitionSystem(model)).module);
