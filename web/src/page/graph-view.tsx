/** To come. */
export function GraphView() {
  return null;
}
