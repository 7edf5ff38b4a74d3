export { type LabServer, serveLab } from './serve.ts';
export { type ExportedSite, exportSite } from './site.ts';
