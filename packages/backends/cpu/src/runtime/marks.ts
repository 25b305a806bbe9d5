/** The line on the child's error stream by which its parent knows that the memory limit, not a crash, ended it. */
export const memoryLimitMark = "rewright: memory limit reached";
