/** What the native engine cannot compile: the graph runs on onnxruntime. The message names it. */
export class Unsupported extends Error {
  constructor(what: string) {
    super(`the native engine has no form of ${what}`);
    this.name = 'Unsupported';
  }
}
