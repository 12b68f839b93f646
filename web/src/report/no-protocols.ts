/** Protocols in C in a report: it has one model, which is built already. */
export const protocolNames: readonly string[] = [];

export const textOf = (): null => null;

export function protocolOf(): Promise<never> {
  throw new Error('a report reads no C');
}

export const shippedProtocol = (): Promise<null> => Promise.resolve(null);
