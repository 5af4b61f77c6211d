// The same tests of `doctor --try-changes` with 300 combinations of options, every fault at every step and 30 kills.
import "../cli/doctor/trial.test";
import "../cli/doctor/trial-safety.test";
