import { accountMismatch } from "../../../provider/model/account";

const unknownUser = { userId: undefined, owners: [] };

test.each([
  ["nothing is recorded", {}, { userId: "8", owners: [] }, undefined],
  ["the same user", { userId: "7", ownerId: "7" }, { userId: "7", owners: [] }, undefined],
  [
    "the owner of a group that another user created",
    { userId: "9", ownerId: "7" },
    { userId: "7", owners: [] },
    undefined,
  ],
  ["another user", { userId: "7" }, { userId: "8", owners: [] }, "user 8"],
  ["another user than the owner", { ownerId: "7" }, { userId: "8", owners: [] }, "user 8"],
  ["an ssid that sees nothing", { ownerId: "7", userId: "7" }, unknownUser, undefined],
  ["an ssid that sees the owner's groups", { ownerId: "7" }, { userId: undefined, owners: ["6", "7"] }, undefined],
  [
    "an ssid that sees others' groups only",
    { ownerId: "7" },
    { userId: undefined, owners: ["8"] },
    "an ssid that sees the groups of user 8",
  ],
  ["an ssid, and no owner is recorded", { userId: "7" }, { userId: undefined, owners: ["8"] }, undefined],
])("%s", (_, recorded, current, expected) => {
  expect(accountMismatch(recorded, current)?.current).toBe(expected);
});
