/** Pass'Koop: is this card good, here and now? (SPEC.md) */
export { parsePolicy } from './documents.js';
export { TrustStore } from './trust.js';
export { verdict } from './verdict.js';
