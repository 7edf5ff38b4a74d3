import {
  type CatalogueEntry,
  canonicalize,
  catalogue,
  lowerKinds,
  parseRule,
  seesShape,
} from '../src/rules/index.ts';

/** The rules of the catalogue that see neither kinds nor rows and columns of tensors. */
export const shapelessRules: readonly CatalogueEntry[] = catalogue.filter(({ text }) => {
  const parts = lowerKinds(canonicalize(parseRule(text)));
  return parts.length === 1 && !parts.some(({ program }) => seesShape(program));
});

/** Those of them that read no other tensor, and have nothing to read out: what every target of exports writes. */
export const plainRules: readonly CatalogueEntry[] = shapelessRules.filter(
  ({ text }) => !/global\(|eval:/.test(text),
);
