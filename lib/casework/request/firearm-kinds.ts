import { FirearmAction, FirearmType } from "#proto";

/** Made outside a factory: no maker to ask, and often no State that made it. */
const CRAFT_TYPES: readonly FirearmType[] = [FirearmType.CRAFT_MADE, FirearmType.HYBRID_3D];

/** Whether firearms of a type come from no factory. */
export function isCraftMade(type: FirearmType): boolean {
  return CRAFT_TYPES.includes(type);
}

const { BOLT, BREAK, FULL_AUTO, LEVER, MUZZLE_LOADING, PUMP, SELECT_FIRE, SEMI_AUTO, SINGLE_SHOT } =
  FirearmAction;
const REVOLVING = [FirearmAction.REVOLVING_SINGLE_ACTION, FirearmAction.REVOLVING_DOUBLE_ACTION];
const AUTOMATIC = [SEMI_AUTO, SELECT_FIRE, FULL_AUTO];
const BY_HAND = [SINGLE_SHOT, BOLT, LEVER, PUMP, BREAK, MUZZLE_LOADING];

/** Actions that firearms of a type have (domain notes 7); a type that is not here has any. */
const ACTIONS: Partial<Record<FirearmType, readonly FirearmAction[]>> = {
  [FirearmType.REVOLVER]: [...REVOLVING, MUZZLE_LOADING],
  [FirearmType.PISTOL_SELF_LOADING]: AUTOMATIC,
  [FirearmType.PISTOL_SINGLE_SHOT]: [SINGLE_SHOT, BOLT, BREAK, MUZZLE_LOADING],
  [FirearmType.SHOTGUN]: [...BY_HAND, SEMI_AUTO, REVOLVING[0] ?? SINGLE_SHOT],
  [FirearmType.COMBINATION_GUN]: [BREAK, SINGLE_SHOT],
  [FirearmType.SUBMACHINE_GUN]: AUTOMATIC,
  [FirearmType.ASSAULT_RIFLE]: AUTOMATIC,
  [FirearmType.LIGHT_MACHINE_GUN]: [SELECT_FIRE, FULL_AUTO],
  [FirearmType.HEAVY_MACHINE_GUN]: [SELECT_FIRE, FULL_AUTO],
};

/** Whether a firearm of this type has hardly this action: one of the two was misread. */
export function isUnlikelyAction(type: FirearmType, action: FirearmAction): boolean {
  if (action === FirearmAction.UNSPECIFIED || action === FirearmAction.UNKNOWN) return false;
  return ACTIONS[type]?.includes(action) === false;
}
