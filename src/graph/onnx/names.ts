/** The name inside the file of the graph's input `name`: kept apart from outputs, constants and nodes. */
export function inputName(name: string): string {
  return `input ${name}`;
}

/** The name inside the file of the graph's output `name`. */
export function outputName(name: string): string {
  return `output ${name}`;
}
