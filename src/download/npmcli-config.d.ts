/** The part of npm's configuration reader that we use; the package has no types of its own. */
declare module '@npmcli/config' {
  interface ConfigOptions {
    readonly npmPath: string;
    readonly definitions: unknown;
    readonly shorthands: unknown;
    readonly flatten: unknown;
    readonly argv: readonly string[];
    readonly env: Record<string, string | undefined>;
    readonly cwd: string;
  }
  class Config {
    constructor(options: ConfigOptions);
    load(): Promise<void>;
    /** The options under the names that pacote and npm-registry-fetch know. */
    readonly flat: Readonly<Record<string, unknown>>;
  }
  export = Config;
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const npm: { readonly definitions: unknown; readonly shorthands: unknown; readonly flatten: unknown };
  export = npm;
}
