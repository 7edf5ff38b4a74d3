import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { CIFAR10_PIXELS, CIFAR10_RECORD, type Cifar10Manifest } from './manifest.ts';

/** Makes the official record files, in place, of the npm package's images and labels; removes what they were made of. */
export async function convertImages(
  folder: string,
  manifest: Cifar10Manifest,
  onConverted: (files: number) => void,
): Promise<void> {
  const { images, trainLabels, testLabels } = manifest.npm;
  const read = (name: string): Promise<Buffer> => readFile(join(folder, name));
  const training = readLabels(trainLabels, await read(trainLabels));
  const labels = [...training, ...readLabels(testLabels, await read(testLabels))];
  for (const [index, image] of images.entries()) {
    const start = index * manifest.recordsPerFile;
    const records = imageRecords(
      image,
      await read(image),
      labels.slice(start, start + manifest.recordsPerFile),
    );
    await writeFile(join(folder, (manifest.files[index] as { name: string }).name), records);
    await rm(join(folder, image));
    onConverted(index + 1);
  }
  await Promise.all([trainLabels, testLabels].map((name) => rm(join(folder, name))));
}

function readLabels(name: string, json: Buffer): readonly number[] {
  const labels: unknown = JSON.parse(json.toString('utf8'));
  if (Array.isArray(labels) && labels.every((label) => Number.isInteger(label) && label >= 0 && label < 10)) {
    return labels;
  }
  throw new Error(`${name}: expected an array of labels 0…9`);
}

/** [rows, 1024 pixels] of interleaved RGB to records of a label byte and three planes. */
export function imageRecords(name: string, png: Uint8Array, labels: readonly number[]): Uint8Array {
  const { width, height, channels, depth, data } = decode(png);
  if (width !== CIFAR10_PIXELS || height !== labels.length || channels !== 3 || depth !== 8) {
    const found = `${width}×${height}, ${channels} channels of ${depth} bits`;
    throw new Error(
      `${name}: expected ${CIFAR10_PIXELS}×${labels.length} pixels of 8-bit RGB, found ${found}`,
    );
  }
  const records = new Uint8Array(height * CIFAR10_RECORD);
  for (let row = 0; row < height; row++) {
    const at = row * CIFAR10_RECORD;
    records[at] = labels[row] as number;
    const from = row * CIFAR10_PIXELS * 3;
    for (let i = 0; i < CIFAR10_PIXELS; i++) {
      for (let channel = 0; channel < 3; channel++) {
        records[at + 1 + channel * CIFAR10_PIXELS + i] = data[from + 3 * i + channel] as number;
      }
    }
  }
  return records;
}
