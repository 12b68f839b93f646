/** Prints one variant of one model in Promela. */
import { transitionTable } from '../checker/analysis/transition-table.ts';
import { toPromela } from '../checker/export/promela.ts';
import { startOf } from '../checker/state/start.ts';
import { chosenOptions } from './model-options.ts';
import { buildModel, findModel } from './models.ts';
import { print } from './output.ts';

export async function exportPromela(name: string, words: readonly string[]): Promise<void> {
  const source = await findModel(name);
  const table = transitionTable(buildModel(source, chosenOptions(source, words)));
  print(toPromela(table, startOf(table)));
}
