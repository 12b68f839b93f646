/** To come. */
export function VariantsView() {
  return null;
}
