/** A number that is affine in the options of a model: constant + the sum of per[option] * option. */
export interface Affine {
  readonly constant: number;
  readonly per: Readonly<Record<string, number>>;
}

export type OptionSizes = Readonly<Record<string, number>>;

export const fixed = (constant: number): Affine => ({ constant, per: {} });

export const at = ({ constant, per }: Affine, sizes: OptionSizes): number =>
  Object.entries(per).reduce((sum, [option, factor]) => sum + factor * sizes[option]!, constant);

export const isFixed = ({ per }: Affine): boolean => Object.keys(per).length === 0;

/** Whether `one` equals `other + more` for all options. */
export function isMore(one: Affine, more: number, other: Affine): boolean {
  const options = new Set([...Object.keys(one.per), ...Object.keys(other.per)]);
  return (
    one.constant === other.constant + more &&
    [...options].every((option) => (one.per[option] ?? 0) === (other.per[option] ?? 0))
  );
}

/** `2 * cpus + 1` */
export function printAffine({ constant, per }: Affine): string {
  const terms = Object.entries(per).map(([option, factor]) =>
    factor === 1 ? option : `${factor} * ${option}`,
  );
  return [...terms, ...(constant === 0 && terms.length > 0 ? [] : [String(constant)])].join(' + ');
}
