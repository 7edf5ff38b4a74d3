/** A named rule: one line of rule text, and where it comes from. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly source: string;
}

export const entry = (name: string, title: string, text: string, source: string): CatalogueEntry => ({
  name,
  title,
  text,
  source,
});
