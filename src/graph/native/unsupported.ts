/** A graph has something that the native engine cannot compile. The message names it. */
export class Unsupported extends Error {
  constructor(what: string) {
    super(`the native engine has no form of ${what}`);
    this.name = 'Unsupported';
  }
}
