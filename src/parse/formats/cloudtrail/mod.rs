//! AWS CloudTrail: API calls, sign-ins, insights and digests.
//!
//! Source: "CloudTrail record contents", "CloudTrail userIdentity element" and
//! "CloudTrail digest file structure" in the AWS CloudTrail User Guide. What is not in
//! a core field is kept under `aws.cloudtrail.*`: CloudTrail's own names in snake case,
//! and under `requestParameters`, `responseElements` and similar objects the names of
//! the called service, as written.

mod actor;
mod categorize;
mod outcome;
mod record;
mod summary;

pub use record::CloudTrail;
