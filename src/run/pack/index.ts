export { type Packed, packRun, type UnpackedRun, type UnpackOptions, unpackRun } from './travel.ts';
