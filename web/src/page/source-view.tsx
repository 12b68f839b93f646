/** To come. */
export function SourceView() {
  return null;
}
