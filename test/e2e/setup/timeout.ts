// Every command of the real CLI takes seconds.
jest.setTimeout(300_000);
