// Whether `npm start` has what it needs for a real account. It only looks at which variables are set.

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} what to tell the reader, if something is wrong
 */
export function credentialProblem(env) {
  if (!env.DEEPCALL_BASE_URL) return undefined;
  const asked =
    "DEEPCALL_BASE_URL is set, so a real account is meant: set DEEPCALL_USER_ID and DEEPCALL_TOKEN, or DEEPCALL_SSID";
  const { DEEPCALL_SSID: ssid, DEEPCALL_USER_ID: userId, DEEPCALL_TOKEN: token } = env;
  if (ssid && (userId || token)) return `${asked}, but not both kinds.`;
  if (ssid || (userId && token)) return undefined;
  if (userId) return `${asked} (DEEPCALL_TOKEN is missing).`;
  if (token) return `${asked} (DEEPCALL_USER_ID is missing).`;
  return `${asked} (none of them is set).`;
}
