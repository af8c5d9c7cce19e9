//! How bad something is.

use super::keywords::keywords;

keywords! {
    /// How serious a finding is.
    Severity, "severity" {
        /// Worth knowing.
        Info = "info",
        /// A weakness without harm.
        Low = "low",
        /// Needs investigation.
        Medium = "medium",
        /// Harm is likely.
        High = "high",
        /// Harm has been done or is imminent.
        Critical = "critical",
    }
}
