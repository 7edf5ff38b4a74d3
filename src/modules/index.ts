export {
  exportOf,
  isModuleName,
  type ModuleKind,
  moduleHash,
  moduleReference,
  namesModule,
  presentReference,
} from './reference.ts';
