/** Domains that grow: they begin small, and a check begins anew with a larger one where a run leaves it. */
import { growthOf, rangeLimit, type AnyDomain } from './domain.ts';
import { copied } from './copied.ts';
import type { Reference } from './expression.ts';
import type { Model } from './model.ts';
import type { Outside } from './model-error.ts';

/** Whether a variable of the model has a domain that may still grow. */
export const hasGrowing = ({ shared, threads }: Model): boolean =>
  [shared, ...threads.map(({ locals }) => locals)].some((variables) =>
    Object.values(variables).some(({ domain }) => growthOf(domain) !== null),
  );

/**
 * The model in which the variable may have the value: its domain ends at a power of two, or as far as it may grow.
 *
 * Returns the model; null where the domain of the variable does not grow; 'limit' where it does not grow that far.
 */
export function grown(model: Model, { variable, thread, value }: Outside): Model | null | 'limit' {
  const variables =
    thread === null ? model.shared : model.threads.find(({ name }) => name === thread)?.locals;
  const domain = variables?.[variable]?.domain;
  if (domain?.kind !== 'range' || domain.grows === undefined || typeof value !== 'number') return null;
  const { grows } = domain;
  const isCounting = value === domain.high + 1 || value === domain.low - 1;
  const isFar = isCounting && Math.abs(value) > mostCounted;
  if (isFar || value < grows.low || value > grows.high) return 'limit';
  const low = value < domain.low ? Math.max(grows.low, -powerFrom(-value)) : domain.low;
  const high = value > domain.high ? Math.min(grows.high, powerFrom(value + 1) - 1) : domain.high;
  if (high - low >= rangeLimit) return 'limit';
  const after: AnyDomain = { ...domain, low, high };
  return withDomains(model, (name, owner, before) =>
    name === variable && owner === thread ? after : before,
  );
}

/** A variable that counts further has no bound that a search reaches; one that jumps further may have few values. */
const mostCounted = 2 ** 16;

const powerFrom = (value: number) => 2 ** Math.ceil(Math.log2(value));

/** The model in which every domain has grown as far as it may: its states and steps are those of any that suffices. */
export const fullyGrown = (model: Model): Model =>
  hasGrowing(model)
    ? withDomains(model, (_name, _thread, domain) => {
        if (domain.kind !== 'range' || domain.grows === undefined) return domain;
        const { grows, ...rest } = domain;
        return { ...rest, ...grows };
      })
    : model;

/** The domain of a variable; `thread` is null for shared memory. */
type DomainOf = (name: string, thread: string | null, domain: AnyDomain) => AnyDomain;

/** The model with other domains, in its declarations and in all references to them. */
function withDomains(model: Model, change: DomainOf): Model {
  const changed = new Map<string, AnyDomain>();
  const domainOf = (name: string, thread: string | null, domain: AnyDomain): AnyDomain => {
    const key = JSON.stringify([thread, name]);
    const known = changed.get(key);
    if (known !== undefined) return known;
    const after = change(name, thread, domain);
    changed.set(key, after);
    return after;
  };
  const inside = <T>(part: T): T =>
    copied(part, (node, inner) => {
      const { kind, name, domain, thread = null } = node as Partial<Reference> & { thread?: string };
      const isReference = kind === 'shared' || kind === 'local';
      return isReference ? { ...inner(), domain: domainOf(name!, thread, domain!) } : inner();
    });
  const declared = (variables: Model['shared'], thread: string | null): Model['shared'] =>
    Object.fromEntries(
      Object.entries(variables).map(([name, variable]) => [
        name,
        { ...variable, domain: domainOf(name, thread, variable.domain) },
      ]),
    );
  return {
    ...model,
    shared: declared(model.shared, null),
    threads: model.threads.map((thread) => ({
      ...thread,
      locals: declared(thread.locals, thread.name),
      body: inside(thread.body),
    })),
    properties: inside(model.properties),
    ...(model.liveness === undefined ? {} : { liveness: inside(model.liveness) }),
    costs: inside(model.costs),
  };
}
