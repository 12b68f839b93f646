/** A bound of the machine was met: what was seen until then is not all. */
export class MachineLimit extends Error {
  override readonly name = 'MachineLimit';
}
