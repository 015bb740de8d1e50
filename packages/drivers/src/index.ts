// The drivers: one folder per agent, found by name in the registry.

export { driverOf, drivers } from './registry.ts';
