/**
 * Reprise: deterministic simulation testing for durable workflows. Everything public is exported here or from
 * `reprise/fast-check`.
 */
export { CHECKS } from './checker.ts';
export { DEFAULT_LIMITS, type Limits } from './cluster.ts';
export {
  type Decider,
  type Decision,
  type Deviation,
  type MoveKind,
  type Option,
  type Script,
  scriptOf,
} from './decision.ts';
export * from './errors.ts';
export { explore, replay, verify } from './explore.ts';
export type { Budget, Finding, Findings, Progress } from './findings.ts';
export { type CallKind, type Event, type EventOf, type Status } from './history.ts';
export type { Defect, Idiom } from './idiom.ts';
export { type Ending, fingerprint, NotDeterministicError, type Result, type Run } from './run.ts';
export type { Client } from './client.ts';
export { model, type Program } from './model.ts';
export type { Context, Database, Handle, StepOptions, Surroundings, Workflow } from './program.ts';
export { type Ended, limitsOf, type Scenario, scenario, type State } from './scenario.ts';
export { crashes } from './strategies/crashes.ts';
export { deepening, exhaustive } from './strategies/exhaustive.ts';
export { portfolio } from './strategies/portfolio.ts';
export { random } from './strategies/random.ts';
export { follow, StaleScriptError } from './strategies/script.ts';
export { strategiesFor } from './strategies/standard.ts';
export type { Scope, Strategy } from './strategies/strategy.ts';
export { UnserializableError } from './values.ts';
export type { Violation, Witness } from './verdict.ts';
export { type Window, WINDOWS } from './windows.ts';
export {
  type Handles,
  type Operations,
  service,
  type Service,
  type Services,
  type States,
  type Step,
} from './world.ts';
