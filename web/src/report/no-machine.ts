/** Machines of their own in a report: it replays none. */
const unknown = (): never => {
  throw new Error('a report replays no run of a machine of its own');
};

export const replayOnArm64 = unknown;
export const confirmsOnArm64 = unknown;
export const firedOnArm64 = unknown;
export const startsOnArm64 = unknown;
export const costedGraphOnArm64 = unknown;
export const Arm64Space = unknown;
