import type { Io } from "../io";
import { count } from "./formats/words";

/** Tells on standard error how far a command is. */
export interface Progress {
  /** A new stage began. */
  stage(text: string): void;
  /** Another group was compared. */
  group(): void;
  /** The work is over, whatever came of it. */
  end(): void;
}

/** How many groups are compared between two lines, where there is no terminal. */
const often = 100;

/** One line that redraws itself on a terminal; elsewhere a plain line now and then, so that logs stay short. */
export function startProgress({ err, terminals }: Pick<Io, "err" | "terminals">): Progress {
  const redraws = terminals?.err === true;
  const show = (text: string): void => {
    err(redraws ? `\r\u001b[2K${text}` : `${text}\n`);
  };
  let groups = 0;
  return {
    stage: (text) => {
      show(`${text} …`);
    },
    group: () => {
      groups += 1;
      if (redraws || groups % often === 0) show(`${count(groups, "group")} compared …`);
    },
    end: () => {
      if (redraws) err("\r\u001b[2K");
    },
  };
}
