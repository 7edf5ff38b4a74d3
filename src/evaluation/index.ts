export * from './conditions.ts';
export * from './environments.ts';
export * from './evaluation.ts';
export * from './identity.ts';
export * from './protocol.ts';
export * from './protocol-steps.ts';
export * from './schedules.ts';
export * from './standing.ts';
