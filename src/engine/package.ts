import { NosError } from '../errors.ts';

/**
 * The engine: onnxruntime for Node.js, as npm's registry has it. The package holds the libraries of five platforms, 288 MB, and
 * its install script downloads more from elsewhere, for graphics cards. We take what this platform needs from its archive,
 * and run no script.
 */
export const ENGINE = {
  name: 'onnxruntime-node',
  version: '1.30.0',
  /** The checksum of its archive. */
  integrity:
    'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
  /** The size of its archive, which is downloaded whole. */
  bytes: 113_507_888,
  platforms: ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'],
} as const;

/** This machine's platform, such as `linux-x64`. */
export const PLATFORM = `${process.platform}-${process.arch}`;

/** @throws NosError `engine` if the engine is not built for a platform. */
export function checkPlatform(platform: string = PLATFORM): void {
  if ((ENGINE.platforms as readonly string[]).includes(platform)) return;
  throw new NosError(
    'engine',
    `onnxruntime ${ENGINE.version} is not built for ${platform}`,
    `it comes for ${ENGINE.platforms.join(', ')}`,
  );
}
