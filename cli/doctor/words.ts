const documented =
  "group not found or not authorized the name field was not provided groupid is required invalid parameters data type " +
  "userid not provided something went wrong error in db connect invalid or expired token permission denied token not found " +
  "internal server error user account suspended invalid request data too many requests";
const usual =
  "a an and are at be can could does for from has have id ids invalid is it must no of on please retry success successfully " +
  "that this to try was you your access again allowed array boolean body call calls code database empty exceeded exists " +
  "expected failed fetched forbidden integer json key later length limit list listed login missing number object " +
  "parameter rate received registered relation session ssid string time timeout unauthorized unknown value wrong";
const known: ReadonlySet<string> = new Set(`${documented} ${usual}`.split(" "));

/** What a server said, in the words that belong to errors; every other word, which may be a name, is `…`, every number `#`. */
export function knownWords(text: string): string {
  return text
    .replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => {
      if (/^\p{N}+$/u.test(word)) return "#";
      return known.has(word.toLowerCase()) ? word : "…";
    })
    .replace(/[^\p{L}#… .,;:'()]/gu, "");
}
