/** Lets so many calls through within any second, over all accounts. */
export class RateLimit {
  #admitted: number[] = [];

  /**
   * Whether a call may pass; one that may not doesn't count against those after it.
   * @param limit 0 for none
   * @param now in milliseconds
   */
  admits(limit: number, now: number): boolean {
    this.#admitted = this.#admitted.filter((time) => time > now - 1000);
    if (limit > 0 && this.#admitted.length >= limit) return false;
    this.#admitted.push(now);
    return true;
  }
}
