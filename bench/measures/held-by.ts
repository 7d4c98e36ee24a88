/** What holds a goal that is missed, by what the goal is of: as profiles and pairs have shown. */
export const heldBy: Readonly<Record<string, string>> = {};
