/** The visited set has no room left: the search ends there, and proves nothing. */
export class CapacityError extends Error {
  override readonly name = 'CapacityError';
}
