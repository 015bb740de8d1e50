// The drivers: one folder per agent, found by name in the registry.

export { driverOf, drivers, driversOf, usualDrivers } from './registry.ts';
