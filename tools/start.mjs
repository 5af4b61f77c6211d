// What `npm start` shows, once tools/run.mjs has made everything ready.
import { main } from "./process.mjs";

await main(async () => {
  const show = process.env.DEEPCALL_BASE_URL ? await import("./real-account.mjs") : await import("./demo.mjs");
  return show.default();
});
