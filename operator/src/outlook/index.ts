/** What people are told of a model, for commands that tell it. */
export type { Deployment, Job, KubeObject, Pod, Service } from '../api/kubernetes.ts';
export { CONDITION, isTrouble, REASON } from '../conditions.ts';
export { firstTrouble } from '../jobs/pod-state.ts';
export { wordsOf } from '../reasons/index.ts';
export { ANNOTATION, COLORS, LABEL, MANAGED_SELECTOR } from '../resources/names.ts';
export { type Upcoming, upcomingOf } from './upcoming.ts';
