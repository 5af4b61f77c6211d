/** Pulumi's type of a group, part of every user's state. */
export const groupType = "pulumi-nodejs:dynamic/deepcall:Group";
