import { pluralize } from "../formatting";
import type { Io } from "../io";

/** Shows on standard error what the command is doing. */
export interface Progress {
  startStage(text: string): void;
  countGroup(): void;
  /** Removes a line that is being redrawn. */
  end(): void;
}

/** Without a terminal, how many groups are compared between two lines. */
const groupsPerLine = 100;

/** On a terminal, one line that redraws itself; elsewhere a few plain lines, so that logs stay short. */
export function startProgress({ err, terminals }: Pick<Io, "err" | "terminals">): Progress {
  const redraws = terminals?.err === true;
  const show = (text: string): void => {
    err(redraws ? `\r\u001b[2K${text}` : `${text}\n`);
  };
  let groups = 0;
  return {
    startStage: (text) => {
      show(`${text} …`);
    },
    countGroup: () => {
      groups += 1;
      if (redraws || groups % groupsPerLine === 0) show(`${pluralize(groups, "group")} compared …`);
    },
    end: () => {
      if (redraws) err("\r\u001b[2K");
    },
  };
}
