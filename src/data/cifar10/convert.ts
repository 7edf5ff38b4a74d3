import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { CIFAR10_PIXELS, CIFAR10_RECORD, type Cifar10Package } from './manifest.ts';

/**
 * Makes the official record files from the images and labels of the npm package, in place, and removes what they were made from.
 *
 * @param names The record files, in the order of the images.
 */
export async function convertImages(
  folder: string,
  { images, trainLabels, testLabels }: Cifar10Package,
  names: readonly string[],
  recordsPerFile: number,
  onConverted: (files: number) => void,
): Promise<void> {
  const read = (name: string): Promise<Buffer> => readFile(join(folder, name));
  const training = readLabels(trainLabels, await read(trainLabels));
  const labels = [...training, ...readLabels(testLabels, await read(testLabels))];
  for (const [index, image] of images.entries()) {
    const start = index * recordsPerFile;
    const records = imageRecords(image, await read(image), labels.slice(start, start + recordsPerFile));
    await writeFile(join(folder, names[index]!), records);
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
function imageRecords(name: string, png: Uint8Array, labels: readonly number[]): Uint8Array {
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
    records[at] = labels[row]!;
    const from = row * CIFAR10_PIXELS * 3;
    for (let i = 0; i < CIFAR10_PIXELS; i++) {
      for (let channel = 0; channel < 3; channel++) {
        records[at + 1 + channel * CIFAR10_PIXELS + i] = data[from + 3 * i + channel]!;
      }
    }
  }
  return records;
}
