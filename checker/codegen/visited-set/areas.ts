/** Generated code of where a worker's own areas are: workers share one module, and the map is that of the first of them. */
import { get, getGlobal, i32, local, operation, sequence, set, type Wasm } from '../wasm/code.ts';

interface Sharing {
  /** Other workers run the same code in the same memory. */
  readonly isShared: boolean;
}

/** Global: how far this worker's areas are from those of the first. */
export const areasGlobal = 'areas';

const areas = local('i32', 'areas');

/** Code that a function begins with that uses `ownEntry`: the engine would read the global anew in every round of a loop. */
export const openAreas = ({ isShared }: Sharing): Wasm =>
  isShared ? set(areas, getGlobal(areasGlobal)) : sequence();

/** Code of the place of an entry in an own area, less where that area begins for the first worker. */
export function ownEntry(entry: Wasm, bytes: number, { isShared }: Sharing): Wasm {
  const place = operation('i32.mul', entry, i32(bytes));
  return isShared ? operation('i32.add', place, get(areas)) : place;
}

/** Code of an address in the worker's own areas, given as that of the first worker. */
export const ownAddress = (address: number, { isShared }: Sharing): Wasm =>
  isShared ? operation('i32.add', getGlobal(areasGlobal), i32(address)) : i32(address);
